// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What holds on every route: who may, methods, queries, media types, request ids.
#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestApi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyRouteIsForWhomTheContractSays_data();
    void everyRouteIsForWhomTheContractSays();
    void everyRouteIsAsked();
    void unknownPathsAndMethods_data();
    void unknownPathsAndMethods();
    void headIsGetWithoutBody_data();
    void headIsGetWithoutBody();
    void requestsAreRefused_data();
    void requestsAreRefused();
    void aForeignOriginIsRefusedBeforeAnything();
    void theRequestIdIsTheCallersOrOurs();
    void bodiesThatAreOptionalMayBeAbsent();
    void refusalsAreRecordedWithoutIds();

private:
    std::unique_ptr<ApiHouse> m_house;
    QHash<QByteArray, QByteArray> m_tokens; // by scope
    QByteArray m_vm, m_foreignVm, m_foreignToken;
};

namespace {

const QByteArray Absent("0199a8c0-0000-7000-8000-00000000dead");

// Section 3 of the contract, word for word: who may, on routes that ask for a token.
struct Rule
{
    QByteArray route;
    QByteArray who;
};
const std::vector<Rule> &rules()
{
    static const QByteArray readUp("admin auditor service:tenant-admin INPUT USER READ");
    static const QByteArray ledger("admin auditor service:tenant-admin INPUT USER");
    static const QByteArray nobody; // anyone, with or without token
    static const std::vector<Rule> table{{"POST /v1/tenants", "admin"}, {"GET /v1/tenants", readUp},
        {"GET /v1/tenants/{id}", readUp}, {"PATCH /v1/tenants/{id}", "admin"}, {"DELETE /v1/tenants/{id}", "admin"},
        {"POST /v1/tenants/{id}/suspend", "admin"}, {"POST /v1/tenants/{id}/resume", "admin"},
        {"POST /v1/tenants/{id}/tokens", "admin service:tenant-admin"},
        {"GET /v1/tenants/{id}/tokens", "admin auditor service:tenant-admin"},
        {"POST /v1/tokens", "admin service:tenant-admin"}, {"POST /v1/tokens/verify", nobody},
        {"POST /v1/tokens/explain", "admin auditor service:tenant-admin"},
        {"POST /v1/tenants/{id}/tokens/change-tier", "admin service:tenant-admin"},
        {"POST /v1/tokens/{token_id}/rotate", "admin service:tenant-admin"}, {"POST /v1/keys/rotate", "admin"},
        {"GET /v1/tokens/{token_id}", "admin auditor service:tenant-admin"},
        {"DELETE /v1/tokens/{token_id}", "admin service:tenant-admin"}, {"GET /.well-known/jwks.json", nobody},
        {"POST /v1/tenants/import", "admin"}, {"POST /v1/tenants/{id}/undelete", "admin"},
        {"POST /v1/tenants/{id}/purge", "admin"}, {"GET /v1/plans", "admin auditor"}, {"PUT /v1/plans/{name}", "admin"},
        {"DELETE /v1/plans/{name}", "admin"}, {"POST /v1/vms", "admin service:tenant-admin INPUT"},
        {"GET /v1/vms", readUp}, {"GET /v1/vms/{vm_id}", readUp},
        {"DELETE /v1/vms/{vm_id}", "admin service:tenant-admin INPUT"},
        {"GET /v1/status", "service:tenant-admin INPUT USER READ service:vm-host service:backup"},
        {"GET /v1/ledger/entries", ledger}, {"GET /v1/ledger/entries/{index}", ledger},
        {"GET /v1/ledger/entries/{index}/proof", ledger}, {"GET /v1/ledger/consistency", ledger},
        {"POST /v1/ledger/export", "admin auditor"}, {"GET /ledger/checkpoint", nobody},
        {"GET /ledger/tile/entries/{path*}", "admin auditor"}, {"GET /ledger/tile/{path*}", nobody},
        {"GET /healthz", nobody}, {"GET /readyz", nobody}, {"GET /openapi.json", nobody}};
    return table;
}

} // namespace

void TestApi::initTestCase()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_house->addTenant("rival"_ba);
    m_tokens = {{"admin", m_house->admin()}, {"auditor", m_house->auditor()}};
    for (const QByteArray &scope :
        {"service:tenant-admin"_ba, "INPUT"_ba, "USER"_ba, "READ"_ba, "service:vm-host"_ba, "service:backup"_ba})
        m_tokens.insert(scope, m_house->issue("acme"_ba, scope).text);
    m_vm = m_house->addVm(m_tokens["INPUT"]);
    const auto foreign = m_house->issue("rival"_ba, "INPUT"_ba);
    m_foreignToken = foreign.id;
    m_foreignVm = m_house->addVm(foreign.text);
}

