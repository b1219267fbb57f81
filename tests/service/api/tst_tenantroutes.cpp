// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestTenantRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_house = std::make_unique<ApiHouse>(); }
    void cleanup() { m_house.reset(); }
    void aRegistrationAnswersTheRecord();
    void registersWithinBounds_data();
    void registersWithinBounds();
    void anIdIsGivenOnce();
    void aTenantsTokenSeesItsOwnOnly();
    void theListIsFiltered();
    void theListComesInPages();
    void deletingIsForEver();
    void deletingAFullOneNeedsCascade();
    void dryRunsChangeNothing();

private:
    ApiHouse::Answer admin(
        const char *method, const QByteArray &target, const QByteArray &body = {}, const QByteArray &fields = {})
    {
        return m_house->ask(method, target, m_house->admin(), body, fields);
    }
    QJsonObject tenant(const QByteArray &id = "acme"_ba) { return objectOf(admin("GET", "/v1/tenants/" + id)); }

    std::unique_ptr<ApiHouse> m_house;
};

namespace {

QByteArray spec(const QByteArray &member = {}, const QByteArray &value = {})
{
    QMap<QByteArray, QByteArray> members{{"tenant_id", "\"acme\""}, {"display_name", "\"Acme\""}, {"max_vms", "10"},
        {"storage_quota_gb", "100"}, {"api_rate_limit_rpm", "600"}};
    if (value == "absent")
        members.remove(member);
    else if (!member.isEmpty())
        members.insert(member, value);
    QByteArrayList list;
    for (const auto &[name, text] : std::as_const(members).asKeyValueRange())
        list.append('"' + name + "\":" + text);
    return '{' + list.join(',') + '}';
}

QStringList idsOf(const HttpProbe::Answer &answer)
{
    QStringList ids;
    for (const QJsonValue &tenant : arrayOf(answer))
        ids.append(tenant["tenant_id"_L1].toString());
    return ids;
}

} // namespace

void TestTenantRoutes::aRegistrationAnswersTheRecord()
{
    const auto answer = admin("POST", "/v1/tenants", spec("labels", R"({"team":"blue"})"));
    QCOMPARE(answer.status, 201);
    QCOMPARE(answer.header("Location"), "/v1/tenants/acme");
    QCOMPARE(answer.header("ETag"), "\"1\"");
    QCOMPARE(answer.header("Ledger-Index"), QByteArray::number(m_house->entries() - 1));
    QCOMPARE(answer.header("Cache-Control"), "no-store");
    const QJsonObject record = objectOf(answer);
    QCOMPARE(namesOf(record),
        u"api_rate_limit_rpm created_at created_by deleted_at display_name labels max_vms over_quota plan purged_at "
        "state storage_quota_gb tenant_id updated_at usage warnings"_s);
    QCOMPARE(record["labels"_L1].toObject(), (QJsonObject{{u"team"_s, u"blue"_s}}));
    QCOMPARE(record["state"_L1].toString(), u"active"_s);
    QCOMPARE(record["created_by"_L1].toString().toLatin1(), m_house->adminId());
    QCOMPARE(record["usage"_L1].toObject(), (QJsonObject{{u"vms"_s, 0}, {u"storage_gb"_s, 0}}));
    QCOMPARE(record["created_at"_L1].toString().toLatin1(), formatTime(m_house->clock.now()));
    QCOMPARE(tenant(), record);

    const QJsonObject entry = m_house->lastEntry();
    QCOMPARE(entry["event_type"_L1].toString(), u"TENANT_CREATED"_s);
    QCOMPARE(entry["tenant_id"_L1].toString(), u"acme"_s);
    QCOMPARE(entry["tenant_seq"_L1].toInt(-1), 0);
    QCOMPARE(entry["source"_L1]["request_id"_L1].toString().toLatin1(), answer.header("X-Request-Id"));
    QCOMPARE(entry["source"_L1]["address"_L1].toString(), u"127.0.0.1"_s);
}

