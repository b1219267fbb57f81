// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What is another tenant's answers as what is not there: over every route, every place in it that takes an id, and
// every kind of credentials. The route table is walked, and the places are found in its patterns, query names and body
// schemas: a new route is covered by being there, or fails here until it is said what its ids are.
#include "tests/service/api/apihouse.h"

#include <QtCore/qjsondocument.h>

#include <functional>

using namespace Qt::StringLiterals;

namespace {

enum class Kind
{
    Tenant,
    Token,
    Vm,
    Node,
    Entry
};

struct Ids
{
    QByteArray own, foreign, absent;
};

struct Asked
{
    QByteArray target, body;
};

// Somewhere in a route that an id can stand.
struct Place
{
    QByteArray name;
    std::optional<Kind> kind = {}; // none: the route takes no id, and is asked as it is
    bool leads = false; // to one thing: what is not there is 404 for administrators
    std::function<Asked(const QByteArray &id)> make = {};
};

struct Row
{
    const api::Route *route = nullptr;
    Place place = {};
};

struct Credentials
{
    QByteArray name, token;
    tokens::Scope scope;
    bool ofTenant = false;
};

// The kind of a name in a pattern, a query or a body; nothing where it names no one thing.
std::optional<Kind> kindOf(QByteArray name)
{
    name.replace('-', '_');
    static const QHash<QByteArray, Kind> kinds{{"tenant_id", Kind::Tenant}, {"token_id", Kind::Token},
        {"actor", Kind::Token}, {"vm_id", Kind::Vm}, {"node_id", Kind::Node}, {"preferred_node", Kind::Node},
        {"index", Kind::Entry}};
    const auto found = kinds.constFind(name);
    return found == kinds.constEnd() ? std::nullopt : std::optional(*found);
}

} // namespace

class TestForeignIds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_house.reset(); }
    void aForeignIdAnswersAsAnAbsentOne_data();
    void aForeignIdAnswersAsAnAbsentOne();

private:
    void addRoute(const api::Route &route);
    // A body that the route takes, or nothing where this test does not know its schema.
    std::optional<QJsonValue> sampleOf(const api::Route &route) const;
    QList<QByteArray> memberNames(const QString &schema) const;
    ApiHouse::Answer ask(const Row &row, const QByteArray &id, const QByteArray &token, bool rehearse);
    void askAs(const Row &row, const Credentials &who);
    QByteArray rivals(); // all that the ledger and the tables have of the other tenant
    QByteArray firstEntryOf(const QByteArray &tenant);

    std::unique_ptr<ApiHouse> m_house;
    QMap<Kind, Ids> m_ids;
    std::vector<Credentials> m_credentials;
    std::vector<Row> m_rows;
};

namespace {

const QByteArray AbsentId("0199a8c0-0000-7000-8000-00000000dead");

QByteArray textOf(const QJsonValue &value)
{
    const QJsonDocument document = value.isArray() ? QJsonDocument(value.toArray()) : QJsonDocument(value.toObject());
    return document.toJson(QJsonDocument::Compact);
}

// In an object, or in the first one of a list.
QByteArray withMember(const QJsonValue &body, const QString &name, const QJsonValue &value)
{
    if (!body.isArray()) {
        QJsonObject object = body.toObject();
        object.insert(name, value);
        return textOf(object);
    }
    QJsonArray list = body.toArray();
    QJsonObject first = list[0].toObject();
    first.insert(name, value);
    list[0] = first;
    return textOf(list);
}

// All of an answer that may not tell one id from another: what comes and goes with time and request is left out, and a
// name that the caller gave is only said back to it.
QByteArray sight(const HttpProbe::Answer &answer, const QByteArray &name = {})
{
    QByteArray text = QByteArray::number(answer.status) + '\n';
    for (const auto &[field, value] : answer.headers) {
        const QByteArray lower = field.toLower();
        if (lower != "x-request-id" && lower != "date" && lower != "ratelimit")
            text += lower + ": " + value + '\n';
    }
    if (answer.header("Content-Type") != "application/problem+json")
        return text + '\n' + answer.body;
    const QByteArray problem = textOf(withoutRequestId(answer));
    return text + '\n' + (name.isEmpty() ? problem : QByteArray(problem).replace(name, "..."));
}

} // namespace

