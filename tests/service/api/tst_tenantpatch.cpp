// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestTenantPatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_house = std::make_unique<ApiHouse>(); }
    void cleanup() { m_house.reset(); }
    void aPatchChangesWhatItNames();
    void refusesPatches_data();
    void refusesPatches();
    void ifMatchGuardsAgainstLostChanges_data();
    void ifMatchGuardsAgainstLostChanges();
    void limitsMayGoBelowUse();

private:
    ApiHouse::Answer admin(
        const char *method, const QByteArray &target, const QByteArray &body = {}, const QByteArray &fields = {})
    {
        return m_house->ask(method, target, m_house->admin(), body, fields);
    }
    QJsonObject tenant(const QByteArray &id = "acme"_ba) { return objectOf(admin("GET", "/v1/tenants/" + id)); }

    std::unique_ptr<ApiHouse> m_house;
};

void TestTenantPatch::aPatchChangesWhatItNames()
{
    admin("POST", "/v1/tenants",
        R"({"tenant_id":"acme","display_name":"Acme","max_vms":10,"storage_quota_gb":100,"api_rate_limit_rpm":600,)"
        R"("labels":{"a":"1","b":"2"}})");
    m_house->clock.advance(5s);
    const TreeSize before = m_house->entries();
    auto answer = admin("PATCH", "/v1/tenants/acme", R"({"display_name":"Acme 2","labels":{"a":null,"c":"3"}})",
        "Content-Type: application/merge-patch+json\r\n");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("ETag"), "\"2\"");
    QCOMPARE(objectOf(answer)["labels"_L1].toObject(), (QJsonObject{{u"b"_s, u"2"_s}, {u"c"_s, u"3"_s}}));
    QCOMPARE(m_house->lastEntry()["event_type"_L1].toString(), u"TENANT_UPDATED"_s);
    QVERIFY(objectOf(answer)["updated_at"_L1] != objectOf(answer)["created_at"_L1]);

    answer = admin("PATCH", "/v1/tenants/acme", R"({"display_name":"Acme 3","max_vms":20})");
    QCOMPARE(answer.header("Ledger-Index"), QByteArray::number(before + 1));
    QCOMPARE(m_house->entries(), before + 2);
    const QJsonObject entry = m_house->lastEntry();
    QCOMPARE(entry["event_type"_L1].toString(), u"QUOTA_CHANGED"_s);
    QCOMPARE(entry["data"_L1]["changes"_L1].toObject(),
        (QJsonObject{{u"display_name"_s, QJsonObject{{u"old"_s, u"Acme 2"_s}, {u"new"_s, u"Acme 3"_s}}},
            {u"max_vms"_s, QJsonObject{{u"old"_s, 10}, {u"new"_s, 20}}}}));

    // What changes nothing makes no entry and no version.
    answer = admin("PATCH", "/v1/tenants/acme", R"({"max_vms":20})");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("ETag"), "\"3\"");
    QVERIFY(answer.header("Ledger-Index").isNull());
    QCOMPARE(m_house->entries(), before + 2);
}

void TestTenantPatch::refusesPatches_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("outcome");
    const QByteArray acme("/v1/tenants/acme");
    QTest::newRow("of the id") << acme << R"({"tenant_id":"beta"})"_ba
                               << "422 immutable-field"_ba;
    QTest::newRow("of the state") << acme << R"({"state":"deleted"})"_ba
                                  << "422 immutable-field"_ba;
    QTest::newRow("of the usage") << acme << R"({"usage":{}})"_ba
                                  << "422 immutable-field"_ba;
    QTest::newRow("of what is not there") << acme << R"({"colour":"red"})"_ba
                                          << "422 invalid-field"_ba;
    QTest::newRow("out of bounds") << acme << R"({"max_vms":100001})"_ba
                                   << "422 invalid-field"_ba;
    QTest::newRow("that would remove a limit") << acme << R"({"max_vms":null})"_ba
                                               << "422 invalid-field"_ba;
    QTest::newRow("without a body") << acme << QByteArray() << "400 malformed-json"_ba;
    QTest::newRow("of nobody") << "/v1/tenants/nobody"_ba
                               << R"({"max_vms":1})"_ba
                               << "404 not-found"_ba;
    QTest::newRow("of a deleted one") << "/v1/tenants/gone"_ba
                                      << R"({"max_vms":1})"_ba
                                      << "409 tenant-deleted"_ba;
    QTest::newRow("with a policy nobody knows") << acme + "?if_over=hope"
                                                << R"({"max_vms":1})"_ba
                                                << "422 invalid-field"_ba;
}

