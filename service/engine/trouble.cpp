// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/trouble.h"

#include <QtCore/qfile.h>

#include <sys/statvfs.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr quint64 LeastRoom = 64 * 1024; // bytes: SQLite's index of the log and a page

// Primary result codes of SQLite.
constexpr int NoMemory = 7, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13;

bool isMountedReadOnly(const QString &folder)
{
    struct statvfs info;
    return ::statvfs(QFile::encodeName(folder).constData(), &info) == 0 && (info.f_flag & ST_RDONLY);
}

} // namespace

Trouble troubleOf(const Error &error, const QString &folder)
{
    if (error.reason == "moved")
        return {u"Files of the database were moved, deleted or replaced while they were in use."_s,
            u"Put them back. Where they are gone this does not mend itself: stop the server, restore a backup and "
            u"start "
            "again."_s};
    if (error.reason == "rollback")
        return {u"An older database was put in place while the server runs."_s,
            u"This does not mend itself: stop the server, put the newer database back, and start again."_s};
    if (error.code == ErrorCode::Corrupt || error.sqlite == Corrupt)
        return {u"The database is damaged."_s,
            u"Stop the server, see what service-fs verify --full says, and restore a backup."_s};
    if (isMountedReadOnly(folder))
        return {u"The file system is mounted read-only."_s,
            u"Make it writable again; then writing goes on by itself."_s, u"make it writable"_s};
    const bool noRoom = error.sqlite == InputOutput && hasLessRoomThan(LeastRoom, folder);
    switch (noRoom ? Full : error.sqlite) {
    case Full:
        return {u"The disk is full."_s, u"Make room on it; then writing goes on by itself."_s, u"make room on it"_s};
    case InputOutput:
        return {u"The disk reports errors."_s, u"See to it; when it works again, writing goes on by itself."_s,
            u"see to it"_s};
    case ReadOnly:
        return {u"The database can't be written."_s,
            u"Make the data directory writable again; then writing goes on by itself."_s,
            u"make the data directory writable"_s};
    case NoMemory:
        return {u"There is no memory left."_s, u"Free some; then writing goes on by itself."_s, u"free some"_s};
    default:
        break;
    }
    if (error.reason == "mark")
        return {u"The high-water mark can't be written."_s,
            u"See to the disk, or make room on it; then writing goes on by itself."_s};
    return {u"The store failed; the server's log says why."_s,
        u"See to what the log says; it is tried again every second."_s};
}

Error ledgerUnavailable(const Trouble &trouble, bool mayBeMade)
{
    if (mayBeMade)
        return {.code = ErrorCode::LedgerUnavailable,
            .detail =
                u"The change may not have been made: the disk failed while it was recorded. %1 Look whether it is "
                "there before you ask again, or ask with the Idempotency-Key it had; reading goes on."_s.arg(
                    trouble.why)};
    return {.code = ErrorCode::LedgerUnavailable,
        .detail = u"The change was not made, because it can't be recorded. %1 Try again later; reading goes on."_s.arg(
            trouble.why)};
}

Error startRefusal(Error error, const Trouble &published, const QString &folder)
{
    if (error.code == ErrorCode::Corrupt)
        return {.code = ErrorCode::Refused,
            .detail =
                u"%1 can't be served: what it holds is damaged. %2 Nothing in it was changed; keep it as it is, see "
                "what service-fs verify --full --data-dir %1 says, and restore a backup into another directory."_s.arg(
                    folder, error.detail)};
    const bool unrecorded = error.code == ErrorCode::LedgerUnavailable;
    if (!unrecorded && (error.code != ErrorCode::Storage || error.sqlite == 0))
        return error;
    const Trouble trouble = unrecorded ? published : troubleOf(error, folder);
    if (trouble.atStart.isEmpty())
        return error;
    const QString why = trouble.why.first(1).toLower() + trouble.why.sliced(1).chopped(1);
    return {.code = ErrorCode::Refused,
        .detail = u"%1 can't be served: %2. Nothing in it was changed; %3 and start again."_s.arg(
            folder, why, trouble.atStart)};
}

bool hasLessRoomThan(quint64 bytes, const QString &folder)
{
    struct statvfs info;
    return ::statvfs(QFile::encodeName(folder).constData(), &info) == 0
        && quint64(info.f_bavail) * info.f_frsize < bytes;
}

} // namespace engine
