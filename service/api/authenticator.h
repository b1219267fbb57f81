// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// From the text of a token to who is asking. One per I/O thread.
//
// A text is parsed and its signature checked once; then its SHA-256 stands in a cache, and each request asks only
// memory whether the token is still registered, unrevoked, unexpired and its tenant active: so a revocation counts from
// the next request on. Ids of keys and tokens are looked up before any signature is checked, so that invented tokens
// cost little.
#pragma once

#include "service/core/clock.h"
#include "service/crypto/digest.h"
#include "service/engine/caller.h"
#include "service/engine/state.h"

namespace api {

// What an Authorization field holds.
struct Credentials
{
    enum class Scheme
    {
        Bearer, // RFC 6750
        Dpop // RFC 9449: with a proof in a field of its own
    };
    Scheme scheme = Scheme::Bearer;
    QByteArrayView token;
};

struct Identity
{
    ledger::Actor actor;
    TenantId tenant; // empty for administrators and auditors
    tokens::Scope scope;
    qint64 requestsPerMinute = 0; // of the tenant
    bool suspended = false; // the tenant: such a caller may nothing
    std::optional<crypto::PublicKey> proofKey = {}; // of a token that passes only with a proof by this key
};

class Authenticator
{
public:
    Authenticator(const engine::SharedState &state, QByteArray issuer, const Clock &clock);

    // InvalidToken with its reason. Whether the tenant is suspended is the caller's to ask.
    Result<Identity> identify(QByteArrayView token);

    // InvalidToken without reason when there are none or they are of another scheme.
    static Result<Credentials> credentials(QByteArrayView authorization);

    // The time that expiry is judged by: never before the ledger's.
    Timestamp now() const;

private:
    struct Known
    {
        TokenId token;
        ledger::Actor actor;
        TenantId tenant;
        tokens::Scope scope;
        std::optional<crypto::PublicKey> proofKey;
    };

    Result<Known> examine(QByteArrayView token) const;
    static Known knownAs(const tokens::TokenRecord &record, const QByteArray &subject);

    const engine::SharedState &m_state;
    const QByteArray m_issuer;
    const Clock &m_clock;
    std::unordered_map<crypto::Digest, Known, crypto::DigestHash> m_cache;
};

} // namespace api
