// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// When each token was last used: in memory as it happens, on the disk about once a minute, for a read must not cost a
// write. A killed process forgets its last minute. However many tokens there were, changes of others wait for some
// hundred of their rows at most. I/O thread.
#pragma once

#include "service/engine/engine.h"

#include <unordered_map>

namespace api {

class LastUse
{
public:
    static constexpr std::chrono::seconds Pause{1}; // between the parts of a flush

    explicit LastUse(engine::Engine &engine); // borrowed

    void note(const TokenId &token);
    // Hands to the engine a part of what it has not had yet, where it is time. Also to be called while nobody asks.
    void flushWhenDue();
    // The later of what the disk knows and what this process saw.
    std::optional<Timestamp> of(const TokenId &token, const std::optional<Timestamp> &stored) const;

    // All of it: at the end, before the engine's.
    void flush();

private:
    void hand(std::vector<std::pair<TokenId, Timestamp>> uses);

    engine::Engine &m_engine;
    std::unordered_map<TokenId, Timestamp, IdHash> m_seen, m_unwritten;
    std::chrono::nanoseconds m_nextFlush;
};

} // namespace api
