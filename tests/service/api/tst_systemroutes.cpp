// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Status, rate limit, keys, health: and what floods do to them.
#include "service/core/encoding.h"
#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestSystemRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_house.reset(); }
    void statusTellsWhatIsLeft();
    void theBucketHoldsItsMinuteAndRefills();
    void theBucketIsOnePerTenant();
    void administratorsHaveNoBucket();
    void failedTokensDrawOnABudgetOfTheirOwn();
    void theKeySetVerifiesTokens();
    void healthAndReadiness();

private:
    std::unique_ptr<ApiHouse> m_house;
};

namespace {

// `r` and `t` of RateLimit.
std::pair<int, int> rateOf(const HttpProbe::Answer &answer)
{
    const QByteArray field = answer.header("RateLimit");
    const auto number = [&](const char *name) {
        const qsizetype at = field.indexOf(name);
        return at < 0 ? -1 : field.sliced(at + 3).split(';').first().toInt();
    };
    return {number(";r="), number(";t=")};
}

} // namespace

void TestSystemRoutes::init()
{
    m_house = std::make_unique<ApiHouse>();
}

void TestSystemRoutes::statusTellsWhatIsLeft()
{
    m_house->addTenant("acme"_ba, {.vms = 10, .storageGb = 100, .rpm = 600});
    m_house->addTenant("rival"_ba);
    const QByteArray input = m_house->issue("acme"_ba, "INPUT"_ba).text;
    const QByteArray service = m_house->issue("acme"_ba, "service:backup"_ba).text;
    m_house->addVm(input);
    const TreeSize last = m_house->entries() - 1;
    m_house->issue("rival"_ba, "READ"_ba);
    const QJsonObject status = objectOf(m_house->ask("GET"_ba, "/v1/status"_ba, service));
    QCOMPARE(status,
        (QJsonObject{{u"tenant_id"_s, u"acme"_s}, {u"state"_s, u"active"_s},
            {u"limits"_s,
                QJsonObject{{u"max_vms"_s, 10}, {u"storage_quota_gb"_s, 100}, {u"api_rate_limit_rpm"_s, 600}}},
            {u"usage"_s, QJsonObject{{u"vms"_s, 1}, {u"storage_gb"_s, 10}}},
            {u"remaining"_s, QJsonObject{{u"vms"_s, 9}, {u"storage_gb"_s, 90}}}, {u"over_quota"_s, false},
            {u"warnings"_s, QJsonArray()},
            {u"rate"_s, QJsonObject{{u"limit"_s, 600}, {u"remaining"_s, 598}, {u"reset_seconds"_s, 1}}},
            {u"ledger"_s, QJsonObject{{u"entries"_s, 4}, {u"last_index"_s, qint64(last)}}}}));
    m_house->ask("PATCH"_ba, "/v1/tenants/acme"_ba, m_house->admin(), R"({"max_vms":0,"storage_quota_gb":5})"_ba);
    const QJsonObject over = objectOf(m_house->ask("GET"_ba, "/v1/status"_ba, service));
    QCOMPARE(over["over_quota"_L1], QJsonValue(true));
    QCOMPARE(over["remaining"_L1].toObject(), (QJsonObject{{u"vms"_s, 0}, {u"storage_gb"_s, 0}}));
}

void TestSystemRoutes::theBucketHoldsItsMinuteAndRefills()
{
    m_house->addTenant("acme"_ba, {.rpm = 6});
    const QByteArray reader = m_house->issue("acme"_ba, "READ"_ba).text;
    const auto ask = [&] { return m_house->ask("GET"_ba, "/v1/vms"_ba, reader); };
    for (int left = 5; left >= 0; --left) {
        const auto answer = ask();
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.header("RateLimit-Policy"), "\"tenant\";q=6;w=60");
        QCOMPARE(rateOf(answer), std::pair(left, 60 - 10 * left));
    }
    const auto refused = ask();
    QCOMPARE(outcomeOf(refused), "429 rate-limited");
    QCOMPARE(refused.header("Retry-After"), "10");
    QCOMPARE(objectOf(refused)["retryable"_L1], QJsonValue(true));
    QVERIFY(!objectOf(refused).contains("quota"_L1));
    QCOMPARE(rateOf(refused), std::pair(0, 60));
    m_house->clock.advance(9999ms);
    QCOMPARE(ask().header("Retry-After"), "1");
    m_house->clock.advance(1ms);
    QCOMPARE(ask().status, 200);
    QCOMPARE(ask().status, 429);
    m_house->clock.advance(10min);
    QCOMPARE(rateOf(ask()), std::pair(5, 10));
}

