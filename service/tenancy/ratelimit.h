// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Requests a minute, per tenant over all its tokens: the generic cell rate algorithm. A bucket holds `rpm` requests,
// starts full and refills rpm/60 a second; one number per tenant, the time at which the bucket would be full again.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"

#include <mutex>
#include <unordered_map>

namespace tenancy {

struct RateVerdict
{
    bool allowed = true;
    qint64 limit = 0; // q of RateLimit-Policy
    qint64 remaining = 0; // that many more are guaranteed
    qint64 resetSeconds = 0; // until the bucket is full, rounded up
    qint64 retryAfterSeconds = 0; // at least 1 when refused
};

// Any thread.
class RateLimiter
{
public:
    explicit RateLimiter(const Clock &clock);

    // Takes one request from the tenant's bucket, or refuses and takes nothing.
    RateVerdict take(const TenantId &tenant, qint64 requestsPerMinute);
    // The state without taking.
    RateVerdict peek(const TenantId &tenant, qint64 requestsPerMinute);

private:
    RateVerdict judge(const TenantId &tenant, qint64 requestsPerMinute, bool take);

    const Clock &m_clock;
    std::mutex m_mutex;
    std::unordered_map<TenantId, std::chrono::nanoseconds, IdHash> m_fullAt;
};

} // namespace tenancy
