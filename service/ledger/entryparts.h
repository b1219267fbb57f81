// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A long reading in parts, so that whoever reads can show progress, let others have a turn, or stop: a filter is cut
// into filters over ranges of indices, in the order of the reading. Belongs to one thread at a time.
//
//     ledger::EntryParts parts(filter);
//     ASSIGN_OR_RETURN(auto part, parts.next(reader));
//     while (part) { ... reader.read(*part, sink) ... }
#pragma once

#include "service/ledger/reader.h"

namespace ledger {

class EntryParts
{
public:
    // The filter's limit is the caller's to count: parts have none.
    explicit EntryParts(EntryFilter filter);

    // The next part; nothing once all is read. What is appended after the first call is not read.
    Result<std::optional<EntryFilter>> next(LedgerReader &reader);

    // How many indices have been given out, of how many; 0 before the first part.
    std::uint64_t done() const { return m_total - (m_left ? m_left->end - m_left->first : m_total); }
    std::uint64_t total() const { return m_total; }

private:
    EntryFilter m_filter;
    std::uint64_t m_step;
    std::optional<LedgerReader::Range> m_left;
    std::uint64_t m_total = 0;
};

} // namespace ledger