void TestTenantRoutes::registersWithinBounds_data()
{
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("taken");
    const auto row = [](const char *name, const char *member, const QByteArray &value, bool taken) {
        QTest::newRow(name) << QByteArray(member) << value << taken;
    };
    const auto text = [](qsizetype size, const char *of = "a") { return '"' + QByteArray(of).repeated(size) + '"'; };
    row("an id of 63 characters", "tenant_id", text(63), true);
    row("an id of 64", "tenant_id", text(64), false);
    row("an empty id", "tenant_id", "\"\"", false);
    row("an id that begins with a digit", "tenant_id", "\"1a\"", false);
    row("an id that ends with a hyphen", "tenant_id", "\"a-\"", false);
    row("an id in capitals", "tenant_id", "\"Acme\"", false);
    row("a number for an id", "tenant_id", "7", false);
    row("no id", "tenant_id", "absent", false);
    row("a name of one character", "display_name", "\"x\"", true);
    row("a name of 200 characters of two bytes", "display_name", text(200, "ä"), true);
    row("a name of 201", "display_name", text(201), false);
    row("an empty name", "display_name", "\"\"", false);
    row("a name with a line feed", "display_name", "\"a\\nb\"", false);
    row("a name that turns the writing round", "display_name", "\"a\xe2\x80\xae\"", false);
    row("no name", "display_name", "absent", false);
    row("no VMs", "max_vms", "0", true);
    row("as many VMs as may be", "max_vms", "100000", true);
    row("one more", "max_vms", "100001", false);
    row("fewer than none", "max_vms", "-1", false);
    row("half a VM", "max_vms", "1.5", false);
    row("a whole number with a point", "max_vms", "1.0", false);
    row("a number as text", "max_vms", "\"10\"", false);
    row("no limit of VMs", "max_vms", "absent", false);
    row("no storage", "storage_quota_gb", "0", true);
    row("as much storage as may be", "storage_quota_gb", "1000000000", true);
    row("one GB more", "storage_quota_gb", "1000000001", false);
    row("a number past 64 bits", "storage_quota_gb", "99999999999999999999", false);
    row("one request a minute", "api_rate_limit_rpm", "1", true);
    row("no request a minute", "api_rate_limit_rpm", "0", false);
    row("as many requests as may be", "api_rate_limit_rpm", "10000000", true);
    row("one request more", "api_rate_limit_rpm", "10000001", false);
    QByteArrayList labels;
    for (int i = 0; i < 33; ++i)
        labels.append("\"k" + QByteArray::number(i) + "\":\"\"");
    row("32 labels", "labels", '{' + labels.first(32).join(',') + '}', true);
    row("33 labels", "labels", '{' + labels.join(',') + '}', false);
    row("a label of 255 bytes", "labels", "{\"k\":" + text(255) + '}', true);
    row("a label of 256 bytes", "labels", "{\"k\":" + text(256) + '}', false);
    row("a label's name of 63", "labels", '{' + text(63) + ":\"v\"}", true);
    row("a label's name of 64", "labels", '{' + text(64) + ":\"v\"}", false);
    row("a label without a name", "labels", "{\"\":\"v\"}", false);
    row("a label that is null", "labels", "{\"k\":null}", false);
    row("labels that are a list", "labels", "[]", false);
    row("a member that is the server's to set", "state", "\"active\"", false);
}

void TestTenantRoutes::registersWithinBounds()
{
    QFETCH(QByteArray, member);
    QFETCH(QByteArray, value);
    QFETCH(bool, taken);
    const TreeSize before = m_house->entries();
    const auto answer = admin("POST", "/v1/tenants", spec(member, value));
    QCOMPARE(outcomeOf(answer), taken ? "201"_ba : "422 invalid-field"_ba);
    QCOMPARE(m_house->entries(), before + (taken ? 1 : 0));
    QCOMPARE(answer.header("Ledger-Index").isNull(), !taken);
    if (taken)
        return;
    const QJsonArray errors = objectOf(answer)["errors"_L1].toArray();
    QCOMPARE(errors.size(), 1);
    QVERIFY(errors[0]["pointer"_L1].toString().startsWith(u'/' + QString::fromLatin1(member)));
    QVERIFY(!errors[0]["detail"_L1].toString().isEmpty());
}

