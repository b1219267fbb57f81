// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// How many failed authentications get their 401; past that they are told 429. Asked after a token has failed, so that a
// valid one never waits. One thread.
#pragma once

#include "service/core/clock.h"

namespace api {

class FailureBudget
{
public:
    static constexpr qint64 PerSecond = 500, AtOnce = 1000;

    explicit FailureBudget(const Clock &clock);

    // False when the budget is used up.
    bool take();

private:
    const Clock &m_clock;
    std::chrono::nanoseconds m_fullAt;
};

} // namespace api
