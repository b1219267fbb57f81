// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The half of TreeVerifier that knows the tree: tiles, roots, and what must be left when the last entry was read.

#include "service/ledger/treeverifier.h"
#include "service/store/schema.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

QString pathText(int level, std::uint64_t n)
{
    return QString::fromLatin1(tilePath({level, n, TileWidth}));
}

} // namespace

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
    if (!m_upperTile || index < m_upperTile->index) {
        m_upperTile = Finding{Damage::TileChanged, index,
            u"The %1 is not the one that the entries from %2 on make."_s.arg(pathText(level, n)).arg(index)};
        m_upperTileEnd = std::min(index + (TreeSize(1) << (level * TileHeight)), m_head.size);
    }
    return {};
}

// Full tiles by their root, but for those that a signed checkpoint ends in.
Result<void> TreeVerifier::addLeaves(const BlockResult &block)
{
    const auto completed = [this](int level, const Digest &hash) {
        if (level % TileHeight == 0)
            m_partials[std::size_t(level / TileHeight)].push_back(hash);
    };
    for (std::size_t i = 0; i < block.leaves.size(); i += TileWidth) {
        const TreeSize first = block.first + i, end = std::min<TreeSize>(first + TileWidth, m_head.size);
        if (end - first == TileWidth && !endsWithin(first, end)) {
            const Digest &root = block.tiles[i / TileWidth];
            completed(TileHeight, root);
            m_frontier.appendSubtree(TileHeight, root, completed);
            TRY(completeTiles());
            checkExpected();
            continue;
        }
        for (TreeSize leaf = first; leaf < end; ++leaf) {
            m_frontier.append(block.leaves[leaf - block.first], completed);
            TRY(completeTiles());
            checkExpected();
        }
    }
    return {};
}

bool TreeVerifier::endsWithin(TreeSize first, TreeSize end) const
{
    const auto size = [&] { return m_expected[m_nextExpected].checkpoint.size; };
    return m_nextExpected < m_expected.size() && size() > first && size() < end;
}

Result<void> TreeVerifier::completeTiles()
{
    for (int level = 1; level < TileLevels; ++level) {
        auto &tile = m_partials[std::size_t(level)];
        if (tile.size() < TileWidth)
            break;
        TRY(compareUpperTile(level, hashesAtLevel(level, m_frontier.size()) / TileWidth - 1, tile));
        tile.clear();
    }
    return {};
}

void TreeVerifier::checkExpected()
{
    for (; m_nextExpected < m_expected.size(); ++m_nextExpected) {
        const Checkpoint &checkpoint = m_expected[m_nextExpected].checkpoint;
        if (checkpoint.size != m_frontier.size())
            return;
        if (checkpoint.root == m_frontier.root())
            agree(m_expected[m_nextExpected]);
        else if (!m_fork)
            m_fork = fork(m_expected[m_nextExpected]);
    }
}

void TreeVerifier::agree(const Expected &expected)
{
    if (!expected.isKeptOutside || m_fork || expected.checkpoint.size <= m_agreed)
        return;
    m_agreedBefore = std::exchange(m_agreed, expected.checkpoint.size);
}

// It lies behind the newest good checkpoint that is smaller, and before this one's end: two of one size may disagree.
Finding TreeVerifier::fork(const Expected &expected) const
{
    const TreeSize size = expected.checkpoint.size, good = m_agreed < size ? m_agreed : m_agreedBefore;
    QString sentence = u"%1 of %2 entries has another root: "_s.arg(expected.name).arg(size);
    if (size == 0)
        return {Damage::Forked, {}, sentence + u"it is of another ledger."_s};
    if (good + 1 == size)
        return {Damage::Forked, good, sentence + u"the history was changed in entry %1."_s.arg(good)};
    sentence += u"the history was changed in an entry from %1 to %2"_s.arg(good).arg(size - 1);
    sentence += good > 0 ? u", those before being what the checkpoint of %1 entries covers."_s.arg(good)
                         : u"; an older checkpoint given beside it tells more."_s;
    return {Damage::Forked, good, std::move(sentence), size - 1};
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
    TRY(conclude());
    ASSIGN_OR_RETURN(const auto changed, store::schemaChange(m_database));
    if (changed)
        return found(Damage::SchemaChanged, {}, *changed);
    return {};
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
        return std::unexpected(Stop(Finding{Damage::EntryChanged, m_upperTile->index,
            u"An entry from %1 to %2 was changed together with its hash: they do not make the signed root."_s
                .arg(*m_upperTile->index)
                .arg(m_upperTileEnd - 1),
            m_upperTileEnd - 1}));
    // Every stored hash fits: all on the way up were made anew, and what is signed alone tells where.
    const LeafIndex first = std::max(m_agreed, m_report.checkedFrom);
    const LeafIndex last = m_fork && m_fork->last ? *m_fork->last : m_head.size - 1;
    if (m_report.checkedFrom > 0)
        return found(Damage::EntryChanged, first,
            u"The entries from %1 on, or tiles before them, do not make the signed root; a full verification tells."_s
                .arg(first));
    return std::unexpected(Stop(Finding{Damage::EntryChanged, first,
        u"An entry from %1 to %2 was changed together with all hashes above it: they do not make the signed root."_s
            .arg(first)
            .arg(last),
        last}));
}

TreeVerifier::Step TreeVerifier::checkRowCounts()
{
    {
        // Either half by the key: SQLite would read all rows for an OR.
        ASSIGN_OR_RETURN(auto find,
            m_database.prepared("SELECT coalesce((SELECT min(idx) FROM ledger_entry WHERE idx < 0), "
                                "(SELECT min(idx) FROM ledger_entry WHERE idx >= ?))"));
        TRY(find.run(m_head.size));
        if (find.next() && !find.isNull(0)) {
            const qint64 extra = find.integer(0);
            return found(Damage::EntryExtra, extra < 0 ? std::nullopt : std::optional(LeafIndex(extra)),
                u"Entry %1 lies outside of the tree, which has %2 entries."_s.arg(extra).arg(m_head.size));
        }
        TRY(find.finish());
    }
    std::uint64_t tiles = 0;
    for (int level = 0; level < TileLevels; ++level)
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
