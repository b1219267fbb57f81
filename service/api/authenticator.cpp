// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/authenticator.h"

#include "service/core/encoding.h"
#include "service/http/message.h"
#include "service/tokens/jws.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr size_t MostCached = 16'384;

// A token has one text: header and claims as we write them, no other order and no blanks.
bool isOurSpelling(const tokens::ParsedToken &parsed)
{
    const QByteArray header = R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + parsed.keyId.text() + R"("})";
    return parsed.signingInput == toBase64Url(header) + '.' + toBase64Url(tokens::writeClaims(parsed.claims));
}

} // namespace

Authenticator::Authenticator(const engine::SharedState &state, QByteArray issuer, const Clock &clock)
    : m_state(state)
    , m_issuer(std::move(issuer))
    , m_clock(clock)
{
}

Result<QByteArrayView> Authenticator::bearerToken(QByteArrayView authorization)
{
    static constexpr QByteArrayView scheme = "Bearer ";
    if (authorization.size() <= scheme.size() || !http::equalsIgnoringCase(authorization.first(scheme.size()), scheme))
        return fail(ErrorCode::InvalidToken, u"Send a token: Authorization: Bearer <token>"_s);
    QByteArrayView token = authorization.sliced(scheme.size());
    while (token.startsWith(' '))
        token = token.sliced(1);
    return token;
}

Timestamp Authenticator::now() const
{
    return std::max(m_clock.now(), m_state.read([](const engine::State &state) { return state.ledgerTime; }));
}

Result<Authenticator::Known> Authenticator::examine(QByteArrayView text) const
{
    ASSIGN_OR_RETURN(const tokens::ParsedToken parsed, tokens::parseToken(text));
    std::optional<crypto::PublicKey> key;
    std::optional<tokens::TokenRecord> record;
    m_state.read([&](const engine::State &state) {
        if (const auto found = state.keys.find(parsed.keyId); found != state.keys.end())
            key = found->second.key;
        if (const auto *found = state.token(parsed.claims.tokenId))
            record = *found;
    });
    if (!key)
        return fail(tokens::refused(tokens::Refusal::UnknownKey));
    if (!record)
        return fail(tokens::refused(tokens::Refusal::Revoked));
    if (!isOurSpelling(parsed))
        return fail(tokens::refused(tokens::Refusal::Malformed));
    if (!tokens::verifyParsed(parsed, *key))
        return fail(tokens::refused(tokens::Refusal::BadSignature));
    // Our signature under what was never issued: the registered token of this id may be as good as ever.
    if (record->keyId != parsed.keyId || !tokens::matches(parsed.claims, *record, m_issuer))
        return fail(tokens::refused(tokens::Refusal::Malformed));

    const auto kind = record->scope.kind() == tokens::Scope::Kind::Admin ? ledger::ActorKind::Admin
        : record->scope.kind() == tokens::Scope::Kind::Auditor           ? ledger::ActorKind::Auditor
                                                                         : ledger::ActorKind::Tenant;
    return Known{.token = record->id,
        .actor = {.kind = kind, .tokenId = record->id, .scope = record->scope.text(), .subject = parsed.claims.subject},
        .tenant = record->tenant,
        .scope = record->scope,
        .notBefore = record->notBefore,
        .expiresAt = record->expiresAt};
}

Result<Identity> Authenticator::identify(QByteArrayView text)
{
    if (text.size() > tokens::MostTokenBytes)
        return fail(tokens::refused(tokens::Refusal::Malformed));
    const crypto::Digest digest = crypto::sha256(text);
    auto found = m_cache.find(digest);
    if (found == m_cache.end()) {
        ASSIGN_OR_RETURN(Known known, examine(text));
        if (m_cache.size() >= MostCached)
            m_cache.clear();
        found = m_cache.emplace(digest, std::move(known)).first;
    }
    const Known &known = found->second;

    std::optional<tokens::Refusal> refusal;
    bool suspended = false;
    qint64 requestsPerMinute = 0;
    const Timestamp clock = m_clock.now();
    m_state.read([&](const engine::State &state) {
        const tokens::TokenRecord *record = state.token(known.token);
        refusal = record ? tokens::refusalAt(*record, std::max(clock, state.ledgerTime)) : tokens::Refusal::Revoked;
        if (refusal || known.tenant.isEmpty())
            return;
        const tenancy::Tenant *tenant = state.tenant(known.tenant);
        if (!tenant || tenant->state == TenantState::Deleted)
            refusal = tokens::Refusal::Revoked;
        suspended = tenant && tenant->state == TenantState::Suspended;
        if (tenant)
            requestsPerMinute = tenant->limits.apiRateLimitRpm;
    });
    if (refusal) {
        m_cache.erase(found);
        return fail(tokens::refused(*refusal));
    }
    return Identity{known.actor, known.tenant, known.scope, requestsPerMinute, suspended};
}

} // namespace api
