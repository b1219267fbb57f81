// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fscommands.h"

#include "service/core/encoding.h"
#include "service/engine/replay.h"
#include "service/ledger/reader.h"
#include "service/ledger/verify.h"
#include "service/store/schema.h"

#include <QtCore/qfile.h>

#include <cstdio>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace app {

namespace {

Error usage(const QString &sentence)
{
    return {.code = ErrorCode::Usage, .detail = sentence + u" See --help."_s};
}

Result<std::unique_ptr<store::Database>> openStore(const engine::DataPaths &paths)
{
    if (!QFile::exists(paths.database()))
        return fail(
            ErrorCode::Refused, u"%1 holds no ledger: there is no tenants.db. Check --data-dir."_s.arg(paths.root));
    ASSIGN_OR_RETURN(auto database, store::Database::open(paths.database(), store::Database::Mode::ReadOnly));
    TRY(store::checkSchema(*database));
    return database;
}

Result<ledger::EntryFilter> readFilter(const QCommandLineParser &parser)
{
    ledger::EntryFilter filter;
    for (const QString &term : parser.values(u"filter"_s)) {
        if (auto added = filter.add(term.toUtf8()); !added)
            return fail(usage(added.error().detail));
    }
    for (const QString &type : parser.values(u"event-type"_s)) {
        if (!ledger::isEventType(type.toUtf8()))
            return fail(usage(u"\"%1\" is no event type; they look like TENANT_CREATED."_s.arg(type)));
        filter.eventTypes.append(type.toUtf8());
    }
    for (const auto &[name, at] : {std::pair(u"since"_s, &filter.since), {u"until"_s, &filter.until}}) {
        if (!parser.isSet(name))
            continue;
        *at = parseTime(parser.value(name).toUtf8());
        if (!*at)
            return fail(usage(u"--%1 takes a time such as 2026-11-23T18:00:00Z, or a date."_s.arg(name)));
    }
    if (parser.isSet(u"from"_s)) {
        const auto index = parseDecimal(parser.value(u"from"_s).toUtf8(), INT64_MAX);
        if (!index)
            return fail(usage(u"--from takes the index of an entry."_s));
        filter.from = *index;
    }
    if (parser.isSet(u"limit"_s)) {
        filter.limit = parseDecimal(parser.value(u"limit"_s).toUtf8(), INT64_MAX);
        if (!filter.limit)
            return fail(usage(u"--limit takes a whole number."_s));
    }
    filter.reverse = parser.isSet(u"reverse"_s);
    return filter;
}

// For a terminal: control and bidirectional-control characters become visible.
QByteArray printable(const QByteArray &text)
{
    QString shown;
    for (const QChar c : QString::fromUtf8(text)) {
        const char16_t u = c.unicode();
        const bool hidden = c.category() == QChar::Other_Control || c.category() == QChar::Other_Format;
        shown += hidden ? u"\\u%1"_s.arg(uint(u), 4, 16, QChar(u'0')) : QString(c);
    }
    return shown.toUtf8();
}

void printRow(const ledger::EntryFields &entry)
{
    const auto orDash = [](const QByteArray &text) { return text.isEmpty() ? "-"_ba : printable(text); };
    std::printf("%8llu  %s  %-18s  %-20s  %-8s  %s\n", static_cast<unsigned long long>(entry.index),
        formatTime(entry.time).constData(), entry.eventType.constData(), orDash(entry.tenant.text()).constData(),
        ledger::outcomeName(entry.outcome).data(),
        orDash(entry.actor.subject.isEmpty() ? entry.actor.tokenId.text() : entry.actor.subject).constData());
}

// The keys of the log: from --vkey as text or file, else ledger.vkey.
Result<std::vector<ledger::VerifierKey>> readKeys(const FsContext &context)
{
    QByteArray text = context.parser.value(u"vkey"_s).toUtf8();
    const bool given = !text.isEmpty();
    if (!given || QFile::exists(QString::fromUtf8(text))) {
        QFile file(given ? QString::fromUtf8(text) : context.paths.ledgerVkey());
        if (!file.open(QIODevice::ReadOnly))
            return fail(usage(u"%1 can't be read: %2."_s.arg(file.fileName(), file.errorString())));
        text = file.read(64 * 1024);
    }
    std::vector<ledger::VerifierKey> keys;
    for (const QByteArray &line : text.split('\n')) {
        if (line.trimmed().isEmpty())
            continue;
        auto key = ledger::parseVerifierKey(line);
        if (!key)
            return fail(usage(u"That is no verifier key: %1"_s.arg(key.error().detail)));
        keys.push_back(*key);
    }
    if (keys.empty())
        return fail(usage(u"There is no verifier key in what --vkey names."_s));
    return keys;
}

Result<std::vector<ledger::OlderCheckpoint>> readCheckpoints(const FsContext &context)
{
    std::vector<ledger::OlderCheckpoint> older;
    for (const QString &path : context.parser.values(u"checkpoint"_s)) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            return fail(usage(u"The checkpoint %1 can't be read: %2."_s.arg(path, file.errorString())));
        older.push_back({.name = path, .note = file.read(ledger::MaxNoteSize + 1)});
    }
    return older;
}

} // namespace

