// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestIdempotency : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_house.reset(); }
    void aRepeatedRequestChangesNothing_data();
    void aRepeatedRequestChangesNothing();
    void simultaneousOnesMakeOneChange();
    void anotherBodyIsRefused();
    void aKeyBelongsToOneTokenAndOnePath();
    void refusalsAreNotRemembered();
    void dryRunsAreNotRemembered();
    void aDayLaterItIsForgotten();
    void aRevokedCallerGetsNothing();
    void takesKeys_data();
    void takesKeys();

private:
    ApiHouse::Answer post(
        const QByteArray &target, const QByteArray &token, const QByteArray &body = {}, const QByteArray &key = "k1"_ba)
    {
        return m_house->ask("POST"_ba, target, token, body, "Idempotency-Key: " + key + "\r\n");
    }
    qsizetype vms() { return arrayOf(m_house->ask("GET"_ba, "/v1/vms"_ba, m_house->admin())).size(); }

    std::unique_ptr<ApiHouse> m_house;
    QByteArray m_input;
};

void TestIdempotency::init()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_input = m_house->issue("acme"_ba, "INPUT"_ba).text;
}

void TestIdempotency::aRepeatedRequestChangesNothing_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    const QByteArray key(SubjectKey);
    QTest::newRow("a tenant")
        << "/v1/tenants"_ba
        << R"({"tenant_id":"beta","display_name":"ß","max_vms":1,"storage_quota_gb":1,"api_rate_limit_rpm":1})"_ba;
    QTest::newRow("a suspension without a body") << "/v1/tenants/acme/suspend"_ba << QByteArray();
    QTest::newRow("what makes no entry") << "/v1/tenants/acme/resume"_ba << QByteArray();
    QTest::newRow("a VM") << "/v1/vms"_ba
                          << R"({"tenant_id":"acme"})"_ba;
    QTest::newRow("VMs") << "/v1/vms"_ba
                         << R"({"tenant_id":"acme","count":5})"_ba;
    QTest::newRow("a token, whose text is signed again") << "/v1/tenants/acme/tokens"_ba
                                                         << "{\"scope\":\"READ\",\"subject_pubkey\":\"" + key + "\"}";
    QTest::newRow("several tokens, whose texts are signed again") << "/v1/tenants/acme/tokens/change-tier"_ba
                                                                  << "[{\"scope\":\"READ\",\"subject_pubkey\":\"" + key
            + R"("},{"scope":"root","subject_pubkey":"no"},{"scope":"USER","subject_pubkey":)"
              R"("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}])";
    QTest::newRow("a key") << "/v1/keys/rotate"_ba
                           << R"({"key":"ledger"})"_ba;
    QTest::newRow("a token of the other route")
        << "/v1/tokens"_ba
        << "{\"tenant_id\":\"acme\",\"scope\":\"READ\",\"subject_pubkey\":\"" + key + "\"}";
}

void TestIdempotency::aRepeatedRequestChangesNothing()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    const auto first = post(target, m_house->admin(), body);
    QVERIFY(first.status == 200 || first.status == 201);
    const TreeSize entries = m_house->entries();
    const qsizetype registered = vms();
    m_house->clock.advance(23h);
    for (int i = 0; i < 2; ++i) {
        const auto again = post(target, m_house->admin(), body);
        QCOMPARE(again.status, first.status);
        QCOMPARE(again.body, first.body);
        for (const char *name : {"Location", "ETag", "Ledger-Index", "Content-Type"})
            QCOMPARE(again.header(name), first.header(name));
        QVERIFY(again.header("X-Request-Id") != first.header("X-Request-Id"));
    }
    QCOMPARE(m_house->entries(), entries);
    QCOMPARE(vms(), registered);
}

void TestIdempotency::simultaneousOnesMakeOneChange()
{
    std::vector<std::unique_ptr<HttpProbe>> probes;
    const QByteArray request = ApiHouse::request("POST"_ba, "/v1/vms"_ba, m_input, {}, "Idempotency-Key: k1\r\n"_ba);
    for (int i = 0; i < 50; ++i)
        probes.push_back(std::make_unique<HttpProbe>(m_house->port()));
    for (const auto &probe : probes)
        QVERIFY(probe->send(request));
    QSet<QByteArray> bodies;
    for (const auto &probe : probes) {
        const auto answer = probe->answer();
        QVERIFY(answer);
        QCOMPARE(answer->status, 201);
        bodies.insert(answer->body);
    }
    QCOMPARE(bodies.size(), 1);
    QCOMPARE(vms(), 1);
}

