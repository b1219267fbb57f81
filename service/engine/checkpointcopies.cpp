// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/checkpointcopies.h"

#include "service/crypto/secretfile.h"
#include "service/ledger/checkpoint.h"
#include "service/ledger/reader.h"
#include "service/ledger/rollbacks.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr std::chrono::milliseconds Pause(200); // between two copies to one place: each waits for its disk
constexpr std::chrono::seconds Retry(1), LongestFarewell(1);
constexpr qsizetype MostKept = 64 * 1024; // of what a file may hold and still be a checkpoint of ours

std::unexpected<Error> systemError(const QString &path)
{
    const int number = errno;
    return fail(ErrorCode::Storage,
        number == ENXIO ? u"%1 is read by nobody"_s.arg(path) : u"%1: %2"_s.arg(path, qt_error_string(number)));
}

Result<void> writeTo(int file, const QByteArray &bytes, const QString &path)
{
    qsizetype done = 0;
    while (done < bytes.size()) {
        const auto put = ::write(file, bytes.constData() + done, size_t(bytes.size() - done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return systemError(path);
        done += put;
    }
    return {};
}

std::optional<ledger::Checkpoint> checkpointIn(const QByteArray &bytes)
{
    const auto note = ledger::parseNote(bytes);
    const auto checkpoint = note ? ledger::parseCheckpoint(note->text) : fail(ErrorCode::Corrupt, {});
    return checkpoint ? std::optional(*checkpoint) : std::nullopt;
}

// At most so much as a checkpoint may have.
Result<QByteArray> readKept(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Storage, u"%1: %2"_s.arg(path, file.errorString()));
    return file.read(MostKept);
}

Result<void> replaceFile(const QString &path, const QByteArray &note)
{
    const QString fresh = path + ".new"_L1;
    const QByteArray from = QFile::encodeName(fresh);
    ::unlink(from.constData());
    const int file = ::open(from.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0)
        return systemError(fresh);
    ::fchmod(file, 0644); // whatever the umask: an auditor reads it
    auto written = writeTo(file, note, fresh);
    if (written && ::fsync(file) != 0)
        written = systemError(fresh);
    ::close(file);
    if (written && ::rename(from.constData(), QFile::encodeName(path).constData()) != 0)
        written = systemError(path);
    if (!written)
        ::unlink(from.constData());
    return written;
}

// Of a name that the log had before a rollback was accepted. A file of that name is never replaced.
Result<void> keepBeside(
    const QString &path, const ledger::Checkpoint &there, std::uint64_t name, const QByteArray &bytes)
{
    const QString beside = path + (name == 0 ? u"."_s : u".r%1-"_s.arg(name)) + QString::number(there.size);
    if (!QFileInfo::exists(beside))
        return replaceFile(beside, bytes);
    ASSIGN_OR_RETURN(const QByteArray kept, readKept(beside));
    if (kept != bytes)
        return fail(ErrorCode::Refused,
            u"%1 has to be kept as %2, where another file is; move that one away"_s.arg(path, beside));
    return {};
}

// What is there already may be all that somebody has.
Result<void> makeWay(const QString &path, const QByteArray &note, const MayReplace &mayReplace)
{
    ASSIGN_OR_RETURN(const QByteArray bytes, readKept(path));
    if (bytes.isEmpty())
        return {};
    const auto there = checkpointIn(bytes), fresh = checkpointIn(note);
    if (!there)
        return fail(ErrorCode::Refused, u"%1 holds something else and is left as it is"_s.arg(path));
    if (!fresh)
        return {};
    const QByteArray log = ledger::firstOrigin(fresh->origin);
    const auto name = ledger::originNumber(there->origin, log), newName = ledger::originNumber(fresh->origin, log);
    if (!name || !newName)
        return fail(ErrorCode::Refused,
            u"%1 holds a checkpoint of another log, %2 with %3 entries, and is left as it is: it may be all that tells "
            "of that one. Keep it; name another place, or move it away"_s.arg(
                path, QString::fromUtf8(there->origin), QString::number(there->size)));
    if (*name > *newName || (*name == *newName && there->size > fresh->size))
        return fail(ErrorCode::Refused,
            u"%1 knows %2 entries of this ledger as %3, which has only %4 as %5: the data directory was put back to an "
            "older state. Keep that file; service-fs verify --checkpoint %1 shows it"_s.arg(path,
                QString::number(there->size), QString::fromUtf8(there->origin), QString::number(fresh->size),
                QString::fromUtf8(fresh->origin)));
    if (auto may = mayReplace(bytes); !may) {
        may.error().detail.prepend(path + u' ');
        return may;
    }
    return *name < *newName ? keepBeside(path, *there, *name, bytes) : Result<void>();
}

Error notCompared(Error error)
{
    error.detail.prepend(u"is left as it is, for it can't be compared with this ledger: "_s);
    return error;
}

// It takes the note whole or not at all, being shorter than PIPE_BUF.
Result<void> send(const QString &path, const QByteArray &note)
{
    const int file = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return systemError(path);
    auto written = writeTo(file, note, path);
    ::close(file);
    return written;
}

} // namespace

