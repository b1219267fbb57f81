// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Undelete, purge, plans and import over HTTP, and what every route that writes has in common.

#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

#include <thread>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestLifecycleRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ApiHouse>();
        m_house->addTenant("acme"_ba);
    }
    void cleanup() { m_house.reset(); }

    void aDeletedTenantComesBack()
    {
        const QByteArray input = m_house->issue("acme"_ba, "INPUT"_ba).text;
        const QByteArray vm = m_house->addVm(input);
        QCOMPARE(outcomeOf(admin("POST", "/v1/tenants/acme/undelete")), "409 tenant-not-deleted");
        QCOMPARE(outcomeOf(admin("POST", "/v1/tenants/acme/purge")), "409 tenant-not-deleted");
        QCOMPARE(admin("DELETE", "/v1/tenants/acme?cascade=true").status, 204);
        QVERIFY(tenant()["deleted_at"_L1].isString());
        const auto would = admin("POST", "/v1/tenants/acme/undelete?dry_run=true");
        QCOMPARE(would.status, 200);
        QCOMPARE(objectOf(would)["state"_L1].toString(), u"active"_s);
        QCOMPARE(objectOf(would)["usage"_L1]["vms"_L1].toInt(), 1);
        QCOMPARE(tenant()["state"_L1].toString(), u"deleted"_s);
        QCOMPARE(
            outcomeOf(ask("POST", "/v1/tenants/acme/undelete", {}, "If-Match: \"1\"\r\n")), "412 precondition-failed");
        const auto back = admin("POST", "/v1/tenants/acme/undelete");
        QCOMPARE(back.status, 204);
        QCOMPARE(back.header("Ledger-Index"), QByteArray::number(m_house->entries() - 1));
        QCOMPARE(m_house->lastEntry()["event_type"_L1].toString(), u"TENANT_UNDELETED"_s);
        QCOMPARE(admin("GET", "/v1/vms/" + vm).status, 200);
        QCOMPARE(tenant()["usage"_L1]["vms"_L1].toInt(), 1);
        QCOMPARE(outcomeOf(m_house->ask("GET"_ba, "/v1/status"_ba, input)), "401 invalid-token");
    }

    void notForEver()
    {
        QCOMPARE(admin("DELETE", "/v1/tenants/acme").status, 204);
        m_house->clock.advance(30 * 24h);
        QCOMPARE(outcomeOf(admin("POST", "/v1/tenants/acme/undelete")), "409 tenant-deleted");
        QCOMPARE(admin("POST", "/v1/tenants/acme/purge").status, 204);
        const TreeSize before = m_house->entries();
        QCOMPARE(admin("POST", "/v1/tenants/acme/purge").status, 204);
        QCOMPARE(m_house->entries(), before);
        QCOMPARE(tenant()["display_name"_L1].toString(), u"acme"_s);
        QCOMPARE(outcomeOf(admin("POST", "/v1/tenants", spec("acme"))), "409 tenant-exists");
    }

    void aPlanMovesItsTenants()
    {
        const QByteArray gold = R"({"max_vms":5,"storage_quota_gb":50,"api_rate_limit_rpm":60})";
        QCOMPARE(outcomeOf(admin("POST", "/v1/tenants", R"({"tenant_id":"a","display_name":"A","plan":"gold"})")),
            "422 invalid-field");
        QCOMPARE(admin("PUT", "/v1/plans/gold", gold).status, 200);
        QCOMPARE(admin("POST", "/v1/tenants", R"({"tenant_id":"a","display_name":"A","plan":"gold"})").status, 201);
        QCOMPARE(
            admin("POST", "/v1/tenants", R"({"tenant_id":"b","display_name":"B","plan":"gold","max_vms":9})").status,
            201);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(admin("POST", "/v1/vms", R"({"tenant_id":"a"})").status, 201);
        const QByteArray less = R"({"max_vms":2,"storage_quota_gb":50,"api_rate_limit_rpm":60})";
        const auto would = admin("PUT", "/v1/plans/gold?dry_run=true", less);
        QCOMPARE(would.status, 200);
        const QJsonArray tenants = objectOf(would)["tenants"_L1].toArray();
        QCOMPARE(tenants.size(), 2);
        QCOMPARE(tenants[0]["would_be_over"_L1].toBool(), true);
        QCOMPARE(tenants[0]["differs"_L1].toBool(), false);
        QCOMPARE(tenants[1]["would_be_over"_L1].toBool(), false);
        QCOMPARE(tenants[1]["differs"_L1].toBool(), true);
        QCOMPARE(objectOf(admin("GET", "/v1/tenants/a"))["max_vms"_L1].toInt(), 5);
        QCOMPARE(admin("PUT", "/v1/plans/gold", less).status, 200);
        QCOMPARE(objectOf(admin("GET", "/v1/tenants/a"))["max_vms"_L1].toInt(), 2);
        QCOMPARE(objectOf(admin("GET", "/v1/tenants/b"))["max_vms"_L1].toInt(), 9);

        const auto listed = m_house->ask("GET"_ba, "/v1/plans"_ba, m_house->auditor());
        QCOMPARE(arrayOf(listed)[0]["followers"_L1].toInt(), 2);
        QCOMPARE(arrayOf(listed)[0]["differing"_L1].toInt(), 1);
        QCOMPARE(
            outcomeOf(m_house->ask("PUT"_ba, "/v1/plans/x"_ba, m_house->auditor(), gold)), "403 insufficient-scope");
        QCOMPARE(outcomeOf(admin("PUT", "/v1/plans/Gold", gold)), "422 invalid-field");
        QCOMPARE(outcomeOf(admin("PUT", "/v1/plans/x", R"({"max_vms":1})")), "422 invalid-field");
        QCOMPARE(admin("DELETE", "/v1/plans/gold").status, 204);
        QCOMPARE(outcomeOf(admin("DELETE", "/v1/plans/gold")), "404 not-found");
        QVERIFY(objectOf(admin("GET", "/v1/tenants/a"))["plan"_L1].isNull());
    }

    void whatAPatchWouldDo()
    {
        const QByteArray input = m_house->issue("acme"_ba, "INPUT"_ba).text;
        m_house->addVm(input);
        for (const bool over : {true, false}) {
            const auto would =
                admin("PATCH", "/v1/tenants/acme?dry_run=true", over ? R"({"max_vms":0})" : R"({"max_vms":1})");
            QCOMPARE(would.status, 200);
            QCOMPARE(objectOf(would)["would_be_over"_L1].toBool(!over), over);
        }
        QVERIFY(!objectOf(admin("PATCH", "/v1/tenants/acme", R"({"max_vms":1})")).contains("would_be_over"_L1));
        const QJsonArray warnings = objectOf(m_house->ask("GET"_ba, "/v1/status"_ba, input))["warnings"_L1].toArray();
        QCOMPARE(warnings.size(), 1);
        QCOMPARE(warnings[0]["percent"_L1].toInt(), 95);
    }

    void imports_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("results"); // or the refusal of the whole
        const QByteArray a = spec("a"), b = spec("b"), odd = R"({"tenant_id":"B","display_name":"x"})";
        const QByteArray names = "tenant_id,display_name,max_vms,storage_quota_gb,api_rate_limit_rpm,labels.tier\n";
        QTest::newRow("an array") << "application/json"_ba << '[' + a + ',' + b + ']' << u"created created"_s;
        QTest::newRow("lines") << "application/x-ndjson"_ba << a + "\r\n\n" + b << u"created created"_s;
        QTest::newRow("CSV") << "text/csv; charset=utf-8"_ba
                             << names + "a,The a,1,1,1,\n\"b\",\"B, \"\"b\"\"\",2,2,2,x\r\n"
                             << u"created created"_s;
        QTest::newRow("a row that is bad")
            << "application/json"_ba << '[' + odd + ',' + a + ']' << u"refused created"_s;
        QTest::newRow("a line that is no JSON") << "application/x-ndjson"_ba
                                                << "{\n" + a << u"refused created"_s;
        QTest::newRow("a row twice") << "application/json"_ba << '[' + a + ',' + a + ']' << u"created refused"_s;
        QTest::newRow("one that is there otherwise")
            << "application/json"_ba << '[' + spec("acme") + ']' << u"refused"_s;
        QTest::newRow("a cell that is no number") << "text/csv"_ba << names + "a,A,1e3,1,1,\nb,B,x,1,1,\n"
                                                  << u"refused refused"_s;
        QTest::newRow("a row with a cell too few") << "text/csv"_ba << names + "a,A,1\n" << u"refused"_s;
        QTest::newRow("an unknown column") << "text/csv"_ba
                                           << "tenant_id,colour\na,red\n"_ba << u"422 invalid-field"_s;
        QByteArray many = "tenant_id";
        for (int i = 0; i < 1000; ++i)
            many += ",labels.l" + QByteArray::number(i);
        QTest::newRow("more columns than are taken") << "text/csv"_ba << many + "\na\n" << u"422 invalid-field"_s;
        QTest::newRow("a column twice") << "text/csv"_ba
                                        << "tenant_id,tenant_id\na,a\n"_ba << u"422 invalid-field"_s;
        QTest::newRow("an open quote") << "text/csv"_ba << names + "\"a,A\n" << u"422 invalid-field"_s;
        QTest::newRow("no rows") << "text/csv"_ba << names << u"422 invalid-field"_s;
        QTest::newRow("no array") << "application/json"_ba << a << u"422 invalid-field"_s;
        QTest::newRow("no JSON") << "application/json"_ba
                                 << "[1,"_ba << u"400 malformed-json"_s;
        QTest::newRow("another type") << "text/plain"_ba << a << u"415 unsupported-media-type"_s;
    }

    void imports()
    {
        QFETCH(const QByteArray, type);
        QFETCH(const QByteArray, body);
        QFETCH(const QString, results);
        const QByteArray fields = "Content-Type: " + type + "\r\n";
        const TreeSize before = m_house->entries();
        const auto would = ask("POST", "/v1/tenants/import?dry_run=true", body, fields);
        QCOMPARE(resultsOf(would), results);
        QCOMPARE(m_house->entries(), before);
        const auto done = ask("POST", "/v1/tenants/import", body, fields);
        QCOMPARE(resultsOf(done), results);
        const auto created = TreeSize(results.count("created"_L1));
        QCOMPARE(m_house->entries(), before + created);
        QCOMPARE(done.header("Ledger-Index").isNull(), created == 0);
        // Once more: what was made is as the row says, and nothing is made twice.
        QCOMPARE(resultsOf(ask("POST", "/v1/tenants/import", body, fields)),
            QString(results).replace(u"created"_s, u"unchanged"_s));
        QCOMPARE(m_house->entries(), before + created);
    }

    void fiveThousandRows()
    {
        QByteArray body = "tenant_id,display_name,max_vms,storage_quota_gb,api_rate_limit_rpm\n";
        for (int i = 0; i < 5000; ++i)
            body += "t" + QByteArray::number(i) + ",Tenant " + QByteArray::number(i) + ",1,1,1\n";
        const QByteArray fields = "Content-Type: text/csv\r\nIdempotency-Key: big\r\n";
        const TreeSize before = m_house->entries();
        const auto done = ask("POST", "/v1/tenants/import", body, fields);
        QCOMPARE(done.status, 200);
        QCOMPARE(m_house->entries(), before + 5000);
        QCOMPARE(done.header("Ledger-Index"), QByteArray::number(before + 4999));
        const auto again = ask("POST", "/v1/tenants/import", body, fields);
        QVERIFY(again.body == done.body);
        QCOMPARE(again.header("Ledger-Index"), done.header("Ledger-Index"));
    }

    void aKeyOfAnImportUnderWayIsInUse()
    {
        api::KeysUnderWay keys;
        const api::IdempotencyKey key{
            .caller = TokenId("a"), .path = "/v1/tenants/import"_ba, .key = "k"_ba, .request = {}};
        api::IdempotencyKey other = key;
        other.caller = TokenId("b");
        QVERIFY(keys.hold(key).has_value());
        QCOMPARE(keys.hold(key).error().code, ErrorCode::IdempotencyKeyInUse);
        QVERIFY(keys.hold(other).has_value());
        keys.release(key);
        QVERIFY(keys.hold(key).has_value());

        // Two at once with one key and other rows: one is made, of the other nothing.
        const auto body = [](char first) {
            QByteArray rows = "tenant_id,display_name,max_vms,storage_quota_gb,api_rate_limit_rpm\n";
            for (int i = 0; i < 500; ++i)
                rows += first + QByteArray::number(i) + ",T,1,1,1\n";
            return rows;
        };
        const QByteArray fields = "Content-Type: text/csv\r\nIdempotency-Key: both\r\n";
        const TreeSize before = m_house->entries();
        ApiHouse::Answer one, two;
        {
            std::jthread thread([&] { one = ask("POST", "/v1/tenants/import", body('x'), fields); });
            two = ask("POST", "/v1/tenants/import", body('y'), fields);
        }
        QVERIFY((one.status == 200) != (two.status == 200));
        QCOMPARE(m_house->entries(), before + 500);
    }

    // PATCH, PUT and DELETE too.
    void everyWriteIsRememberedByItsKey_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("a patch") << "PATCH"_ba
                                 << "/v1/tenants/acme"_ba
                                 << R"({"max_vms":3})"_ba;
        QTest::newRow("a plan") << "PUT"_ba
                                << "/v1/plans/gold"_ba
                                << R"({"max_vms":5,"storage_quota_gb":50,"api_rate_limit_rpm":60})"_ba;
        QTest::newRow("a deletion") << "DELETE"_ba
                                    << "/v1/tenants/acme"_ba << QByteArray();
    }

    void everyWriteIsRememberedByItsKey()
    {
        QFETCH(const QByteArray, method);
        QFETCH(const QByteArray, target);
        QFETCH(const QByteArray, body);
        const auto first = ask(method, target, body, "Idempotency-Key: k\r\n");
        QVERIFY(first.status == 200 || first.status == 204);
        const TreeSize before = m_house->entries();
        const auto again = ask(method, target, body, "Idempotency-Key: k\r\n");
        QCOMPARE(again.status, first.status);
        QCOMPARE(again.body, first.body);
        QCOMPARE(again.header("Ledger-Index"), first.header("Ledger-Index"));
        QCOMPARE(m_house->entries(), before);
    }

    // By the table itself: a route that is added is tried too.
    void everyWriteRefusesABadFlagAndABadKey()
    {
        int tried = 0;
        for (const api::Route &route : api::routes()) {
            if (!route.writes)
                continue;
            QByteArray target(route.pattern);
            for (const auto &[name, value] : {std::pair("{id}", "acme"), {"{name}", "gold"}, {"{token_id}", "t"},
                     {"{vm_id}", "v"}, {"{node_id}", "n"}})
                target.replace(name, value);
            QCOMPARE(outcomeOf(ask(route.method, target + "?dry_run=perhaps", {})), "422 invalid-field");
            const TreeSize before = m_house->entries();
            const auto keyed = ask(route.method, target, {}, "Idempotency-Key: a b\r\n");
            QVERIFY(keyed.status >= 400);
            QCOMPARE(m_house->entries(), before);
            ++tried;
        }
        QVERIFY(tried > 10);
    }