void TestIdempotency::anotherBodyIsRefused()
{
    QCOMPARE(post("/v1/vms"_ba, m_input, R"({"name":"a"})"_ba).status, 201);
    QCOMPARE(outcomeOf(post("/v1/vms"_ba, m_input, R"({"name":"b"})"_ba)), "422 idempotency-key-reused");
    QCOMPARE(outcomeOf(post("/v1/vms"_ba, m_input)), "422 idempotency-key-reused");
    QCOMPARE(post("/v1/vms"_ba, m_input, R"({"name":"a"})"_ba).status, 201);
    QCOMPARE(vms(), 1);
}

void TestIdempotency::aKeyBelongsToOneTokenAndOnePath()
{
    const QByteArray other = m_house->issue("acme"_ba, "INPUT"_ba).text;
    const QByteArray mine = post("/v1/vms"_ba, m_input).body;
    QVERIFY(post("/v1/vms"_ba, other).body != mine);
    QCOMPARE(post("/v1/vms"_ba, m_house->admin(), R"({"tenant_id":"acme"})"_ba).status, 201);
    QCOMPARE(post("/v1/tenants/acme/resume"_ba, m_house->admin()).status, 200);
    QVERIFY(post("/v1/vms"_ba, m_input, {}, "k2"_ba).body != mine);
    QCOMPARE(vms(), 4);
}

void TestIdempotency::refusalsAreNotRemembered()
{
    QCOMPARE(outcomeOf(post("/v1/vms"_ba, m_input, R"({"count":11})"_ba)), "429 quota-exceeded");
    m_house->ask("PATCH"_ba, "/v1/tenants/acme"_ba, m_house->admin(), R"({"max_vms":11})"_ba);
    QCOMPARE(post("/v1/vms"_ba, m_input, R"({"count":11})"_ba).status, 201);
}

void TestIdempotency::dryRunsAreNotRemembered()
{
    QCOMPARE(post("/v1/vms?dry_run=true"_ba, m_input).status, 200);
    QCOMPARE(post("/v1/vms"_ba, m_input).status, 201);
    QCOMPARE(post("/v1/vms?dry_run=true"_ba, m_input, R"({"name":"b"})"_ba).status, 200);
    QCOMPARE(vms(), 1);
}

void TestIdempotency::aDayLaterItIsForgotten()
{
    const QByteArray mine = post("/v1/vms"_ba, m_house->admin(), R"({"tenant_id":"acme"})"_ba).body;
    m_house->clock.advance(24h - 1ms);
    QCOMPARE(post("/v1/vms"_ba, m_house->admin(), R"({"tenant_id":"acme"})"_ba).body, mine);
    m_house->clock.advance(1ms);
    const auto later = post("/v1/vms"_ba, m_house->admin(), R"({"tenant_id":"acme","name":"b"})"_ba);
    QCOMPARE(later.status, 201);
    QVERIFY(later.body != mine);
    QCOMPARE(vms(), 2);
}

void TestIdempotency::aRevokedCallerGetsNothing()
{
    const auto caller = m_house->issue("acme"_ba, "INPUT"_ba);
    QCOMPARE(post("/v1/vms"_ba, caller.text).status, 201);
    m_house->ask("DELETE"_ba, "/v1/tokens/" + caller.id, m_house->admin());
    QCOMPARE(outcomeOf(post("/v1/vms"_ba, caller.text)), "401 invalid-token");
}

void TestIdempotency::takesKeys_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("of 255 characters") << "Idempotency-Key: " + QByteArray(255, 'k') + "\r\n"
                                       << "201"_ba;
    QTest::newRow("not of 256") << "Idempotency-Key: " + QByteArray(256, 'k') + "\r\n"
                                << "422 invalid-field"_ba;
    QTest::newRow("in quotes") << "Idempotency-Key: \"0199a8c0-0000\"\r\n"_ba
                               << "201"_ba;
    QTest::newRow("not empty") << "Idempotency-Key:\r\n"_ba
                               << "422 invalid-field"_ba;
    QTest::newRow("not with a blank inside") << "Idempotency-Key: a b\r\n"_ba
                                             << "422 invalid-field"_ba;
    QTest::newRow("not beyond ASCII") << "Idempotency-Key: k\xc3\xa4\r\n"_ba
                                      << "422 invalid-field"_ba;
    QTest::newRow("not twice") << "Idempotency-Key: a\r\nIdempotency-Key: a\r\n"_ba
                               << "422 invalid-field"_ba;
}

void TestIdempotency::takesKeys()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, outcome);
    QCOMPARE(outcomeOf(m_house->ask("POST"_ba, "/v1/vms"_ba, m_input, {}, fields)), outcome);
    QCOMPARE(vms(), outcome == "201" ? 1 : 0);
}

QTEST_GUILESS_MAIN(TestIdempotency)
#include "tst_idempotency.moc"