void TestApi::everyRouteIsForWhomTheContractSays_data()
{
    QTest::addColumn<QByteArray>("route");
    QTest::addColumn<QByteArray>("who");
    for (const Rule &rule : rules())
        QTest::newRow(rule.route.constData()) << rule.route << rule.who;
}

void TestApi::everyRouteIsForWhomTheContractSays()
{
    QFETCH(QByteArray, route);
    QFETCH(QByteArray, who);
    const QByteArray method = route.first(route.indexOf(' '));
    const QByteArray pattern = route.sliced(route.indexOf(' ') + 1);
    const bool writes = method != "GET" && !route.endsWith("/verify") && !route.endsWith("/explain");
    // Of us, of another and of nobody: who may not, hears the same of all three.
    for (const auto &[tenant, vm, token] : {std::tuple("acme"_ba, m_vm, Absent),
             {"rival"_ba, m_foreignVm, m_foreignToken}, {"nobody"_ba, Absent, Absent}}) {
        QByteArray target = pattern;
        target.replace("{id}", tenant).replace("{vm_id}", vm).replace("{token_id}", token).replace("{name}", "gold");
        target.replace("{index}", tenant == "nobody" ? "999999" : "3").replace("entries/{path*}", "entries/000");
        target.replace("{path*}", "0/000");
        if (writes)
            target += "?dry_run=true";
        if (who.isEmpty()) {
            QVERIFY(m_house->ask(method, target).status != 401 || method == "POST");
            continue;
        }
        QCOMPARE(outcomeOf(m_house->ask(method, target)), "401 invalid-token");
        QCOMPARE(outcomeOf(m_house->ask(method, target, "no.such.token"_ba)), "401 invalid-token");
        QJsonObject refusal;
        for (const auto &[scope, text] : m_tokens.asKeyValueRange()) {
            const auto answer = m_house->ask(method, target, text);
            if (who.split(' ').contains(scope)) {
                QVERIFY2(answer.status != 401 && answer.status != 403, QByteArray(scope + answer.body).constData());
            } else {
                QCOMPARE(scope + ' ' + outcomeOf(answer), scope + " 403 insufficient-scope");
                QVERIFY(answer.header("WWW-Authenticate").contains("insufficient_scope"));
            }
        }
    }
}

void TestApi::everyRouteIsAsked()
{
    QSet<QByteArray> asked;
    for (const Rule &rule : rules())
        asked.insert(rule.route);
    for (const api::Route &route : api::routes())
        QVERIFY2(asked.contains(QByteArray(route.method) + ' ' + route.pattern), route.pattern);
    QCOMPARE(asked.size(), qsizetype(api::routes().size()));
}

void TestApi::unknownPathsAndMethods_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("outcome");
    QTest::addColumn<QByteArray>("allow");
    QTest::newRow("a path that is not there") << "GET"_ba
                                              << "/v1/nothing"_ba
                                              << "404 not-found"_ba << QByteArray();
    QTest::newRow("the root") << "GET"_ba
                              << "/"_ba
                              << "404 not-found"_ba << QByteArray();
    QTest::newRow("a slash at the end") << "GET"_ba
                                        << "/v1/tenants/"_ba
                                        << "404 not-found"_ba << QByteArray();
    QTest::newRow("two slashes") << "GET"_ba
                                 << "/v1//tenants"_ba
                                 << "404 not-found"_ba << QByteArray();
    QTest::newRow("dots in the path") << "GET"_ba
                                      << "/v1/../v1/tenants"_ba
                                      << "404 not-found"_ba << QByteArray();
    QTest::newRow("another case") << "GET"_ba
                                  << "/V1/tenants"_ba
                                  << "404 not-found"_ba << QByteArray();
    QTest::newRow("PUT on a list") << "PUT"_ba
                                   << "/v1/tenants"_ba
                                   << "405 method-not-allowed"_ba
                                   << "POST, GET, HEAD"_ba;
    QTest::newRow("POST on a record") << "POST"_ba
                                      << "/v1/tenants/acme"_ba
                                      << "405 method-not-allowed"_ba
                                      << "GET, HEAD, PATCH, DELETE"_ba;
    QTest::newRow("GET on an action") << "GET"_ba
                                      << "/v1/tenants/acme/suspend"_ba
                                      << "405 method-not-allowed"_ba
                                      << "POST"_ba;
    QTest::newRow("a method that nobody knows") << "BREW"_ba
                                                << "/healthz"_ba
                                                << "405 method-not-allowed"_ba
                                                << "GET, HEAD"_ba;
    QTest::newRow("OPTIONS") << "OPTIONS"_ba
                             << "/v1/vms"_ba
                             << "405 method-not-allowed"_ba
                             << "POST, GET, HEAD"_ba;
    QTest::newRow("GET where a literal stands beside ids") << "PATCH"_ba
                                                           << "/v1/tokens/verify"_ba
                                                           << "405 method-not-allowed"_ba
                                                           << "POST, GET, HEAD, DELETE"_ba;
}

