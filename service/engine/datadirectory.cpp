// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/datadirectory.h"

#include "service/engine/trouble.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

// Moved up in this order; the lock file of a directory is the directory itself.
constexpr std::array Pieces{
    "restored", "tenants.db", "keys", "ledger.vkey", "admin.token", "high-water", "audit-exports"};

constexpr quint64 SmallestRoom = 1024 * 1024; // bytes; a new directory needs about half
constexpr int DiskFull = 13; // SQLite's code

QString systemReason()
{
    return QString::fromLocal8Bit(std::strerror(errno));
}

// isHeld() looks by locking for a moment: that must not pass for a process that holds the directory.
bool lockAlone(int fd)
{
    constexpr int Attempts = 5;
    constexpr timespec Moment{.tv_sec = 0, .tv_nsec = 5'000'000};
    for (int i = 0; i < Attempts; ++i) {
        if (i > 0)
            ::nanosleep(&Moment, nullptr);
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
    }
    return false;
}

QByteArray native(const QString &path)
{
    return QFile::encodeName(path);
}

Result<void> syncDirectory(const QString &path)
{
    const int fd = ::open(native(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ::fsync(fd) != 0) {
        const QString reason = systemReason();
        if (fd >= 0)
            ::close(fd);
        return fail(ErrorCode::Storage, u"%1 can't be synced: %2."_s.arg(path, reason));
    }
    ::close(fd);
    return {};
}

QStringList contents(const QString &path)
{
    return QDir(path).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
}

// Of a folder whose pieces are to move up: a database with its log still beside it is none. An earlier version could
// leave such a one when the disk was full.
Result<void> checkPieces(const QString &folder)
{
    for (const QString &name : contents(folder)) {
        if (!std::ranges::contains(Pieces, name, [](const char *piece) { return QLatin1StringView(piece); }))
            return fail(ErrorCode::Refused,
                u"%1 is left from a first start that was cut short, as by a full disk, and its database is incomplete "
                "(%2 is no piece of it). Nothing was ever served from it; remove all of %3 and start again."_s.arg(
                    folder, name, QFileInfo(folder).path()));
    }
    return {};
}

Result<void> checkMode(const QString &path, bool directory)
{
    struct stat info;
    if (::lstat(native(path).constData(), &info) != 0)
        return fail(ErrorCode::Refused, u"%1 can't be read: %2."_s.arg(path, systemReason()));
    if (directory ? !S_ISDIR(info.st_mode) : !S_ISREG(info.st_mode))
        return fail(ErrorCode::Refused,
            u"%1 is no %2. It was left alone."_s.arg(path, directory ? u"directory"_s : u"regular file"_s));
    if (info.st_mode & 077)
        return fail(ErrorCode::Refused,
            u"Others can read %1. Close it first: chmod %2 '%1'"_s.arg(path, directory ? u"700"_s : u"600"_s));
    if (info.st_uid != ::geteuid())
        return fail(ErrorCode::Refused, u"%1 belongs to another user. Run as its owner."_s.arg(path));
    return {};
}

} // namespace

QString defaultDataDirectory()
{
    if (const QString own = qEnvironmentVariable("TENANT_CONSOLE_DATA_DIR"); !own.isEmpty())
        return own;
    if (const QString data = qEnvironmentVariable("XDG_DATA_HOME"); data.startsWith(u'/'))
        return data + "/tenant-console"_L1;
    return QDir::homePath() + "/.local/share/tenant-console"_L1;
}

