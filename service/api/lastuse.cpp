// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/lastuse.h"

#include "service/tokens/tokenstore.h"

#include <algorithm>

namespace api {

namespace {

constexpr size_t AtOnce = 500; // a millisecond or two of the engine's
constexpr std::chrono::minutes FlushInterval(1);

} // namespace

LastUse::LastUse(engine::Engine &engine)
    : m_engine(engine)
    , m_nextFlush(engine.clock().steady() + FlushInterval)
{
}

void LastUse::note(const TokenId &token)
{
    const Timestamp now = m_engine.clock().now();
    m_seen.insert_or_assign(token, now);
    m_unwritten.insert_or_assign(token, now);
    flushWhenDue();
}

void LastUse::flushWhenDue()
{
    const auto steady = m_engine.clock().steady();
    if (steady < m_nextFlush)
        return;
    std::vector<std::pair<TokenId, Timestamp>> part;
    while (part.size() < AtOnce && !m_unwritten.empty()) {
        part.emplace_back(*m_unwritten.begin());
        m_unwritten.erase(m_unwritten.begin());
    }
    m_nextFlush = steady + (m_unwritten.empty() ? std::chrono::nanoseconds(FlushInterval) : Pause);
    hand(std::move(part));
}

std::optional<Timestamp> LastUse::of(const TokenId &token, const std::optional<Timestamp> &stored) const
{
    const auto seen = m_seen.find(token);
    return seen == m_seen.end() ? stored : std::max(stored, std::optional(seen->second));
}

void LastUse::flush()
{
    hand({m_unwritten.begin(), m_unwritten.end()});
    m_unwritten.clear();
}

void LastUse::hand(std::vector<std::pair<TokenId, Timestamp>> uses)
{
    if (uses.empty())
        return;
    m_engine.post<engine::Nothing>(engine::systemCaller(),
        [uses = std::move(uses)](engine::Work &work) -> Result<engine::Nothing> {
            for (const auto &[token, time] : uses)
                TRY(tokens::noteUse(work.database(), token, time));
            return engine::Nothing{};
        },
        {});
}

} // namespace api