void TestApi::unknownPathsAndMethods()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, outcome);
    QFETCH(QByteArray, allow);
    for (const QByteArray &token : {QByteArray(), m_house->admin(), "no.such.token"_ba}) {
        const auto answer = m_house->ask(method, path, token);
        QCOMPARE(outcomeOf(answer), outcome);
        QCOMPARE(answer.header("Allow"), allow);
        QVERIFY(answer.header("RateLimit").isNull());
    }
    // Nothing that a tenant's token asks is free, and every answer to it tells what is left.
    const auto answer = m_house->ask(method, path, m_tokens["READ"]);
    QCOMPARE(outcomeOf(answer), outcome);
    QVERIFY(answer.header("RateLimit").startsWith("\"tenant\";r="));
}

void TestApi::headIsGetWithoutBody_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<int>("status");
    QTest::newRow("a record") << "/v1/tenants/acme"_ba << m_house->admin() << 200;
    QTest::newRow("a list") << "/v1/vms"_ba << m_house->admin() << 200;
    QTest::newRow("without a token") << "/v1/vms"_ba << QByteArray() << 401;
    QTest::newRow("what is not there") << "/v1/vms/x"_ba << m_house->admin() << 404;
    QTest::newRow("health") << "/healthz"_ba << QByteArray() << 200;
    QTest::newRow("an action") << "/v1/tenants/acme/suspend"_ba << m_house->admin() << 405;
}

void TestApi::headIsGetWithoutBody()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, token);
    QFETCH(int, status);
    const auto head = m_house->ask("HEAD"_ba, target, token);
    QCOMPARE(head.status, status);
    const auto get = m_house->ask("GET"_ba, target, token);
    QCOMPARE(get.status, status);
    QCOMPARE(head.header("Content-Type"), get.header("Content-Type"));
    QCOMPARE(head.header("ETag"), get.header("ETag"));
    if (status < 400)
        QCOMPARE(head.header("Content-Length"), QByteArray::number(get.body.size()));
}

void TestApi::requestsAreRefused_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("outcome");
    const QByteArray good(R"({"tenant_id":"acme"})");
    const QByteArray vms("/v1/vms?dry_run=true");
    QTest::newRow("good JSON is not") << vms << good << QByteArray() << "200"_ba;
    QTest::newRow("JSON said to be UTF-8 is not")
        << vms << good << "Content-Type: Application/JSON; charset=\"UTF-8\"\r\n"_ba
        << "200"_ba;
    QTest::newRow("a form is") << vms << good << "Content-Type: application/x-www-form-urlencoded\r\n"_ba
                               << "415 unsupported-media-type"_ba;
    QTest::newRow("plain text is") << vms << good << "Content-Type: text/plain\r\n"_ba
                                   << "415 unsupported-media-type"_ba;
    QTest::newRow("JSON in another charset is")
        << vms << good << "Content-Type: application/json; charset=latin1\r\n"_ba
        << "415 unsupported-media-type"_ba;
    QTest::newRow("packed JSON is") << vms << good << "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"_ba
                                    << "415 unsupported-media-type"_ba;
    QTest::newRow("a merge patch is, where nothing is patched")
        << vms << good << "Content-Type: application/merge-patch+json\r\n"_ba
        << "415 unsupported-media-type"_ba;
    QTest::newRow("half an object is") << vms << "{"_ba << QByteArray() << "400 malformed-json"_ba;
    QTest::newRow("bytes behind the object are") << vms << good + "x" << QByteArray() << "400 malformed-json"_ba;
    QTest::newRow("a name given twice is")
        << vms << R"({"tenant_id":"acme","tenant_id":"rival"})"_ba << QByteArray() << "400 malformed-json"_ba;
    QTest::newRow("a byte order mark is") << vms << "\xef\xbb\xbf" + good << QByteArray() << "400 malformed-json"_ba;
    QTest::newRow("nesting over 16 is") << vms << QByteArray(17, '[') + QByteArray(17, ']') << QByteArray()
                                        << "400 malformed-json"_ba;
    QTest::newRow("an array where an object belongs is") << vms << "[]"_ba << QByteArray() << "422 invalid-field"_ba;
    QTest::newRow("null where an object belongs is") << vms << "null"_ba << QByteArray() << "422 invalid-field"_ba;
    QTest::newRow("an unknown member is")
        << vms << R"({"tenant_id":"acme","colour":1})"_ba << QByteArray() << "422 invalid-field"_ba;
    QTest::newRow("an unknown parameter is")
        << "/v1/vms?dry_run=true&colour=1"_ba << good << QByteArray() << "422 invalid-field"_ba;
    QTest::newRow("a parameter of another route is")
        << "/v1/vms?limit=1"_ba << good << QByteArray() << "422 invalid-field"_ba;
    QTest::newRow("a parameter given twice is")
        << vms + "&dry_run=true" << good << QByteArray() << "422 invalid-field"_ba;
    QTest::newRow("a dry run that is neither true nor false is")
        << "/v1/vms?dry_run=1"_ba << good << QByteArray() << "422 invalid-field"_ba;
}