void TestSystemRoutes::theBucketIsOnePerTenant()
{
    m_house->addTenant("acme"_ba, {.rpm = 4});
    m_house->addTenant("rival"_ba, {.rpm = 4});
    const QByteArray one = m_house->issue("acme"_ba, "READ"_ba).text, two = m_house->issue("acme"_ba, "USER"_ba).text;
    const QByteArray rival = m_house->issue("rival"_ba, "READ"_ba).text;
    for (const QByteArray &token : {one, two, one, two})
        QVERIFY(m_house->ask("GET"_ba, "/v1/status"_ba, token).status != 429);
    // Whatever is asked, and whether it may be or not.
    for (const char *path : {"/v1/status", "/v1/tenants/rival", "/v1/tokens/x", "/v1/nothing"})
        QCOMPARE(outcomeOf(m_house->ask("GET"_ba, path, one)), "429 rate-limited");
    QCOMPARE(rateOf(m_house->ask("GET"_ba, "/v1/status"_ba, rival)).first, 3);
}

void TestSystemRoutes::administratorsHaveNoBucket()
{
    m_house->addTenant("acme"_ba, {.rpm = 1});
    for (int i = 0; i < 20; ++i) {
        const auto answer = m_house->ask("GET"_ba, "/v1/tenants/acme"_ba, m_house->admin());
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.header("RateLimit").isNull() && answer.header("RateLimit-Policy").isNull());
    }
}

void TestSystemRoutes::failedTokensDrawOnABudgetOfTheirOwn()
{
    m_house->addTenant("acme"_ba);
    const QByteArray reader = m_house->issue("acme"_ba, "READ"_ba).text;
    HttpProbe probe(m_house->port());
    const QByteArray bad = ApiHouse::request("GET"_ba, "/v1/vms"_ba, "no.such.token"_ba);
    int unauthorised = 0, limited = 0;
    for (int i = 0; i < 1100; ++i) {
        const auto answer = probe.ask(bad);
        unauthorised += answer.status == 401 ? 1 : 0;
        if (answer.status != 429)
            continue;
        ++limited;
        QCOMPARE(codeOf(answer), u"rate-limited"_s);
        QCOMPARE(answer.header("Retry-After"), "1");
    }
    QCOMPARE(unauthorised, 1000);
    QCOMPARE(limited, 100);
    QCOMPARE(outcomeOf(m_house->ask("POST"_ba, "/v1/tokens/verify"_ba, {}, R"({"token":"x"})"_ba)), "429 rate-limited");
    // Nobody who may is kept waiting, seen before or not.
    QCOMPARE(m_house->ask("GET"_ba, "/v1/vms"_ba, reader).status, 200);
    QCOMPARE(m_house->ask("GET"_ba, "/v1/vms"_ba, m_house->admin()).status, 200);
    QCOMPARE(m_house->ask("GET"_ba, "/healthz"_ba).status, 200);
    m_house->clock.advance(1s);
    QCOMPARE(outcomeOf(m_house->ask("GET"_ba, "/v1/vms"_ba, "no.such.token"_ba)), "401 invalid-token");
}

void TestSystemRoutes::theKeySetVerifiesTokens()
{
    const auto answer = m_house->ask("GET"_ba, "/.well-known/jwks.json"_ba);
    QCOMPARE(answer.header("Content-Type"), "application/jwk-set+json");
    const QJsonArray keys = objectOf(answer)["keys"_L1].toArray();
    QCOMPARE(keys.size(), 1);
    QCOMPARE(namesOf(keys[0].toObject()), u"alg crv kid kty use x"_s);
    const QList<QByteArray> parts = m_house->admin().split('.');
    const auto key = crypto::publicKeyFromBytes(*fromBase64Url(keys[0]["x"_L1].toString().toLatin1()));
    QVERIFY(key);
    QVERIFY(crypto::verifySignature(*key, parts[0] + '.' + parts[1], *fromBase64Url(parts[2])));
    QVERIFY(fromBase64Url(parts[0])->contains(keys[0]["kid"_L1].toString().toLatin1()));
}

void TestSystemRoutes::healthAndReadiness()
{
    QCOMPARE(m_house->ask("GET"_ba, "/healthz"_ba).body, R"({"status":"ok"})");
    QCOMPARE(m_house->ask("GET"_ba, "/readyz"_ba).body, R"({"status":"ready"})");
    QCOMPARE(outcomeOf(m_house->ask("GET"_ba, "/healthz?verbose=1"_ba)), "422 invalid-field");
    QCOMPARE(m_house->ask("GET"_ba, "/healthz"_ba, "no.such.token"_ba).status, 200);
}

QTEST_GUILESS_MAIN(TestSystemRoutes)
#include "tst_systemroutes.moc"
