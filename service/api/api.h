// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Requests to commands and queries, results to answers. Lives on one I/O thread, with a read-only connection of its own;
// answers to writes are made on the engine thread once they are durable, and posted back by ticket.
#pragma once

#include "service/api/authenticator.h"
#include "service/api/pagecache.h"
#include "service/api/problem.h"
#include "service/api/routes.h"
#include "service/engine/engine.h"
#include "service/http/handler.h"
#include "service/http/server.h"
#include "service/ledger/reader.h"

namespace api {

class Api final : public http::Handler
{
public:
    // All borrowed: they outlive the Api, and the Api outlives the engine's last answer.
    Api(engine::Engine &engine, tenancy::RateLimiter &rates);
    ~Api() override;

    void setServer(http::Server *server) { m_server = server; }

    void handle(http::Request &&request) override;
    http::Response refusal(const Error &error, const RequestId &requestId) override;

    // Closes the read-only connection: on the I/O thread, before it ends.
    void closeReader();

    // For the handlers of routes.
    engine::Engine &engine() { return m_engine; }
    const engine::SharedState &state() const { return m_engine.state(); }
    Authenticator &authenticator() { return m_authenticator; }
    tenancy::RateLimiter &rates() { return m_rates; }
    Result<store::Database *> reader();

    // A page of a tenant's VMs, or of all where the id is empty.
    Result<Reply> vmPage(const Exchange &exchange, const TenantId &tenant, const VmId &after, qint64 limit);

    void answer(const Exchange &exchange, Result<Reply> outcome);

    // Runs the command on the engine; `render` makes the Reply of its value, on the engine thread.
    template <typename Value, typename Render>
    void write(Exchange exchange, engine::Command<Value> command, Render render)
    {
        engine::Caller caller = *exchange.caller;
        const auto kind = exchange.dryRun ? engine::Job::Kind::DryRun : engine::Job::Kind::Change;
        m_engine.post<Value>(
            std::move(caller), std::move(command),
            [this, exchange = std::move(exchange), render = std::move(render)](
                Result<engine::Committed<Value>> outcome) mutable {
                if (!outcome) {
                    answerLater(exchange, std::unexpected(std::move(outcome.error())));
                    return;
                }
                Reply reply = render(std::move(outcome->value));
                if (exchange.dryRun)
                    dropEffects(reply);
                else if (outcome->index)
                    reply.headers.append({"Ledger-Index", QByteArray::number(*outcome->index)});
                answerLater(exchange, std::move(reply));
            },
            kind);
    }

    // NotFound, exactly as for an absent one, when a tenant's caller names another tenant; that is recorded.
    Result<void> requireOwn(const Exchange &exchange, const TenantId &tenant);
    void recordForeign(const Exchange &exchange, ErrorCode code);

private:
    Result<void> admit(Exchange &exchange);
    Result<void> checkQuery(Exchange &exchange);
    http::Response response(const Exchange &exchange, Result<Reply> outcome);
    void answerLater(const Exchange &exchange, Result<Reply> outcome);
    void recordRefusal(const Exchange &exchange, const Error &error);
    static void dropEffects(Reply &reply);

    engine::Engine &m_engine;
    tenancy::RateLimiter &m_rates;
    Authenticator m_authenticator;
    http::Router m_router;
    http::Server *m_server = nullptr;
    std::unique_ptr<store::Database> m_reader;
    PageCache m_pages;
};

} // namespace api
