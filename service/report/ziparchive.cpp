// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/ziparchive.h"

#include "service/core/visibletext.h"
#include "service/crypto/digest.h"

#include <QtCore/qendian.h>
#include <QtCore/qfile.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>

using namespace Qt::StringLiterals;

namespace report {

namespace {

// PKWARE APPNOTE 6.3.10, 4.3 to 4.5.
constexpr quint64 BlockLength = 64 * 1024, MostName = 200;
constexpr quint64 LocalLength = 30, CentralLength = 46, EndLength = 22, LocatorLength = 20, BigEndLength = 56;
constexpr quint32 In64 = 0xffffffff; // "see the extra field"
constexpr quint32 FileType = 0170000, RegularFile = 0100000, Link = 0120000;

template <typename T>
T at(const QByteArray &bytes, quint64 offset)
{
    return qFromLittleEndian<T>(bytes.constData() + offset);
}

std::unexpected<Error> bad(const QString &what)
{
    return fail(ErrorCode::Corrupt, what);
}

std::unexpected<Error> bad(const QByteArray &name, const QString &what)
{
    return bad(u"%1 %2"_s.arg(visibleText(QString::fromUtf8(name)), what));
}

bool isPlain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_'
        || c == '-';
}

Result<void> checkName(const QByteArray &name)
{
    if (name.isEmpty() || quint64(name.size()) > MostName)
        return bad(u"A name has %1 bytes, and 1 to %2 are allowed."_s.arg(name.size()).arg(MostName));
    for (const QByteArray &part : name.split('/')) {
        if (part == "." || part == "..")
            return bad(name, u"is a name that leads to another folder."_s);
        if (part.isEmpty())
            return bad(name, u"is an absolute name, or that of a folder."_s);
        if (!std::ranges::all_of(part, isPlain))
            return bad(name, u"is a name with other characters than letters, digits, '.', '_' and '-'."_s);
    }
    return {};
}

// Of sizes that don't fit their fields, in the order in which they are wanted.
Result<void> readExtra(const QByteArray &name, const QByteArray &extra, const std::vector<quint64 *> &wanted)
{
    if (wanted.empty() && extra.isEmpty())
        return {};
    if (quint64(extra.size()) != 4 + 8 * wanted.size() || at<quint16>(extra, 0) != 1
        || at<quint16>(extra, 2) != 8 * wanted.size())
        return bad(name, u"has an extra field that is none of ours."_s);
    for (size_t i = 0; i < wanted.size(); ++i)
        *wanted[i] = at<quint64>(extra, 4 + 8 * i);
    return {};
}

quint64 keyOf(const QByteArray &name)
{
    return qFromLittleEndian<quint64>(crypto::sha256(name.toLower()).view().data());
}

} // namespace

Result<std::unique_ptr<ZipArchive>> ZipArchive::open(const QString &path)
{
    // A FIFO must not be waited for.
    const int file = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return fail(ErrorCode::Storage, u"%1 can't be read: %2."_s.arg(path, qt_error_string(errno)));
    struct stat status = {};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(file);
        return fail(ErrorCode::Storage, u"%1 is no file."_s.arg(path));
    }
    std::unique_ptr<ZipArchive> zip(new ZipArchive(file, quint64(status.st_size)));
    TRY(zip->findDirectory());
    TRY(zip->checkMembers());
    return zip;
}

ZipArchive::~ZipArchive()
{
    ::close(m_file);
}

