// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/failurebudget.h"

#include <algorithm>

namespace api {

namespace {

constexpr std::chrono::nanoseconds Cost(1'000'000'000 / FailureBudget::PerSecond);

} // namespace

FailureBudget::FailureBudget(const Clock &clock)
    : m_clock(clock)
    , m_fullAt(clock.steady())
{
}

bool FailureBudget::take()
{
    const auto now = m_clock.steady();
    const auto after = std::max(m_fullAt, now) + Cost;
    if (after - now > AtOnce * Cost)
        return false;
    m_fullAt = after;
    return true;
}

} // namespace api
