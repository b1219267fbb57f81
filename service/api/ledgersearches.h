// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Pages of the ledger that have to be searched for, off the I/O thread: on one thread with a connection of its own,
// made when the first is asked for. All that are on their way have a turn of a step each, so that a short one does not
// wait for a long one.
#pragma once

#include "service/api/entriespage.h"
#include "service/engine/querythread.h"

#include <map>
#include <mutex>

namespace api {

class LedgerSearches
{
public:
    explicit LedgerSearches(Api &api) // borrowed; it owns this
        : m_api(api)
    {
    }

    // I/O thread. Answers the exchange when the page is whole. RateLimited, at once, where the caller's tenant has as
    // many on their way as it may.
    void start(Exchange exchange, EntriesPage page);

    // I/O thread. Drops what is on its way, ends the thread and closes its connection.
    void close();

private:
    struct Search
    {
        Exchange exchange;
        EntriesPage page;
    };

    void proceed(engine::QueryThread &thread, std::unique_ptr<Search> search);
    void finish(const Search &search, Result<Reply> outcome);

    Api &m_api;
    std::mutex m_mutex;
    std::map<TenantId, int> m_running; // guarded by m_mutex; administrators and auditors under the empty id
    std::unique_ptr<engine::QueryThread> m_thread;
};

} // namespace api
