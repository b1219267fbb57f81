// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestVmRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_house.reset(); }
    void aRegistrationAnswersTheRecord();
    void registersWithinBounds_data();
    void registersWithinBounds();
    void aCountIsAllOrNone();
    void quotasAreNamedWithTheirNumbers_data();
    void quotasAreNamedWithTheirNumbers();
    void exactlyAsManyAsFitSucceed();
    void exactlyAsManyInEveryRound();
    void theTenantIsTheCallersOwn();
    void foreignAndAbsentAreAlike();
    void destroyingFreesWhatWasUsed();
    void theListComesInPages();
    void dryRunsChangeNothing();

private:
    ApiHouse::Answer ask(
        const char *method, const QByteArray &target, const QByteArray &token, const QByteArray &body = {})
    {
        return m_house->ask(method, target, token, body);
    }

    std::unique_ptr<ApiHouse> m_house;
    QByteArray m_input;
};

void TestVmRoutes::init()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_input = m_house->issue("acme"_ba, "INPUT"_ba).text;
}

void TestVmRoutes::aRegistrationAnswersTheRecord()
{
    const auto answer = ask("POST", "/v1/vms", m_input);
    QCOMPARE(answer.status, 201);
    const QJsonObject record = objectOf(answer);
    QCOMPARE(namesOf(record),
        u"created_at disk_gb host_ports name node_id ram_alloc_mb started_at state tenant_id vcpu_count vm_id vm_type"_s);
    const QByteArray id = record["vm_id"_L1].toString().toLatin1();
    QVERIFY(isUuid7(id));
    QCOMPARE(answer.header("Location"), "/v1/vms/" + id);
    QCOMPARE(answer.header("Ledger-Index"), QByteArray::number(m_house->entries() - 1));
    QCOMPARE(record["tenant_id"_L1].toString(), u"acme"_s);
    QCOMPARE(record["state"_L1].toString(), u"Provisioning"_s);
    QCOMPARE(record["vm_type"_L1].toString(), u"generic"_s);
    QCOMPARE(record["ram_alloc_mb"_L1].toInt(), 1024);
    QCOMPARE(record["vcpu_count"_L1].toInt(), 1);
    QCOMPARE(record["disk_gb"_L1].toInt(), 10);
    QVERIFY(record["node_id"_L1].isNull() && record["started_at"_L1].isNull());
    QCOMPARE(objectOf(ask("GET", "/v1/vms/" + id, m_input)), record);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_input)), QJsonArray{record});
    const QJsonObject entry = m_house->lastEntry();
    QCOMPARE(entry["event_type"_L1].toString(), u"VM_REGISTERED"_s);
    QCOMPARE(entry["data"_L1]["vm_id"_L1].toString().toLatin1(), id);
    QCOMPARE(namesOf(entry["data"_L1].toObject()).contains(u"disk_gb name node_id"_s), true);
}

void TestVmRoutes::registersWithinBounds_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("outcome");
    const auto row = [](const char *name, const char *body, const char *outcome) {
        QTest::newRow(name) << QByteArray(body) << QByteArray(outcome);
    };
    row("an empty object", "{}", "201");
    row("1 MB", R"({"ram_mb":1})", "201");
    row("no memory", R"({"ram_mb":0})", "422 invalid-field");
    row("16 TB", R"({"ram_mb":16777216})", "201");
    row("a MB more", R"({"ram_mb":16777217})", "422 invalid-field");
    row("no processor", R"({"vcpu_count":0})", "422 invalid-field");
    row("1024 processors", R"({"vcpu_count":1024})", "201");
    row("1025", R"({"vcpu_count":1025})", "422 invalid-field");
    row("no disk", R"({"disk_gb":0})", "201");
    row("less than none", R"({"disk_gb":-1})", "422 invalid-field");
    row("as much disk as may be asked for", R"({"disk_gb":1000000})", "429 quota-exceeded");
    row("a GB more", R"({"disk_gb":1000001})", "422 invalid-field");
    row("a name", R"({"name":"web 1"})", "201");
    row("a name that is a number", R"({"name":1})", "422 invalid-field");
    row("a name with a control character", R"({"name":"a\u0000"})", "422 invalid-field");
    row("a wish that is no truth value", R"({"prefer_kvm":"yes"})", "422 invalid-field");
    row("a wish", R"({"prefer_kvm":true})", "201");
    row("a node that is not there", R"({"preferred_node":"n1"})", "422 invalid-field");
    row("no VM at all", R"({"count":0})", "422 invalid-field");
    row("one as a list", R"({"count":1})", "201");
    row("half of one", R"({"count":0.5})", "422 invalid-field");
    row("more than the quota, which is judged first", R"({"count":1001})", "429 quota-exceeded");
    row("an unknown member", R"({"state":"Running"})", "422 invalid-field");
    row("the tenant itself", R"({"tenant_id":"acme"})", "201");
    row("another tenant", R"({"tenant_id":"rival"})", "403 insufficient-scope");
    row("what can be no tenant", R"({"tenant_id":"-"})", "422 invalid-field");
}

