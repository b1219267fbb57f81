// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/lastuse.h"

#include "service/tokens/tokenstore.h"

#include <algorithm>

namespace api {

namespace {

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
    if (const auto steady = m_engine.clock().steady(); steady >= m_nextFlush) {
        m_nextFlush = steady + FlushInterval;
        flush();
    }
}

std::optional<Timestamp> LastUse::of(const TokenId &token, const std::optional<Timestamp> &stored) const
{
    const auto seen = m_seen.find(token);
    return seen == m_seen.end() ? stored : std::max(stored, std::optional(seen->second));
}

void LastUse::flush()
{
    if (m_unwritten.empty())
        return;
    m_engine.post<engine::Nothing>(engine::systemCaller(),
        [uses = std::exchange(m_unwritten, {})](engine::Work &work) -> Result<engine::Nothing> {
            for (const auto &[token, time] : uses)
                TRY(tokens::noteUse(work.database(), token, time));
            return engine::Nothing{};
        },
        {});
}

} // namespace api
