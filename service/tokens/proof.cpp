// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/proof.h"

#include "service/core/encoding.h"
#include "service/core/json.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/tokens/jws.h"

using namespace Qt::StringLiterals;

namespace tokens {

namespace {

constexpr int JsonDepth = 6;
constexpr qsizetype ShortestId = 16, LongestId = 256; // of jti: 96 random bits in base64 have 16 characters
constexpr qint64 LastSecond = 253'402'300'799; // of the year 9999

QByteArray textOf(const json::Value &object, const char *name)
{
    const json::Value *value = object.find(name);
    return value && value->string() ? *value->string() : QByteArray();
}

bool hasMembers(const json::Value *value, size_t count)
{
    return value && value->object() && value->object()->size() == count;
}

// Names are unique in our JSON, so as many right ones are all there are.
Result<crypto::PublicKey> parseHeader(QByteArrayView text)
{
    const auto header = json::parse(text, 2);
    if (!header || !hasMembers(&*header, 3) || textOf(*header, "typ") != "dpop+jwt"
        || textOf(*header, "alg") != "EdDSA")
        return invalidProof(u"Its header is not {typ: dpop+jwt, alg: EdDSA, jwk} alone."_s);
    const json::Value *jwk = header->find("jwk");
    if (!hasMembers(jwk, 3) || textOf(*jwk, "kty") != "OKP" || textOf(*jwk, "crv") != "Ed25519")
        return invalidProof(u"Its jwk is not {kty: OKP, crv: Ed25519, x} alone."_s);
    const auto bytes = fromBase64Url(textOf(*jwk, "x"));
    auto key = bytes ? crypto::publicKeyFromBytes(*bytes) : fail(ErrorCode::InvalidField, {});
    if (!key)
        return invalidProof(u"Its jwk holds no usable key."_s);
    return *key;
}

} // namespace

std::unexpected<Error> invalidProof(const QString &detail)
{
    return fail(Error{.code = ErrorCode::InvalidToken,
        .detail = u"The proof of possession in the DPoP field can't be taken. "_s + detail,
        .reason = InvalidProof});
}

Result<Proof> parseProof(QByteArrayView text)
{
    if (text.isEmpty() || text.size() > MostProofBytes)
        return invalidProof(u"It must have 1 to %1 bytes."_s.arg(MostProofBytes));
    const auto first = text.indexOf('.');
    const auto second = first < 0 ? -1 : text.indexOf('.', first + 1);
    if (second < 0 || text.indexOf('.', second + 1) >= 0)
        return invalidProof(u"It does not have three parts."_s);
    const auto header = fromBase64Url(text.first(first));
    const auto payload = fromBase64Url(text.sliced(first + 1, second - first - 1));
    const auto signature = fromBase64Url(text.sliced(second + 1));
    if (!header || !payload || !signature || signature->size() != 64)
        return invalidProof(u"A part of it is not base64url in its one spelling, or the signature not 64 bytes."_s);

    Proof proof;
    ASSIGN_OR_RETURN(proof.key, parseHeader(*header));
    const auto claims = json::parse(*payload, JsonDepth);
    if (!claims || !claims->object())
        return invalidProof(u"Its claims are no JSON object with each name once."_s);
    proof.id = textOf(*claims, "jti");
    proof.method = textOf(*claims, "htm");
    proof.uri = textOf(*claims, "htu");
    proof.tokenHash = textOf(*claims, "ath");
    const json::Value *issued = claims->find("iat");
    const auto seconds = issued && issued->number() ? issued->number()->whole() : std::nullopt;
    if (proof.id.size() < ShortestId || proof.id.size() > LongestId)
        return invalidProof(u"Its jti must be a string of %1 to %2 bytes."_s.arg(ShortestId).arg(LongestId));
    if (!seconds || *seconds < 0 || *seconds > LastSecond)
        return invalidProof(u"Its iat must be a whole number of seconds."_s);
    if (proof.method.isEmpty() || proof.uri.isEmpty() || proof.tokenHash.isEmpty())
        return invalidProof(u"It must say htm, htu and ath."_s);
    proof.issuedAt = *seconds;
    proof.signingInput = text.first(second).toByteArray();
    proof.signature = *signature;
    return proof;
}

bool verifyProof(const Proof &proof)
{
    return crypto::verifySignature(proof.key, proof.signingInput, proof.signature);
}

QByteArray signProof(const Proof &proof, const crypto::SigningKey &key)
{
    json::Writer header;
    header.beginObject().member("typ", "dpop+jwt").member("alg", "EdDSA").key("jwk").beginObject();
    header.member("kty", "OKP").member("crv", "Ed25519").member("x", crypto::publicKeyToText(key.publicKey()));
    header.endObject().endObject();
    json::Writer claims;
    claims.beginObject()
        .member("jti", proof.id)
        .member("htm", proof.method)
        .member("htu", proof.uri)
        .member("iat", proof.issuedAt)
        .member("ath", proof.tokenHash)
        .endObject();
    return signCompact(header.bytes(), claims.bytes(), key);
}

} // namespace tokens