void TestTenantPatch::refusesPatches()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, outcome);
    m_house->addTenant("acme"_ba);
    m_house->addTenant("gone"_ba);
    admin("DELETE", "/v1/tenants/gone");
    const QJsonObject before = tenant();
    QCOMPARE(outcomeOf(admin("PATCH", target, body)), outcome);
    QCOMPARE(tenant(), before);
}

void TestTenantPatch::ifMatchGuardsAgainstLostChanges_data()
{
    QTest::addColumn<QByteArray>("tag");
    QTest::addColumn<bool>("passes");
    QTest::newRow("the version there is") << "\"2\""_ba << true;
    QTest::newRow("an older one") << "\"1\""_ba << false;
    QTest::newRow("one to come") << "\"3\""_ba << false;
    QTest::newRow("any") << "*"_ba << true;
    QTest::newRow("a list with the right one") << "\"1\", \"2\""_ba << true;
    QTest::newRow("a list without it") << "\"1\", \"x\""_ba << false;
    QTest::newRow("a weak tag") << "W/\"2\""_ba << false;
    QTest::newRow("a tag without quotes") << "2"_ba << false;
}

void TestTenantPatch::ifMatchGuardsAgainstLostChanges()
{
    QFETCH(QByteArray, tag);
    QFETCH(bool, passes);
    m_house->addTenant("acme"_ba);
    QCOMPARE(admin("PATCH", "/v1/tenants/acme", R"({"max_vms":11})").header("ETag"), "\"2\"");
    const QByteArray field = "If-Match: " + tag + "\r\n";
    const auto rehearsed = admin("DELETE", "/v1/tenants/acme?dry_run=true", {}, field);
    QCOMPARE(outcomeOf(rehearsed), passes ? "200"_ba : "412 precondition-failed"_ba);
    const auto patched = admin("PATCH", "/v1/tenants/acme", R"({"max_vms":12})", field);
    QCOMPARE(outcomeOf(patched), passes ? "200"_ba : "412 precondition-failed"_ba);
    QCOMPARE(tenant()["max_vms"_L1].toInt(), passes ? 12 : 11);
}

void TestTenantPatch::limitsMayGoBelowUse()
{
    m_house->addTenant("acme"_ba);
    const QByteArray input = m_house->issue("acme"_ba, "INPUT"_ba).text;
    const QByteArray vm = m_house->addVm(input);
    m_house->addVm(input);
    QCOMPARE(outcomeOf(admin("PATCH", "/v1/tenants/acme?if_over=refuse", R"({"max_vms":1})")), "409 over-quota");
    const auto answer = admin("PATCH", "/v1/tenants/acme", R"({"max_vms":1})");
    QCOMPARE(objectOf(answer)["over_quota"_L1], QJsonValue(true));
    QCOMPARE(objectOf(answer)["usage"_L1]["vms"_L1].toInt(), 2);
    QCOMPARE(outcomeOf(m_house->ask("POST"_ba, "/v1/vms"_ba, input)), "429 quota-exceeded");
    QCOMPARE(m_house->ask("DELETE"_ba, "/v1/vms/" + vm, input).status, 204);
    QCOMPARE(tenant()["over_quota"_L1], QJsonValue(false));
    QCOMPARE(outcomeOf(m_house->ask("POST"_ba, "/v1/vms"_ba, input)), "429 quota-exceeded");
}

QTEST_GUILESS_MAIN(TestTenantPatch)
#include "tst_tenantpatch.moc"
