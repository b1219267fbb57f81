// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/core/uuid.h"
#include "service/crypto/publickeytext.h"
#include "service/tokens/jws.h"
#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// What a client sends as proof, part by part, so that each can be wrong alone.
struct Made
{
    QByteArray header;
    QByteArray id, method = "GET", uri, hash;
    QByteArray issuedAt; // as JSON
    QByteArray more; // members
    const crypto::SigningKey *signer = nullptr;

    QByteArray claims() const
    {
        json::Writer writer;
        writer.beginObject();
        const auto text = [&](const char *name, const QByteArray &value) {
            if (!value.isNull())
                writer.member(name, value);
        };
        text("jti", id);
        text("htm", method);
        text("htu", uri);
        text("ath", hash);
        if (!issuedAt.isNull())
            writer.rawMember("iat", issuedAt);
        if (!more.isNull())
            writer.raw(more);
        writer.endObject();
        return writer.take();
    }
    QByteArray text() const { return tokens::signCompact(header, claims(), *signer); }
};

class TestPossession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_house.reset(); }
    void aProofMakesTheTokenPass();
    void aProofThatIsNotRightIsRefused_data();
    void aProofThatIsNotRightIsRefused();
    void eachSchemeIsForItsTokens();
    void aProofIsGoodOnce();
    void aClockThatGoesForwardForgetsNothingTooEarly();
    void aFloodFillsItsOwnShareAlone();
    void aTokenIssuedSinceTheStartPassesAtOnce();
    void whatTheRateRefusesIsNotUsedUp();
    void theLastFractionOfASecondForgetsNothing();
    void verifySaysThatAProofIsNeeded();

private:
    QByteArray keyJson() const { return keyJson(m_key->publicKey()); }
    static QByteArray keyJson(const crypto::PublicKey &key)
    {
        json::Writer writer;
        writer.beginObject().member("kty", "OKP").member("crv", "Ed25519");
        writer.member("x", crypto::publicKeyToText(key)).endObject();
        return writer.take();
    }
    // `more` is the JSON of more members.
    QByteArray header(const QByteArray &jwk, const QByteArray &type = "dpop+jwt", const QByteArray &alg = "EdDSA",
        const QByteArray &more = {}) const
    {
        json::Writer writer;
        writer.beginObject().member("typ", type).member("alg", alg).rawMember("jwk", jwk);
        if (!more.isEmpty())
            writer.raw(more);
        writer.endObject();
        return writer.take();
    }
    Made proof()
    {
        return {.header = header(keyJson()),
            .id = "proof-number-" + QByteArray::number(++m_count).rightJustified(6, '0'),
            .uri = "http://127.0.0.1/v1/status",
            .hash = toBase64Url(crypto::sha256(m_token.text).view()),
            .issuedAt = QByteArray::number(toSeconds(m_house->clock.now())),
            .more = {},
            .signer = &*m_key};
    }
    ApiHouse::Answer send(const QByteArray &proof, const QByteArray &token, const QByteArray &scheme = "DPoP",
        const QByteArray &target = "/v1/status")
    {
        return m_house->ask("GET"_ba, target, {}, {},
            "Authorization: " + scheme + ' ' + token + "\r\n"
                + (proof.isNull() ? QByteArray() : "DPoP: " + proof + "\r\n"));
    }

    std::unique_ptr<ApiHouse> m_house;
    std::optional<crypto::SigningKey> m_key, m_other;
    ApiHouse::Token m_token; // with proof_of_possession
    int m_count = 0;
};

