// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs export: makes the file from the checkpoint as it is, then has the ledger record that it was made.

#include "app/exportrecord.h"
#include "app/fsinput.h"
#include "app/fsprogress.h"
#include "app/options.h"
#include "service/core/encoding.h"
#include "service/core/visibletext.h"
#include "service/report/export.h"
#include "service/report/query.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace app {

namespace {

constexpr qint64 LongestQuery = 1024 * 1024;

volatile std::sig_atomic_t stopAsked = 0;

// While it lives, a signal to stop only sets stopAsked, so that the unfinished file is taken away before the end.
// Signals that were ignored (nohup) stay so.
class StopSignals
{
public:
    StopSignals()
    {
        struct sigaction action = {};
        action.sa_handler = [](int) { stopAsked = 1; };
        for (size_t i = 0; i < Numbers.size(); ++i) {
            ::sigaction(Numbers[i], nullptr, &m_before[i]);
            if (m_before[i].sa_handler != SIG_IGN)
                ::sigaction(Numbers[i], &action, nullptr);
        }
    }
    ~StopSignals()
    {
        for (size_t i = 0; i < Numbers.size(); ++i)
            ::sigaction(Numbers[i], &m_before[i], nullptr);
    }
    Q_DISABLE_COPY_MOVE(StopSignals)

private:
    static constexpr std::array Numbers{SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, Numbers.size()> m_before = {};
};

QString userName()
{
    const struct passwd *user = ::getpwuid(::getuid());
    return user ? QString::fromLocal8Bit(user->pw_name) : u"user %1"_s.arg(::getuid());
}

// From --query: the JSON of a bundle's query.json, or the query alone.
Result<ledger::EntryFilter> readQueryFile(const QString &name)
{
    QFile file(name);
    const bool opened = name == "-"_L1 ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!opened)
        return fail(fsUsage(u"The query %1 can't be read: %2."_s.arg(name, file.errorString())));
    const QByteArray text = file.read(LongestQuery + 1);
    const auto parsed = text.size() > LongestQuery
        ? fail(ErrorCode::TooLarge, u"it has more than %1 bytes"_s.arg(LongestQuery))
        : json::parse(text);
    if (!parsed)
        return fail(fsUsage(u"The query %1 can't be taken: %2"_s.arg(name, parsed.error().detail)));
    const json::Value *query = parsed->find("query");
    json::ObjectReader reader(query ? *query : *parsed);
    ledger::EntryFilter filter = report::readQuery(reader);
    if (auto read = reader.finish(); !read) {
        const FieldError &field = read.error().fields.first();
        return fail(fsUsage(u"The query %1 can't be taken: %2 %3."_s.arg(name, field.pointer.mid(1), field.detail)));
    }
    return filter;
}

Result<report::ExportRequest> readRequest(const FsContext &context)
{
    const QCommandLineParser &parser = context.parser;
    const auto format = report::formatNamed(parser.value(u"format"_s).toUtf8());
    if (!format)
        return fail(fsUsage(u"--format is needed: bundle, jsonl, csv, html or pdf."_s));
    const QString path = parser.value(u"out"_s);
    if (path.isEmpty() != parser.isSet(u"dry-run"_s))
        return fail(fsUsage(
            path.isEmpty() ? u"--out is needed: where to write."_s : u"--dry-run writes nothing: leave --out away."_s));
    report::ExportRequest request{.files = {.database = context.paths.database(),
                                      .vkey = context.paths.ledgerVkey(),
                                      .highWater = context.paths.highWater()},
        .filter = {},
        .format = *format,
        .preparedBy = parser.isSet(u"prepared-by"_s) ? parser.value(u"prepared-by"_s) : userName(),
        .path = path.isEmpty() ? path : QFileInfo(path).absoluteFilePath(),
        .keyFile = context.paths.ledgerKey()};
    ASSIGN_OR_RETURN(request.filter, readFsFilter(parser));
    if (parser.isSet(u"query"_s)) {
        if (report::queryJson(request.filter) != "{}")
            return fail(fsUsage(u"--query and filters exclude each other."_s));
        ASSIGN_OR_RETURN(request.filter, readQueryFile(parser.value(u"query"_s)));
    }
    ASSIGN_OR_RETURN(request.passphrase, readPassphrase(parser));
    if (const auto fits = engine::checkExportQuery(report::queryJson(request.filter));
        !fits && !parser.isSet(u"no-entry"_s))
        return fail(fsUsage(fits.error().detail + u" Or leave it unrecorded with --no-entry."_s));
    return request;
}

// The export stands whatever becomes of its record.
std::optional<LeafIndex> record(
    const FsContext &context, const report::ExportRequest &request, const report::ExportResult &made)
{
    const auto recorded = [&]() -> Result<LeafIndex> {
        return recordExport(context.paths,
            {.format = report::formatName(request.format),
                .query = made.query,
                .rows = made.rows,
                .reportId = made.reportId},
            request.passphrase);
    }();
    if (recorded)
        return *recorded;
    complainFs({.code = recorded.error().code,
        .detail = u"The export is whole, but the ledger has no entry about it: "_s + recorded.error().detail});
    return {};
}

} // namespace

Result<int> fsExport(const FsContext &context)
{
    ASSIGN_OR_RETURN(const report::ExportRequest request, readRequest(context));
    ASSIGN_OR_RETURN([[maybe_unused]] const auto readable, openFsStore(context.paths));
    FsProgress progress(FsProgress::Output::Quiet);
    const auto made = [&] {
        const StopSignals signals; // not while the record is waited for: the file stands by then
        return report::runExport(request, [&](quint64 done, quint64 total) {
            progress.show(done, total);
            return stopAsked == 0;
        });
    }();
    progress.end();
    if (!made) {
        complainFs(made.error());
        return 1;
    }
    if (!made->unsignedWhy.isEmpty())
        complainFs({.code = ErrorCode::Refused,
            .detail = u"The bundle is whole, but its manifest is not signed: "_s + made->unsignedWhy});
    const bool isRehearsal = request.path.isEmpty();
    std::optional<LeafIndex> index;
    if (!isRehearsal && !context.parser.isSet(u"no-entry"_s))
        index = record(context, request, *made);
    std::printf("%s: %llu entries, format %s, report %s, tree size %llu, root %s",
        isRehearsal ? "would export" : "exported", static_cast<unsigned long long>(made->rows),
        report::formatName(request.format).constData(), made->reportId.constData(),
        static_cast<unsigned long long>(made->treeSize), toBase64(made->root.view()).constData());
    if (index)
        std::printf(", recorded as entry %llu", static_cast<unsigned long long>(*index));
    if (!made->unsignedWhy.isEmpty())
        std::fputs(", manifest not signed", stdout);
    std::fputc('\n', stdout);
    TRY(flushFsOutput());
    return 0;
}

} // namespace app
