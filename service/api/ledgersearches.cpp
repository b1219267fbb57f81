// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/ledgersearches.h"

#include "service/api/api.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr int MostOfATenant = 4, MostOfAdministrators = 16;

const TenantId &ownerOf(const Exchange &exchange)
{
    return exchange.caller->tenant;
}

} // namespace

void LedgerSearches::start(Exchange exchange, EntriesPage page)
{
    const int most = exchange.caller->isTenant() ? MostOfATenant : MostOfAdministrators;
    const bool fits = [&] {
        const std::scoped_lock lock(m_mutex);
        int &running = m_running[ownerOf(exchange)];
        return running < most ? ++running > 0 : false;
    }();
    if (!fits)
        return m_api.answer(exchange,
            fail(Error{.code = ErrorCode::RateLimited,
                .detail =
                    u"%1 searches of the ledger are still running, as many as may. Wait 1 s, or filter by tenant and "
                    "type, which needs no search."_s.arg(most),
                .retryAfterSeconds = 1}));
    if (!m_thread)
        m_thread = std::make_unique<engine::QueryThread>(m_api.engine().directory().paths().database());
    proceed(*m_thread, std::make_unique<Search>(std::move(exchange), std::move(page)));
}

void LedgerSearches::close()
{
    m_thread.reset();
}

// One step, then the back of the queue. Called on the I/O thread first, on the query thread from then on.
void LedgerSearches::proceed(engine::QueryThread &thread, std::unique_ptr<Search> search)
{
    thread.post([this, &thread, search = std::move(search)](Result<store::Database *> database) mutable {
        const auto more = [&]() -> Result<bool> {
            ASSIGN_OR_RETURN(store::Database * opened, std::move(database));
            ledger::LedgerReader reader(*opened);
            return search->page.step(reader);
        }();
        if (!more)
            finish(*search, std::unexpected(more.error()));
        else if (*more)
            proceed(thread, std::move(search));
        else
            finish(*search, search->page.reply(search->exchange));
    });
}

void LedgerSearches::finish(const Search &search, Result<Reply> outcome)
{
    {
        const std::scoped_lock lock(m_mutex);
        const auto own = m_running.find(ownerOf(search.exchange));
        if (--own->second == 0)
            m_running.erase(own);
    }
    m_api.answerFromElsewhere(search.exchange, std::move(outcome));
}

} // namespace api