void TestVmRoutes::registersWithinBounds()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, outcome);
    const auto answer = ask("POST", "/v1/vms", m_input, body);
    QCOMPARE(outcomeOf(answer), outcome);
    QCOMPARE(answer.header("Ledger-Index").isNull(), answer.status != 201);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_input)).size(), answer.status == 201 ? 1 : 0);
}

void TestVmRoutes::aCountIsAllOrNone()
{
    const TreeSize before = m_house->entries();
    const auto answer = ask("POST", "/v1/vms", m_input, R"({"count":7,"name":"web"})");
    QCOMPARE(answer.status, 201);
    QCOMPARE(arrayOf(answer).size(), 7);
    QCOMPARE(m_house->entries(), before + 7);
    QCOMPARE(answer.header("Ledger-Index"), QByteArray::number(before + 6));
    QSet<QString> ids;
    for (const QJsonValue &vm : arrayOf(answer))
        ids.insert(vm["vm_id"_L1].toString());
    QCOMPARE(ids.size(), 7);
    QCOMPARE(outcomeOf(ask("POST", "/v1/vms", m_input, R"({"count":4})")), "429 quota-exceeded");
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_input)).size(), 7);
    QCOMPARE(ask("POST", "/v1/vms", m_input, R"({"count":3})").status, 201);

    m_house->addTenant("vast"_ba, {.vms = 100'000, .storageGb = 1'000'000});
    const QByteArray vast = m_house->issue("vast"_ba, "INPUT"_ba).text;
    QCOMPARE(outcomeOf(ask("POST", "/v1/vms", vast, R"({"count":1001})")), "422 invalid-field");
    QCOMPARE(arrayOf(ask("POST", "/v1/vms", vast, R"({"count":1000})")).size(), 1000);
}

void TestVmRoutes::quotasAreNamedWithTheirNumbers_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("quota");
    QTest::addColumn<QList<int>>("numbers"); // limit, used, requested, remaining
    // Of 10 VMs and 1000 GB, 8 and 80 are used.
    QTest::newRow("VMs") << R"({"count":3})"_ba << u"max_vms"_s << QList{10, 8, 3, 2};
    QTest::newRow("storage") << R"({"disk_gb":921})"_ba << u"storage_quota_gb"_s << QList{1000, 80, 921, 920};
    QTest::newRow("VMs first where both are short")
        << R"({"count":3,"disk_gb":1000})"_ba << u"max_vms"_s << QList{10, 8, 3, 2};
    QTest::newRow("storage of them all") << R"({"count":2,"disk_gb":461})"_ba << u"storage_quota_gb"_s
                                         << QList{1000, 80, 922, 920};
}

void TestVmRoutes::quotasAreNamedWithTheirNumbers()
{
    QFETCH(QByteArray, body);
    QFETCH(QString, quota);
    QFETCH(QList<int>, numbers);
    QCOMPARE(ask("POST", "/v1/vms", m_input, R"({"count":8})").status, 201);
    const TreeSize before = m_house->entries();
    const auto answer = ask("POST", "/v1/vms", m_input, body);
    QCOMPARE(outcomeOf(answer), "429 quota-exceeded");
    QVERIFY(answer.header("Retry-After").isNull());
    const QJsonObject problem = objectOf(answer);
    QCOMPARE(problem["tenant_id"_L1].toString(), u"acme"_s);
    QCOMPARE(problem["quota"_L1].toString(), quota);
    QCOMPARE(problem["retryable"_L1], QJsonValue(false));
    const QList found{problem["limit"_L1].toInt(), problem["used"_L1].toInt(), problem["requested"_L1].toInt(),
        problem["remaining"_L1].toInt()};
    QCOMPARE(found, numbers);
    // A refusal never waits for its entry.
    QVERIFY(eventually([&] { return m_house->entries() == before + 1; }));
    const QJsonObject entry = m_house->lastEntry();
    QCOMPARE(entry["event_type"_L1].toString(), u"VM_DENIED"_s);
    QCOMPARE(entry["tenant_id"_L1].toString(), u"acme"_s);
    QCOMPARE(entry["data"_L1].toObject(),
        (QJsonObject{{u"code"_s, u"quota-exceeded"_s}, {u"quota"_s, quota}, {u"limit"_s, numbers[0]},
            {u"used"_s, numbers[1]}, {u"requested"_s, numbers[2]}, {u"times"_s, 1}}));
}