QByteArray TestForeignIds::firstEntryOf(const QByteArray &tenant)
{
    const auto page = m_house->ask("GET"_ba, "/v1/ledger/entries?limit=1&tenant-id=" + tenant, m_house->admin());
    return QByteArray::number(arrayOf(page)[0]["index"_L1].toInteger());
}

void TestForeignIds::initTestCase()
{
    m_house = std::make_unique<ApiHouse>();
    QMap<QByteArray, ApiHouse::Token> chiefs, users;
    QMap<QByteArray, QByteArray> vms;
    for (const QByteArray &tenant : {"acme1"_ba, "rival"_ba}) {
        m_house->addTenant(tenant);
        chiefs[tenant] = m_house->issue(tenant, "service:tenant-admin"_ba);
        users[tenant] = m_house->issue(tenant, "USER"_ba, {}, chiefs[tenant].text);
        vms[tenant] = m_house->addVm(chiefs[tenant].text);
    }
    m_ids = {{Kind::Tenant, {"acme1"_ba, "rival"_ba, "nobod"_ba}},
        {Kind::Token, {users["acme1"_ba].id, users["rival"_ba].id, AbsentId}},
        {Kind::Vm, {vms["acme1"_ba], vms["rival"_ba], AbsentId}}, {Kind::Node, {"node-1"_ba, "node-2"_ba, "node-3"_ba}},
        {Kind::Entry, {firstEntryOf("acme1"_ba), firstEntryOf("rival"_ba), "123456"_ba}}};

    using enum tokens::Scope::Kind;
    m_credentials.push_back({.name = "no token"_ba, .token = {}, .scope = {}, .ofTenant = true});
    m_credentials.push_back({.name = "service:tenant-admin"_ba,
        .token = chiefs["acme1"_ba].text,
        .scope = tokens::Scope(TenantAdmin),
        .ofTenant = true});
    for (const char *scope : {"INPUT", "USER", "READ", "service:vm-host", "service:backup"})
        m_credentials.push_back({.name = scope,
            .token = m_house->issue("acme1"_ba, scope, {}, chiefs["acme1"_ba].text).text,
            .scope = *tokens::Scope::fromToken(scope),
            .ofTenant = true});
    m_credentials.push_back({.name = "an auditor"_ba, .token = m_house->auditor(), .scope = tokens::Scope(Auditor)});
    m_credentials.push_back({.name = "an administrator"_ba, .token = m_house->admin(), .scope = tokens::Scope(Admin)});
}

std::optional<QJsonValue> TestForeignIds::sampleOf(const api::Route &route) const
{
    if (route.body == api::BodyKind::None)
        return QJsonValue();
    if (route.body == api::BodyKind::Optional)
        return QJsonValue(QJsonObject());
    const QJsonObject limits{{u"max_vms"_s, 5}, {u"storage_quota_gb"_s, 50}, {u"api_rate_limit_rpm"_s, 6000}};
    QJsonObject tenant = limits;
    tenant.insert(u"tenant_id"_s, u"newcomer"_s);
    tenant.insert(u"display_name"_s, u"Newcomer"_s);
    const QJsonObject token{{u"subject_pubkey"_s, QLatin1StringView(SubjectKey)}, {u"scope"_s, u"READ"_s}};
    QJsonObject tenantToken = token;
    tenantToken.insert(u"tenant_id"_s, u"acme1"_s);
    const QMap<QByteArray, QJsonValue> samples{{"TenantSpec", tenant}, {"TenantPatch", QJsonObject{{u"max_vms"_s, 6}}},
        {"TenantImport", QJsonArray{tenant}}, {"PlanSpec", limits}, {"TokenSpec", token},
        {"TenantTokenSpec", tenantToken}, {"TokenText", QJsonObject{{u"token"_s, u"x"_s}}},
        {"Question",
            QJsonObject{{u"token_id"_s, QString::fromLatin1(m_ids[Kind::Token].own)}, {u"method"_s, u"GET"_s},
                {u"path"_s, u"/v1/vms"_s}}},
        {"TierRows", QJsonArray{token}}, {"KeyName", QJsonObject{{u"key"_s, u"token"_s}}},
        {"ExportOrder", QJsonObject{{u"format"_s, u"jsonl"_s}}}};
    const auto found = samples.constFind(route.bodySchema);
    return found == samples.constEnd() ? std::nullopt : std::optional(*found);
}

