// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/entriespage.h"

#include "service/api/api.h"
#include "service/core/encoding.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// A page ends early here: a thousand of the longest entries would be 64 MB.
constexpr qsizetype MostBytes = 8 << 20;

// What an entry's filter takes; with underscores too.
Result<ledger::EntryFilter> readFilter(Api &api, const Exchange &exchange)
{
    ledger::EntryFilter filter;
    const engine::Caller &caller = *exchange.caller;
    for (const auto &[name, value] : exchange.query) {
        const QByteArray key = QByteArray(name).replace('_', '-');
        if (const auto known = ledger::filterKey(key)) {
            if (known == ledger::FilterKey::TenantId && caller.isTenant() && value != caller.tenant.text()) {
                api.recordForeign(exchange, ErrorCode::InsufficientScope);
                return fail(ErrorCode::InsufficientScope, u"This token reads entries of its own tenant only."_s);
            }
            if (auto added = filter.add(key + '=' + value); !added)
                return fail(queryMistake(name, added.error().detail));
        } else if (key == "event-type") {
            if (!ledger::isEventType(value))
                return fail(queryMistake(name, u"is no event type"_s));
            filter.eventTypes.append(value);
        } else if (key == "since" || key == "until") {
            const auto time = parseTime(value);
            if (!time)
                return fail(queryMistake(name, u"must be a time such as 2026-11-23T18:00:00Z, or a date"_s));
            (key == "since" ? filter.since : filter.until) = *time;
        } else if (key == "from") {
            const auto index = parseDecimal(value, INT64_MAX);
            if (!index)
                return fail(queryMistake(name, u"must be the index of an entry"_s));
            filter.from = *index;
        }
    }
    ASSIGN_OR_RETURN(filter.reverse, queryFlag(exchange, "reverse"));
    if (caller.isTenant() && !exchange.queryValue("tenant-id") && !exchange.queryValue("tenant_id"))
        TRY(filter.add("tenant-id=" + caller.tenant.text()));
    // The database may be a commit ahead of what is published.
    filter.before = api.state().read([](const engine::State &state) { return state.ledgerSize; });
    return filter;
}

// Where the page before ended.
Result<std::optional<LeafIndex>> readPlace(const Exchange &exchange)
{
    ASSIGN_OR_RETURN(const QByteArray cursor, readCursor(exchange));
    if (cursor.isEmpty())
        return std::nullopt;
    const auto index = parseDecimal(cursor, INT64_MAX);
    if (!index)
        return fail(queryMistake("cursor", u"is not one that a Link field gave"_s));
    return index;
}

ledger::EntryFilter continued(ledger::EntryFilter filter, std::optional<LeafIndex> cursor)
{
    if (cursor && filter.reverse)
        filter.before = std::min(*cursor, filter.before.value_or(*cursor));
    else if (cursor)
        filter.from = std::max(filter.from, *cursor);
    return filter;
}

// Counting goes through all that matches, unless that is all there is.
bool isQuickToFind(const ledger::EntryFilter &filter, bool counted)
{
    const bool all = filter.terms.isEmpty() && filter.eventTypes.isEmpty();
    return ledger::findsByIndex(filter) && (!counted || all);
}

} // namespace

EntriesPage::EntriesPage(const ledger::EntryFilter &filter, bool counted, std::optional<LeafIndex> cursor, qint64 limit)
    : m_reading(continued(filter, cursor))
    , m_reverse(filter.reverse)
    , m_quick(isQuickToFind(filter, counted))
    , m_limit(limit)
{
    if (counted) {
        m_counting.emplace(filter);
        m_total = 0;
    }
}

Result<EntriesPage> EntriesPage::fromQuery(Api &api, const Exchange &exchange)
{
    ASSIGN_OR_RETURN(const qint64 limit, pageLimit(exchange));
    ASSIGN_OR_RETURN(const auto cursor, readPlace(exchange));
    ASSIGN_OR_RETURN(const bool counted, queryFlag(exchange, "count"));
    ASSIGN_OR_RETURN(const ledger::EntryFilter filter, readFilter(api, exchange));
    return EntriesPage(filter, counted, cursor, limit);
}

Result<bool> EntriesPage::step(ledger::LedgerReader &reader)
{
    if (m_counting) {
        ASSIGN_OR_RETURN(const auto part, m_counting->next(reader));
        if (part) {
            ASSIGN_OR_RETURN(const std::uint64_t found, reader.count(*part));
            *m_total += found;
            return true;
        }
        m_counting.reset();
    }
    ASSIGN_OR_RETURN(auto part, m_reading.next(reader));
    if (!part)
        return false;
    part->limit = std::uint64_t(m_limit - m_size) + 1;
    TRY(reader.read(*part, [&](LeafIndex index, const QByteArray &bytes) {
        if (m_size == m_limit || (m_size > 0 && m_body.size() + bytes.size() > MostBytes)) {
            m_more = index;
            return false;
        }
        if (m_size++ > 0)
            m_body += ',';
        m_body += bytes;
        m_last = index;
        return true;
    }));
    return !m_more;
}

Reply EntriesPage::reply(const Exchange &exchange) const
{
    Reply reply{.body = m_body + ']'};
    if (m_total)
        reply.headers.append({"X-Total-Count"_ba, QByteArray::number(*m_total)});
    if (m_more)
        reply.headers.append(nextLink(exchange, makeCursor(QByteArray::number(m_reverse ? *m_last : *m_more))));
    return reply;
}

} // namespace api
