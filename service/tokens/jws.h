// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tokens as text: JWS Compact Serialization (RFC 7515, 7.1) with Ed25519 (RFC 8037, 3.1). Any thread.
//
// The header is exactly {"alg":"EdDSA","typ":"at+jwt","kid":"<thumbprint of the key, RFC 7638>"}. The algorithm comes
// from the key, never from the token: anything but this one header is refused before the rest is read. "EdDSA" and not
// "Ed25519" (RFC 9864), because the libraries that people have know only the old name.
#pragma once

#include "service/tokens/claims.h"

namespace tokens {

inline constexpr qsizetype MostTokenBytes = 8192;

// base64url(header) "." base64url(payload) "." base64url(signature), of any header and payload.
QByteArray signCompact(QByteArrayView header, QByteArrayView payload, const crypto::SigningKey &key);

// `keyId` is keyThumbprint of the key's public half. The same claims and key always give the same text.
QByteArray signToken(const Claims &claims, const crypto::SigningKey &key, const KeyId &keyId);

struct ParsedToken
{
    KeyId keyId;
    Claims claims;
    QByteArray signingInput; // header and payload as they stood in the text
    QByteArray signature; // 64 bytes
};

// The form only; nothing in it may be believed before verifyParsed. The caller looks up kid and jti in memory first,
// so that a flood of invented tokens costs no signature. InvalidToken, reason malformed. One token has one text:
// padding, stray bits and other spellings are refused.
Result<ParsedToken> parseToken(QByteArrayView text);

// `key` must be the one with the id parsed.keyId.
bool verifyParsed(const ParsedToken &parsed, const crypto::PublicKey &key);

} // namespace tokens
