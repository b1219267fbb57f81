// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/tilestore.h"

#include "service/store/statement.h"

using namespace Qt::StringLiterals;

namespace ledger {

Result<void> forEachEntry(
    store::Database &database, LeafIndex first, LeafIndex end, const std::function<void(const QByteArray &)> &visit)
{
    ASSIGN_OR_RETURN(
        auto find, database.prepared("SELECT idx, bytes FROM ledger_entry WHERE idx >= ? AND idx < ? ORDER BY idx"));
    TRY(find.run(first, end));
    LeafIndex expected = first;
    for (; find.next() && LeafIndex(find.integer(0)) == expected; ++expected)
        visit(find.bytes(1));
    TRY(find.finish());
    if (expected < end)
        return fail(ErrorCode::Corrupt, u"Entry %1 of the ledger is missing."_s.arg(expected));
    return {};
}

Result<std::optional<QByteArray>> TileStore::row(int level, std::uint64_t n)
{
    ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT hashes FROM ledger_tile WHERE level = ? AND n = ?"));
    TRY(find.run(level, n));
    std::optional<QByteArray> found;
    if (find.next())
        found = find.bytes(0);
    TRY(find.finish());
    return found;
}

Result<std::vector<Digest>> TileStore::hashes(int level, std::uint64_t n, int width)
{
    if (width == 0)
        return std::vector<Digest>();
    ASSIGN_OR_RETURN(const auto found, row(level, n));
    if (!found && level == 0 && width < TileWidth)
        return leaves(n, width);
    if (!found || found->size() < qsizetype(width) * HashSize)
        return fail(ErrorCode::Corrupt,
            u"The ledger's %1 is missing or too short."_s.arg(QString::fromLatin1(tilePath({level, n, TileWidth}))));
    return toDigests(QByteArrayView(*found).first(qsizetype(width) * HashSize));
}

Result<std::vector<Digest>> TileStore::leaves(std::uint64_t n, int width)
{
    std::vector<Digest> leaves;
    TRY(forEachEntry(m_database, n * TileWidth, n * TileWidth + std::uint64_t(width),
        [&](const QByteArray &bytes) { leaves.push_back(leafHash(bytes)); }));
    return leaves;
}

Result<std::vector<std::vector<Digest>>> TileStore::partials(TreeSize size)
{
    std::vector<std::vector<Digest>> all;
    for (int level = 0; level < TileLevels; ++level) {
        const std::uint64_t count = hashesAtLevel(level, size);
        const int width = int(count % TileWidth);
        ASSIGN_OR_RETURN(
            auto tile, level == 0 ? leaves(count / TileWidth, width) : hashes(level, count / TileWidth, width));
        all.push_back(std::move(tile));
    }
    return all;
}

HashReader TileStore::reader(TreeSize size)
{
    return [this, size](int level, std::uint64_t index) -> Result<Digest> {
        const int tileLevel = level / TileHeight;
        const std::size_t count = std::size_t(1) << (level % TileHeight);
        const std::uint64_t first = index * count, n = first / TileWidth;
        auto found = m_read.find({tileLevel, n});
        if (found == m_read.end()) {
            ASSIGN_OR_RETURN(auto tile, hashes(tileLevel, n, tileWidthAt(tileLevel, n, size)));
            found = m_read.emplace(std::pair(tileLevel, n), std::move(tile)).first;
        }
        const std::size_t offset = first % TileWidth;
        if (offset + count > found->second.size())
            return fail(ErrorCode::InvalidField, u"A tree of %1 entries has no such hash."_s.arg(size));
        return rootOf(std::span(found->second).subspan(offset, count));
    };
}

std::vector<Digest> toDigests(QByteArrayView bytes)
{
    std::vector<Digest> hashes;
    hashes.reserve(std::size_t(bytes.size() / HashSize));
    for (; bytes.size() >= HashSize; bytes = bytes.sliced(HashSize))
        hashes.push_back(Digest::fromBytes(bytes.first(HashSize)));
    return hashes;
}

QByteArray toBytes(std::span<const Digest> hashes)
{
    QByteArray bytes;
    bytes.reserve(qsizetype(hashes.size()) * HashSize);
    for (const Digest &hash : hashes)
        bytes.append(hash.view());
    return bytes;
}

} // namespace ledger
