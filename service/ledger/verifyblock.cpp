// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/verifyblock.h"

#include "service/store/rowvisit.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

constexpr std::size_t Slots = 4 * BlockSize; // a power of two, and never more than a quarter full

QString pathText(int level, std::uint64_t n)
{
    return QString::fromLatin1(tilePath({level, n, TileWidth}));
}

} // namespace

// As visited() has its columns.
struct BlockChecker::Row
{
    std::span<const store::Cell> cells;

    LeafIndex index() const { return LeafIndex(cells[0].integer); }
    QByteArrayView bytes() const { return cells[11].bytes; }

    // The name of the first search column that differs from the bytes, or null.
    const char *differingColumn(const EntryView &entry) const
    {
        // An empty text instead of NULL would hide the entry from whoever asks for NULL.
        const auto says = [this](std::size_t column, QByteArrayView wanted) {
            return sameBytes(cells[column].bytes, wanted) && cells[column].isNull == wanted.isEmpty();
        };
        if (cells[1].integer != entry.time)
            return "time";
        if (!says(2, entry.eventType))
            return "event_type";
        if (!says(3, entry.tenant))
            return "tenant_id";
        if (cells[4].isNull != entry.tenant.isEmpty() || cells[4].integer != qint64(entry.tenantSeq))
            return "tenant_seq";
        if (!says(5, outcomeName(entry.outcome)))
            return "outcome";
        if (!says(6, entry.actor))
            return "actor_id";
        if (!says(7, entry.tokenId))
            return "token_id";
        if (!says(8, entry.vmId))
            return "vm_id";
        if (!says(9, entry.nodeId))
            return "node_id";
        return says(10, entry.requestId) ? nullptr : "request_id";
    }
};

void FirstFinding::add(Rank rank, LeafIndex index, Finding finding)
{
    if (isBefore(rank, index))
        return;
    m_finding = std::move(finding);
    m_rank = rank;
    m_index = index;
}

bool FirstFinding::isBefore(Rank rank, LeafIndex index) const
{
    return m_finding && std::pair(m_index, m_rank) <= std::pair(index, rank);
}

Finding timeFinding(LeafIndex index)
{
    return {
        Damage::TimeBackwards, index, u"The time of entry %1 is before that of entry %2."_s.arg(index).arg(index - 1)};
}

Finding sequenceFinding(LeafIndex index, const QByteArray &tenant, std::uint64_t is, std::uint64_t wanted)
{
    return {Damage::SequenceBroken, index,
        u"Entry %1 has tenant_seq %2 of %3; %4 would be next."_s.arg(index)
            .arg(is)
            .arg(QString::fromUtf8(tenant))
            .arg(wanted)};
}

BlockChecker::BlockChecker(store::Database &database, TreeSize size, EntryFollower::Part *part)
    : m_database(database)
    , m_size(size)
    , m_part(part)
    , m_slots(Slots)
{
}

Result<BlockResult> BlockChecker::check(LeafIndex first, LeafIndex end)
{
    BlockResult block{.first = first, .leaves = {}, .tiles = {}, .times = {}, .runs = {}, .inOrder = {}, .finding = {}};
    block.leaves.reserve(end - first);
    std::ranges::fill(m_slots, std::uint16_t(0));
    TRY(keepFewPages());
    TRY(readRows(block, end));
    const std::span<const Digest> leaves(block.leaves);
    for (std::size_t i = 0; i < leaves.size(); i += TileWidth) {
        const auto tile = leaves.subspan(i, std::min<std::size_t>(TileWidth, leaves.size() - i));
        ASSIGN_OR_RETURN(auto differs, compareTile(first + i, tile));
        if (differs) {
            const LeafIndex index = *differs->index;
            block.finding.add(Rank::Tile, index, std::move(*differs));
        }
        if (tile.size() == TileWidth)
            block.tiles.push_back(rootOf(tile));
    }
    return block;
}

// Each page is read once, so a large cache only pushes out of the processor's own what is needed again.
Result<void> BlockChecker::keepFewPages()
{
    ASSIGN_OR_RETURN(auto set, m_database.prepared("PRAGMA cache_size = -512")); // KiB
    TRY(set.execute());
    return set.finish();
}

Result<void> BlockChecker::readRows(BlockResult &block, LeafIndex end)
{
    ASSIGN_OR_RETURN(auto all,
        m_database.prepared("SELECT 1 FROM ledger_entry WHERE idx >= ? AND idx < ? AND NOT visited(idx, time, "
                            "event_type, tenant_id, tenant_seq, outcome, actor_id, token_id, vm_id, node_id, "
                            "request_id, bytes) ORDER BY idx"));
    LeafIndex next = block.first;
    const store::RowVisit visit(m_database, [&](std::span<const store::Cell> cells) {
        const Row row{cells};
        if (row.index() != next)
            return false;
        ++next;
        block.leaves.push_back(leafHash(row.bytes()));
        if (!block.finding.finding())
            checkRow(block, row);
        return true;
    });
    TRY(all.run(block.first, end));
    TRY(all.finish());
    if (next < end)
        block.finding.add(Rank::Row, next, {Damage::EntryMissing, next, u"Entry %1 is missing."_s.arg(next)});
    return {};
}

