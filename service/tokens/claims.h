// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a token says (RFC 7519, RFC 9068), as JSON and back. Any thread.
//
// The text of the claims has a fixed order and no blanks, so that the same claims always make the same token: Ed25519
// is deterministic, and a repeated request gets its token signed again, for texts are stored nowhere.
//
//     {"iss":"http://127.0.0.1:9221","aud":"service-vm-tenant","sub":"1IG2…","client_id":"1IG2…","jti":"0199…",
//      "iat":1795460000,"nbf":1795460000,"exp":1795546400,"scope":"USER","tenant":"acme-corp",
//      "cnf":{"jkt":"1IG2…","jwk":{"crv":"Ed25519","kty":"OKP","x":"A6EH…"}},"depth":1,"parent":"0199…"}
#pragma once

#include "service/core/ids.h"
#include "service/core/result.h"
#include "service/crypto/ed25519.h"

#include <optional>

namespace tokens {

inline constexpr QByteArrayView Audience("service-vm-tenant");
inline constexpr int MostDepth = 8;
inline constexpr qint64 LongestLife = 31'536'000; // 365 days in seconds
inline constexpr qint64 Leeway = 5; // seconds that clocks may differ

struct Claims
{
    QByteArray issuer;
    QByteArray subject;
    QByteArray clientId;
    TokenId tokenId;
    qint64 issuedAt = 0; // Unix seconds, as the next two
    qint64 notBefore = 0;
    qint64 expiresAt = 0;
    QByteArray scope;
    TenantId tenant; // empty for administrators
    std::optional<crypto::PublicKey> confirmationKey; // absent for administrators (RFC 7800, 3.2)
    int depth = 0;
    TokenId parent; // empty at depth 0

    friend bool operator==(const Claims &, const Claims &) = default;
};

QByteArray writeClaims(const Claims &claims);

// InvalidToken, reason malformed, unless the text has exactly these members, each of its type and in its range, and
// they agree with one another: an administrator's scope goes with no tenant, key or parent, any other with tenant and
// key; depth 0 with no parent; the times in order and no more than LongestLife apart. Blanks and order are free.
// What must be compared with our own memory (issuer, times, the record of the id) is not looked at here.
Result<Claims> parseClaims(QByteArrayView json);

} // namespace tokens