QList<QByteArray> TestForeignIds::memberNames(const QString &schema) const
{
    const QJsonObject schemas = m_house->document()["components"_L1].toObject()["schemas"_L1].toObject();
    QJsonObject object = schemas[schema].toObject();
    if (object["type"_L1] == "array"_L1)
        object = schemas[object["items"_L1].toObject()["$ref"_L1].toString().section(u'/', -1)].toObject();
    QList<QByteArray> names;
    for (const QString &name : object["properties"_L1].toObject().keys())
        names.append(name.toLatin1());
    return names;
}

void TestForeignIds::addRoute(const api::Route &route)
{
    const QByteArray pattern(route.pattern), title = QByteArray(route.method) + ' ' + pattern;
    const auto sample = sampleOf(route);
    if (!sample)
        QFAIL(QByteArray("no sample of the body of " + title + ": add one, so that its ids are tried").constData());
    const QByteArray body = sample->isNull() ? QByteArray() : textOf(*sample);

    // The path with our own ids, and a hole where the last one stands.
    QByteArray before, after;
    std::optional<Kind> inPath;
    for (const QByteArray &segment : pattern.sliced(1).split('/')) {
        after += '/';
        if (!segment.startsWith('{')) {
            after += segment;
            continue;
        }
        QByteArray name = segment.sliced(1, segment.size() - 2);
        if (name == "id")
            name = pattern.startsWith("/v1/tenants/") ? "tenant_id"
                : pattern.startsWith("/v1/nodes/")    ? "node_id"
                                                      : name;
        const auto kind = kindOf(name);
        if (!kind) {
            static const QHash<QByteArray, QByteArray> plain{{"name", "basic"}, {"path*", "0/000.p/1"}};
            if (!plain.contains(name))
                QFAIL(QByteArray("it is not said what " + segment + " is in " + title).constData());
            after += plain[name];
            continue;
        }
        if (kind == Kind::Node)
            QFAIL(QByteArray("there are no nodes in this house for " + title + ": let initTestCase make some")
                      .constData());
        if (inPath)
            QFAIL(QByteArray("two ids in the path of " + title).constData());
        inPath = kind;
        before = std::exchange(after, QByteArray());
    }
    const auto path = [=, this](const QByteArray &id) { return before + (inPath ? id : QByteArray()) + after; };
    const QByteArray own = path(inPath ? m_ids[*inPath].own : QByteArray());

    const size_t first = m_rows.size();
    const auto add = [&](const QByteArray &name, Kind kind, bool leads, std::function<Asked(const QByteArray &)> make) {
        m_rows.push_back({&route, {.name = name, .kind = kind, .leads = leads, .make = std::move(make)}});
    };
    if (inPath)
        add("path", *inPath, true, [=](const QByteArray &id) { return Asked{path(id), body}; });
    for (const api::QueryName &query : route.query) {
        const QByteArray name = query.name.toByteArray();
        if (const auto kind = kindOf(name))
            add("?" + name, *kind, false, [=](const QByteArray &id) {
                return Asked{own + '?' + name + '=' + id, body};
            });
    }
    for (const QByteArray &name :
        route.bodySchema ? memberNames(QLatin1StringView(route.bodySchema)) : QList<QByteArray>()) {
        if (const auto kind = kindOf(name))
            add("body, " + name, *kind, false, [=](const QByteArray &id) {
                return Asked{own, withMember(*sample, QLatin1StringView(name), QString::fromLatin1(id))};
            });
    }
    if (QByteArrayView(route.bodySchema) == "Question") {
        for (const auto &[prefix, kind] : {std::pair("/v1/tenants/", Kind::Tenant), {"/v1/tokens/", Kind::Token},
                 {"/v1/vms/", Kind::Vm}, {"/v1/ledger/entries/", Kind::Entry}})
            add("asking about "_ba + prefix, kind, false, [=](const QByteArray &id) {
                return Asked{own, withMember(*sample, u"path"_s, QString::fromLatin1(prefix + id))};
            });
    }
    if (m_rows.size() == first)
        m_rows.push_back({&route, {.name = "no id", .make = [=](const QByteArray &) { return Asked{own, body}; }}});
}

