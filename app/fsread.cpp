// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fsinput.h"
#include "app/fsprogress.h"
#include "service/core/visibletext.h"
#include "service/ledger/entry.h"
#include "service/ledger/entryparts.h"

#include <cstdio>

using namespace Qt::StringLiterals;

namespace app {

namespace {

enum class Format
{
    JsonLines,
    Json,
    Table
};

Result<Format> readFormat(const QCommandLineParser &parser)
{
    const QString name = parser.value(u"format"_s);
    if (name.isEmpty() || name == "jsonl"_L1)
        return Format::JsonLines;
    if (name == "json"_L1)
        return Format::Json;
    if (name == "table"_L1)
        return Format::Table;
    return fail(fsUsage(u"--format takes jsonl, json or table."_s));
}

void printRow(const ledger::EntryFields &entry)
{
    const auto orDash = [](const QByteArray &text) {
        return text.isEmpty() ? "-"_ba : visibleText(QString::fromUtf8(text)).toUtf8();
    };
    std::printf("%8llu  %s  %-18s  %-20s  %-8s  %s\n", static_cast<unsigned long long>(entry.index),
        formatTime(entry.time).constData(), orDash(entry.eventType).constData(),
        orDash(entry.tenant.text()).constData(), ledger::outcomeName(entry.outcome).data(),
        orDash(entry.actor.subject.isEmpty() ? entry.actor.tokenId.text() : entry.actor.subject).constData());
}

} // namespace

Result<int> fsRead(const FsContext &context)
{
    ASSIGN_OR_RETURN(const Format format, readFormat(context.parser));
    ASSIGN_OR_RETURN(const ledger::EntryFilter filter, readFsFilter(context.parser));
    ASSIGN_OR_RETURN(const auto database, openFsStore(context.paths));

    std::optional<Error> unreadable;
    bool first = true;
    if (format == Format::Json)
        std::fputs("[", stdout);
    std::uint64_t left = filter.limit.value_or(UINT64_MAX);
    const auto sink = [&](LeafIndex, const QByteArray &bytes) {
        --left;
        if (format == Format::Table) {
            const auto entry = ledger::parseEntry(bytes);
            if (!entry) {
                unreadable = entry.error();
                return false;
            }
            printRow(*entry);
            return std::ferror(stdout) == 0;
        }
        if (format == Format::Json && !first)
            std::fputs(",\n", stdout);
        first = false;
        std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stdout);
        if (format == Format::JsonLines)
            std::fputc('\n', stdout);
        return std::ferror(stdout) == 0;
    };
    ledger::LedgerReader reader(*database);
    ledger::EntryParts parts(filter);
    FsProgress progress(FsProgress::Output::Running);
    while (left > 0 && !unreadable && std::ferror(stdout) == 0) {
        ASSIGN_OR_RETURN(auto part, parts.next(reader));
        if (!part)
            break;
        part->limit = left;
        TRY(reader.read(*part, sink));
        progress.show(parts.done(), parts.total());
    }
    progress.end();
    if (unreadable)
        return fail(std::move(*unreadable));
    if (format == Format::Json)
        std::fputs("]\n", stdout);
    TRY(flushFsOutput());
    return 0;
}

} // namespace app
