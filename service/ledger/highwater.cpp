// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/highwater.h"

#include <QtCore/qendian.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

constexpr QByteArrayView Magic = "TCHWMARK";
constexpr qsizetype SlotSize = 4096, HeadSize = 20, SumSize = 32;
constexpr qsizetype MaxMark = SlotSize - HeadSize - SumSize;

struct Slot
{
    std::uint64_t sequence;
    QByteArray mark;
};

std::unexpected<Error> systemError(ErrorCode code, const QString &path, const QString &doing)
{
    const int number = errno;
    return fail(code, u"The high-water mark %1 can't be %2: %3."_s.arg(path, doing, qt_error_string(number)));
}

QByteArray slotBytes(std::uint64_t sequence, const QByteArray &mark)
{
    QByteArray bytes(HeadSize, '\0');
    std::ranges::copy(Magic, bytes.begin());
    qToBigEndian(quint64(sequence), bytes.data() + 8);
    qToBigEndian(quint32(mark.size()), bytes.data() + 16);
    bytes += mark;
    return bytes.append(crypto::sha256(bytes).view());
}

// Nothing where a write was cut short, or never was.
std::optional<Slot> parseSlot(QByteArrayView bytes, std::uint64_t number)
{
    if (bytes.size() < HeadSize + SumSize || !bytes.startsWith(Magic))
        return {};
    const auto sequence = qFromBigEndian<quint64>(bytes.data() + 8);
    const auto length = qsizetype(qFromBigEndian<quint32>(bytes.data() + 16));
    if (sequence % 2 != number || length < 1 || length > bytes.size() - HeadSize - SumSize)
        return {};
    const QByteArrayView content = bytes.first(HeadSize + length);
    if (crypto::sha256(content).view() != bytes.sliced(HeadSize + length, SumSize))
        return {};
    return Slot{sequence, content.sliced(HeadSize).toByteArray()};
}

Result<Slot> newestSlot(int file, const QString &path)
{
    QByteArray bytes(2 * SlotSize, '\0');
    qsizetype size = 0;
    while (size < bytes.size()) {
        const auto got = ::pread(file, bytes.data() + size, std::size_t(bytes.size() - size), size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError(ErrorCode::Storage, path, u"read"_s);
        if (got == 0)
            break;
        size += got;
    }
    if (size == 0)
        return fail(ErrorCode::Corrupt, u"The high-water mark %1 is empty."_s.arg(path));
    const QByteArrayView view(bytes); // zeros past the end of a short file: no slot
    const auto even = parseSlot(view.first(SlotSize), 0), odd = parseSlot(view.sliced(SlotSize), 1);
    if (!even && !odd)
        return fail(ErrorCode::Corrupt, u"The high-water mark %1 has no whole slot."_s.arg(path));
    return !odd || (even && even->sequence > odd->sequence) ? *even : *odd;
}

// Also refuses links: the mark must lie where we put it.
int openFile(const QString &path, int flags)
{
    return ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

} // namespace

HighWater::HighWater(int file, QString path)
    : m_file(file)
    , m_path(std::move(path))
{
}

HighWater::~HighWater()
{
    ::close(m_file);
}

Result<std::unique_ptr<HighWater>> HighWater::create(const QString &path, const QByteArray &signedCheckpoint)
{
    const int file = openFile(path, O_RDWR | O_CREAT | O_EXCL);
    if (file < 0)
        return systemError(errno == EEXIST ? ErrorCode::Refused : ErrorCode::Storage, path, u"made"_s);
    std::unique_ptr<HighWater> mark(new HighWater(file, path));
    // Both slots have their room from the start: a mark must not fail because the disk is full.
    if (const int failed = ::posix_fallocate(file, 0, 2 * SlotSize); failed != 0) {
        errno = failed;
        return systemError(ErrorCode::Storage, path, u"made"_s);
    }
    TRY(mark->update(signedCheckpoint));
    TRY(mark->sync());
    // Its name, too, must be on disk.
    const int folder = openFile(QFileInfo(path).absolutePath(), O_RDONLY | O_DIRECTORY);
    const bool synced = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0)
        ::close(folder);
    if (!synced)
        return systemError(ErrorCode::Storage, path, u"synced"_s);
    return mark;
}

Result<std::unique_ptr<HighWater>> HighWater::open(const QString &path)
{
    const int file = openFile(path, O_RDWR);
    if (file < 0)
        return systemError(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Storage, path, u"opened"_s);
    std::unique_ptr<HighWater> mark(new HighWater(file, path));
    ASSIGN_OR_RETURN(Slot newest, newestSlot(file, path));
    mark->m_sequence = newest.sequence;
    mark->m_newest = std::move(newest.mark);
    return mark;
}

Result<QByteArray> HighWater::readNote(const QString &path)
{
    const int file = openFile(path, O_RDONLY);
    if (file < 0)
        return systemError(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Storage, path, u"opened"_s);
    // A writer that overtakes us twice within one read can spoil both slots for our eyes, hardly ever thrice.
    auto newest = newestSlot(file, path);
    for (int again = 0; again < 2 && !newest; ++again)
        newest = newestSlot(file, path);
    ::close(file);
    return newest.transform([](Slot &slot) { return std::move(slot.mark); });
}

Result<SignedCheckpoint> HighWater::read(const QString &path, std::span<const VerifierKey> known)
{
    ASSIGN_OR_RETURN(const QByteArray note, readNote(path));
    auto opened = openCheckpoint(note, known);
    if (!opened)
        opened.error().detail.prepend(u"The high-water mark %1: "_s.arg(path));
    return opened;
}

Result<void> HighWater::update(const QByteArray &signedCheckpoint)
{
    if (signedCheckpoint.isEmpty() || signedCheckpoint.size() > MaxMark)
        return fail(
            ErrorCode::TooLarge, u"A checkpoint of %1 bytes is no high-water mark."_s.arg(signedCheckpoint.size()));
    if (signedCheckpoint == m_newest)
        return {};
    const QByteArray bytes = slotBytes(m_sequence + 1, signedCheckpoint);
    const qsizetype offset = (m_sequence + 1) % 2 == 0 ? 0 : SlotSize;
    qsizetype done = 0;
    while (done < bytes.size()) {
        const auto put = ::pwrite(m_file, bytes.constData() + done, std::size_t(bytes.size() - done), offset + done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return systemError(ErrorCode::Storage, m_path, u"written"_s);
        done += put;
    }
    ++m_sequence;
    m_newest = signedCheckpoint;
    return {};
}

Result<void> HighWater::sync()
{
    if (::fdatasync(m_file) == 0)
        return {};
    auto failed = systemError(ErrorCode::Storage, m_path, u"synced"_s);
    m_newest.clear(); // the system may have dropped what it could not write, and say next time that all is well
    return failed;
}

} // namespace ledger
