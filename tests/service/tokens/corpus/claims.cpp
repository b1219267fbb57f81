// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The claims one by one, and tokens that go past the one they were issued by.
#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"
#include "tests/service/tokens/corpus/corpus.h"

using namespace Qt::StringLiterals;

namespace corpus {

namespace {

using enum RefusedBy;

Members keyMembers(const crypto::PublicKey &key)
{
    return Members({{"crv", quoted("Ed25519")}, {"kty", quoted("OKP")}, {"x", quoted(crypto::publicKeyToText(key))}});
}

Members confirmation(const crypto::PublicKey &key)
{
    return Members({{"jkt", quoted(crypto::keyThumbprint(key))}, {"jwk", keyMembers(key).text()}});
}

Members claimMembers(const tokens::Claims &claims)
{
    const auto number = [](qint64 value) { return QByteArray::number(value); };
    return Members({{"iss", quoted(claims.issuer)}, {"aud", quoted("service-vm-tenant")},
        {"sub", quoted(claims.subject)}, {"client_id", quoted(claims.clientId)}, {"jti", quoted(claims.tokenId.text())},
        {"iat", number(claims.issuedAt)}, {"nbf", number(claims.notBefore)}, {"exp", number(claims.expiresAt)},
        {"scope", quoted(claims.scope)}, {"tenant", quoted(claims.tenant.text())},
        {"cnf", confirmation(*claims.confirmationKey).text()}, {"depth", number(claims.depth)},
        {"parent", quoted(claims.parent.text())}});
}

void addMissingAndMistyped(Maker &maker, const Members &claims)
{
    maker.addPayload("the claims put together by the corpus", Nothing, claims.text());
    for (const auto &[name, value] : claims.all()) {
        maker.addPayload(name + " missing", Form, claims.without(name).text());
        for (const char *other : {"null", "true", "[]", "{}", "1.5"})
            maker.addPayload(name + " as " + other, Form, claims.with(name, other).text());
        maker.addPayload(name + " in a list", Form, claims.with(name, '[' + value + ']').text());
        if (value.startsWith('"')) {
            maker.addPayload(name + " as a number", Form, claims.with(name, "7").text());
            maker.addPayload(name + " empty", Form, claims.with(name, "\"\"").text());
            maker.addPayload(name + " with a blank behind",
                name == "sub" || name == "client_id" || name == "iss" ? Record : Form,
                claims.with(name, value.chopped(1) + " \"").text());
            maker.addPayload(
                name + " of 3,000 characters", Form, claims.with(name, quoted(QByteArray(3000, 'a'))).text());
        } else {
            maker.addPayload(name + " as a string", Form, claims.with(name, quoted("7")).text());
        }
    }
}

void addTimes(Maker &maker, const Members &claims)
{
    const tokens::Claims &registered = maker.material().claims;
    const auto times = [&](const char *name, RefusedBy by, const char *claim, const QByteArray &value) {
        maker.addPayload(name, by, claims.with(claim, value).text());
    };
    const auto number = [](qint64 value) { return QByteArray::number(value); };
    for (const char *claim : {"iat", "nbf", "exp"}) {
        const QByteArray value = number(registered.expiresAt - 1);
        for (const QByteArray &text : {value + ".5", value + ".0", value + "e0", "1e400"_ba, "1E9"_ba, "-1"_ba,
                 "18446744073709551616"_ba, "253402300800"_ba, "99999999999999999999999999"_ba})
            maker.addPayload(claim + " as "_ba + text, Form, claims.with(claim, text).text());
        for (const QByteArray &text : {'0' + value, '+' + value, "0x6B04"_ba, "NaN"_ba, "Infinity"_ba, "-"_ba})
            maker.addPayload(claim + ", no JSON: "_ba + text, Form, claims.with(claim, text).text());
    }
    times("iat as -0", Form, "iat", "-0");
    times("exp at nbf", Form, "exp", number(registered.notBefore));
    times("exp before nbf", Form, "exp", number(registered.notBefore - 60));
    times("exp of 0", Form, "exp", "0");
    times("exp a year and a second behind iat", Form, "exp", number(registered.issuedAt + tokens::LongestLife + 1));
    times("exp ten years behind iat", Form, "exp", number(registered.issuedAt + 10 * tokens::LongestLife));
    times("nbf more than the leeway before iat", Form, "nbf", number(registered.issuedAt - tokens::Leeway - 1));
    times("iat of 1970", Form, "iat", "0");
    times("iat in the future", Form, "iat", number(registered.notBefore + 3600));
}

void addValues(Maker &maker, const Members &claims)
{
    const auto value = [&](const char *name, RefusedBy by, const char *claim, const QByteArray &text) {
        maker.addPayload(name, by, claims.with(claim, text).text());
    };
    const QByteArray issuer = maker.material().claims.issuer;
    value("another issuer", Record, "iss", quoted("http://127.0.0.1:9222"));
    value("the issuer with a slash behind", Record, "iss", quoted(issuer + '/'));
    value("the issuer in capitals", Record, "iss", quoted(issuer.toUpper()));
    value("the issuer by another name", Record, "iss", quoted("http://localhost:9221"));
    value("the issuer over TLS", Record, "iss", quoted("https://127.0.0.1:9221"));
    value("another audience", Form, "aud", quoted("service-vm-tenant2"));
    value("the audience in capitals", Form, "aud", quoted("SERVICE-VM-TENANT"));
    value("the issuer as audience", Form, "aud", quoted(issuer));
    value("two audiences", Form, "aud", R"(["service-vm-tenant","other"])");
    value("another subject", Record, "sub", quoted("root"));
    value("another client", Record, "client_id", quoted("console"));
    value("an id of UUID version 4", Form, "jti", quoted("0199a8c0-0000-4000-8000-000000000002"));
    value("an id in capitals", Form, "jti", quoted(maker.material().claims.tokenId.text().toUpper()));
    value("an id in braces", Form, "jti", quoted('{' + maker.material().claims.tokenId.text() + '}'));
    value("an id that was never registered", Register, "jti", quoted("0199a8c0-0000-7000-8000-00000000ffff"));

    for (const char *scope : {"WRITE", "user", "User", " USER", "USER READ", "READ USER", "USER USER", "USER,READ", "*",
             "service:*", "service:", "service:-a", "service:a b", "service:A", "service:admin", "service:auditor",
             "SERVICE:TENANT-ADMIN", "admin", "openid"})
        value(("the scope '"_ba + scope + '\'').constData(), Form, "scope", quoted(scope));
    value("a service's name of 64 letters", Form, "scope", quoted("service:" + QByteArray(64, 'a')));
    value("a tenant in capitals", Form, "tenant", quoted("ACME"));
    value("a tenant that starts with a digit", Form, "tenant", quoted("1acme"));
    value("a tenant with a dot", Form, "tenant", quoted("a.b"));
    value("a tenant of 64 letters", Form, "tenant", quoted(QByteArray(64, 'a')));

    value("depth 0 with a parent", Form, "depth", "0");
    value("depth -0 with a parent", Form, "depth", "-0");
    value("depth 9", Form, "depth", "9");
    value("depth -1", Form, "depth", "-1");
    value("depth 1.0", Form, "depth", "1.0");
    value("depth 1e0", Form, "depth", "1e0");
    value("a parent that is the token itself", Form, "parent", quoted(maker.material().claims.tokenId.text()));
    value("a parent that is no id", Form, "parent", quoted("root"));
    maker.addPayload("an administrator's scope without tenant, key and parent", Record,
        claims.with("scope", quoted("service:admin"))
            .with("depth", "0")
            .without("tenant")
            .without("cnf")
            .without("parent")
            .text());
    maker.addPayload("an administrator's scope beside a tenant", Form,
        claims.with("scope", quoted("service:admin")).with("depth", "0").without("cnf").without("parent").text());
    maker.addPayload("an administrator's scope beside a key", Form,
        claims.with("scope", quoted("service:admin")).with("depth", "0").without("tenant").without("parent").text());
}

void addConfirmations(Maker &maker, const Members &claims)
{
    const crypto::PublicKey &subject = *maker.material().claims.confirmationKey;
    const Members cnf = confirmation(subject), jwk = keyMembers(subject);
    const auto withCnf = [&](const QByteArray &name, RefusedBy by, const Members &changed) {
        maker.addPayload(name, by, claims.with("cnf", changed.text()).text());
    };
    const auto withKey = [&](const QByteArray &name, const Members &changed) {
        withCnf(name, Form, cnf.with("jwk", changed.text()));
    };
    for (const char *name : {"jkt", "jwk"}) {
        withCnf("cnf without "_ba + name, Form, cnf.without(name));
        for (const char *other : {"null", "1", "[]", "{}", "\"\""})
            withCnf("cnf with "_ba + name + " as " + other, Form, cnf.with(name, other));
    }
    for (const char *name : {"crv", "kty", "x"}) {
        withKey("the key in cnf without "_ba + name, jwk.without(name));
        for (const char *other : {"null", "1", "[]", "\"\""})
            withKey("the key in cnf with "_ba + name + " as " + other, jwk.with(name, other));
    }
    withCnf("cnf with a kid more", Form, cnf.with("kid", quoted("a")));
    withCnf("cnf with a jku", Form, cnf.with("jku", quoted("http://a")));
    withCnf("cnf with the thumbprint of another key", Form, cnf.with("jkt", quoted(QByteArray(43, 'A'))));
    withKey(
        "the key in cnf with its private half", jwk.with("d", quoted("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")));
    withKey("the key in cnf with a use", jwk.with("use", quoted("sig")));
    withKey("the key in cnf of another curve", jwk.with("crv", quoted("X25519")));
    withKey("the key in cnf of another type", jwk.with("kty", quoted("EC")));
    const QByteArray x = crypto::publicKeyToText(subject);
    withKey("the key in cnf padded", jwk.with("x", quoted(x + '=')));
    withKey("the key in cnf with stray bits", jwk.with("x", quoted(x.chopped(1) + char(x.back() + 1))));
    withKey("the key in cnf one byte short", jwk.with("x", quoted(toBase64Url(subject.view().first(31)))));

    const auto other = [&](const char *name, RefusedBy by, const QByteArray &hex) {
        crypto::PublicKey key;
        std::ranges::copy(*fromHex(hex), key.bytes.begin());
        withCnf(name, by, confirmation(key)); // thumbprint and all
    };
    other("the key in cnf of small order", Form, "01" + QByteArray(62, '0'));
    other("the key in cnf of small order, spelled as p + 1", Form, "ee" + QByteArray(60, 'f') + "7f");
    other("the key in cnf above p", Form, "f0" + QByteArray(60, 'f') + "7f");
    other("the key in cnf off the curve", Form, "02" + QByteArray(62, '0'));
    other("another good key in cnf", Record, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

// Signed with our key, in our spelling, and yet never issued: what a thief of the key could make.
void addChains(Maker &maker)
{
    const auto altered = [&](const char *name, RefusedBy by, auto change) {
        tokens::Claims claims = maker.material().claims;
        change(claims);
        maker.addPayload(name, by, tokens::writeClaims(claims));
    };
    using Claims = tokens::Claims;
    altered("a broader scope than was registered", Record, [](Claims &c) { c.scope = "INPUT"; });
    altered("the scope of a tenant's administrator", Record, [](Claims &c) { c.scope = "service:tenant-admin"; });
    altered("a narrower scope than was registered", Record, [](Claims &c) { c.scope = "READ"; });
    altered("another service's scope", Record, [](Claims &c) { c.scope = "service:backup"; });
    altered("a longer life than was registered", Record, [](Claims &c) { c.expiresAt += 3600; });
    altered("a shorter life than was registered", Record, [](Claims &c) { c.expiresAt -= 1; });
    altered("an earlier start than was registered", Record, [](Claims &c) { c.notBefore -= 1; });
    altered("a later issue than was registered", Record, [](Claims &c) { c.issuedAt += 1; });
    altered("another parent", Record, [](Claims &c) { c.parent = TokenId("0199a8c0-0000-7000-8000-00000000ffff"_ba); });
    altered("a depth that skips one", Record, [](Claims &c) { c.depth += 1; });
    altered("a child made a root", Record, [](Claims &c) {
        c.depth = 0;
        c.parent = {};
    });
    altered("another tenant", Record, [](Claims &c) { c.tenant = TenantId("globex"_ba); });
    altered("a child that a token without the right to issue is named parent of", Register, [](Claims &c) {
        c.parent = c.tokenId;
        c.tokenId = TokenId("0199a8c0-0000-7000-8000-00000000ffff"_ba);
        c.depth += 1;
    });
}

} // namespace

void addClaims(Maker &maker)
{
    const Members claims = claimMembers(maker.material().claims);
    addMissingAndMistyped(maker, claims);
    addTimes(maker, claims);
    addValues(maker, claims);
    addConfirmations(maker, claims);
    addChains(maker);
}

} // namespace corpus