MayReplace grownFrom(const DataPaths &paths)
{
    return [paths](const QByteArray &note) -> Result<void> {
        ASSIGN_OR_RETURN(
            const QByteArray text, crypto::readSecretFile(paths.ledgerVkey(), MostKept).transform_error(notCompared));
        ASSIGN_OR_RETURN(const auto keys, ledger::parseVerifierKeys(text).transform_error(notCompared));
        const auto opened = ledger::openCheckpoint(note, keys);
        if (!opened)
            return fail(ErrorCode::Refused,
                u"holds a checkpoint under the name of this ledger that none of its keys has signed, and is left as it "
                "is. Keep it; name another place, or move it away"_s);
        ASSIGN_OR_RETURN(const auto database,
            store::Database::open(paths.database(), store::Database::Mode::ReadOnly).transform_error(notCompared));
        ledger::LedgerReader reader(*database);
        ASSIGN_OR_RETURN(const ledger::Head head, reader.head().transform_error(notCompared));
        const auto newest = checkpointIn(head.checkpoint);
        if (newest && newest->origin != opened->checkpoint.origin)
            return {}; // of a name that was given up; kept beside, whatever its history
        auto grown = reader.continues(opened->checkpoint);
        if (!grown && grown.error().code == ErrorCode::Refused)
            return fail(ErrorCode::Refused,
                u"holds a checkpoint of %1 entries that this ledger of %2 does not continue: it is the proof that the "
                "data directory was put back to an older state, or is another log's. Keep that file; service-fs verify "
                "--checkpoint shows it"_s.arg(opened->checkpoint.size)
                    .arg(head.size));
        return grown.transform_error(notCompared);
    };
}

Result<void> copyCheckpoint(const QString &place, const QByteArray &note, const MayReplace &mayReplace)
{
    struct stat info;
    QString path = place;
    bool there = ::stat(QFile::encodeName(path).constData(), &info) == 0;
    if (there && S_ISDIR(info.st_mode)) {
        path += "/checkpoint"_L1;
        there = ::stat(QFile::encodeName(path).constData(), &info) == 0;
    }
    if (!there && errno != ENOENT)
        return systemError(path);
    if (there && !S_ISREG(info.st_mode))
        return send(path, note);
    if (there) {
        path = QFileInfo(path).canonicalFilePath(); // a link stays one
        TRY(makeWay(path, note, mayReplace));
    }
    return replaceFile(path, note);
}

struct CheckpointCopies::Place
{
    const QString path;
    std::mutex mutex; // of what follows; never held for long
    std::condition_variable wake;
    std::optional<QByteArray> newest; // that was not copied yet
    QString trouble; // empty while it works
    bool stopping = false;
    bool left = false; // the object is gone, and the thread is not through
    bool done = false; // the thread is through
    // Held while it is told, which may wait for whoever reads our stderr: so not the mutex that offer() takes. Never
    // together with it.
    std::mutex reporting;
    std::function<void(const QString &)> report; // none once the object is gone

    void tell(const QString &sentence)
    {
        const std::scoped_lock lock(reporting);
        if (report)
            report(sentence);
    }
};

CheckpointCopies::CheckpointCopies(
    const QStringList &places, MayReplace mayReplace, std::function<void(const QString &)> report, Copy copy)
{
    for (const QString &path : places) {
        auto place = std::make_shared<Place>(path);
        place->report = report;
        std::thread([place, mayReplace, copy] { run(place, mayReplace, copy); }).detach();
        m_places.push_back(std::move(place));
    }
}

CheckpointCopies::~CheckpointCopies()
{
    for (const auto &place : m_places) {
        const std::scoped_lock lock(place->mutex);
        place->stopping = true;
        place->wake.notify_all();
    }
    const auto deadline = std::chrono::steady_clock::now() + LongestFarewell;
    for (const auto &place : m_places) {
        const bool done = [&] {
            std::unique_lock lock(place->mutex);
            place->left = !place->wake.wait_until(lock, deadline, [&] { return place->done; });
            return !place->left;
        }();
        if (!done)
            place->tell(u"The checkpoint copy %1 does not answer; it was left without the newest."_s.arg(place->path));
        const std::scoped_lock lock(place->reporting);
        place->report = {};
    }
}

void CheckpointCopies::offer(const QByteArray &note)
{
    for (const auto &place : m_places) {
        const std::scoped_lock lock(place->mutex);
        place->newest = note;
        place->wake.notify_all();
    }
}

QStringList CheckpointCopies::troubles() const
{
    QStringList list;
    for (const auto &place : m_places) {
        const std::scoped_lock lock(place->mutex);
        if (!place->trouble.isEmpty())
            list.append(place->trouble);
    }
    return list;
}

void CheckpointCopies::run(const std::shared_ptr<Place> &place, const MayReplace &mayReplace, const Copy &copy)
{
    QByteArray ours; // what we wrote there last, which is of this ledger
    const MayReplace unlessOurs = [&](const QByteArray &held) {
        return held == ours ? Result<void>() : mayReplace(held);
    };
    // A reader that leaves a FIFO is an error like others; signals meant for the process are not for this thread.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::unique_lock lock(place->mutex);
    while (true) {
        place->wake.wait(lock, [&] { return place->stopping || place->newest; });
        if (!place->newest)
            break;
        const QByteArray note = *std::exchange(place->newest, {});
        const bool last = place->stopping;
        lock.unlock();
        const auto copied = copy(place->path, note, unlessOurs);
        if (copied)
            ours = note;
        lock.lock();
        if (place->left)
            return; // back from a system call in a process that ends: nothing of it may be used any more
        const bool failing = !copied;
        const bool changed = place->trouble.isEmpty() == failing;
        place->trouble = copied
            ? QString()
            : u"The checkpoint is not copied: %1. It is tried again every second."_s.arg(copied.error().detail);
        if (changed) {
            const QString sentence =
                copied ? u"The checkpoint is copied to %1 again."_s.arg(place->path) : place->trouble;
            lock.unlock();
            place->tell(sentence);
            lock.lock();
        }
        if (failing && last)
            break;
        if (failing && !place->newest)
            place->newest = note;
        place->wake.wait_for(lock, failing ? std::chrono::milliseconds(Retry) : Pause, [&] { return place->stopping; });
    }
    place->done = true;
    place->wake.notify_all();
}

} // namespace engine
