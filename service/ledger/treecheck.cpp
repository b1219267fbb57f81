// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The half of TreeVerifier that knows the tree: tiles, roots, and what must be left when the last entry was read.

#include "service/ledger/treeverifier.h"
#include "service/store/statement.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

QString pathText(int level, std::uint64_t n)
{
    return QString::fromLatin1(tilePath({level, n, TileWidth}));
}

} // namespace

// The entries from `first` on against their stored tile. Where they differ, the hash in the tile above tells which of
// the two was changed.
Result<std::optional<Finding>> TreeVerifier::compareTile(LeafIndex first, std::span<const Digest> leaves)
{
    if (m_head.size - first < TileWidth)
        return std::nullopt; // the last, incomplete one: no hash of it is stored
    const std::uint64_t n = first / TileWidth;
    ASSIGN_OR_RETURN(const auto row, m_tiles.row(0, n));
    if (!row || row->size() != FullTileSize)
        return Finding{Damage::TileChanged, first, u"The %1 is missing or has not 256 hashes."_s.arg(pathText(0, n))};
    const std::vector<Digest> stored = toDigests(*row);
    const auto [ours, theirs] = std::ranges::mismatch(leaves, stored);
    if (ours == leaves.end())
        return std::nullopt;
    const LeafIndex index = first + LeafIndex(ours - leaves.begin());
    ASSIGN_OR_RETURN(const auto above, m_tiles.row(1, n / TileWidth));
    const auto slot = qsizetype(n % TileWidth) * HashSize;
    const bool entriesAreRight = above && leaves.size() == TileWidth && above->size() >= slot + HashSize
        && Digest::fromBytes(QByteArrayView(*above).sliced(slot, HashSize)) == rootOf(leaves);
    if (entriesAreRight)
        return Finding{Damage::TileChanged, index,
            u"The hash of entry %1 in %2 was changed; the entry itself was not."_s.arg(index).arg(pathText(0, n))};
    return Finding{Damage::EntryChanged, index,
        u"Entry %1 was changed: its hash is not the one in %2."_s.arg(index).arg(pathText(0, n))};
}

Result<void> TreeVerifier::compareUpperTile(int level, std::uint64_t n, std::span<const Digest> hashes)
{
    ASSIGN_OR_RETURN(const auto row, m_tiles.row(level, n));
    const std::vector<Digest> stored = toDigests(row.value_or(QByteArray()));
    const auto [ours, theirs] = std::ranges::mismatch(hashes, stored);
    if (ours == hashes.end() && row->size() == qsizetype(hashes.size()) * HashSize)
        return {};
    // A row that is only too long is wrong as a whole.
    const auto slot = ours == hashes.end() ? 0 : std::uint64_t(ours - hashes.begin());
    const LeafIndex index = (n * TileWidth + slot) << (level * TileHeight);
    if (!m_upperTile || index < m_upperTile->index)
        m_upperTile = Finding{Damage::TileChanged, index,
            u"The %1 is not the one that the entries from %2 on make."_s.arg(pathText(level, n)).arg(index)};
    return {};
}

Result<void> TreeVerifier::addLeaf(const Digest &leaf)
{
    m_frontier.append(leaf, [this](int level, const Digest &hash) {
        if (level % TileHeight == 0)
            m_partials[std::size_t(level / TileHeight)].push_back(hash);
    });
    for (int level = 1; level < TileLevels; ++level) {
        auto &tile = m_partials[std::size_t(level)];
        if (tile.size() < TileWidth)
            break;
        TRY(compareUpperTile(level, hashesAtLevel(level, m_frontier.size()) / TileWidth - 1, tile));
        tile.clear();
    }
    checkExpected();
    return {};
}

void TreeVerifier::checkExpected()
{
    for (; m_nextExpected < m_expected.size(); ++m_nextExpected) {
        const auto &[name, checkpoint] = m_expected[m_nextExpected];
        if (checkpoint.size != m_frontier.size())
            return;
        if (checkpoint.root == m_frontier.root())
            m_agreed = checkpoint.size;
        else if (!m_fork)
            m_fork = Finding{Damage::Forked, m_agreed,
                u"%1 of %2 entries has another root: the history was forked at entry %3 or after."_s.arg(name)
                    .arg(checkpoint.size)
                    .arg(m_agreed)};
    }
}

