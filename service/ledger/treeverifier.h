// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One run of verifyTree, within its read transaction. Internal to verification.
//
// Findings come with an index in order, so the first one ends the run. Two kinds wait for the end, because only the
// root tells whose fault they are: a tile of an upper level that differs (the tile's, or its entries' rewritten with
// it), and a signed checkpoint that differs (a fork, or an entry changed before it).
#pragma once

#include "service/ledger/blockpipeline.h"
#include "service/ledger/reader.h"

#include <unordered_map>

namespace ledger {

class TreeVerifier
{
public:
    // A finding ends a run as an error ends a function.
    struct Stop
    {
        Stop(Finding found)
            : finding(std::move(found))
        {
        }
        Stop(Error met)
            : error(std::move(met))
        {
        }
        std::optional<Finding> finding;
        Error error;
    };
    using Step = std::expected<void, Stop>;
    static std::unexpected<Stop> found(Damage kind, std::optional<LeafIndex> index, QString sentence)
    {
        return std::unexpected(Stop(Finding{kind, index, std::move(sentence)}));
    }

    TreeVerifier(store::Database &database, const VerifyOptions &options, VerifyReport &report);

    Step run(const std::optional<Result<SignedCheckpoint>> &mark);

private:
    struct Expected
    {
        QString name; // begins a sentence
        Checkpoint checkpoint;
        // The mark lies beside the database: whoever signs a forged history signs a mark for it.
        bool isKeptOutside;
    };

    Step readHead();
    Step readExpected(const std::optional<Result<SignedCheckpoint>> &mark);
    Step checkOlder(const Expected &older);
    Step begin();
    Step stream();
    Step wait(BlockPipeline &pipeline);
    Step consume(BlockResult &block);
    Result<void> checkOrder(BlockResult &block);
    Step judgeOpenTile(const BlockResult &block, Finding finding);
    Result<std::uint64_t> seqBefore(const TenantId &tenant);
    Step conclude();

    // In treecheck.cpp.
    Result<void> compareUpperTile(int level, std::uint64_t n, std::span<const Digest> hashes);
    Result<void> addLeaves(const BlockResult &block);
    bool endsWithin(TreeSize first, TreeSize end) const; // whether a signed size lies there
    Result<void> completeTiles();
    void checkExpected();
    void agree(const Expected &expected);
    Finding fork(const Expected &expected) const;
    Step finish();
    Step checkRoot() const;
    Step checkRowCounts();
    Step checkCounters();

    store::Database &m_database;
    const VerifyOptions &m_options;
    VerifyReport &m_report;
    TileStore m_tiles;
    Head m_head;

    std::vector<Expected> m_expected; // by size
    std::size_t m_nextExpected = 0;
    TreeSize m_agreed = 0; // the largest size whose root, signed and kept outside, was met
    TreeSize m_agreedBefore = 0; // the largest but one

    Frontier m_frontier;
    std::vector<std::vector<Digest>> m_partials;
    Timestamp m_lastTime;
    std::unordered_map<TenantId, std::uint64_t, IdHash> m_nextSeq;

    std::optional<Finding> m_upperTile; // the first that differs
    TreeSize m_upperTileEnd = 0; // of the entries below the hash that differs
    std::optional<Finding> m_fork;
    bool m_hasWorkAhead = false; // of the follower
};

} // namespace ledger
