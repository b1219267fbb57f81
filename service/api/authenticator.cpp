// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/authenticator.h"

#include "service/api/judgement.h"
#include "service/core/encoding.h"
#include "service/http/message.h"
#include "service/tokens/jws.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr size_t MostCached = 16'384;

// A token has one text: header and claims as we write them, no other order and no blanks. Up to its signature:
QByteArray ourSpelling(const tokens::Claims &claims, const KeyId &keyId)
{
    const QByteArray header = R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + keyId.text() + R"("})";
    return toBase64Url(header) + '.' + toBase64Url(tokens::writeClaims(claims));
}

struct Registered
{
    tokens::TokenRecord record;
    crypto::PublicKey key; // that signed it
    QByteArray subject;
    QByteArray signingInput;
    QByteArray signature;
};

// A text that is, up to its signature, just the one that we signed for a registered token: found by its id and written
// anew, for to read it strictly takes 25 us beside the 110 of a signature, and to write it 3. Nothing for any other
// text: that is read strictly, to say what is wrong with it.
std::optional<Registered> registeredText(
    const engine::SharedState &state, const QByteArray &issuer, QByteArrayView text)
{
    constexpr QByteArrayView before = "\"jti\":\"";
    constexpr qsizetype idSize = 36; // of a UUID
    const qsizetype first = text.indexOf('.'), second = first < 0 ? -1 : text.indexOf('.', first + 1);
    if (second < 0)
        return {};
    const auto payload = fromBase64Url(text.sliced(first + 1, second - first - 1));
    const qsizetype at = payload ? payload->indexOf(before) : -1;
    auto signature = fromBase64Url(text.sliced(second + 1));
    if (at < 0 || !signature || signature->size() != 64)
        return {};
    Registered found;
    const TokenId id(payload->mid(at + before.size(), idSize));
    const bool known = state.read([&](const engine::State &published) {
        const tokens::TokenRecord *record = published.token(id);
        const auto key = record ? published.keys.find(record->keyId) : published.keys.end();
        if (key == published.keys.end())
            return false;
        found.record = *record;
        found.key = key->second.key;
        return true;
    });
    if (!known)
        return {};
    tokens::Claims claims = tokens::claimsOf(found.record, issuer);
    found.signingInput = ourSpelling(claims, found.record.keyId);
    if (text.first(second) != found.signingInput)
        return {};
    found.subject = std::move(claims.subject);
    found.signature = std::move(*signature);
    return found;
}

} // namespace

Authenticator::Authenticator(const engine::SharedState &state, QByteArray issuer, const Clock &clock)
    : m_state(state)
    , m_issuer(std::move(issuer))
    , m_clock(clock)
{
}

Result<Credentials> Authenticator::credentials(QByteArrayView authorization)
{
    using enum Credentials::Scheme;
    for (const auto &[scheme, name] :
        {std::pair(Bearer, QByteArrayView("Bearer ")), std::pair(Dpop, QByteArrayView("DPoP "))}) {
        if (authorization.size() <= name.size() || !http::equalsIgnoringCase(authorization.first(name.size()), name))
            continue;
        QByteArrayView token = authorization.sliced(name.size());
        while (token.startsWith(' '))
            token = token.sliced(1);
        return Credentials{scheme, token};
    }
    return fail(ErrorCode::InvalidToken, u"Send a token: Authorization: Bearer <token>"_s);
}

Timestamp Authenticator::now() const
{
    return std::max(m_clock.now(), m_state.read([](const engine::State &state) { return state.ledgerTime; }));
}

Authenticator::Known Authenticator::knownAs(const tokens::TokenRecord &record, const QByteArray &subject)
{
    const auto kind = record.scope.kind() == tokens::Scope::Kind::Admin ? ledger::ActorKind::Admin
        : record.scope.kind() == tokens::Scope::Kind::Auditor           ? ledger::ActorKind::Auditor
                                                                        : ledger::ActorKind::Tenant;
    return Known{.token = record.id,
        .actor = {.kind = kind, .tokenId = record.id, .scope = record.scope.text(), .subject = subject},
        .tenant = record.tenant,
        .scope = record.scope,
        .proofKey = record.proofOfPossession ? record.subjectKey : std::nullopt};
}

Result<Authenticator::Known> Authenticator::examine(QByteArrayView text) const
{
    if (const auto registered = registeredText(m_state, m_issuer, text)) {
        if (!crypto::verifySignature(registered->key, registered->signingInput, registered->signature))
            return fail(tokens::refused(tokens::Refusal::BadSignature));
        return knownAs(registered->record, registered->subject);
    }
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
    if (parsed.signingInput != ourSpelling(parsed.claims, parsed.keyId))
        return fail(tokens::refused(tokens::Refusal::Malformed));
    if (!tokens::verifyParsed(parsed, *key))
        return fail(tokens::refused(tokens::Refusal::BadSignature));
    // Our signature under what was never issued: the registered token of this id may be as good as ever.
    if (record->keyId != parsed.keyId || !tokens::matches(parsed.claims, *record, m_issuer))
        return fail(tokens::refused(tokens::Refusal::Malformed));

    return knownAs(*record, parsed.claims.subject);
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

    const Timestamp clock = m_clock.now();
    const Standing standing = m_state.read([&](const engine::State &state) {
        return standingOf(state, state.token(known.token), std::max(clock, state.ledgerTime));
    });
    if (standing.refusal) {
        m_cache.erase(found);
        return fail(tokens::refused(*standing.refusal));
    }
    return Identity{
        known.actor, known.tenant, known.scope, standing.requestsPerMinute, standing.suspended, known.proofKey};
}

} // namespace api
