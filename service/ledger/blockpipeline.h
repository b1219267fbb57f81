// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Hands out the blocks of a ledger to reading threads and gives their results back in order. Belongs to the verifying
// thread, whose connection it borrows; at most two blocks a thread are held.
//
// Each thread has a connection and a read transaction of its own. That they see one state with the verifier's: below
// the verifier's head an honest writer changes neither entries nor full tiles, so whichever later commit a thread's
// transaction began at, these rows are the same; and what a dishonest one changes meanwhile has to hash to the same
// signed root as everything else. All that does change, the head, the upper tiles and the state, is read in the
// verifier's transaction alone. With one core, or one block, all is read there.
#pragma once

#include "service/ledger/verifyblock.h"

#include <QtCore/qthreadpool.h>

#include <condition_variable>
#include <map>
#include <mutex>

namespace ledger {

class BlockPipeline
{
public:
    struct Plan
    {
        LeafIndex first = 0; // of a tile
        TreeSize size = 0;
        int threads = 0; // 0: one a core
    };

    BlockPipeline(store::Database &database, const Plan &plan, EntryFollower *follower);
    ~BlockPipeline(); // waits for the blocks under way
    BlockPipeline(const BlockPipeline &) = delete;
    BlockPipeline &operator=(const BlockPipeline &) = delete;

    bool isDone() const { return m_next >= m_blocks; }
    bool isReady(); // take() would not wait; reads nothing itself
    Result<BlockResult> take(); // the next

private:
    LeafIndex start(std::uint64_t block) const { return m_plan.first + block * BlockSize; }
    void work(EntryFollower::Part *part);
    Result<void> workOn(EntryFollower::Part *part);
    void give(std::uint64_t block, Result<BlockResult> result);
    std::optional<std::uint64_t> claim();

    store::Database &m_database;
    const Plan m_plan;
    const std::uint64_t m_blocks;
    std::optional<BlockChecker> m_own; // without threads

    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::uint64_t m_next = 0; // to be taken; changed by the verifying thread alone, which may read it unguarded
    std::uint64_t m_unclaimed = 0;
    std::uint64_t m_most = 0; // blocks claimed and not taken
    bool m_stopped = false;
    std::optional<Error> m_failed; // of a thread that could not begin
    std::map<std::uint64_t, Result<BlockResult>> m_results;

    QThreadPool m_pool; // declared last, so that it ends before what it uses
};

} // namespace ledger
