// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/claims.h"

#include "service/core/encoding.h"
#include "service/core/jsonreader.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/tokens/refusal.h"
#include "service/tokens/scope.h"

using namespace Qt::StringLiterals;

namespace tokens {

namespace {

constexpr int JsonDepth = 6;
constexpr qint64 LastSecond = 253'402'300'799; // of the year 9999
constexpr qsizetype MostIssuer = 2048;
constexpr qsizetype MostName = 128;

QByteArray required(json::ObjectReader &reader, const char *name, qsizetype most)
{
    return reader.text(name, 1, most).toUtf8();
}

// An object that finish() finds no fault with: null for anything else.
const json::Value *object(json::ObjectReader &reader, const char *name)
{
    const json::Value *value = reader.optionalValue(name);
    if (value && value->object())
        return value;
    if (value)
        reader.reject(QString::fromLatin1(name), u"must be an object"_s);
    return nullptr;
}

// {"jkt": thumbprint, "jwk": {crv, kty, x}} and nothing else: a private member `d` is an unknown one.
Result<crypto::PublicKey> parseConfirmation(const json::Value &value)
{
    json::ObjectReader cnf(value);
    const QByteArray thumbprint = required(cnf, "jkt", MostName);
    const json::Value *jwkValue = object(cnf, "jwk");
    TRY(cnf.finish());
    if (!jwkValue)
        return malformed(u"The claim cnf has no key."_s);

    json::ObjectReader jwk(*jwkValue);
    const QByteArray curve = required(jwk, "crv", MostName), type = required(jwk, "kty", MostName),
                     x = required(jwk, "x", MostName);
    TRY(jwk.finish());
    const auto bytes = fromBase64Url(x);
    if (curve != "Ed25519" || type != "OKP" || !bytes)
        return malformed(u"The key of the claim cnf is not an Ed25519 key."_s);
    ASSIGN_OR_RETURN(const crypto::PublicKey key, crypto::publicKeyFromBytes(*bytes));
    if (thumbprint != crypto::keyThumbprint(key))
        return malformed(u"The thumbprint of the claim cnf is not that of its key."_s);
    return key;
}

Result<Claims> readClaims(QByteArrayView text)
{
    ASSIGN_OR_RETURN(const json::Value value, json::parse(text, JsonDepth));
    json::ObjectReader reader(value);
    Claims claims;
    claims.issuer = required(reader, "iss", MostIssuer);
    const QByteArray audience = required(reader, "aud", MostName);
    claims.subject = required(reader, "sub", MostName);
    claims.clientId = required(reader, "client_id", MostName);
    claims.tokenId = TokenId(required(reader, "jti", MostName));
    claims.issuedAt = reader.integer("iat", 0, LastSecond);
    claims.notBefore = reader.integer("nbf", 0, LastSecond);
    claims.expiresAt = reader.integer("exp", 0, LastSecond);
    claims.scope = required(reader, "scope", MostName);
    claims.tenant = TenantId(reader.optionalText("tenant", 1, MostName).value_or(QString()).toUtf8());
    const json::Value *cnf = object(reader, "cnf");
    claims.depth = int(reader.integer("depth", 0, MostDepth));
    claims.parent = TokenId(reader.optionalText("parent", 1, MostName).value_or(QString()).toUtf8());
    TRY(reader.finish());
    if (audience != Audience)
        return malformed(u"The token is for another audience."_s);
    if (cnf) {
        ASSIGN_OR_RETURN(claims.confirmationKey, parseConfirmation(*cnf));
    }
    return claims;
}

// What is wrong between the claims, or null.
const char *disagreement(const Claims &claims)
{
    if (!isUuid7(claims.tokenId.text()))
        return "Its id is not a UUID of version 7.";
    if (claims.notBefore < claims.issuedAt - Leeway || claims.expiresAt <= claims.notBefore
        || claims.expiresAt - claims.issuedAt > LongestLife)
        return "Its times are out of order or too far apart.";
    const auto scope = Scope::fromToken(claims.scope);
    if (!scope)
        return "Its scope is unknown.";
    if (scope->isAdministrator()) {
        if (!claims.tenant.isEmpty() || claims.confirmationKey || claims.depth != 0)
            return "A token with a tenant, a key or a parent is never an administrator's.";
    } else if (!isTenantId(claims.tenant.text()) || !claims.confirmationKey) {
        return "It names no tenant, or no key of its holder.";
    }
    if ((claims.depth == 0) != claims.parent.isEmpty())
        return "Its depth and its parent disagree.";
    if (!claims.parent.isEmpty() && (!isUuid7(claims.parent.text()) || claims.parent == claims.tokenId))
        return "Its parent is not the id of another token.";
    return nullptr;
}

} // namespace

QByteArray writeClaims(const Claims &claims)
{
    json::Writer w;
    w.beginObject();
    w.member("iss", claims.issuer).member("aud", Audience).member("sub", claims.subject);
    w.member("client_id", claims.clientId).member("jti", claims.tokenId.text());
    w.member("iat", claims.issuedAt).member("nbf", claims.notBefore).member("exp", claims.expiresAt);
    w.member("scope", claims.scope);
    if (!claims.tenant.isEmpty())
        w.member("tenant", claims.tenant.text());
    if (claims.confirmationKey) {
        w.key("cnf").beginObject().member("jkt", crypto::keyThumbprint(*claims.confirmationKey));
        w.key("jwk").beginObject().member("crv", "Ed25519").member("kty", "OKP");
        w.member("x", crypto::publicKeyToText(*claims.confirmationKey)).endObject().endObject();
    }
    w.member("depth", claims.depth);
    if (!claims.parent.isEmpty())
        w.member("parent", claims.parent.text());
    w.endObject();
    return w.take();
}

Result<Claims> parseClaims(QByteArrayView text)
{
    auto claims = readClaims(text);
    if (!claims) {
        // Whatever the readers call it, for the bearer it is one thing.
        const Error &error = claims.error();
        if (error.fields.isEmpty())
            return malformed(error.detail);
        const FieldError &first = error.fields.front();
        // An unknown member has a name of a stranger's choice; this text goes into logs.
        if (first.pointer.size() > 32 || json::hasControlCharacters(first.pointer))
            return malformed(u"The token has an unknown claim."_s);
        return malformed(u"The claim %1 %2."_s.arg(first.pointer, first.detail));
    }
    if (const char *wrong = disagreement(*claims))
        return malformed(QString::fromLatin1(wrong));
    return claims;
}

} // namespace tokens
