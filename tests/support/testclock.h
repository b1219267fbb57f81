// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A clock turned by hand. Any thread.
#pragma once

#include "service/core/clock.h"

#include <atomic>

class TestClock final : public Clock
{
public:
    explicit TestClock(Timestamp start = fromMilliseconds(1'795'457'824'120))
        : m_start(start)
    {
    }

    Timestamp now() const override { return m_start + std::chrono::floor<std::chrono::milliseconds>(m_passed.load()); }
    std::chrono::nanoseconds steady() const override { return m_passed.load(); }

    void advance(std::chrono::nanoseconds by) { m_passed = m_passed.load() + by; }

private:
    const Timestamp m_start;
    std::atomic<std::chrono::nanoseconds> m_passed = std::chrono::nanoseconds(0);
};
