// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Who asks, and whether the door lets the request in.

#include "service/api/api.h"
#include "service/api/judgement.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace api {

namespace {

QByteArray addressText(const QHostAddress &address)
{
    if (address == QHostAddress(QHostAddress::LocalHost))
        return "127.0.0.1"_ba;
    bool mapped = false;
    const QHostAddress v4(address.toIPv4Address(&mapped));
    return (mapped ? v4 : address).toString().toLatin1();
}

engine::Caller callerOf(const Identity &identity, const http::Request &request)
{
    return {.actor = identity.actor,
        .source = {.via = ledger::Via::Http,
            .address = addressText(request.peer),
            .requestId = request.requestId,
            .userAgent = request.headers.value("User-Agent").toByteArray()},
        .tenant = identity.tenant,
        .scope = identity.scope};
}

} // namespace

// In this order: who is it, has it requests left, may it, is the query one that the route knows.
Result<void> Api::admit(Exchange &exchange)
{
    if (exchange.route->permission)
        TRY(authenticate(exchange));
    // Read before the scope is judged, told after it: the refusal of a dry run is not recorded either.
    auto query = checkQuery(exchange);
    if (exchange.route->permission)
        TRY(judgeScope(*exchange.route, *exchange.caller->scope));
    return query;
}

Result<void> Api::authenticate(Exchange &exchange)
{
    std::optional<crypto::Digest> proof;
    const auto identify = [&]() -> Result<Identity> {
        if (exchange.request.headers.count("Authorization") > 1)
            return fail(Error{.code = ErrorCode::InvalidToken,
                .detail = u"Send one Authorization field."_s,
                .reason = "malformed"_ba});
        ASSIGN_OR_RETURN(
            const Credentials sent, Authenticator::credentials(exchange.request.headers.value("Authorization")));
        auto identity = m_authenticator.identify(sent.token);
        if (!identity && identity.error().code == ErrorCode::InvalidToken)
            identity.error().detail = u"The token is not valid. POST /v1/tokens/verify tells why."_s;
        if (identity) {
            ASSIGN_OR_RETURN(proof, checkPossession(exchange, sent, *identity));
        }
        return identity;
    };
    auto identity = identify();
    if (!identity)
        return fail(identity.error().code == ErrorCode::InvalidToken ? failedAuthentication(std::move(identity.error()))
                                                                     : std::move(identity.error()));
    exchange.caller = callerOf(*identity, exchange.request);
    m_lastUse.note(identity->actor.tokenId);
    if (!exchange.caller->isTenant())
        return {};
    const TenantId &tenant = identity->tenant;
    exchange.rate = identity->suspended ? m_rates.peek(tenant, identity->requestsPerMinute)
                                        : m_rates.take(tenant, identity->requestsPerMinute);
    if (identity->suspended)
        return fail(ErrorCode::TenantSuspended,
            u"The tenant of this token is suspended. Its administrator can have it resumed."_s);
    if (!exchange.rate->allowed)
        return fail(Error{.code = ErrorCode::RateLimited,
            .detail = u"%1 may send %2 requests a minute. Wait %3 s."_s.arg(tenant.toString())
                          .arg(exchange.rate->limit)
                          .arg(exchange.rate->retryAfterSeconds),
            .retryAfterSeconds = int(exchange.rate->retryAfterSeconds)});
    return proof ? m_possession.use(tenant, *proof) : Result<void>();
}

// A token says itself how it is to be sent, and passes no other way (RFC 9449, 7.1 and 7.2).
Result<std::optional<crypto::Digest>> Api::checkPossession(
    const Exchange &exchange, const Credentials &sent, const Identity &identity)
{
    if (!identity.proofKey && sent.scheme == Credentials::Scheme::Bearer)
        return std::optional<crypto::Digest>();
    if (!identity.proofKey)
        return fail(Error{.code = ErrorCode::InvalidToken,
            .detail = u"This token was issued without proof of possession. Send it as Bearer."_s,
            .reason = "not-bound"_ba});
    if (sent.scheme == Credentials::Scheme::Bearer)
        return fail(Error{.code = ErrorCode::InvalidToken,
            .detail = u"This token passes with a proof of possession only. Send it as Authorization: DPoP <token>, "
                      "with a proof in the DPoP field."_s,
            .reason = tokens::ProofNeeded});
    return m_possession.check(exchange.request,
        {.token = identity.actor.tokenId, .hash = crypto::sha256(sent.token), .key = *identity.proofKey});
}

Error Api::failedAuthentication(Error refusal)
{
    if (m_failures.take())
        return refusal;
    return {.code = ErrorCode::RateLimited,
        .detail = u"Too many tokens have failed just now. Wait 1 s; valid ones are taken meanwhile."_s,
        .retryAfterSeconds = 1};
}

Result<void> Api::checkQuery(Exchange &exchange)
{
    // A resource of the tiled log has one address: a query, be it empty, makes it another, which there is not. Null is
    // what the door gives where there was no '?'.
    if (!exchange.request.query.isNull() && QByteArrayView(exchange.route->pattern).startsWith("/ledger/"))
        return fail(ErrorCode::NotFound, u"There is nothing here: the ledger's files take no query."_s);
    const auto &known = exchange.route->query;
    ASSIGN_OR_RETURN(exchange.query, http::parseQuery(exchange.request.query, [&](QByteArrayView name) {
        return std::ranges::any_of(
            known, [&](const QueryName &allowed) { return allowed.repeats && name == allowed.name; });
    }));
    for (const auto &[name, value] : exchange.query) {
        const bool listed = std::ranges::contains(known, QByteArrayView(name), &QueryName::name);
        if (!listed && !(exchange.route->writes && name == "dry_run"))
            return fail(queryMistake(name, u"is not a parameter of this route"_s));
    }
    if (exchange.route->writes) {
        ASSIGN_OR_RETURN(exchange.dryRun, queryFlag(exchange, "dry_run"));
    }
    return {};
}

} // namespace api
