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

struct Identity
{
    ledger::Actor actor;
    TenantId tenant; // empty for administrators and auditors
    tokens::Scope scope;
    qint64 requestsPerMinute = 0; // of the tenant
    bool suspended = false; // the tenant: such a caller may nothing
};

class Authenticator
{
public:
    Authenticator(const engine::SharedState &state, QByteArray issuer, const Clock &clock);

    // InvalidToken with its reason. Whether the tenant is suspended is the caller's to ask.
    Result<Identity> identify(QByteArrayView token);

    // The value of an Authorization field: InvalidToken without reason when there is none or it is no Bearer.
    static Result<QByteArrayView> bearerToken(QByteArrayView authorization);

    // The time that expiry is judged by: never before the ledger's.
    Timestamp now() const;

private:
    struct Known
    {
        TokenId token;
        ledger::Actor actor;
        TenantId tenant;
        tokens::Scope scope;
        qint64 notBefore;
        qint64 expiresAt;
    };

    Result<Known> examine(QByteArrayView token) const;

    const engine::SharedState &m_state;
    const QByteArray m_issuer;
    const Clock &m_clock;
    std::unordered_map<crypto::Digest, Known, crypto::DigestHash> m_cache;
};

} // namespace api