void TestPossession::initTestCase()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_key = crypto::SigningKey::generate();
    m_other = crypto::SigningKey::generate();
    const auto issued = m_house->ask("POST"_ba, "/v1/tenants/acme/tokens"_ba, m_house->admin(),
        R"({"scope":"READ","proof_of_possession":true,"subject_pubkey":")" + crypto::publicKeyToText(m_key->publicKey())
            + R"("})");
    QCOMPARE(issued.status, 201);
    QVERIFY(objectOf(issued)["proof_of_possession"_L1].toBool());
    m_token = {
        objectOf(issued)["token"_L1].toString().toLatin1(), objectOf(issued)["token_id"_L1].toString().toLatin1()};
    // A proof that was ahead of the clock may have been used before the start.
    QCOMPARE(send(proof().text(), m_token.text).status, 401);
    m_house->clock.advance(5s);
    Made ahead = proof();
    ahead.issuedAt = QByteArray::number(toSeconds(m_house->clock.now()) + 40);
    QCOMPARE(send(ahead.text(), m_token.text).status, 401);
    m_house->clock.advance(145s);
}

void TestPossession::aProofMakesTheTokenPass()
{
    QCOMPARE(send(proof().text(), m_token.text).status, 200);
    QCOMPARE(send(proof().text(), m_token.text, "dpop").status, 200);
    // What we don't know of its claims is no fault; the query is not part of it.
    Made more = proof();
    more.more = R"("nbf":1,"extra":{"a":[1]})";
    more.uri = "HTTP://127.0.0.1:80/v1/vms";
    QCOMPARE(send(more.text(), m_token.text, "DPoP", "/v1/vms?limit=1").status, 200);
    Made edge = proof();
    edge.issuedAt = QByteArray::number(toSeconds(m_house->clock.now()) - 60);
    QCOMPARE(send(edge.text(), m_token.text).status, 200);
    Made ahead = proof();
    ahead.issuedAt = QByteArray::number(toSeconds(m_house->clock.now()) + 60);
    QCOMPARE(send(ahead.text(), m_token.text).status, 200);
    Made head = proof();
    head.method = "HEAD";
    QCOMPARE(m_house
                 ->ask("HEAD"_ba, "/v1/status"_ba, {}, {},
                     "Authorization: DPoP " + m_token.text + "\r\nDPoP: " + head.text() + "\r\n")
                 .status,
        200);
}

void TestPossession::aProofThatIsNotRightIsRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [this](const char *name, auto &&change) {
        Made made = proof();
        change(made);
        QTest::newRow(name) << made.text();
    };
    const auto whole = [this](const char *name, auto &&change) {
        QTest::newRow(name) << QByteArray(change(proof().text()));
    };
    const QByteArray good = keyJson();
    row("another method", [](Made &made) { made.method = "POST"; });
    row("the method in lower case", [](Made &made) { made.method = "get"; });
    row("another path", [](Made &made) { made.uri = "http://127.0.0.1/v1/vms"; });
    row("a path with a slash more", [](Made &made) { made.uri = "http://127.0.0.1/v1/status/"; });
    row("another host", [](Made &made) { made.uri = "http://localhost/v1/status"; });
    row("another port", [](Made &made) { made.uri = "http://127.0.0.1:8080/v1/status"; });
    row("another scheme", [](Made &made) { made.uri = "https://127.0.0.1/v1/status"; });
    row("a URL with a query", [](Made &made) { made.uri += "?limit=1"; });
    row("a URL with a fragment", [](Made &made) { made.uri += "#top"; });
    row("a URL with a user", [](Made &made) { made.uri = "http://me@127.0.0.1/v1/status"; });
    row("a path alone", [](Made &made) { made.uri = "/v1/status"; });
    row("another token", [](Made &made) { made.hash = toBase64Url(crypto::sha256("x").view()); });
    row("the hash in padded base64", [](Made &made) { made.hash += '='; });
    row("61 seconds old",
        [this](Made &made) { made.issuedAt = QByteArray::number(toSeconds(m_house->clock.now()) - 61); });
    row("61 seconds ahead",
        [this](Made &made) { made.issuedAt = QByteArray::number(toSeconds(m_house->clock.now()) + 61); });
    row("a time as text", [](Made &made) { made.issuedAt = '"' + made.issuedAt + '"'; });
    row("a time with a fraction", [](Made &made) { made.issuedAt += ".0"; });
    row("a time beyond all", [](Made &made) { made.issuedAt = "1e400"; });
    row("a time before 1970", [](Made &made) { made.issuedAt = "-1"; });
    row("no time", [](Made &made) { made.issuedAt = {}; });
    row("no jti", [](Made &made) { made.id = {}; });
    row("a jti of 15 bytes", [](Made &made) { made.id = "123456789012345"; });
    row("a jti of 257 bytes", [](Made &made) { made.id = QByteArray(257, 'x'); });
    row("no htm", [](Made &made) { made.method = {}; });
    row("no htu", [](Made &made) { made.uri = {}; });
    row("no ath", [](Made &made) { made.hash = {}; });
    row("a claim twice", [](Made &made) { made.more = R"("htm":"GET")"; });
    row("a claim twice, once escaped", [](Made &made) { made.more = R"("\u0068tm":"GET")"; });
    row("claims nested beyond measure", [](Made &made) { made.more = R"("x":[[[[[[[1]]]]]]])"; });
    row("signed by another key", [this](Made &made) { made.signer = &*m_other; });
    row("another key, signed by it", [this](Made &made) {
        made.header = header(keyJson(m_other->publicKey()));
        made.signer = &*m_other;
    });
    const auto headed = [&](const char *name, const QByteArray &head) {
        row(name, [&](Made &made) { made.header = head; });
    };
    headed("the type of a token", header(good, "at+jwt"));
    headed("the type of any JWT", header(good, "JWT"));
    headed("the type in other letters", header(good, "DPoP+JWT"));
    headed("no type", R"({"alg":"EdDSA","jwk":)" + good + '}');
    headed("no algorithm", R"({"typ":"dpop+jwt","jwk":)" + good + '}');
    headed("the algorithm none", header(good, "dpop+jwt", "none"));
    headed("a shared secret's algorithm", header(good, "dpop+jwt", "HS256"));
    headed("the newer name of the algorithm", header(good, "dpop+jwt", "Ed25519"));
    headed("no key", R"({"typ":"dpop+jwt","alg":"EdDSA"})");
    headed("a key by its name", header(good, "dpop+jwt", "EdDSA", R"("kid":"x")"));
    headed("a key by its place", header(good, "dpop+jwt", "EdDSA", R"("jku":"http:127.0.0.1")"));
    headed("something critical", header(good, "dpop+jwt", "EdDSA", R"("crit":["exp"])"));
    headed("the type twice", header(good, "dpop+jwt", "EdDSA", R"("typ":"dpop+jwt")"));
    headed("a key with its private part", header(good.chopped(1) + R"(,"d":"AAAA"})"));
    headed("a key with a use", header(good.chopped(1) + R"(,"use":"sig"})"));
    headed("a key of another curve", header(QByteArray(good).replace("Ed25519", "X25519")));
    headed("a key of small order",
        header(R"({"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})"));
    headed("a key that is a string", header("\"key\""));
    headed("a header that is a list", "[]");
    headed("a header with a byte order mark", "\xef\xbb\xbf" + header(good));
    headed("a header with something behind it", header(good) + ' ' + '{');
    whole("one flipped bit of the signature", [](QByteArray text) {
        const qsizetype dot = text.lastIndexOf('.');
        QByteArray signature = *fromBase64Url(QByteArrayView(text).sliced(dot + 1));
        signature[3] = char(signature[3] ^ 4);
        return text.first(dot + 1) + toBase64Url(signature);
    });
    whole("a signature of 63 bytes", [](QByteArray text) {
        const qsizetype dot = text.lastIndexOf('.');
        return text.first(dot + 1) + toBase64Url(*fromBase64Url(QByteArrayView(text).sliced(dot + 1))).first(84);
    });
    whole("padding", [](const QByteArray &text) { return text + '='; });
    whole("two parts", [](const QByteArray &text) { return text.first(text.lastIndexOf('.')); });
    whole("four parts", [](const QByteArray &text) { return text + ".x"; });
    whole("nothing", [](const QByteArray &) { return ""_ba; });
    whole("more than 4 KiB", [](const QByteArray &text) { return text + QByteArray(4096, 'A'); });
    whole("the token itself", [this](const QByteArray &) { return m_token.text; });
    whole("two proofs", [this](const QByteArray &text) { return text + "\r\nDPoP: " + proof().text(); });
    whole("no field", [](const QByteArray &) { return QByteArray(); });
}

