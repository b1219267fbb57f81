// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Refusals that matter, on their way to the ledger without flooding it: the first per token and code becomes an entry
// at once, repeats are counted into one entry a minute. A refusal never waits for any of this.
#pragma once

#include "service/engine/caller.h"

#include <chrono>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

namespace engine {

struct Denial
{
    Caller caller;
    const char *eventType; // "VM_DENIED" or "ACCESS_DENIED"
    QByteArray code; // of the problem
    // VM_DENIED
    TenantId tenant = {}; // whose quota it was
    QByteArray quota = {};
    qint64 limit = 0, used = 0, requested = 0;
    // ACCESS_DENIED
    // The pattern of the route, never an id that was asked for. Of several counted together, empty where they differ.
    QByteArray method = {}, route = {};
    qint64 times = 1;
};

QByteArray denialEntryData(const Denial &denial);

// Any thread.
class DenialRecorder
{
public:
    explicit DenialRecorder(const Clock &clock);

    // True when this one is to be written now; otherwise it was counted.
    bool admit(const Denial &denial);

    // Those whose minute is over (all of them when `all`), with how often they came since the last entry.
    std::vector<Denial> due(bool all = false);

    // Of an entry that could not be written: counted on, so that a later one tells of it.
    void giveBack(const Denial &denial);

private:
    struct Window
    {
        std::chrono::nanoseconds since;
        enum class Order
        {
            Earlier, // than the last that was counted
            Newest
        };

        Denial last;
        qint64 repeats = 0;

        void count(const Denial &denial, Order order);
    };

    const Clock &m_clock;
    std::mutex m_mutex;
    // The tenant is that of VM_DENIED: what an administrator was refused in one must not be counted into another's
    // entries.
    using Key = std::tuple<TokenId, QByteArray, TenantId>;
    static Key keyOf(const Denial &denial);
    std::map<Key, Window> m_windows;
};

} // namespace engine