private:
    ApiHouse::Answer admin(const QByteArray &method, const QByteArray &target, const QByteArray &body = {})
    {
        return m_house->ask(method, target, m_house->admin(), body);
    }
    ApiHouse::Answer ask(
        const QByteArray &method, const QByteArray &target, const QByteArray &body, const QByteArray &fields = {})
    {
        return m_house->ask(method, target, m_house->admin(), body, fields);
    }
    QJsonObject tenant() { return objectOf(admin("GET", "/v1/tenants/acme")); }

    static QByteArray spec(const QByteArray &id)
    {
        return "{\"tenant_id\":\"" + id + "\",\"display_name\":\"The " + id
            + "\",\"max_vms\":1,\"storage_quota_gb\":1,\"api_rate_limit_rpm\":1}";
    }

    static QString resultsOf(const ApiHouse::Answer &answer)
    {
        if (answer.status != 200)
            return QString::fromLatin1(outcomeOf(answer));
        QStringList results;
        for (const QJsonValue &row : arrayOf(answer))
            results.append(row["result"_L1].toString());
        return results.join(u' ');
    }

    std::unique_ptr<ApiHouse> m_house;
};

QTEST_GUILESS_MAIN(TestLifecycleRoutes)
#include "tst_lifecycleroutes.moc"
