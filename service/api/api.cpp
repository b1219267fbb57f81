// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"

#include "service/api/judgement.h"
#include "service/engine/vmcommands.h"
#include "service/fleet/vmjson.h"
#include "service/fleet/vmstore.h"

#include <QtCore/qdebug.h>
#include <QtCore/qtimer.h>

#include <algorithm>
#include <charconv>

using namespace Qt::StringLiterals;

namespace api {

namespace {

// On every answer to a tenant, so without temporaries.
QByteArray rateField(QByteArrayView first, qint64 a, QByteArrayView second, qint64 b)
{
    constexpr qsizetype longest = 20; // of a number
    QByteArray text(first.size() + second.size() + 2 * longest, Qt::Uninitialized);
    char *at = std::ranges::copy(first, text.data()).out;
    at = std::to_chars(at, at + longest, a).ptr;
    at = std::ranges::copy(second, at).out;
    at = std::to_chars(at, at + longest, b).ptr;
    text.truncate(at - text.constData());
    return text;
}

void addRateHeaders(http::Response &response, const tenancy::RateVerdict &rate)
{
    response.headers.append({"RateLimit-Policy"_ba, rateField("\"tenant\";q=", rate.limit, ";w=", 60)});
    response.headers.append({"RateLimit"_ba, rateField("\"tenant\";r=", rate.remaining, ";t=", rate.resetSeconds)});
}

} // namespace

Api::Api(engine::Engine &engine, tenancy::RateLimiter &rates)
    : m_engine(engine)
    , m_rates(rates)
    , m_authenticator(engine.state(), engine.issuer(), engine.clock())
    , m_possession(
          engine.clock(), engine.state().read([](const engine::State &published) { return published.ledgerTime; }))
    , m_failures(engine.clock())
    , m_lastUse(engine)
    , m_router(routerOfAll())
{
    // One wake-up of the I/O thread for a whole batch: per answer it would cost more than the answer.
    m_engine.onAnswered([this] {
        if (!m_answers.empty())
            m_server->postAnswers(std::exchange(m_answers, {}));
    });
}

Api::~Api() = default;

void Api::setServer(http::Server *server)
{
    m_server = server;
    onIoThread([this] {
        m_exports.open();
        m_useTimer = std::make_unique<QTimer>();
        QObject::connect(m_useTimer.get(), &QTimer::timeout, m_server, [this] { m_lastUse.flushWhenDue(); });
        m_useTimer->start(LastUse::Pause);
    });
}

void Api::closeReader()
{
    m_searches.close();
    m_exports.close();
    m_reader.reset();
    m_useTimer.reset();
    m_lastUse.flush();
}

Result<store::Database *> Api::reader()
{
    if (!m_reader) {
        ASSIGN_OR_RETURN(
            m_reader, store::Database::open(m_engine.directory().paths().database(), store::Database::Mode::ReadOnly));
    }
    return m_reader.get();
}

Result<Reply> Api::vmPage(const Exchange &exchange, const TenantId &tenant, const VmId &after, qint64 limit)
{
    const quint64 version = state().read([&](const engine::State &published) {
        if (tenant.isEmpty())
            return published.allVmsVersion + 1;
        const auto found = published.vmVersions.find(tenant);
        return found == published.vmVersions.end() ? 1 : found->second + 1;
    });
    const PageCache::Key key{tenant, after, limit};
    const PageCache::Page *page = m_pages.find(key, version);
    if (!page) {
        ASSIGN_OR_RETURN(store::Database * database, reader());
        ASSIGN_OR_RETURN(auto vms, fleet::listVms(*database, tenant, after, limit + 1));
        PageCache::Page made;
        made.version = version;
        if (qint64(vms.size()) > limit) {
            vms.pop_back();
            made.next = vms.back().id;
        }
        json::Writer writer;
        writer.beginArray();
        for (const fleet::Vm &vm : vms)
            fleet::writeVm(writer, vm);
        writer.endArray();
        made.body = writer.take();
        page = &m_pages.put(key, std::move(made));
    }
    Reply reply{.body = page->body};
    if (!page->next.isEmpty())
        reply.headers.append(nextLink(exchange, makeCursor(page->next.text())));
    return reply;
}

void Api::handle(http::Request &&request)
{
    Exchange exchange{.request = std::move(request)};
    auto match =
        m_router.match(exchange.request.head ? "HEAD" : QByteArrayView(exchange.request.method), exchange.request.path);
    if (match.outcome != http::Router::Match::Outcome::Found)
        return answerUnrouted(std::move(exchange), match);
    exchange.route = &routes()[size_t(match.route)];
    exchange.params = std::move(match.params);
    if (auto admitted = admit(exchange); !admitted) {
        recordRefusal(exchange, admitted.error());
        return answer(exchange, std::unexpected(std::move(admitted.error())));
    }
    exchange.route->handle(*this, std::move(exchange));
}

// A tenant's token draws on its bucket here too; who asks without one learns the same.
void Api::answerUnrouted(Exchange exchange, const http::Router::Match &match)
{
    if (exchange.request.headers.contains("Authorization")) {
        if (auto known = authenticate(exchange); !known && exchange.rate)
            return answer(exchange, std::unexpected(std::move(known.error())));
    }
    if (match.outcome == http::Router::Match::Outcome::NotFound)
        return answer(
            exchange, fail(ErrorCode::NotFound, u"There is nothing here. /openapi.json lists what there is."_s));
    http::Response refused = response(exchange,
        fail(ErrorCode::MethodNotAllowed,
            u"This is not for %1; it takes %2."_s.arg(
                exchange.request.head ? u"HEAD"_s : QString::fromLatin1(exchange.request.method),
                QString::fromLatin1(match.allow))));
    refused.headers.append({"Allow"_ba, match.allow});
    m_server->answer(exchange.request.ticket, std::move(refused));
}

void Api::post(Exchange exchange, engine::Command<Reply> command)
{
    auto key = idempotencyKey(exchange);
    if (!key)
        return answer(exchange, std::unexpected(std::move(key.error())));
    engine::Caller caller = *exchange.caller;
    const auto kind = exchange.dryRun ? engine::Job::Kind::DryRun : engine::Job::Kind::Change;
    m_engine.post<Reply>(
        std::move(caller),
        [key = std::move(*key), command = std::move(command)](engine::Work &work) -> Result<Reply> {
            if (!key)
                return command(work);
            ASSIGN_OR_RETURN(auto earlier, recall(work, *key));
            if (earlier)
                return std::move(*earlier);
            ASSIGN_OR_RETURN(Reply reply, command(work));
            TRY(remember(work, *key, reply));
            return reply;
        },
        [this, exchange = std::move(exchange)](Result<engine::Committed<Reply>> outcome) {
            if (!outcome)
                return answerFromEngine(exchange, std::unexpected(std::move(outcome.error())));
            Reply reply = std::move(outcome->value);
            if (exchange.dryRun)
                dropEffects(reply);
            else if (outcome->index)
                reply.headers.append({"Ledger-Index", QByteArray::number(*outcome->index)});
            answerFromEngine(exchange, std::move(reply));
        },
        kind);
}

http::Response Api::response(const Exchange &exchange, Result<Reply> outcome)
{
    http::Response response;
    if (outcome) {
        response.status = outcome->status;
        response.body = std::move(outcome->body);
        if (!response.body.isEmpty())
            response.contentType = std::move(outcome->contentType);
        response.headers = std::move(outcome->headers);
        const bool caching = std::ranges::any_of(
            response.headers, [](const http::Header &header) { return header.name == "Cache-Control"; });
        response.headers.reserve(response.headers.size() + 3); // with the rate's two
        if (!caching)
            response.headers.append({"Cache-Control"_ba, "no-store"_ba});
    } else {
        if (problemKind(outcome.error().code).status == 500)
            qWarning().noquote() << u"%1 %2: %3"_s.arg(QString::fromLatin1(exchange.request.method),
                QString::fromLatin1(exchange.request.path), outcome.error().detail);
        response = problem(outcome.error(), exchange.request.requestId);
    }
    if (exchange.rate)
        addRateHeaders(response, *exchange.rate);
    return response;
}

void Api::answer(const Exchange &exchange, Result<Reply> outcome)
{
    m_server->answer(exchange.request.ticket, response(exchange, std::move(outcome)));
}

void Api::answerFromElsewhere(const Exchange &exchange, Result<Reply> outcome)
{
    http::Answers answers;
    answers.emplace_back(exchange.request.ticket, response(exchange, std::move(outcome)));
    m_server->postAnswers(std::move(answers));
}

void Api::answerWithFile(const Exchange &exchange, Result<Reply> outcome, http::FileBody file)
{
    if (!outcome)
        recordRefusal(exchange, outcome.error());
    const QByteArray type = file.isOpen() && outcome ? outcome->contentType : QByteArray();
    http::Response answer = response(exchange, std::move(outcome));
    if (!type.isEmpty())
        answer.contentType = type;
    answer.file = std::move(file);
    m_server->answer(exchange.request.ticket, std::move(answer));
}

void Api::onIoThread(std::move_only_function<void()> work)
{
    QMetaObject::invokeMethod(m_server, std::move(work), Qt::QueuedConnection);
}

void Api::answerFromEngine(const Exchange &exchange, Result<Reply> outcome)
{
    if (!outcome)
        recordRefusal(exchange, outcome.error());
    m_answers.emplace_back(exchange.request.ticket, response(exchange, std::move(outcome)));
}

http::Response Api::refusal(const Error &error, const RequestId &requestId)
{
    return problem(error, requestId);
}

// What would have been: no place where it is, no index.
void Api::dropEffects(Reply &reply)
{
    reply.status = 200;
    reply.headers.removeIf([](const http::Header &header) { return header.name == "Location"; });
}

Result<void> Api::requireOwn(const Exchange &exchange, const TenantId &tenant)
{
    if (!isForeign(exchange.caller->tenant, tenant))
        return {};
    recordForeign(exchange, ErrorCode::NotFound);
    return fail(ErrorCode::NotFound, u"There is no such tenant."_s);
}

void Api::recordForeign(const Exchange &exchange, ErrorCode code)
{
    if (exchange.dryRun)
        return;
    m_engine.recordDenial({.caller = *exchange.caller,
        .eventType = "ACCESS_DENIED",
        .code = errorName(code),
        .method = exchange.request.method,
        .route = exchange.route->pattern});
}

void Api::recordForeignToken(const Exchange &exchange, const TokenId &id)
{
    const bool foreign = state().read([&](const engine::State &published) {
        const tokens::TokenRecord *token = published.token(id);
        return token && isForeign(exchange.caller->tenant, token->tenant);
    });
    if (foreign)
        recordForeign(exchange, ErrorCode::NotFound);
}

void Api::recordRefusal(const Exchange &exchange, const Error &error)
{
    if (!exchange.caller || exchange.dryRun)
        return;
    if (error.code == ErrorCode::QuotaExceeded) {
        const auto number = [&](QLatin1StringView name) { return error.members[name].toInteger(); };
        m_engine.recordDenial({.caller = *exchange.caller,
            .eventType = "VM_DENIED",
            .code = errorName(error.code),
            .tenant = TenantId(error.members["tenant_id"_L1].toString().toUtf8()),
            .quota = error.members["quota"_L1].toString().toUtf8(),
            .limit = number("limit"_L1),
            .used = number("used"_L1),
            .requested = number("requested"_L1)});
    } else if (error.code == ErrorCode::InsufficientScope || error.code == ErrorCode::ScopeExceedsParent
        || error.code == ErrorCode::DepthExceeded || error.reason == engine::ForeignReason) {
        recordForeign(exchange, error.code);
    }
}

} // namespace api