void TestVmRoutes::exactlyAsManyAsFitSucceed()
{
    const TreeSize before = m_house->entries();
    std::vector<std::unique_ptr<HttpProbe>> probes;
    for (int i = 0; i < 200; ++i)
        probes.push_back(std::make_unique<HttpProbe>(m_house->port()));
    const QByteArray request = ApiHouse::request("POST"_ba, "/v1/vms"_ba, m_input);
    for (const auto &probe : probes)
        QVERIFY(probe->send(request));
    QSet<QString> ids;
    QSet<QByteArray> indices;
    int refused = 0;
    for (const auto &probe : probes) {
        const auto answer = probe->answer();
        QVERIFY(answer);
        if (answer->status == 201) {
            ids.insert(objectOf(*answer)["vm_id"_L1].toString());
            indices.insert(answer->header("Ledger-Index"));
        } else {
            QCOMPARE(outcomeOf(*answer), "429 quota-exceeded");
            QCOMPARE(objectOf(*answer)["used"_L1].toInt(), 10);
            ++refused;
        }
    }
    QCOMPARE(ids.size(), 10);
    QCOMPARE(indices.size(), 10);
    QCOMPARE(refused, 190);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_input)).size(), 10);
    // Two warnings on the way; the first refusal is an entry, the rest are counted for a minute.
    QVERIFY(eventually([&] { return m_house->entries() == before + 13; }));
    m_house->clock.advance(61s);
    QVERIFY(eventually([&] { return m_house->entries() == before + 14; }));
    QCOMPARE(m_house->lastEntry()["data"_L1]["times"_L1].toInt(), 189);
}

void TestVmRoutes::theTenantIsTheCallersOwn()
{
    m_house->addTenant("rival"_ba);
    QCOMPARE(outcomeOf(ask("POST", "/v1/vms", m_house->admin())), "422 invalid-field");
    QCOMPARE(outcomeOf(ask("POST", "/v1/vms", m_house->admin(), R"({"tenant_id":"nobody"})")), "404 not-found");
    QCOMPARE(objectOf(ask("POST", "/v1/vms", m_house->admin(), R"({"tenant_id":"rival"})"))["tenant_id"_L1].toString(),
        u"rival"_s);
    m_house->addVm(m_input);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_input)).size(), 1);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms?tenant_id=acme", m_input)).size(), 1);
    QCOMPARE(outcomeOf(ask("GET", "/v1/vms?tenant_id=rival", m_input)), "403 insufficient-scope");
    QCOMPARE(outcomeOf(ask("GET", "/v1/vms?tenant_id=nobody", m_input)), "403 insufficient-scope");
    QCOMPARE(outcomeOf(ask("GET", "/v1/vms?tenant_id=-", m_house->admin())), "422 invalid-field");
    for (const QByteArray &asking : {m_house->admin(), m_house->auditor(), m_input})
        QCOMPARE(outcomeOf(ask("GET", "/v1/vms?tenant_id=", asking)), "422 invalid-field");
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_house->auditor())).size(), 2);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms?tenant_id=rival", m_house->auditor())).size(), 1);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms?tenant_id=nobody", m_house->admin())).size(), 0);
}

void TestVmRoutes::foreignAndAbsentAreAlike()
{
    m_house->addTenant("rival"_ba);
    const QByteArray rival = m_house->issue("rival"_ba, "INPUT"_ba).text;
    const QByteArray vm = m_house->addVm(rival);
    const QByteArray absent("0199a8c0-0000-7000-8000-00000000dead");
    for (const char *method : {"GET", "DELETE"}) {
        for (const char *query : {"", "?dry_run=true"}) {
            if (method == "GET"_ba && *query)
                continue;
            const auto foreign = ask(method, "/v1/vms/" + vm + query, m_input);
            QCOMPARE(outcomeOf(foreign), "404 not-found");
            for (const QByteArray &other : {absent, "x"_ba})
                QCOMPARE(withoutRequestId(foreign), withoutRequestId(ask(method, "/v1/vms/" + other + query, m_input)));
        }
    }
    QCOMPARE(ask("GET", "/v1/vms/" + vm, rival).status, 200);
    // Foreign access is the installation's to know, of which tenants read nothing.
    const auto denied = ask("GET", "/v1/ledger/entries?event_type=ACCESS_DENIED", m_house->admin());
    QCOMPARE(arrayOf(denied).size(), 1);
    QCOMPARE(arrayOf(ask("GET", "/v1/ledger/entries?event_type=ACCESS_DENIED", m_input)).size(), 0);
}