TreeVerifier::Step TreeVerifier::finish()
{
    for (int level = 1; level < TileLevels; ++level) {
        const auto &tile = m_partials[std::size_t(level)];
        if (!tile.empty())
            TRY(compareUpperTile(level, hashesAtLevel(level, m_head.size) / TileWidth, tile));
    }
    TRY(checkRoot());
    TRY(checkRowCounts());
    TRY(checkCounters());
    if (m_head.lastTime != m_lastTime)
        return found(Damage::HeadChanged, {}, u"The last time in the ledger's head is not that of its last entry."_s);
    return m_options.onEnd ? visited(m_options.onEnd(), {}) : Step();
}

TreeVerifier::Step TreeVerifier::checkRoot() const
{
    if (m_frontier.root() == m_head.root) {
        if (m_fork)
            return std::unexpected(Stop(*m_fork));
        if (m_upperTile)
            return std::unexpected(Stop(*m_upperTile));
        return {};
    }
    if (m_upperTile)
        return found(Damage::EntryChanged, m_upperTile->index,
            u"Entries from %1 on were changed together with their tile: they do not make the signed root."_s.arg(
                *m_upperTile->index));
    // Every stored hash fits, so it is among those whose hash is not stored, or all hashes were made anew.
    const TreeSize partial = m_head.size % TileWidth;
    const LeafIndex first = std::max(m_agreed, partial > 0 ? m_head.size - partial : m_report.checkedFrom);
    if (m_report.checkedFrom > 0)
        return found(Damage::EntryChanged, first,
            u"The entries from %1 on, or tiles before them, do not make the signed root; a full verification tells."_s
                .arg(first));
    return found(Damage::EntryChanged, first,
        u"An entry from %1 to %2 was changed: they do not make the signed root."_s.arg(first).arg(m_head.size - 1));
}

TreeVerifier::Step TreeVerifier::checkRowCounts()
{
    {
        ASSIGN_OR_RETURN(auto find,
            m_database.prepared("SELECT idx FROM ledger_entry WHERE idx < 0 OR idx >= ? ORDER BY idx LIMIT 1"));
        TRY(find.run(m_head.size));
        if (find.next()) {
            const qint64 extra = find.integer(0);
            return found(Damage::EntryExtra, extra < 0 ? std::nullopt : std::optional(LeafIndex(extra)),
                u"Entry %1 lies outside of the tree, which has %2 entries."_s.arg(extra).arg(m_head.size));
        }
        TRY(find.finish());
    }
    std::uint64_t tiles = hashesAtLevel(0, m_head.size) / TileWidth;
    for (int level = 1; level < TileLevels; ++level)
        tiles += (hashesAtLevel(level, m_head.size) + TileWidth - 1) / TileWidth;
    ASSIGN_OR_RETURN(auto count, m_database.prepared("SELECT count(*) FROM ledger_tile"));
    TRY(count.run());
    if (!count.next() || std::uint64_t(count.integer(0)) != tiles)
        return found(
            Damage::TileChanged, {}, u"There are %1 tiles; the tree has %2."_s.arg(count.integer(0)).arg(tiles));
    return {};
}

TreeVerifier::Step TreeVerifier::checkCounters()
{
    ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT tenant_id, next FROM ledger_seq"));
    TRY(find.run());
    std::size_t met = 0;
    while (find.next()) {
        const TenantId tenant(find.bytes(0));
        const auto known = m_nextSeq.find(tenant);
        if (known == m_nextSeq.end() && m_report.checkedFrom > 0)
            continue; // no entry since the last verification
        const std::uint64_t next = known == m_nextSeq.end() ? 0 : known->second;
        if (std::uint64_t(find.integer(1)) != next)
            return found(Damage::SequenceBroken, {},
                u"The counter of %1 stands at %2; its entries say %3."_s.arg(tenant.toString())
                    .arg(find.integer(1))
                    .arg(next));
        ++met;
    }
    TRY(find.finish());
    if (met < m_nextSeq.size())
        return found(Damage::SequenceBroken, {}, u"A tenant with entries has no counter."_s);
    return {};
}

} // namespace ledger
