// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The header: algorithm, key, type, and what else others put there.
#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"
#include "tests/service/tokens/corpus/corpus.h"

#include <QtCore/qmessageauthenticationcode.h>

using namespace Qt::StringLiterals;

namespace corpus {

namespace {

using enum RefusedBy;

QByteArray unsignedText(const QByteArray &header, const QByteArray &payload)
{
    return toBase64Url(header) + '.' + toBase64Url(payload);
}

// The public key taken for a password, the oldest trick of all.
QByteArray withHmac(const Maker &maker, const QByteArray &secret)
{
    const QByteArray text = unsignedText(maker.header().with("alg", quoted("HS256")).text(), maker.payload());
    return text + '.' + toBase64Url(QMessageAuthenticationCode::hash(text, secret, QCryptographicHash::Sha256));
}

void addAlgorithms(Maker &maker)
{
    const Members &header = maker.header();
    for (const char *alg : {"none", "nOnE", "NONE"}) {
        const QByteArray text = unsignedText(header.with("alg", quoted(alg)).text(), maker.payload());
        maker.add("alg "_ba + alg + " without signature", Form, text + '.');
        maker.add("alg "_ba + alg + " without signature and its dot", Form, text);
        maker.addHeader("alg "_ba + alg + " over a good signature", Form, header.with("alg", quoted(alg)).text());
    }
    const crypto::PublicKey &key = maker.material().key.publicKey();
    maker.add("HS256 keyed with the public key", Form, withHmac(maker, key.view().toByteArray()));
    maker.add("HS256 keyed with the public key as base64url", Form, withHmac(maker, crypto::publicKeyToText(key)));
    maker.add("HS256 keyed with nothing", Form, withHmac(maker, {}));
    for (const char *alg :
        {"HS256", "RS256", "PS256", "ES256", "Ed448", "Ed25519", "eddsa", "EDDSA", "EdDSA ", "dir", ""})
        maker.addHeader("alg '"_ba + alg + "' over a good signature", Form, header.with("alg", quoted(alg)).text());
    maker.addHeader("no alg", Form, header.without("alg").text());
    for (const char *alg : {"[\"EdDSA\"]", "null", "1", "{}"})
        maker.addHeader("alg as "_ba + alg, Form, header.with("alg", alg).text());
}

void addKeyIds(Maker &maker)
{
    const Members &header = maker.header();
    const QByteArray &id = maker.keyId();
    const auto stranger = *crypto::SigningKey::fromSeed(QCA::SecureArray(QByteArray(32, 's')));
    const QByteArray strangersId = crypto::keyThumbprint(stranger.publicKey());

    maker.addHeader("no kid", Form, header.without("kid").text());
    maker.addHeader("the kid of a stranger over our signature", Key, header.with("kid", quoted(strangersId)).text());
    maker.add("a stranger's signature under its own kid", Key,
        tokens::signCompact(header.with("kid", quoted(strangersId)).text(), maker.payload(), stranger));
    maker.add("a stranger's signature under our kid", Signature,
        tokens::signCompact(header.text(), maker.payload(), stranger));
    if (const crypto::SigningKey *other = maker.material().other) {
        const QByteArray othersHeader = header.with("kid", quoted(crypto::keyThumbprint(other->publicKey()))).text();
        maker.addHeader("the kid of our other key over this key's signature", Signature, othersHeader);
        maker.add("signed by our other key, which the token was not registered with", Record,
            tokens::signCompact(othersHeader, maker.payload(), *other));
    }
    for (const char *kid : {"1", "null", "[]", "{}", "true"})
        maker.addHeader("kid as "_ba + kid, Form, header.with("kid", kid).text());
    maker.addHeader("a list of the right kid", Form, header.with("kid", '[' + quoted(id) + ']').text());
    maker.addHeader("a kid that is a path", Form, header.with("kid", quoted("../../etc/passwd")).text());
    maker.addHeader("a kid that is a question to a database", Form, header.with("kid", quoted("' OR 1=1 --")).text());
    maker.addHeader("an empty kid", Form, header.with("kid", quoted("")).text());
    maker.addHeader("a kid of 42 characters", Form, header.with("kid", quoted(id.chopped(1))).text());
    maker.addHeader("a kid of 44 characters", Form, header.with("kid", quoted(id + 'A')).text());
    maker.addHeader("a padded kid", Form, header.with("kid", quoted(id + '=')).text());
    // 43 characters carry two bits more than 32 bytes.
    maker.addHeader(
        "a kid with stray bits", Form, header.with("kid", quoted(id.chopped(1) + char(id.back() + 1))).text());
}

void addTypes(Maker &maker)
{
    const Members &header = maker.header();
    maker.addHeader("no typ", Form, header.without("typ").text());
    for (const char *typ :
        {"JWT", "jwt", "AT+JWT", "application/at+jwt", "at+jwt ", "statuslist+jwt", "dpop+jwt", "secevent+jwt", ""})
        maker.addHeader("typ '"_ba + typ + '\'', Form, header.with("typ", quoted(typ)).text());
    for (const char *typ : {"null", "1", "[\"at+jwt\"]"})
        maker.addHeader("typ as "_ba + typ, Form, header.with("typ", typ).text());
}

void addParameters(Maker &maker)
{
    const Members &header = maker.header();
    const auto stranger = *crypto::SigningKey::fromSeed(QCA::SecureArray(QByteArray(32, 's')));
    const QByteArray jwk =
        R"({"kty":"OKP","crv":"Ed25519","x":")" + crypto::publicKeyToText(stranger.publicKey()) + "\"}";
    const QByteArray bringsItsKey = header.with("jwk", jwk).text();
    maker.addHeader("a key in the header", Form, bringsItsKey);
    maker.add("a stranger's signature and its key in the header", Form,
        tokens::signCompact(bringsItsKey, maker.payload(), stranger));
    const std::pair<const char *, const char *> more[] = {{"jku", "\"http://127.0.0.1:9/keys\""},
        {"x5u", "\"http://127.0.0.1:9/chain\""}, {"x5c", "[]"}, {"x5t", "\"AA\""}, {"crit", "[]"},
        {"crit", "[\"exp\"]"}, {"crit", "[\"b64\"]"}, {"b64", "true"}, {"b64", "false"}, {"zip", "\"DEF\""},
        {"cty", "\"JWT\""}, {"enc", "\"A256GCM\""}, {"exp", "4102444800"}, {"nonce", "\"a\""}, {"unknown", "1"},
        {"__proto__", "{\"alg\":\"none\"}"}, {"Alg", "\"EdDSA\""}};
    for (const auto &[name, value] : more)
        maker.addHeader("header with "_ba + name + ' ' + value, Form, header.with(name, value).text());
    maker.addHeader(
        "header with crit and b64 false", Form, header.with("b64", "false").with("crit", "[\"b64\"]").text());
    maker.addHeader(
        "header with a stranger in the place of typ", Form, header.without("typ").with("cty", quoted("at+jwt")).text());
}

void addHeaderTexts(Maker &maker)
{
    const Members &header = maker.header();
    const QByteArray text = header.text(), members = text.sliced(1);
    maker.addHeader("header in another order", Spelling, header.without("alg").with("alg", quoted("EdDSA")).text());
    maker.addHeader("header with blanks", Spelling, "{ " + members);
    maker.addHeader("header with a letter escaped", Spelling, QByteArray(text).replace("EdDSA", "\\u0045dDSA"));
    maker.addHeader("header with a name escaped", Spelling, QByteArray(text).replace("\"alg\"", "\"\\u0061lg\""));
    maker.addHeader("header with alg twice, none first", Form, R"({"alg":"none",)" + members);
    maker.addHeader("header with alg twice, none last", Form, text.chopped(1) + R"(,"alg":"none"})");
    maker.addHeader("header with alg twice, once escaped", Form, R"({"\u0061lg":"none",)" + members);
    maker.addHeader("header with kid twice", Form, R"({"kid":"a",)" + members);
    maker.addHeader("header with typ twice, the same", Form, R"({"typ":"at+jwt",)" + members);
    maker.addHeader("header behind a byte order mark", Form, "\xef\xbb\xbf" + text);
    maker.addHeader(
        "header with a byte order mark in a text", Form, QByteArray(text).replace("\"EdDSA", "\"\\ufeffEdDSA"));
    maker.addHeader("header with invalid UTF-8", Form, QByteArray(text).replace("at+jwt", "at\xff+jwt"));
    maker.addHeader("header with invalid UTF-8 in one member more", Form, text.chopped(1) + ",\"x\":\"\xff\"}");
    maker.addHeader("header with bytes behind it", Form, text + 'x');
    maker.addHeader("header with another behind it", Form, text + text);
    maker.addHeader("header with a NUL behind it", Form, text + '\0');
    maker.addHeader("header in a list", Form, '[' + text + ']');
    maker.addHeader("header that is a string", Form, "\"EdDSA\"");
    maker.addHeader("header that is null", Form, "null");
    maker.addHeader("header that is empty", Form, "");
    maker.addHeader("header {}", Form, "{}");
    maker.addHeader("header nested 2,000 deep", Form,
        text.chopped(1) + ",\"x\":" + QByteArray(2000, '[') + QByteArray(2000, ']') + '}');
}

} // namespace

void addHeaders(Maker &maker)
{
    addAlgorithms(maker);
    addKeyIds(maker);
    addTypes(maker);
    addParameters(maker);
    addHeaderTexts(maker);
}

} // namespace corpus