void TestApi::requestsAreRefused()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, outcome);
    const TreeSize before = m_house->entries();
    const auto answer = m_house->ask("POST"_ba, target, m_house->admin(), body, fields);
    QCOMPARE(outcomeOf(answer), outcome);
    QCOMPARE(objectOf(answer).contains("errors"_L1), outcome == "422 invalid-field");
    QCOMPARE(m_house->entries(), before);
}

void TestApi::aForeignOriginIsRefusedBeforeAnything()
{
    for (const QByteArray &field : {"Origin: http://evil.example\r\n"_ba, "Sec-Fetch-Site: cross-site\r\n"_ba}) {
        for (const QByteArray &path : {"/healthz"_ba, "/v1/vms"_ba})
            QCOMPARE(outcomeOf(m_house->ask("GET"_ba, path, m_house->admin(), {}, field)), "403 foreign-origin");
    }
}

void TestApi::theRequestIdIsTheCallersOrOurs()
{
    const QByteArray longest(128, 'a');
    for (const QByteArray &path : {"/healthz"_ba, "/v1/vms"_ba, "/nothing"_ba}) {
        QCOMPARE(
            m_house->ask("GET"_ba, path, {}, {}, "X-Request-Id: A.b_c-9\r\n"_ba).header("X-Request-Id"), "A.b_c-9");
        QCOMPARE(
            m_house->ask("GET"_ba, path, {}, {}, "X-Request-Id: " + longest + "\r\n").header("X-Request-Id"), longest);
        const QByteArray ours =
            m_house->ask("GET"_ba, path, {}, {}, "X-Request-Id: " + longest + "a\r\n").header("X-Request-Id");
        QVERIFY(isUuid7(ours));
    }
}

void TestApi::bodiesThatAreOptionalMayBeAbsent()
{
    for (const QByteArray &path : {"/v1/tenants/acme/suspend"_ba, "/v1/tenants/acme/resume"_ba})
        QCOMPARE(m_house->ask("POST"_ba, path, m_house->admin()).status, 200);
    QCOMPARE(m_house->ask("POST"_ba, "/v1/vms?dry_run=true"_ba, m_tokens["INPUT"]).status, 200);
    // Where one is needed, none is no empty object.
    QCOMPARE(outcomeOf(m_house->ask("POST"_ba, "/v1/tenants"_ba, m_house->admin())), "400 malformed-json");
}

void TestApi::refusalsAreRecordedWithoutIds()
{
    const auto reader = m_house->issue("acme"_ba, "USER"_ba);
    const TreeSize before = m_house->entries();
    QCOMPARE(m_house->ask("GET"_ba, "/v1/vms/" + m_foreignVm, reader.text).status, 404);
    QVERIFY(eventually([&] { return m_house->entries() == before + 1; }));
    const QJsonObject entry = m_house->lastEntry();
    QCOMPARE(entry["event_type"_L1].toString(), u"ACCESS_DENIED"_s);
    QCOMPARE(entry["outcome"_L1].toString(), u"denied"_s);
    QVERIFY(entry["tenant_id"_L1].isNull());
    QCOMPARE(entry["actor"_L1]["token_id"_L1].toString().toLatin1(), reader.id);
    QCOMPARE(entry["data"_L1].toObject(),
        (QJsonObject{{u"code"_s, u"not-found"_s}, {u"method"_s, u"GET"_s}, {u"route"_s, u"/v1/vms/{vm_id}"_s},
            {u"actor_tenant"_s, u"acme"_s}, {u"times"_s, 1}}));
    // The same again is counted; another code is an entry of its own.
    QCOMPARE(m_house->ask("GET"_ba, "/v1/vms/" + m_foreignVm, reader.text).status, 404);
    QCOMPARE(m_house->ask("GET"_ba, "/v1/vms/" + Absent, reader.text).status, 404);
    QCOMPARE(m_house->ask("POST"_ba, "/v1/vms"_ba, reader.text).status, 403);
    QVERIFY(eventually([&] { return m_house->entries() == before + 2; }));
    QCOMPARE(m_house->lastEntry()["data"_L1]["code"_L1].toString(), u"insufficient-scope"_s);
}

QTEST_GUILESS_MAIN(TestApi)
#include "tst_api.moc"
