// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/copy.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <sqlite3.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace store {

namespace {

struct Closer
{
    void operator()(sqlite3 *connection) const { sqlite3_close_v2(connection); }
};

constexpr qint64 Slack = 64 * 1024; // bytes, beside the pages

std::unexpected<Error> systemError(const QString &path, const QString &doing)
{
    const int number = errno;
    return fail(Error{.code = ErrorCode::Storage,
        .detail = u"%1 can't be %2: %3."_s.arg(path, doing, qt_error_string(number)),
        .sqlite = number == ENOSPC || number == EDQUOT ? SQLITE_FULL : SQLITE_IOERR});
}

Result<qint64> number(Database &database, const char *sql)
{
    ASSIGN_OR_RETURN(auto read, database.prepared(sql));
    TRY(read.run());
    const qint64 value = read.next() ? read.integer(0) : 0;
    TRY(read.finish());
    return value;
}

Result<void> checkRoom(Database &source, const QString &path)
{
    ASSIGN_OR_RETURN(const qint64 pages, number(source, "PRAGMA page_count"));
    ASSIGN_OR_RETURN(const qint64 size, number(source, "PRAGMA page_size"));
    const qint64 needed = pages * size + Slack;
    struct statvfs info;
    if (::statvfs(QFile::encodeName(QFileInfo(path).absolutePath()).constData(), &info) != 0)
        return systemError(QFileInfo(path).absolutePath(), u"asked for its room"_s);
    const qint64 left = qint64(info.f_bavail) * qint64(info.f_frsize);
    if (left < needed)
        return fail(Error{.code = ErrorCode::Storage,
            .detail = u"A copy of %1 takes %2 KiB, and %3 has room for %4. Make room there."_s.arg(source.path())
                          .arg(needed / 1024)
                          .arg(QFileInfo(path).absolutePath())
                          .arg(left / 1024),
            .sqlite = SQLITE_FULL});
    return {};
}

int keepFirst(void *text, int, char **values, char **)
{
    QByteArray &first = *static_cast<QByteArray *>(text);
    if (first.isNull())
        first = values[0];
    return 0;
}

Result<QByteArray> ask(sqlite3 *connection, const char *sql)
{
    QByteArray answer;
    if (sqlite3_exec(connection, sql, keepFirst, &answer, nullptr) != SQLITE_OK)
        return fail(sqlError(connection, u"in \"%1\""_s.arg(QLatin1StringView(sql))));
    return answer;
}

// Into an empty file. Nobody else knows it yet, so no journal protects it; it is synced when it is whole.
Result<void> fill(Database &source, const QString &path)
{
    sqlite3 *opened = nullptr;
    const int code = sqlite3_open_v2(QFile::encodeName(path).constData(), &opened, SQLITE_OPEN_READWRITE, nullptr);
    const std::unique_ptr<sqlite3, Closer> target(opened);
    if (code != SQLITE_OK)
        return fail(sqlError(opened, u"opening "_s + path));
    TRY(ask(opened, "PRAGMA journal_mode = MEMORY"));
    TRY(ask(opened, "PRAGMA synchronous = OFF"));
    sqlite3_backup *backup = sqlite3_backup_init(opened, "main", source.handle(), "main");
    if (!backup)
        return fail(sqlError(opened, u"copying "_s + source.path()));
    const int copied = sqlite3_backup_step(backup, -1); // all of one state
    if (sqlite3_backup_finish(backup) != SQLITE_OK || copied != SQLITE_DONE)
        return fail(sqlError(opened, u"copying "_s + source.path()));
    // The copy says that it has a log, as its source does; it must stand alone.
    TRY(ask(opened, "PRAGMA journal_mode = DELETE"));
    ASSIGN_OR_RETURN(const QByteArray sound, ask(opened, "PRAGMA integrity_check(1)"));
    if (sound != "ok")
        return fail(ErrorCode::Corrupt,
            u"%1 is damaged, and so is a copy of it: %2."_s.arg(source.path(), QString::fromUtf8(sound)));
    return {};
}

Result<void> sync(const QString &path, int flags)
{
    const int file = ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const auto failed = synced ? Result<void>() : systemError(path, u"synced"_s);
    if (file >= 0)
        ::close(file);
    return failed;
}

} // namespace

Result<void> copyDatabase(Database &source, const QString &path)
{
    TRY(checkRoom(source, path));
    const QString growing = path + ".new"_L1;
    QFile::remove(growing); // of a copy that was cut short
    const int made =
        ::open(QFile::encodeName(growing).constData(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made < 0)
        return systemError(growing, u"made"_s);
    ::close(made);
    const auto copied = [&]() -> Result<void> {
        TRY(fill(source, growing));
        TRY(sync(growing, O_RDONLY));
        if (::rename(QFile::encodeName(growing).constData(), QFile::encodeName(path).constData()) != 0)
            return systemError(growing, u"renamed"_s);
        return sync(QFileInfo(path).absolutePath(), O_RDONLY | O_DIRECTORY);
    }();
    if (!copied)
        QFile::remove(growing);
    return copied;
}

} // namespace store
