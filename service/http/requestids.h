// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Ids for requests that bring none: UUIDv7 (RFC 9562, 5.7) whose random part starts from the system's generator and
// then counts (6.2, method 2), because a system call per request would be dearer than the rest of the id. Unique, not
// secret.
//
// One thread.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"

namespace http {

class RequestIds
{
public:
    explicit RequestIds(const Clock &clock);

    RequestId next();

private:
    const Clock &m_clock;
    quint64 m_high; // 12 bits
    quint64 m_low; // 62 bits
};

} // namespace http
