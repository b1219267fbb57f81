// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/entryparts.h"

#include <algorithm>

namespace ledger {

namespace {

// Entries looked at in one part: some 10 ms where each must be, and hardly a part at all where an index finds them.
constexpr std::uint64_t SearchStep = 1 << 14;
constexpr std::uint64_t IndexStep = 1 << 20;

} // namespace

EntryParts::EntryParts(EntryFilter filter)
    : m_filter(std::move(filter))
    , m_step(findsByIndex(m_filter) ? IndexStep : SearchStep)
{
    m_filter.limit.reset();
}

Result<std::optional<EntryFilter>> EntryParts::next(LedgerReader &reader)
{
    if (!m_left) {
        ASSIGN_OR_RETURN(m_left, reader.range(m_filter));
        m_total = m_left->end - m_left->first;
        m_filter.since.reset(); // they have become indices
        m_filter.until.reset();
    }
    const std::uint64_t step = std::min(m_step, m_left->end - m_left->first);
    if (step == 0)
        return std::nullopt;
    EntryFilter part = m_filter;
    if (m_filter.reverse) {
        part.before = m_left->end;
        part.from = m_left->end -= step;
    } else {
        part.from = m_left->first;
        part.before = m_left->first += step;
    }
    return part;
}

} // namespace ledger
