// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The part of verification that can be done for a block of entries alone: their hashes against the stored tiles, the
// form of the bytes, the search columns, and the order of times and numbers within the block.
//
// One BlockChecker a thread, with a connection of that thread's own, which it borrows. Nothing of a row is copied but
// its 32 bytes of hash.
#pragma once

#include "service/ledger/tilestore.h"
#include "service/ledger/verify.h"

namespace ledger {

// Whole tiles, so that a tile never spans two blocks.
constexpr std::uint64_t BlockSize = 8 * TileWidth;

// Where the entry is at fault in more than one way, the lowest says most: that it holds another's bytes says more than
// that its hash differs.
enum class Rank
{
    Misplaced,
    Tile,
    Row,
    Time,
    Sequence,
    Follower
};

// Keeps the first of the findings it is given: by index, then by rank.
class FirstFinding
{
public:
    void add(Rank rank, LeafIndex index, Finding finding);
    bool isBefore(Rank rank, LeafIndex index) const; // whether there is one that would win over such a one
    const std::optional<Finding> &finding() const { return m_finding; }

private:
    std::optional<Finding> m_finding;
    Rank m_rank = Rank::Misplaced;
    LeafIndex m_index = 0;
};

Finding timeFinding(LeafIndex index);
Finding sequenceFinding(LeafIndex index, const QByteArray &tenant, std::uint64_t is, std::uint64_t wanted);

// The entries of one tenant within a block, which follow one another without a gap.
struct TenantRun
{
    QByteArray tenant;
    LeafIndex index = 0; // of the first
    std::uint64_t seq = 0; // of the first
    std::uint64_t next = 0; // behind the last
};

struct BlockResult
{
    LeafIndex first = 0;
    std::vector<Digest> leaves; // of all its entries, as far as they go on without a gap
    std::vector<Digest> tiles; // the roots of its full tiles
    std::optional<std::pair<qint64, qint64>> times; // of the first and the last entry before the finding
    std::vector<TenantRun> runs;
    std::vector<EntryFields> inOrder; // that the follower wants
    FirstFinding finding;
};

class BlockChecker
{
public:
    // `size` is that of the whole tree.
    BlockChecker(store::Database &database, TreeSize size, EntryFollower::Part *part);

    // From `first`, a multiple of BlockSize or of TileWidth, up to, not including, `end`.
    Result<BlockResult> check(LeafIndex first, LeafIndex end);

private:
    struct Row; // of ledger_entry, as views
    Result<void> keepFewPages();
    Result<void> readRows(BlockResult &block, LeafIndex end);
    void checkRow(BlockResult &block, const Row &row);
    void checkOrder(BlockResult &block, const EntryView &entry);
    Result<std::optional<Finding>> compareTile(LeafIndex first, std::span<const Digest> leaves);
    TenantRun *findRun(BlockResult &block, QByteArrayView tenant);

    store::Database &m_database;
    TreeSize m_size;
    EntryFollower::Part *m_part;
    EntryScanner m_scanner;
    std::vector<std::uint16_t> m_slots; // of the block's runs, by a hash of the tenant; 0 is none, else one too many
};

} // namespace ledger
