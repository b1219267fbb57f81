// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/zip.h"

#include "service/core/encoding.h"
#include "service/report/contenthash.h"

#include <QtCore/qendian.h>

#include <zlib.h>

#include <concepts>

using namespace Qt::StringLiterals;

namespace report {

namespace {

constexpr quint16 Zip64Version = 45, PlainVersion = 20;
constexpr quint16 MadeOnUnix = 3 << 8;
constexpr quint16 FixedTime = 0, FixedDate = 0x0021; // 1980-01-01, the first there is
constexpr quint32 RegularFile0600 = 0100600u << 16;
constexpr quint32 In64 = 0xffffffff; // "see the extra field"
constexpr quint16 Zip64Extra = 0x0001;

class Record
{
public:
    template <std::unsigned_integral T>
    Record &add(T value)
    {
        const T little = qToLittleEndian(value);
        m_bytes.append(QByteArray::fromRawData(reinterpret_cast<const char *>(&little), sizeof little));
        return *this;
    }
    Record &add(QByteArrayView bytes)
    {
        m_bytes.append(bytes);
        return *this;
    }
    const QByteArray &bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
};

} // namespace

// Counts, sums and hashes what goes through it into the file.
class ZipWriter::Member final : public Sink
{
public:
    explicit Member(OutputFile &file)
        : m_file(file)
    {
    }

    Result<void> write(QByteArrayView bytes) override
    {
        m_crc = crc32_z(m_crc, reinterpret_cast<const Bytef *>(bytes.data()), size_t(bytes.size()));
        m_hash.add(bytes);
        m_size += quint64(bytes.size());
        return m_file.write(bytes);
    }

    quint32 crc() const { return quint32(m_crc); }
    quint64 size() const { return m_size; }
    QByteArray digest() { return toHex(m_hash.digest().view()); }

private:
    OutputFile &m_file;
    ContentHash m_hash;
    uLong m_crc = 0;
    quint64 m_size = 0;
};

Result<std::unique_ptr<ZipWriter>> ZipWriter::create(OutputFile &file, const QString &folder)
{
    ASSIGN_OR_RETURN(auto directory, Spool::create(folder));
    return std::unique_ptr<ZipWriter>(new ZipWriter(file, std::move(directory)));
}

ZipWriter::ZipWriter(OutputFile &file, std::unique_ptr<Spool> directory)
    : m_file(file)
    , m_directory(std::move(directory))
{
}

// Its size is known, so nothing has to be mended behind it.
Result<void> ZipWriter::add(const QByteArray &name, QByteArrayView content)
{
    Q_ASSERT(content.size() < qsizetype(In64));
    Entry entry{.name = name, .offset = quint64(m_file.size())};
    entry.size = quint64(content.size());
    entry.crc = quint32(crc32_z(0, reinterpret_cast<const Bytef *>(content.data()), size_t(content.size())));
    Record header;
    header.add(quint32(0x04034b50)).add(PlainVersion).add(quint16(0)).add(quint16(0)).add(FixedTime).add(FixedDate);
    header.add(entry.crc).add(quint32(entry.size)).add(quint32(entry.size));
    header.add(quint16(name.size())).add(quint16(0)).add(name);
    TRY(m_file.write(header.bytes()));
    Member member(m_file);
    TRY(member.write(content));
    return close(entry, member.digest());
}

Result<void> ZipWriter::add(const QByteArray &name, const std::function<Result<void>(Sink &)> &fill)
{
    Entry entry{.name = name, .offset = quint64(m_file.size())};
    // Sum and sizes are put in afterwards, the sizes in the extra field that has room for any.
    Record header;
    header.add(quint32(0x04034b50)).add(Zip64Version).add(quint16(0)).add(quint16(0)).add(FixedTime).add(FixedDate);
    header.add(quint32(0)).add(In64).add(In64).add(quint16(name.size())).add(quint16(20)).add(name);
    header.add(Zip64Extra).add(quint16(16)).add(quint64(0)).add(quint64(0));
    TRY(m_file.write(header.bytes()));
    Member member(m_file);
    TRY(fill(member));
    entry.crc = member.crc();
    entry.size = member.size();
    constexpr int sumAt = 14, sizesAt = 34;
    TRY(m_file.patch(qint64(entry.offset) + sumAt, Record().add(entry.crc).bytes()));
    TRY(m_file.patch(qint64(entry.offset) + sizesAt + name.size(), Record().add(entry.size).add(entry.size).bytes()));
    return close(entry, member.digest());
}

Result<void> ZipWriter::close(const Entry &entry, const QByteArray &digest)
{
    ++m_count;
    const bool isBig = entry.size >= In64, isFar = entry.offset >= In64;
    Record extra;
    if (isBig || isFar) {
        extra.add(Zip64Extra).add(quint16((isBig ? 16 : 0) + (isFar ? 8 : 0)));
        if (isBig)
            extra.add(entry.size).add(entry.size);
        if (isFar)
            extra.add(entry.offset);
    }
    const quint32 size = isBig ? In64 : quint32(entry.size);
    Record record;
    record.add(quint32(0x02014b50)).add(quint16(MadeOnUnix | Zip64Version)).add(Zip64Version).add(quint16(0));
    record.add(quint16(0)).add(FixedTime).add(FixedDate).add(entry.crc).add(size).add(size);
    record.add(quint16(entry.name.size())).add(quint16(extra.bytes().size())).add(quint16(0)).add(quint16(0));
    record.add(quint16(0)).add(RegularFile0600).add(isFar ? In64 : quint32(entry.offset));
    record.add(entry.name).add(extra.bytes());
    if (m_manifest)
        TRY(m_manifest->write(digest + "  " + entry.name + '\n'));
    return m_directory->write(record.bytes());
}

Result<void> ZipWriter::finish()
{
    const quint64 begin = quint64(m_file.size()), size = quint64(m_directory->size());
    TRY(m_directory->copyTo(m_file));
    const bool isBig = m_count >= 0xffff || begin >= In64 || size >= In64;
    Record end;
    if (isBig) {
        end.add(quint32(0x06064b50)).add(quint64(44)).add(quint16(MadeOnUnix | Zip64Version)).add(Zip64Version);
        end.add(quint32(0)).add(quint32(0)).add(m_count).add(m_count).add(size).add(begin);
        end.add(quint32(0x07064b50)).add(quint32(0)).add(begin + size).add(quint32(1));
    }
    const quint16 count = isBig ? quint16(0xffff) : quint16(m_count);
    end.add(quint32(0x06054b50)).add(quint16(0)).add(quint16(0)).add(count).add(count);
    end.add(isBig ? In64 : quint32(size)).add(isBig ? In64 : quint32(begin)).add(quint16(0));
    return m_file.write(end.bytes());
}

} // namespace report