void TestTenantRoutes::anIdIsGivenOnce()
{
    m_house->addTenant("acme"_ba);
    QCOMPARE(outcomeOf(admin("POST", "/v1/tenants", spec())), "409 tenant-exists");
    QCOMPARE(admin("DELETE", "/v1/tenants/acme").status, 204);
    QCOMPARE(outcomeOf(admin("POST", "/v1/tenants", spec())), "409 tenant-exists");
}

void TestTenantRoutes::aTenantsTokenSeesItsOwnOnly()
{
    m_house->addTenant("acme"_ba);
    m_house->addTenant("rival"_ba);
    const QByteArray reader = m_house->issue("acme"_ba, "READ"_ba).text;
    QCOMPARE(objectOf(m_house->ask("GET"_ba, "/v1/tenants/acme"_ba, reader)), tenant());
    const auto foreign = m_house->ask("GET"_ba, "/v1/tenants/rival"_ba, reader);
    const auto absent = m_house->ask("GET"_ba, "/v1/tenants/nobody"_ba, reader);
    QCOMPARE(outcomeOf(foreign), "404 not-found");
    QCOMPARE(withoutRequestId(foreign), withoutRequestId(absent));
    for (const QByteArray &query : {""_ba, "?state=all"_ba, "?limit=1"_ba})
        QCOMPARE(idsOf(m_house->ask("GET"_ba, "/v1/tenants" + query, reader)), QStringList{u"acme"_s});
}

void TestTenantRoutes::theListIsFiltered()
{
    for (const QByteArray &id : {"acme"_ba, "beta"_ba, "gone"_ba, "still"_ba})
        m_house->addTenant(id);
    admin("DELETE", "/v1/tenants/gone");
    admin("POST", "/v1/tenants/still/suspend");
    const auto list = [this](const char *query) { return idsOf(admin("GET", "/v1/tenants"_ba + query)).join(u' '); };
    QCOMPARE(list(""), u"acme beta still"_s);
    QCOMPARE(list("?state=active"), u"acme beta"_s);
    QCOMPARE(list("?state=suspended"), u"still"_s);
    QCOMPARE(list("?state=deleted"), u"gone"_s);
    QCOMPARE(list("?state=all"), u"acme beta gone still"_s);
    QCOMPARE(list("?q=ACM"), u"acme"_s);
    QCOMPARE(list("?q=the%20beta"), u"beta"_s);
    QCOMPARE(list("?q=nothing"), QString());
    for (const char *query :
        {"?state=odd", "?state=", "?limit=0", "?limit=1001", "?limit=x", "?limit=01", "?cursor=%2F"})
        QCOMPARE(outcomeOf(admin("GET", "/v1/tenants"_ba + query)), "422 invalid-field");
    QCOMPARE(admin("GET", "/v1/tenants?limit=1000").status, 200);
}

void TestTenantRoutes::theListComesInPages()
{
    QStringList all;
    for (int i = 0; i < 7; ++i) {
        all.append(u"t%1"_s.arg(i));
        m_house->addTenant(all.last().toLatin1());
    }
    QStringList seen;
    QByteArray next = "/v1/tenants?limit=3&q=t";
    for (int page = 0; page < 3; ++page) {
        const auto answer = admin("GET", next);
        QCOMPARE(idsOf(answer).size(), page < 2 ? 3 : 1);
        seen += idsOf(answer);
        next = nextOf(answer);
        QCOMPARE(next.isEmpty(), page == 2);
        QVERIFY(page == 2 || next.contains("q=t"));
    }
    QCOMPARE(seen, all);
}