void TestForeignIds::aForeignIdAnswersAsAnAbsentOne_data()
{
    QTest::addColumn<size_t>("number");
    for (const api::Route &route : api::routes())
        addRoute(route);
    for (size_t i = 0; const Row &row : m_rows)
        QTest::addRow("%s %s, %s", row.route->method, row.route->pattern, row.place.name.constData()) << i++;
}

ApiHouse::Answer TestForeignIds::ask(const Row &row, const QByteArray &id, const QByteArray &token, bool rehearse)
{
    Asked asked = row.place.make(id);
    if (rehearse && row.route->writes)
        asked.target += asked.target.contains('?') ? "&dry_run=true" : "?dry_run=true";
    return m_house->ask(row.route->method, asked.target, token, asked.body);
}

QByteArray TestForeignIds::rivals()
{
    QByteArray all;
    for (const char *target : {"/v1/ledger/entries?tenant-id=rival&limit=1000", "/v1/tenants/rival",
             "/v1/tenants/rival/tokens?state=all", "/v1/vms?tenant_id=rival"}) {
        const auto answer = m_house->ask("GET"_ba, target, m_house->auditor());
        if (answer.status != 200)
            QTest::qFail(target, __FILE__, __LINE__);
        all += answer.body;
    }
    return all;
}

void TestForeignIds::askAs(const Row &row, const Credentials &who)
{
    const auto &[own, foreign, absent] = row.place.kind ? m_ids[*row.place.kind] : Ids();
    const auto permission = row.route->permission;
    const auto mine = ask(row, own, who.token, true);
    if (!row.place.kind) {
        if (permission && (who.token.isEmpty() || !who.scope.may(*permission)))
            QCOMPARE(outcomeOf(mine), who.token.isEmpty() ? "401 invalid-token" : "403 insufficient-scope");
        else if (permission)
            QVERIFY2(mine.status != 401 && mine.status != 403 && mine.status < 500, outcomeOf(mine).constData());
        return;
    }
    QVERIFY(permission); // a route for anyone that takes an id is one to think about
    const auto theirs = ask(row, foreign, who.token, true);
    const auto nobodys = ask(row, absent, who.token, true);
    if (who.token.isEmpty() || !who.scope.may(*permission)) {
        // The scope is judged first and alike for all three.
        QCOMPARE(outcomeOf(mine), who.token.isEmpty() ? "401 invalid-token" : "403 insufficient-scope");
        QCOMPARE(sight(theirs), sight(mine));
        QCOMPARE(sight(nobodys), sight(mine));
    } else if (who.ofTenant) {
        QVERIFY2(mine.status < 300 || row.place.kind == Kind::Node, outcomeOf(mine).constData());
        const bool said = row.place.kind == Kind::Node; // "There is no node ..."
        QCOMPARE(sight(theirs, said ? foreign : QByteArray()), sight(nobodys, said ? absent : QByteArray()));
        if (row.place.kind == Kind::Entry) // of the installation
            QCOMPARE(sight(ask(row, "0"_ba, who.token, true)), sight(nobodys));
        if (row.place.leads)
            QCOMPARE(outcomeOf(theirs), "404 not-found");
    } else {
        QCOMPARE(outcomeOf(theirs), outcomeOf(mine));
        QVERIFY2(mine.status != 403 && mine.status != 404 && mine.status < 500, outcomeOf(mine).constData());
        if (row.place.leads)
            QCOMPARE(outcomeOf(nobodys), "404 not-found");
    }
    // And in earnest.
    if (who.ofTenant && row.route->writes && row.place.kind != Kind::Node)
        QCOMPARE(sight(ask(row, foreign, who.token, false)), sight(ask(row, absent, who.token, false)));
}

void TestForeignIds::aForeignIdAnswersAsAnAbsentOne()
{
    QFETCH(size_t, number);
    const QByteArray before = rivals();
    for (const Credentials &who : m_credentials) {
        askAs(m_rows[number], who);
        if (QTest::currentTestFailed())
            QFAIL(QByteArray("the credentials were: " + who.name).constData());
    }
    // The other tenant has not changed, and its own ledger tells it nothing of all this.
    QCOMPARE(rivals(), before);
}

QTEST_GUILESS_MAIN(TestForeignIds)
#include "tst_foreignids.moc"
