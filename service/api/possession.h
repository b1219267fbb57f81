// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Whether who sends a token holds the key that it was issued to (RFC 9449). One per I/O thread.
//
// A proof is good for one request: its method and URL, this token, this key, a minute around its time, and once. What
// was seen is remembered for two minutes, by the SHA-256 of key and jti, at most so many of each key and in all: a
// holder who floods fills its own share, and beyond it is asked to wait. Only what has a good signature is remembered,
// so nobody fills the share of another. What was seen before a start is not known after it: so a proof must be of a
// later second than the start.
#pragma once

#include "service/core/clock.h"
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
    static constexpr std::chrono::seconds Span{2 * tokens::ProofWindow};
    static constexpr qsizetype MostOfKey = 40'000, MostInAll = 400'000; // in one span; some 25 MB

    enum class Verdict
    {
        New,
        Seen,
        Full
    };
    Verdict add(const crypto::PublicKey &key, const QByteArray &id, Timestamp now);

private:
    struct Generation
    {
        std::unordered_set<crypto::Digest, crypto::DigestHash> proofs;
        std::unordered_map<crypto::Digest, qsizetype, crypto::DigestHash> ofKey;
    };

    Generation m_current, m_before;
    Timestamp m_since;
};

class PossessionCheck
{
public:
    explicit PossessionCheck(const Clock &clock);

    // `key` is the one that the token was issued to. InvalidToken, reason InvalidProof, with what is wrong: the token
    // itself is good, so it is no secret. RateLimited for a key whose share is full.
    Result<void> check(const http::Request &request, const crypto::Digest &tokenHash, const crypto::PublicKey &key);

private:
    const Clock &m_clock;
    const qint64 m_startedAt; // Unix seconds
    Timestamp m_latest; // a clock that goes back must not make old proofs new
    SeenProofs m_seen;
};

// Whether `htu` names this request: http, the host and port as it was asked, the path as it was sent.
bool namesRequest(QByteArrayView htu, const http::Request &request);

} // namespace api