void BlockChecker::checkRow(BlockResult &block, const Row &row)
{
    const EntryView *entry = m_scanner.scan(row.bytes());
    std::optional<EntryFields> fields;
    if (!entry) {
        auto parsed = parseEntry(row.bytes());
        if (!parsed)
            return block.finding.add(Rank::Row, row.index(),
                {Damage::EntryMalformed, row.index(),
                    u"Entry %1 is malformed: %2"_s.arg(row.index()).arg(parsed.error().detail)});
        fields = std::move(*parsed);
        entry = m_scanner.view(*fields);
    }
    if (entry->index != row.index())
        return block.finding.add(Rank::Misplaced, row.index(),
            {Damage::EntryMisplaced, row.index(),
                u"Entry %1 holds the bytes of entry %2."_s.arg(row.index()).arg(entry->index)});
    if (const char *column = row.differingColumn(*entry))
        return block.finding.add(Rank::Row, row.index(),
            {Damage::ColumnChanged, row.index(),
                u"The search column %1 of entry %2 is not what its bytes say."_s.arg(QLatin1StringView(column))
                    .arg(row.index())});
    checkOrder(block, *entry);
    if (!m_part || block.finding.finding())
        return;
    if (auto wrong = m_part->take(*entry))
        block.finding.add(Rank::Follower, row.index(), {Damage::StateDiffers, row.index(), std::move(*wrong)});
    else if (m_part->hasOrder(*entry))
        block.inOrder.push_back(fields ? std::move(*fields) : *parseEntry(row.bytes()));
}

void BlockChecker::checkOrder(BlockResult &block, const EntryView &entry)
{
    if (block.times && entry.time < block.times->second)
        return block.finding.add(Rank::Time, entry.index, timeFinding(entry.index));
    block.times = {block.times ? block.times->first : entry.time, entry.time};
    if (entry.tenant.isEmpty())
        return;
    TenantRun *run = findRun(block, entry.tenant);
    if (!run)
        block.runs.push_back({entry.tenant.toByteArray(), entry.index, entry.tenantSeq, entry.tenantSeq + 1});
    else if (run->next == entry.tenantSeq)
        ++run->next;
    else
        block.finding.add(
            Rank::Sequence, entry.index, sequenceFinding(entry.index, run->tenant, entry.tenantSeq, run->next));
}

// Takes a slot for the run that the caller adds where there is none.
TenantRun *BlockChecker::findRun(BlockResult &block, QByteArrayView tenant)
{
    std::size_t slot = qHashBits(tenant.data(), size_t(tenant.size())) % Slots;
    for (; m_slots[slot] != 0; slot = (slot + 1) % Slots) {
        TenantRun &run = block.runs[m_slots[slot] - 1U];
        if (sameBytes(run.tenant, tenant))
            return &run;
    }
    m_slots[slot] = std::uint16_t(block.runs.size() + 1);
    return nullptr;
}

// The entries from `first` on against their stored tile. Where they differ, the hash in the tile above tells which of
// the two was changed.
Result<std::optional<Finding>> BlockChecker::compareTile(LeafIndex first, std::span<const Digest> leaves)
{
    const std::uint64_t width = std::min<std::uint64_t>(m_size - first, TileWidth);
    const bool isOpen = width < TileWidth;
    TileStore tiles(m_database);
    const std::uint64_t n = first / TileWidth;
    ASSIGN_OR_RETURN(const auto row, tiles.row(0, n));
    // This connection may see a later state than the one that is verified: the tile has then grown, maybe to the full.
    bool isLater = false;
    if (isOpen) {
        ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT 1 FROM ledger_entry WHERE idx = ?"));
        TRY(find.run(m_size));
        isLater = find.next();
        TRY(find.finish());
    }
    const bool hasLength =
        row && (row->size() == (isOpen ? OpenTileSize : FullTileSize) || (isLater && row->size() == FullTileSize));
    if (!hasLength)
        return Finding{Damage::TileChanged, first, u"The %1 is missing or has another length."_s.arg(pathText(0, n))};
    const QByteArrayView made(std::as_bytes(leaves).data(), qsizetype(leaves.size_bytes()));
    if (isOpen && !isLater
        && QByteArrayView(*row).sliced(qsizetype(width) * HashSize).count('\0')
            != OpenTileSize - qsizetype(width) * HashSize)
        return Finding{Damage::TileChanged, first, u"The newest tile holds more than the hashes of its entries."_s};
    if (made == QByteArrayView(*row).first(std::min(made.size(), row->size())))
        return std::nullopt;
    const std::vector<Digest> stored = toDigests(*row);
    const auto [ours, theirs] = std::ranges::mismatch(leaves, stored);
    if (ours == leaves.end())
        return std::nullopt;
    const LeafIndex index = first + LeafIndex(ours - leaves.begin());
    if (isOpen)
        return Finding{Damage::EntryChanged, index,
            u"Entry %1 was changed: its hash is not the one in the newest tile."_s.arg(index)};
    ASSIGN_OR_RETURN(const auto above, tiles.row(1, n / TileWidth));
    const auto slot = qsizetype(n % TileWidth) * HashSize;
    const bool entriesAreRight = above && leaves.size() == TileWidth && above->size() >= slot + HashSize
        && Digest::fromBytes(QByteArrayView(*above).sliced(slot, HashSize)) == rootOf(leaves);
    if (entriesAreRight)
        return Finding{Damage::TileChanged, index,
            u"The hash of entry %1 in %2 was changed; the entry itself was not."_s.arg(index).arg(pathText(0, n))};
    return Finding{Damage::EntryChanged, index,
        u"Entry %1 was changed: its hash is not the one in %2."_s.arg(index).arg(pathText(0, n))};
}

} // namespace ledger
