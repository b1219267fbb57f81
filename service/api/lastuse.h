// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// When each token was last used: in memory as it happens, on the disk once a minute at most, for a read must not cost a
// write. A killed process forgets its last minute. I/O thread.
#pragma once

#include "service/engine/engine.h"

#include <unordered_map>

namespace api {

class LastUse
{
public:
    explicit LastUse(engine::Engine &engine); // borrowed

    void note(const TokenId &token);
    // The later of what the disk knows and what this process saw.
    std::optional<Timestamp> of(const TokenId &token, const std::optional<Timestamp> &stored) const;

    // Hands to the engine what it has not had yet: at the end, before the engine's.
    void flush();

private:
    engine::Engine &m_engine;
    std::unordered_map<TokenId, Timestamp, IdHash> m_seen, m_unwritten;
    std::chrono::nanoseconds m_nextFlush;
};

} // namespace api