void TestPossession::aProofThatIsNotRightIsRefused()
{
    QFETCH(QByteArray, text);
    const auto answer = send(text, m_token.text);
    QCOMPARE(answer.status, 401);
    QCOMPARE(answer.header("WWW-Authenticate"), R"(DPoP error="invalid_dpop_proof", algs="EdDSA")");
    QVERIFY(!answer.body.contains(m_token.text));
}

void TestPossession::eachSchemeIsForItsTokens()
{
    const auto stolen = send({}, m_token.text, "Bearer");
    QCOMPARE(stolen.status, 401);
    QVERIFY(stolen.header("WWW-Authenticate").startsWith("DPoP error=\"invalid_token\""));
    QCOMPARE(send(proof().text(), m_token.text, "Bearer").status, 401);

    const auto plain = m_house->issue("acme"_ba, "READ"_ba);
    Made made = proof();
    made.hash = toBase64Url(crypto::sha256(plain.text).view());
    const auto refused = send(made.text(), plain.text);
    QCOMPARE(refused.status, 401);
    QVERIFY(refused.header("WWW-Authenticate").startsWith("Bearer "));
    QCOMPARE(send({}, plain.text, "Bearer").status, 200);
    QCOMPARE(send(proof().text(), m_token.text + "x").header("WWW-Authenticate"),
        R"(Bearer realm="service-vm-tenant", error="invalid_token")");
}

void TestPossession::aProofIsGoodOnce()
{
    const QByteArray text = proof().text();
    QCOMPARE(send(text, m_token.text).status, 200);
    const auto again = send(text, m_token.text);
    QCOMPARE(again.status, 401);
    QVERIFY(objectOf(again)["detail"_L1].toString().contains("jti"_L1));
    // The same jti in another proof is as used.
    Made other = proof();
    other.id = "proof-number-" + QByteArray::number(m_count - 1).rightJustified(6, '0');
    other.uri = "http://127.0.0.1/v1/vms";
    QCOMPARE(send(other.text(), m_token.text, "DPoP", "/v1/vms").status, 401);
}

void TestPossession::aClockThatGoesForwardForgetsNothingTooEarly()
{
    Made ahead = proof();
    ahead.issuedAt = QByteArray::number(toSeconds(m_house->clock.now()) + 60);
    QCOMPARE(send(ahead.text(), m_token.text).status, 200);
    for (int step = 0; step < 12; ++step) { // to the last second that it would be taken in
        m_house->clock.advance(10s);
        QCOMPARE(send(ahead.text(), m_token.text).status, 401);
        QCOMPARE(send(proof().text(), m_token.text).status, 200);
    }
}

void TestPossession::aFloodFillsItsOwnShareAlone()
{
    api::SeenProofs seen;
    using enum api::SeenProofs::Verdict;
    const Timestamp now = m_house->clock.now();
    const auto add = [&](const char *tenant, const QByteArray &proof, Timestamp when) {
        return seen.add(TenantId(tenant), crypto::sha256(proof), when);
    };
    bool all = true;
    for (qsizetype i = 0; i < api::SeenProofs::MostOfTenant; ++i)
        all = all && add("acme", QByteArray::number(i), now) == New;
    QVERIFY(all);
    QCOMPARE(add("acme", "one more", now), TenantFull);
    QCOMPARE(add("acme", "7", now), Seen);
    QCOMPARE(add("rival", "another", now), New);
    const Timestamp later = now + api::SeenProofs::Span;
    QCOMPARE(add("acme", "7", later), Seen); // for one span more
    QCOMPARE(add("acme", "one more", later), New);
    QCOMPARE(add("acme", "7", later + 2 * api::SeenProofs::Span), New);
}