void TestTenantRoutes::deletingIsForEver()
{
    m_house->addTenant("acme"_ba);
    const QByteArray token = m_house->issue("acme"_ba, "service:tenant-admin"_ba).text;
    QCOMPARE(m_house->ask("GET"_ba, "/v1/status"_ba, token).status, 200);
    const auto deleted = admin("DELETE", "/v1/tenants/acme");
    QCOMPARE(deleted.status, 204);
    QCOMPARE(deleted.header("Ledger-Index"), QByteArray::number(m_house->entries() - 1));
    QCOMPARE(outcomeOf(m_house->ask("GET"_ba, "/v1/status"_ba, token)), "401 invalid-token");
    QCOMPARE(tenant()["state"_L1].toString(), u"deleted"_s);
    QCOMPARE(outcomeOf(admin("DELETE", "/v1/tenants/acme")), "409 tenant-deleted");
    QCOMPARE(outcomeOf(admin("POST", "/v1/tenants/acme/suspend")), "409 tenant-deleted");
    QCOMPARE(outcomeOf(admin("POST", "/v1/tenants/acme/tokens",
                 "{\"subject_pubkey\":\"" + QByteArray(SubjectKey) + "\",\"scope\":\"READ\"}")),
        "409 tenant-deleted");
}

void TestTenantRoutes::deletingAFullOneNeedsCascade()
{
    m_house->addTenant("acme"_ba);
    const QByteArray input = m_house->issue("acme"_ba, "INPUT"_ba).text;
    for (int i = 0; i < 3; ++i)
        m_house->addVm(input);
    QCOMPARE(outcomeOf(admin("DELETE", "/v1/tenants/acme")), "409 tenant-not-empty");
    const TreeSize before = m_house->entries();
    QCOMPARE(admin("DELETE", "/v1/tenants/acme?cascade=true").status, 204);
    QCOMPARE(m_house->entries(), before + 5); // each VM, its token, then the tenant
    QCOMPARE(m_house->lastEntry()["event_type"_L1].toString(), u"TENANT_DELETED"_s);
    QCOMPARE(arrayOf(admin("GET", "/v1/vms")).size(), 0);
}

void TestTenantRoutes::dryRunsChangeNothing()
{
    m_house->addTenant("acme"_ba);
    const QByteArray token = m_house->issue("acme"_ba, "READ"_ba).text;
    const QJsonObject before = tenant();
    const TreeSize entries = m_house->entries();
    const std::tuple<const char *, QByteArray, QByteArray> writes[] = {
        {"POST", "/v1/tenants", spec("tenant_id", "\"beta\"")}, {"PATCH", "/v1/tenants/acme", R"({"max_vms":1})"},
        {"POST", "/v1/tenants/acme/suspend", R"({"reason":"late"})"}, {"POST", "/v1/tenants/acme/resume", {}},
        {"DELETE", "/v1/tenants/acme", {}}};
    for (const auto &[method, target, body] : writes) {
        const auto answer = admin(method, target + "?dry_run=true", body);
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.header("Ledger-Index").isNull());
        QVERIFY(answer.header("Location").isNull());
        QVERIFY(objectOf(answer).contains("tenant_id"_L1));
    }
    QCOMPARE(outcomeOf(admin("POST", "/v1/tenants?dry_run=true", spec())), "409 tenant-exists");
    QCOMPARE(m_house->entries(), entries);
    QCOMPARE(tenant(), before);
    QCOMPARE(outcomeOf(admin("GET", "/v1/tenants/beta")), "404 not-found");
    QCOMPARE(m_house->ask("GET"_ba, "/v1/status"_ba, token).status, 200);
}

QTEST_GUILESS_MAIN(TestTenantRoutes)
#include "tst_tenantroutes.moc"
