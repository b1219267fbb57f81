// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/ratelimit.h"

#include <algorithm>

namespace tenancy {

namespace {

constexpr qint64 Second = 1'000'000'000, Minute = 60 * Second;

qint64 ceilSeconds(qint64 nanoseconds)
{
    return (nanoseconds + Second - 1) / Second;
}

} // namespace

RateLimiter::RateLimiter(const Clock &clock)
    : m_clock(clock)
{
}

RateVerdict RateLimiter::take(const TenantId &tenant, qint64 requestsPerMinute)
{
    return judge(tenant, requestsPerMinute, true);
}

RateVerdict RateLimiter::peek(const TenantId &tenant, qint64 requestsPerMinute)
{
    return judge(tenant, requestsPerMinute, false);
}

RateVerdict RateLimiter::judge(const TenantId &tenant, qint64 requestsPerMinute, bool take)
{
    const qint64 now = m_clock.steady().count();
    const qint64 cost = Minute / requestsPerMinute; // at least 6 µs at the highest limit
    const qint64 capacity = cost * requestsPerMinute;

    const std::scoped_lock lock(m_mutex);
    auto &stored = m_fullAt.try_emplace(tenant, std::chrono::nanoseconds(now)).first->second;
    // A lowered limit may leave more debt than the new bucket holds; it is forgiven.
    const qint64 debt = std::min(std::max<qint64>(0, stored.count() - now), capacity);

    RateVerdict verdict{.limit = requestsPerMinute};
    verdict.allowed = debt + cost <= capacity;
    const qint64 after = take && verdict.allowed ? debt + cost : debt;
    stored = std::chrono::nanoseconds(now + after);
    verdict.remaining = (capacity - after) / cost;
    verdict.resetSeconds = ceilSeconds(after);
    if (!verdict.allowed)
        verdict.retryAfterSeconds = std::max<qint64>(1, ceilSeconds(debt + cost - capacity));
    return verdict;
}

} // namespace tenancy
