// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Requests to commands and queries, results to answers. Lives on one I/O thread, with a read-only connection of its
// own; answers to writes are made on the engine thread once they are durable, and posted back by ticket.
#pragma once

#include "service/api/authenticator.h"
#include "service/api/exports.h"
#include "service/api/failurebudget.h"
#include "service/api/idempotency.h"
#include "service/api/lastuse.h"
#include "service/api/ledgersearches.h"
#include "service/api/pagecache.h"
#include "service/api/possession.h"
#include "service/api/problem.h"
#include "service/api/routes.h"
#include "service/engine/engine.h"
#include "service/http/handler.h"
#include "service/http/server.h"
#include "service/ledger/reader.h"

class QTimer;

namespace api {

class Api final : public http::Handler
{
public:
    // All borrowed: they outlive the Api, and the Api outlives the engine's last answer.
    Api(engine::Engine &engine, tenancy::RateLimiter &rates);
    ~Api() override;

    void setServer(http::Server *server);

    void handle(http::Request &&request) override;
    http::Response refusal(const Error &error, const RequestId &requestId) override;

    // Closes the read-only connections, and hands the engine what is left to write: on the I/O thread, before it ends.
    void closeReader();

    // For the handlers of routes.
    engine::Engine &engine() { return m_engine; }
    const engine::SharedState &state() const { return m_engine.state(); }
    Authenticator &authenticator() { return m_authenticator; }
    const LastUse &lastUse() const { return m_lastUse; }
    const http::Router &router() const { return m_router; }
    // The refusal of a token, or RateLimited once too many have failed.
    Error failedAuthentication(Error refusal);
    Result<store::Database *> reader();

    // A page of a tenant's VMs, or of all where the id is empty.
    Result<Reply> vmPage(const Exchange &exchange, const TenantId &tenant, const VmId &after, qint64 limit);

    void answer(const Exchange &exchange, Result<Reply> outcome);
    // Any thread but the engine's, while the server lives.
    void answerFromElsewhere(const Exchange &exchange, Result<Reply> outcome);
    // The engine's thread, in the answer to a command.
    void answerFromEngine(const Exchange &exchange, Result<Reply> outcome);
    // I/O thread. The body is the file's where that is open.
    void answerWithFile(const Exchange &exchange, Result<Reply> outcome, http::FileBody file);
    // Any thread, while the server lives. Dropped once that is gone.
    void onIoThread(std::move_only_function<void()> work);
    Exports &exports() { return m_exports; }
    KeysUnderWay &keysUnderWay() { return m_keysUnderWay; }
    // Pages that have to be searched for.
    LedgerSearches &searches() { return m_searches; }

    // Runs the command on the engine, and `render` with its value: in the transaction, for what Idempotency-Key
    // remembers of the answer commits with the change.
    template <typename Value, typename Render>
    void write(Exchange exchange, engine::Command<Value> command, Render render)
    {
        const bool dryRun = exchange.dryRun;
        post(std::move(exchange),
            [command = std::move(command), render = std::move(render), dryRun](engine::Work &work) -> Result<Reply> {
                ASSIGN_OR_RETURN(Value value, command(work));
                Reply reply = render(std::move(value));
                if (reply.status == 204 && !dryRun) // what is no more is shown by a dry run alone
                    reply.body.clear();
                return reply;
            });
    }

    // NotFound, exactly as for an absent one, when a tenant's caller names another tenant; that is recorded.
    Result<void> requireOwn(const Exchange &exchange, const TenantId &tenant);
    void recordForeign(const Exchange &exchange, ErrorCode code);
    // The same record where the id is that of another tenant's token. The engine judges it; it can't tell apart.
    void recordForeignToken(const Exchange &exchange, const TokenId &id);

private:
    void post(Exchange exchange, engine::Command<Reply> command);
    void answerUnrouted(Exchange exchange, const http::Router::Match &match);
    Result<void> admit(Exchange &exchange);
    Result<void> authenticate(Exchange &exchange);
    // By what the proof is remembered; nothing where none is needed.
    Result<std::optional<crypto::Digest>> checkPossession(
        const Exchange &exchange, const Credentials &sent, const Identity &identity);
    Result<void> checkQuery(Exchange &exchange);
    http::Response response(const Exchange &exchange, Result<Reply> outcome);
    void recordRefusal(const Exchange &exchange, const Error &error);
    static void dropEffects(Reply &reply);

    engine::Engine &m_engine;
    tenancy::RateLimiter &m_rates;
    Authenticator m_authenticator;
    PossessionCheck m_possession;
    FailureBudget m_failures;
    LastUse m_lastUse;
    std::unique_ptr<QTimer> m_useTimer; // lives on the I/O thread
    http::Router m_router;
    http::Server *m_server = nullptr;
    std::unique_ptr<store::Database> m_reader;
    PageCache m_pages;
    LedgerSearches m_searches{*this};
    Exports m_exports{*this};
    KeysUnderWay m_keysUnderWay;
    http::Answers m_answers; // to writes, until the batch is answered; engine thread
};

} // namespace api
