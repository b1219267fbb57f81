// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One page of GET /v1/ledger/entries in the making: read from the query on the I/O thread, then found in steps on
// whatever thread has a reader. Belongs to one thread at a time.
#pragma once

#include "service/api/exchange.h"
#include "service/ledger/entryparts.h"

namespace api {

class Api;

class EntriesPage
{
public:
    // InvalidField for a query that can't be taken, InsufficientScope for another tenant's entries. Nothing beyond what
    // is published by now will be on the page.
    static Result<EntriesPage> fromQuery(Api &api, const Exchange &exchange);

    // Whether finding it costs no more than what it holds: then it may be found on the I/O thread.
    bool isQuick() const { return m_quick; }

    // Goes on; false once the page is whole. A step takes some 10 ms at most, but for what it puts on the page.
    Result<bool> step(ledger::LedgerReader &reader);

    Reply reply(const Exchange &exchange) const;

private:
    EntriesPage(const ledger::EntryFilter &filter, bool counted, std::optional<LeafIndex> cursor, qint64 limit);

    std::optional<ledger::EntryParts> m_counting; // while there is something left to count
    ledger::EntryParts m_reading;
    bool m_reverse;
    bool m_quick;
    qint64 m_limit;
    qint64 m_size = 0; // entries in the body
    QByteArray m_body = "[";
    std::optional<LeafIndex> m_last;
    std::optional<LeafIndex> m_more; // the first that did not fit
    std::optional<std::uint64_t> m_total;
};

} // namespace api