Result<int> fsRead(const FsContext &context)
{
    const QString format = context.parser.value(u"format"_s);
    if (format != "jsonl"_L1 && format != "json"_L1 && format != "table"_L1)
        return fail(usage(u"--format takes jsonl, json or table."_s));
    ASSIGN_OR_RETURN(const ledger::EntryFilter filter, readFilter(context.parser));
    ASSIGN_OR_RETURN(const auto database, openStore(context.paths));

    std::optional<Error> unreadable;
    bool first = true;
    if (format == "json"_L1)
        std::fputs("[", stdout);
    TRY(ledger::LedgerReader(*database).read(filter, [&](LeafIndex, const QByteArray &bytes) {
        if (format == "table"_L1) {
            const auto entry = ledger::parseEntry(bytes);
            if (!entry) {
                unreadable = entry.error();
                return false;
            }
            printRow(*entry);
            return true;
        }
        if (format == "json"_L1 && !first)
            std::fputs(",\n", stdout);
        first = false;
        std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stdout);
        if (format == "jsonl"_L1)
            std::fputc('\n', stdout);
        return std::ferror(stdout) == 0;
    }));
    if (format == "json"_L1)
        std::fputs("]\n", stdout);
    if (unreadable)
        return fail(std::move(*unreadable));
    if (std::fflush(stdout) != 0)
        return fail(ErrorCode::Storage, u"The output can't be written."_s);
    return 0;
}

Result<int> fsVerify(const FsContext &context)
{
    ASSIGN_OR_RETURN(const auto keys, readKeys(context));
    ASSIGN_OR_RETURN(auto older, readCheckpoints(context));
    ASSIGN_OR_RETURN(const auto database, openStore(context.paths));

    engine::Replay replay;
    ledger::VerifyOptions options;
    options.keys = keys;
    options.highWaterPath = context.paths.highWater();
    options.older = std::move(older);
    if (context.parser.isSet(u"full"_s)) {
        options.onEntry = [&](const ledger::EntryFields &entry) { return replay.apply(entry); };
        options.onEnd = [&] { return replay.compare(*database); };
    }
    if (::isatty(STDERR_FILENO)) {
        options.progress = [](TreeSize done, TreeSize total) {
            std::fprintf(stderr, "\r%llu of %llu entries", static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(total));
            return true;
        };
    }
    auto report = ledger::verifyTree(*database, options);
    if (options.progress)
        std::fputs("\r\033[K", stderr);
    if (!report)
        return std::unexpected(std::move(report.error()));
    if (report->ok) {
        std::printf("verified: %llu entries, root %s, key %s, origin %s\n",
            static_cast<unsigned long long>(report->size), toBase64(report->root.view()).constData(),
            report->keyId.constData(), report->origin.toUtf8().constData());
        return 0;
    }
    const QString where = report->firstBad ? u"first bad index %1: "_s.arg(*report->firstBad) : QString();
    std::printf("refused: %s%s (%s)\n", where.toUtf8().constData(), printable(report->damage.toUtf8()).constData(),
        ledger::damageName(report->kind));
    return 1;
}

Result<int> fsCheckpoint(const FsContext &context)
{
    ASSIGN_OR_RETURN(const auto database, openStore(context.paths));
    ASSIGN_OR_RETURN(const ledger::Head head, ledger::LedgerReader(*database).head());
    std::fwrite(head.checkpoint.constData(), 1, size_t(head.checkpoint.size()), stdout);
    return 0;
}

Result<int> fsVkey(const FsContext &context)
{
    QFile file(context.paths.ledgerVkey());
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Refused, u"%1 can't be read: %2."_s.arg(file.fileName(), file.errorString()));
    const QByteArray text = file.read(64 * 1024);
    std::fwrite(text.constData(), 1, size_t(text.size()), stdout);
    return 0;
}

} // namespace app