Result<QByteArray> ZipArchive::bytesAt(quint64 offset, quint64 length)
{
    if (offset > m_size || length > m_size - offset)
        return bad(u"The file ends too early: it was cut off, or is no zip."_s);
    QByteArray bytes(qsizetype(length), Qt::Uninitialized);
    for (quint64 done = 0; done < length;) {
        const ssize_t got = ::pread(m_file, bytes.data() + done, length - done, off_t(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ErrorCode::Storage, u"The file can't be read: %1."_s.arg(qt_error_string(errno)));
        if (got == 0)
            return bad(u"The file became shorter while it was read."_s);
        done += quint64(got);
    }
    return bytes;
}

Result<void> ZipArchive::findDirectory()
{
    if (m_size < EndLength)
        return bad(u"The file has %1 bytes: it was cut off, or is no zip."_s.arg(m_size));
    quint64 end = m_size - EndLength;
    ASSIGN_OR_RETURN(const QByteArray last, bytesAt(end, EndLength));
    if (!last.startsWith("PK\x05\x06") || at<quint16>(last, 20) != 0)
        return bad(u"The file does not end as it should: it was cut off, has bytes behind its end, or is no zip."_s);
    if (at<quint16>(last, 4) != 0 || at<quint16>(last, 6) != 0 || at<quint16>(last, 8) != at<quint16>(last, 10))
        return bad(u"The zip is one of several parts."_s);
    m_count = at<quint16>(last, 10);
    quint64 size = at<quint32>(last, 12);
    m_directory = at<quint32>(last, 16);
    if (m_count == 0xffff || size == In64 || m_directory == In64) {
        const auto misplaced = [] { return bad(u"The end of the zip's directory is not where it must be."_s); };
        if (end < LocatorLength + BigEndLength)
            return misplaced();
        end -= LocatorLength + BigEndLength;
        ASSIGN_OR_RETURN(const QByteArray big, bytesAt(end, BigEndLength + LocatorLength));
        if (!big.startsWith("PK\x06\x06") || big.sliced(qsizetype(BigEndLength), 4) != "PK\x06\x07"
            || at<quint64>(big, 4) != BigEndLength - 12 || at<quint64>(big, BigEndLength + 8) != end
            || at<quint64>(big, 24) != at<quint64>(big, 32))
            return misplaced();
        m_count = at<quint64>(big, 32);
        size = at<quint64>(big, 40);
        m_directory = at<quint64>(big, 48);
    }
    m_directoryEnd = end;
    if (m_directory > end || end - m_directory != size || m_count > size / CentralLength)
        return bad(u"The zip's directory is not where its end says."_s);
    return {};
}

Result<void> ZipArchive::forEach(const std::function<Result<void>(const Member &)> &visit)
{
    QByteArray block;
    quint64 blockAt = m_directory;
    const auto need = [&](quint64 offset, quint64 length) -> Result<QByteArray> {
        if (length > m_directoryEnd - std::min(offset, m_directoryEnd))
            return bad(u"The zip's directory ends too early."_s);
        if (offset < blockAt || offset + length > blockAt + quint64(block.size())) {
            blockAt = offset;
            ASSIGN_OR_RETURN(block, bytesAt(offset, std::min(std::max(BlockLength, length), m_directoryEnd - offset)));
        }
        return block.sliced(qsizetype(offset - blockAt), qsizetype(length));
    };
    quint64 next = m_directory, end = 0; // of the directory's record, and of the content before
    for (quint64 i = 0; i < m_count; ++i) {
        ASSIGN_OR_RETURN(const QByteArray head, need(next, CentralLength));
        const quint64 nameLength = at<quint16>(head, 28), extraLength = at<quint16>(head, 30);
        ASSIGN_OR_RETURN(const QByteArray rest, need(next + CentralLength, nameLength + extraLength));
        next += CentralLength + nameLength + extraLength;
        Member member{.name = rest.first(qsizetype(nameLength)), .crc = at<quint32>(head, 16)};
        if (!head.startsWith("PK\x01\x02") || at<quint16>(head, 32) != 0 || at<quint16>(head, 34) != 0)
            return bad(u"The zip's directory holds something that is no entry of one."_s);
        TRY(checkName(member.name));
        if (at<quint16>(head, 8) != 0 || at<quint16>(head, 10) != 0)
            return bad(member.name, u"is compressed or encrypted; files in it are stored as they are."_s);
        const quint32 type = (at<quint32>(head, 38) >> 16) & FileType;
        if (type != 0 && type != RegularFile)
            return bad(member.name, type == Link ? u"is a symbolic link."_s : u"is no regular file."_s);
        quint64 stored = at<quint32>(head, 20);
        member.size = at<quint32>(head, 24);
        member.offset = at<quint32>(head, 42);
        std::vector<quint64 *> big;
        for (quint64 *field : {&member.size, &stored, &member.offset}) {
            if (*field == In64)
                big.push_back(field);
        }
        TRY(readExtra(member.name, rest.sliced(qsizetype(nameLength)), big));
        if (stored != member.size)
            return bad(member.name, u"has two sizes, %1 and %2 bytes."_s.arg(stored).arg(member.size));
        if (member.offset != end)
            return bad(member.name, u"does not follow on the file before it."_s);
        TRY(checkLocal(member, end));
        member.offset = end - member.size;
        TRY(visit(member));
    }
    if (next != m_directoryEnd)
        return bad(u"The zip's directory has bytes behind its last entry."_s);
    if (end != m_directory)
        return bad(u"The zip has bytes between its last file and its directory."_s);
    return {};
}

// What stands before its content says the same as the directory. The member's offset is that of these bytes yet.
Result<void> ZipArchive::checkLocal(const Member &member, quint64 &end)
{
    ASSIGN_OR_RETURN(const QByteArray head, bytesAt(member.offset, LocalLength));
    const quint64 nameLength = at<quint16>(head, 26), extraLength = at<quint16>(head, 28);
    ASSIGN_OR_RETURN(const QByteArray rest, bytesAt(member.offset + LocalLength, nameLength + extraLength));
    quint64 stored = at<quint32>(head, 18), size = at<quint32>(head, 22);
    std::vector<quint64 *> big;
    for (quint64 *field : {&size, &stored}) {
        if (*field == In64)
            big.push_back(field);
    }
    TRY(readExtra(member.name, rest.sliced(qsizetype(nameLength)), big));
    if (!head.startsWith("PK\x03\x04") || at<quint16>(head, 6) != 0 || at<quint16>(head, 8) != 0
        || at<quint32>(head, 14) != member.crc || size != member.size || stored != size
        || rest.first(qsizetype(nameLength)) != member.name)
        return bad(member.name, u"is another file before its content than in the directory."_s);
    const quint64 begin = member.offset + LocalLength + nameLength + extraLength;
    if (begin > m_directory || size > m_directory - begin)
        return bad(member.name, u"reaches beyond the end of the files."_s);
    end = begin + size;
    return {};
}

// No name twice, also not where case does not count. Eight bytes of a hash stand for the name: who makes two that agree
// is refused as well.
Result<void> ZipArchive::checkMembers()
{
    std::vector<quint64> names;
    names.reserve(m_count);
    TRY(forEach([&](const Member &member) -> Result<void> {
        names.push_back(keyOf(member.name));
        return {};
    }));
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice == names.end())
        return {};
    return forEach([&](const Member &member) -> Result<void> {
        if (keyOf(member.name) == *twice)
            return bad(member.name, u"is a name that stands there twice."_s);
        return {};
    });
}

Result<QByteArray> ZipArchive::readAt(const Member &member, quint64 from, quint64 length)
{
    if (from >= member.size)
        return QByteArray();
    return bytesAt(member.offset + from, std::min(length, member.size - from));
}

Result<void> ZipArchive::read(const Member &member, const std::function<Result<void>(QByteArrayView)> &visit)
{
    uLong crc = 0;
    for (quint64 done = 0; done < member.size;) {
        ASSIGN_OR_RETURN(const QByteArray block, readAt(member, done, BlockLength));
        crc = crc32_z(crc, reinterpret_cast<const Bytef *>(block.constData()), size_t(block.size()));
        TRY(visit(block));
        done += quint64(block.size());
    }
    if (quint32(crc) != member.crc)
        return bad(member.name, u"was changed: its checksum differs."_s);
    return {};
}

} // namespace report
