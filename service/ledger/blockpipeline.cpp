// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/blockpipeline.h"

#include "service/ledger/reader.h"

#include <QtCore/qthread.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

BlockPipeline::BlockPipeline(store::Database &database, const Plan &plan, EntryFollower *follower)
    : m_database(database)
    , m_plan(plan)
    , m_blocks((plan.size - plan.first + BlockSize - 1) / BlockSize)
{
    const int wanted = plan.threads > 0 ? plan.threads : QThread::idealThreadCount();
    const int threads = int(std::min(std::uint64_t(std::max(wanted, 1)), m_blocks));
    if (threads <= 1) {
        m_own.emplace(database, plan.size, follower ? &follower->addPart() : nullptr);
        return;
    }
    m_most = std::uint64_t(threads) * 2;
    m_pool.setMaxThreadCount(threads);
    for (int i = 0; i < threads; ++i)
        m_pool.start([this, part = follower ? &follower->addPart() : nullptr] { work(part); });
}

BlockPipeline::~BlockPipeline()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stopped = true;
    }
    m_changed.notify_all();
    m_pool.waitForDone();
}

bool BlockPipeline::isReady()
{
    if (m_own)
        return false;
    const std::scoped_lock lock(m_mutex);
    return m_failed || m_results.contains(m_next);
}

Result<BlockResult> BlockPipeline::take()
{
    std::unique_lock lock(m_mutex);
    const std::uint64_t block = m_next++;
    if (m_own)
        return m_own->check(start(block), std::min(start(block + 1), m_plan.size));
    m_changed.wait(lock, [&] { return m_failed || m_results.contains(block); });
    if (m_failed)
        return fail(*m_failed);
    auto result = std::move(m_results.extract(block).mapped());
    m_changed.notify_all();
    return result;
}

std::optional<std::uint64_t> BlockPipeline::claim()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_stopped || m_unclaimed >= m_blocks || m_unclaimed < m_next + m_most; });
    if (m_stopped || m_unclaimed >= m_blocks)
        return {};
    return m_unclaimed++;
}

void BlockPipeline::give(std::uint64_t block, Result<BlockResult> result)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_results.emplace(block, std::move(result));
    }
    m_changed.notify_all();
}

void BlockPipeline::work(EntryFollower::Part *part)
{
    if (auto worked = workOn(part); !worked) {
        {
            const std::scoped_lock lock(m_mutex);
            m_failed = std::move(worked.error());
        }
        m_changed.notify_all();
    }
}

Result<void> BlockPipeline::workOn(EntryFollower::Part *part)
{
    ASSIGN_OR_RETURN(const auto database, store::Database::open(m_database.path(), store::Database::Mode::ReadOnly));
    ASSIGN_OR_RETURN(const auto transaction, store::Transaction::begin(*database));
    ASSIGN_OR_RETURN(const Head head, LedgerReader(*database).head());
    if (head.size < m_plan.size)
        return fail(ErrorCode::Unavailable,
            u"%1 was exchanged for another while it was verified. Verify again."_s.arg(m_database.path()));
    BlockChecker checker(*database, m_plan.size, part);
    while (const auto block = claim())
        give(*block, checker.check(start(*block), std::min(start(*block + 1), m_plan.size)));
    return {};
}

} // namespace ledger