// 200 at once at limit 10, again and again; HOUSE_ROUNDS says how often.
void TestVmRoutes::exactlyAsManyInEveryRound()
{
    const int rounds = qEnvironmentVariable("HOUSE_ROUNDS", u"2"_s).toInt();
    std::vector<std::unique_ptr<HttpProbe>> probes;
    for (int i = 0; i < 200; ++i)
        probes.push_back(std::make_unique<HttpProbe>(m_house->port()));
    for (int round = 0; round < rounds; ++round) {
        const QByteArray id = "round-" + QByteArray::number(round);
        m_house->addTenant(id);
        const QByteArray request = ApiHouse::request("POST"_ba, "/v1/vms"_ba, m_house->issue(id, "INPUT"_ba).text);
        for (const auto &probe : probes)
            QVERIFY(probe->send(request));
        QMap<int, int> statuses;
        for (const auto &probe : probes) {
            const auto answer = probe->answer();
            QVERIFY(answer);
            ++statuses[answer->status];
        }
        QCOMPARE(statuses, (QMap<int, int>{{201, 10}, {429, 190}}));
        const auto record = ask("GET", "/v1/tenants/" + id, m_house->admin());
        QCOMPARE(objectOf(record)["usage"_L1]["vms"_L1].toInt(), 10);
        QCOMPARE(arrayOf(ask("GET", "/v1/vms?tenant_id=" + id, m_house->admin())).size(), 10);
    }
}

void TestVmRoutes::destroyingFreesWhatWasUsed()
{
    const QByteArray vm = m_house->addVm(m_input);
    QCOMPARE(ask("POST", "/v1/vms", m_input, R"({"count":9})").status, 201);
    QCOMPARE(outcomeOf(ask("POST", "/v1/vms", m_input)), "429 quota-exceeded");
    QVERIFY(eventually([&] { return m_house->lastEntry()["event_type"_L1].toString() == "VM_DENIED"_L1; }));
    const auto destroyed = ask("DELETE", "/v1/vms/" + vm, m_input);
    QCOMPARE(destroyed.status, 204);
    QVERIFY(destroyed.body.isEmpty());
    QCOMPARE(destroyed.header("Ledger-Index"), QByteArray::number(m_house->entries() - 1));
    QCOMPARE(m_house->lastEntry()["event_type"_L1].toString(), u"VM_DESTROYED"_s);
    QCOMPARE(outcomeOf(ask("DELETE", "/v1/vms/" + vm, m_input)), "404 not-found");
    QCOMPARE(outcomeOf(ask("GET", "/v1/vms/" + vm, m_input)), "404 not-found");
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_input)).size(), 9);
    QCOMPARE(ask("POST", "/v1/vms", m_input).status, 201);
}

void TestVmRoutes::theListComesInPages()
{
    ask("POST", "/v1/vms", m_input, R"({"count":10})");
    QSet<QString> seen;
    QByteArray next = "/v1/vms?limit=4&tenant_id=acme";
    for (int page = 0; page < 3; ++page) {
        const auto answer = ask("GET", next, m_input);
        QCOMPARE(arrayOf(answer).size(), page < 2 ? 4 : 2);
        for (const QJsonValue &vm : arrayOf(answer))
            seen.insert(vm["vm_id"_L1].toString());
        next = nextOf(answer);
        QCOMPARE(next.isEmpty(), page == 2);
        // A page that was written once before is the same and goes on the same way.
        if (page == 0)
            QCOMPARE(nextOf(ask("GET", "/v1/vms?limit=4&tenant_id=acme", m_input)), next);
    }
    QCOMPARE(seen.size(), 10);
    QVERIFY(nextOf(ask("GET", "/v1/vms?limit=10", m_input)).isEmpty());
}

void TestVmRoutes::dryRunsChangeNothing()
{
    const QByteArray vm = m_house->addVm(m_input);
    const QJsonObject record = objectOf(ask("GET", "/v1/vms/" + vm, m_input));
    const TreeSize before = m_house->entries();
    for (const auto &[method, target, body] : {std::tuple("POST", "/v1/vms"_ba, R"({"count":9})"_ba),
             {"POST", "/v1/vms"_ba, ""_ba}, {"DELETE", "/v1/vms/" + vm, ""_ba}}) {
        const auto answer = ask(method, target + "?dry_run=true", m_input, body);
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.header("Ledger-Index").isNull() && answer.header("Location").isNull());
        QVERIFY(!answer.body.isEmpty());
    }
    QCOMPARE(objectOf(ask("DELETE", "/v1/vms/" + vm + "?dry_run=true", m_input)), record);
    QCOMPARE(outcomeOf(ask("POST", "/v1/vms?dry_run=true", m_input, R"({"count":10})")), "429 quota-exceeded");
    QCOMPARE(m_house->entries(), before);
    QCOMPARE(arrayOf(ask("GET", "/v1/vms", m_input)), QJsonArray{record});
}

QTEST_GUILESS_MAIN(TestVmRoutes)
#include "tst_vmroutes.moc"