void TestPossession::aTokenIssuedSinceTheStartPassesAtOnce()
{
    TestClock clock;
    const Timestamp start = clock.now();
    api::PossessionCheck check(clock, start);
    const auto judge = [&](Timestamp issued) {
        Made made = proof();
        made.issuedAt = QByteArray::number(toSeconds(start));
        http::Request request;
        request.method = "GET";
        request.path = "/v1/status";
        request.host = "127.0.0.1";
        const QByteArray block = "DPoP" + made.text();
        request.headers = http::Headers(block);
        request.headers.append(QByteArrayView(block).first(4), QByteArrayView(block).sliced(4));
        const TokenId token(newUuid(issued));
        const auto judged =
            check.check(request, {.token = token, .hash = crypto::sha256(m_token.text), .key = m_key->publicKey()});
        return judged ? QString() : judged.error().detail;
    };
    QVERIFY(judge(start).contains("can't know"_L1));
    QCOMPARE(judge(start + 1ms), QString());
}

void TestPossession::whatTheRateRefusesIsNotUsedUp()
{
    m_house->addTenant("brief"_ba, {.rpm = 1});
    const auto issued = m_house->ask("POST"_ba, "/v1/tenants/brief/tokens"_ba, m_house->admin(),
        R"({"scope":"READ","proof_of_possession":true,"subject_pubkey":")" + crypto::publicKeyToText(m_key->publicKey())
            + R"("})");
    const QByteArray text = objectOf(issued)["token"_L1].toString().toLatin1();
    const auto of = [&] {
        Made made = proof();
        made.hash = toBase64Url(crypto::sha256(text).view());
        return made.text();
    };
    QCOMPARE(send(of(), text).status, 200);
    const QByteArray waits = of();
    QCOMPARE(send(waits, text).status, 429);
    m_house->clock.advance(60s);
    QCOMPARE(send(waits, text).status, 200);
    QCOMPARE(send(waits, text).status, 401);
}

void TestPossession::theLastFractionOfASecondForgetsNothing()
{
    // Used just before spans of whole two minutes would turn, and asked again after the second turn.
    api::SeenProofs seen;
    const crypto::Digest one = crypto::sha256("one"_ba), other = crypto::sha256("other"_ba);
    const Timestamp second = fromMilliseconds(1'795'457'824'000);
    const auto at = [&](int milliseconds) { return second + std::chrono::milliseconds(milliseconds); };
    using enum api::SeenProofs::Verdict;
    QCOMPARE(seen.add(TenantId("acme"), crypto::sha256("first"_ba), at(950 - 120'000)), New);
    QCOMPARE(seen.add(TenantId("acme"), one, at(900)), New);
    QCOMPARE(seen.add(TenantId("acme"), other, at(950)), New);
    QCOMPARE(seen.add(TenantId("acme"), crypto::sha256("later"_ba), at(120'950)), New);
    QCOMPARE(seen.add(TenantId("acme"), one, at(120'999)), Seen);
}

void TestPossession::verifySaysThatAProofIsNeeded()
{
    const auto told = m_house->ask("POST"_ba, "/v1/tokens/verify"_ba, {}, R"({"token":")" + m_token.text + R"("})");
    QCOMPARE(told.status, 200);
    QVERIFY(objectOf(told)["proof_of_possession"_L1].toBool());
}

QTEST_GUILESS_MAIN(TestPossession)
#include "tst_possession.moc"
