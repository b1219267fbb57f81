// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/jws.h"

#include "service/core/encoding.h"
#include "service/core/json.h"
#include "service/core/jsonwriter.h"
#include "service/tokens/refusal.h"

using namespace Qt::StringLiterals;

namespace tokens {

namespace {

Result<KeyId> parseHeader(QByteArrayView text)
{
    const auto header = json::parse(text, 1);
    const json::Object *members = header ? header->object() : nullptr;
    if (!members || members->size() != 3)
        return malformed(u"The header of the token is not a JSON object with alg, typ and kid only."_s);
    const auto member = [&](const char *name) {
        const json::Value *value = header->find(name);
        return value && value->string() ? *value->string() : QByteArray();
    };
    // Names are unique in our JSON, so three right ones are all there are.
    if (member("alg") != "EdDSA" || member("typ") != "at+jwt")
        return malformed(u"The header of the token does not say EdDSA and at+jwt."_s);
    const QByteArray keyId = member("kid");
    const auto digest = fromBase64Url(keyId);
    if (!digest || digest->size() != 32)
        return malformed(u"The header of the token names no key."_s);
    return KeyId(keyId);
}

} // namespace

QByteArray signCompact(QByteArrayView header, QByteArrayView payload, const crypto::SigningKey &key)
{
    QByteArray text = toBase64Url(header) + '.' + toBase64Url(payload);
    const QByteArray signature = key.sign(text);
    return text.append('.').append(toBase64Url(signature));
}

QByteArray signToken(const Claims &claims, const crypto::SigningKey &key, const KeyId &keyId)
{
    json::Writer header;
    header.beginObject().member("alg", "EdDSA").member("typ", "at+jwt").member("kid", keyId.text()).endObject();
    return signCompact(header.bytes(), writeClaims(claims), key);
}

Result<ParsedToken> parseToken(QByteArrayView text)
{
    if (text.size() > MostTokenBytes)
        return malformed(u"The token is longer than %1 bytes."_s.arg(MostTokenBytes));
    const auto first = text.indexOf('.');
    const auto second = first < 0 ? -1 : text.indexOf('.', first + 1);
    if (second < 0 || text.indexOf('.', second + 1) >= 0)
        return malformed(u"The token does not have three parts."_s);

    const auto header = fromBase64Url(text.first(first));
    const auto payload = fromBase64Url(text.sliced(first + 1, second - first - 1));
    const auto signature = fromBase64Url(text.sliced(second + 1));
    if (!header || !payload || !signature)
        return malformed(u"A part of the token is not base64url in its one spelling."_s);
    if (signature->size() != 64)
        return malformed(u"The signature of the token does not have 64 bytes."_s);

    ParsedToken parsed;
    ASSIGN_OR_RETURN(parsed.keyId, parseHeader(*header));
    ASSIGN_OR_RETURN(parsed.claims, parseClaims(*payload));
    parsed.signingInput = text.first(second).toByteArray();
    parsed.signature = *signature;
    return parsed;
}

bool verifyParsed(const ParsedToken &parsed, const crypto::PublicKey &key)
{
    return crypto::verifySignature(key, parsed.signingInput, parsed.signature);
}

} // namespace tokens
