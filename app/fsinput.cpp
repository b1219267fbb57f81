// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/fsinput.h"

#include "app/options.h"
#include "service/core/encoding.h"
#include "service/ledger/entry.h"
#include "service/store/schema.h"

#include <QtCore/qfile.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace app {

Error fsUsage(const QString &sentence)
{
    return {.code = ErrorCode::Usage, .detail = sentence + u" See --help."_s};
}

void complainFs(const Error &error)
{
    complain("service-fs", error);
}

Result<void> flushFsOutput()
{
    if (std::ferror(stdout) == 0 && std::fflush(stdout) == 0)
        return {};
    return fail(ErrorCode::Storage, u"The output can't be written: %1."_s.arg(qt_error_string(errno)));
}

Result<void> checkFsDirectory(const engine::DataPaths &paths)
{
    const QByteArray database = QFile::encodeName(paths.database());
    struct stat info;
    if (::stat(database.constData(), &info) == 0 && !S_ISREG(info.st_mode)) // a FIFO would be waited for
        return fail(ErrorCode::Refused,
            u"%1 is no file but %2: it can't hold a ledger. Put the database back, or check --data-dir."_s.arg(
                paths.database(), S_ISDIR(info.st_mode) ? u"a directory"_s : u"a FIFO or a device"_s));
    if (::faccessat(AT_FDCWD, database.constData(), R_OK, AT_EACCESS) == 0)
        return {};
    const int number = errno;
    if (number == ENOENT || number == ENOTDIR)
        return fail(
            ErrorCode::Refused, u"%1 holds no ledger: there is no tenants.db. Check --data-dir."_s.arg(paths.root));
    return fail(ErrorCode::Refused,
        u"%1 can't be read: %2. Run service-fs as the user whose directory it is."_s.arg(
            paths.database(), qt_error_string(number)));
}

Result<std::unique_ptr<store::Database>> openFsStore(const engine::DataPaths &paths)
{
    TRY(checkFsDirectory(paths));
    ASSIGN_OR_RETURN(auto database, store::Database::open(paths.database(), store::Database::Mode::ReadOnly));
    TRY(store::checkSchema(*database));
    return database;
}

Result<ledger::EntryFilter> readFsFilter(const QCommandLineParser &parser)
{
    ledger::EntryFilter filter;
    for (const QString &term : parser.values(u"filter"_s)) {
        if (auto added = filter.add(term.toUtf8()); !added)
            return fail(fsUsage(added.error().detail));
    }
    for (const QString &type : parser.values(u"event-type"_s)) {
        if (!ledger::isEventType(type.toUtf8()))
            return fail(fsUsage(u"\"%1\" is no event type; they look like TENANT_CREATED."_s.arg(type)));
        filter.eventTypes.append(type.toUtf8());
    }
    for (const auto &[name, at] : {std::pair(u"since"_s, &filter.since), {u"until"_s, &filter.until}}) {
        if (!parser.isSet(name))
            continue;
        *at = parseTime(parser.value(name).toUtf8());
        if (!*at)
            return fail(fsUsage(u"--%1 takes a time such as 2026-11-23T18:00:00Z, or a date."_s.arg(name)));
    }
    if (parser.isSet(u"from"_s)) {
        const auto index = parseDecimal(parser.value(u"from"_s).toUtf8(), INT64_MAX);
        if (!index)
            return fail(fsUsage(u"--from takes the index of an entry."_s));
        filter.from = *index;
    }
    if (parser.isSet(u"limit"_s)) {
        filter.limit = parseDecimal(parser.value(u"limit"_s).toUtf8(), INT64_MAX);
        if (!filter.limit)
            return fail(fsUsage(u"--limit takes a whole number."_s));
    }
    filter.reverse = parser.isSet(u"reverse"_s);
    return filter;
}

} // namespace app
