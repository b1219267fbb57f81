// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Proofs of possession as text (RFC 9449, 4.2): a JWS that the holder's key made for one request. Any thread.
//
// The header is exactly {"typ":"dpop+jwt","alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"…"}}, in any order: a
// private member, another algorithm or a key by reference is no proof. A token never passes for one, nor one for a
// token.
#pragma once

#include "service/core/result.h"
#include "service/crypto/ed25519.h"

namespace tokens {

inline constexpr qsizetype MostProofBytes = 4096;
inline constexpr qint64 ProofWindow = 60; // seconds that `iat` may be away from our clock, to either side

struct Proof
{
    crypto::PublicKey key;
    QByteArray id; // jti: 16 to 256 bytes
    QByteArray method; // htm
    QByteArray uri; // htu, without query and fragment
    QByteArray tokenHash; // ath
    qint64 issuedAt = 0; // iat
    QByteArray signingInput;
    QByteArray signature; // 64 bytes
};

// The form only. InvalidToken, reason InvalidProof. Claims that we don't know are passed over (RFC 7519, 4).
Result<Proof> parseProof(QByteArrayView text);

bool verifyProof(const Proof &proof);

// The holder's side, for clients and tests.
QByteArray signProof(const Proof &proof, const crypto::SigningKey &key);

inline constexpr char InvalidProof[] = "invalid-proof"; // Error::reason
inline constexpr char ProofNeeded[] = "proof-needed"; // the token was issued with proof_of_possession and came without
std::unexpected<Error> invalidProof(const QString &detail);

} // namespace tokens