bool isHeld(const QString &path)
{
    const int fd = ::open(native(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(fd);
    return held;
}

Result<void> checkDataDirectory(const DataPaths &paths)
{
    TRY(checkMode(paths.root, true));
    const QStringList there = contents(paths.root);
    const bool any =
        std::ranges::any_of(Pieces, [&](const char *name) { return there.contains(QLatin1StringView(name)); });
    if (!any) {
        return fail(ErrorCode::Refused,
            there.isEmpty() ? u"%1 is empty: no server has made its data there yet."_s.arg(paths.root)
                            : u"%1 holds something else (%2). It was left alone; choose another --data-dir."_s.arg(
                                paths.root, there.first()));
    }
    for (const auto &[path, what] :
        {std::pair(paths.database(), u"the database"_s), {paths.highWater(), u"the mark of the ledger"_s},
            {paths.tokenKey(), u"the key of the tokens"_s}, {paths.ledgerKey(), u"the key of the ledger"_s},
            {paths.ledgerVkey(), u"the public key of the ledger"_s}}) {
        if (!QFile::exists(path))
            return fail(ErrorCode::Refused,
                u"%1 is missing (%2). Nothing was made in its place; restore it from a backup."_s.arg(path, what));
        TRY(checkMode(path, false));
        if (QFileInfo(path).size() == 0)
            return fail(ErrorCode::Refused,
                u"%1 is empty (%2). It was left alone; restore it from a backup."_s.arg(path, what));
    }
    // It may be missing (a new one can be made), but it is a credential.
    if (QFileInfo(paths.adminToken()).isSymLink() || QFile::exists(paths.adminToken()))
        TRY(checkMode(paths.adminToken(), false));
    // It may be missing too, and holds what the ledger says.
    if (QFileInfo(paths.auditExports()).isSymLink() || QFile::exists(paths.auditExports()))
        TRY(checkMode(paths.auditExports(), true));
    return checkMode(paths.keys(), true);
}

Result<void> checkWritable(const DataPaths &paths)
{
    for (const QString &path : {paths.root, paths.database(), paths.highWater()}) {
        if (::faccessat(AT_FDCWD, native(path).constData(), W_OK, AT_EACCESS) != 0)
            return fail(ErrorCode::Refused,
                u"%1 can't be written: %2. Nothing was changed; make it writable or choose another --data-dir."_s.arg(
                    path, systemReason()));
    }
    return {};
}

Result<std::unique_ptr<DataDirectory>> DataDirectory::lock(
    const QString &path, const std::function<Result<void>(const DataPaths &)> &build)
{
    const QString root = QDir::cleanPath(QDir(path).absolutePath());
    const bool there = QFile::exists(root);
    if (!there) {
        const QString parent = QFileInfo(root).path();
        if (!QDir().mkpath(parent) || ::mkdir(native(root).constData(), 0700) != 0)
            return fail(ErrorCode::Refused, u"The data directory %1 can't be made: %2."_s.arg(root, systemReason()));
    }
    const int fd = ::open(native(root).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(ErrorCode::Refused, u"The data directory %1 can't be opened: %2."_s.arg(root, systemReason()));
    std::unique_ptr<DataDirectory> directory(new DataDirectory({root}, fd));
    if (!lockAlone(fd))
        return fail(ErrorCode::Refused, u"The data directory %1 is held by another process."_s.arg(root));
    TRY(checkMode(root, true));
    if (auto filled = directory->fill(build); !filled) {
        if (!there)
            ::rmdir(native(root).constData());
        return std::unexpected(std::move(filled.error()));
    }
    return directory;
}

DataDirectory::DataDirectory(DataPaths paths, int fd)
    : m_paths(std::move(paths))
    , m_fd(fd)
{
}

DataDirectory::~DataDirectory()
{
    ::close(m_fd);
}

Result<void> DataDirectory::fill(const std::function<Result<void>(const DataPaths &)> &build)
{
    const QString creating = m_paths.root + "/.creating"_L1, created = m_paths.root + "/.created"_L1;
    // Only what an interrupted first start can have left counts as ours to go on with.
    const QStringList there = contents(m_paths.root);
    const bool unfinished = there == QStringList{u".creating"_s};
    if (there.isEmpty() || unfinished) {
        if (unfinished && !QDir(creating).removeRecursively())
            return fail(
                ErrorCode::Storage, u"%1 is left from an interrupted start and can't be removed."_s.arg(creating));
        const auto made = [&]() -> Result<void> {
            if (::mkdir(native(creating).constData(), 0700) != 0)
                return fail(ErrorCode::Storage, u"%1 can't be written: %2."_s.arg(m_paths.root, systemReason()));
            TRY(build({creating}));
            TRY(checkPieces(creating));
            TRY(syncDirectory(creating + "/keys"_L1));
            TRY(syncDirectory(creating));
            if (::rename(native(creating).constData(), native(created).constData()) != 0)
                return fail(ErrorCode::Storage, u"%1 can't be renamed: %2."_s.arg(creating, systemReason()));
            return {};
        }();
        if (!made) {
            const bool full = made.error().sqlite == DiskFull || hasLessRoomThan(SmallestRoom, m_paths.root);
            QDir(creating).removeRecursively();
            if (full)
                return fail(ErrorCode::Refused,
                    u"%1 can't be filled: the disk is full. Nothing was made; make room or choose another --data-dir."_s
                        .arg(m_paths.root));
            return made;
        }
        m_new = true;
        TRY(syncDirectory(m_paths.root));
    }
    if (QFile::exists(created)) {
        TRY(checkPieces(created));
        for (const char *name : Pieces) {
            const QString from = created + u'/' + QLatin1StringView(name);
            const QString to = m_paths.root + u'/' + QLatin1StringView(name);
            if (::rename(native(from).constData(), native(to).constData()) != 0 && errno != ENOENT)
                return fail(ErrorCode::Storage,
                    u"%1 can't be moved to %2: %3. The next start goes on from there."_s.arg(from, to, systemReason()));
        }
        TRY(syncDirectory(m_paths.root));
        if (::rmdir(native(created).constData()) != 0)
            return fail(ErrorCode::Storage, u"%1 can't be removed: %2."_s.arg(created, systemReason()));
        TRY(syncDirectory(m_paths.root));
    }
    TRY(checkDataDirectory(m_paths));
    return checkWritable(m_paths);
}

} // namespace engine
