// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Whether who sends a token holds the key that it was issued to (RFC 9449). One per I/O thread.
//
// A proof is good for one request: its method and URL, this token, this key, a minute around its time, and once. What
// was used is remembered for two minutes, by the SHA-256 of key and jti, at most so many of each tenant and in all: who
// floods fills the share of its own tenant, and beyond it is asked to wait. Only what has a good signature and was let
// through by the tenant's rate is remembered, so nobody fills the share of another.
//
// What was used before a start is not known after it, and a proof may be a minute ahead of our clock: so for a minute
// after a start only tokens that were issued since pass, whose proofs can't have been used before.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"
#include "service/crypto/digest.h"
#include "service/http/message.h"
#include "service/tokens/proof.h"

#include <unordered_map>
#include <unordered_set>

namespace api {

// Once in each of two spans that take turns.
class SeenProofs
{
public:
    // One second more than from the first to the last that a proof is taken in: seconds are compared as whole ones.
    static constexpr std::chrono::seconds Span{2 * tokens::ProofWindow + 1};
    static constexpr qsizetype MostOfTenant = 100'000, MostInAll = 800'000; // in one span; some 50 MB

    enum class Verdict
    {
        New,
        Seen,
        TenantFull,
        Full
    };
    bool contains(const crypto::Digest &proof, Timestamp now);
    Verdict add(const TenantId &tenant, const crypto::Digest &proof, Timestamp now);

private:
    struct Generation
    {
        std::unordered_set<crypto::Digest, crypto::DigestHash> proofs;
        std::unordered_map<TenantId, qsizetype, IdHash> ofTenant;
    };
    void turn(Timestamp now);

    Generation m_current, m_before;
    Timestamp m_since;
};

class PossessionCheck
{
public:
    // What a proof must fit beside the request. Borrowed for the call.
    struct Bound
    {
        const TokenId &token;
        crypto::Digest hash; // of its text
        const crypto::PublicKey &key; // that it was issued to
    };

    // `ledgerTime` is that of the newest entry: a token of a later time was issued since.
    PossessionCheck(const Clock &clock, Timestamp ledgerTime);

    // By what the proof is remembered. InvalidToken, reason InvalidProof, with what is wrong: the token itself is good,
    // so it is no secret.
    Result<crypto::Digest> check(const http::Request &request, const Bound &bound);
    // Uses it up, for a request that is let through. RateLimited where the share of its tenant, or all, is full.
    Result<void> use(const TenantId &tenant, const crypto::Digest &proof);

private:
    Timestamp now();

    const Clock &m_clock;
    const qint64 m_startedAt; // Unix seconds
    const Timestamp m_newTokensAfter;
    Timestamp m_latest; // a clock that goes back must not make old proofs new
    SeenProofs m_seen;
};

// Whether `htu` names this request: http, the host and port as it was asked, the path as it was sent.
bool namesRequest(QByteArrayView htu, const http::Request &request);

} // namespace api
