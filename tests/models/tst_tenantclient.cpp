// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tenantclient.h"
#include "tests/service/api/apihouse.h"
#include "tests/support/tamperingproxy.h"

#include <QtCore/qprocess.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using models::HttpAnswer;
using models::HttpRequest;
using models::TenantClient;

class TestTenantClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_house = std::make_unique<ApiHouse>();
        m_client = std::make_unique<TenantClient>(url());
    }
    void cleanupTestCase()
    {
        m_client.reset();
        m_house.reset();
    }

    void givesStatusHeadersAndBody()
    {
        const HttpAnswer answer = ask({.method = "POST",
            .target = "/v1/tenants",
            .token = m_house->admin(),
            .body =
                R"({"tenant_id":"acme","display_name":"A","max_vms":1,"storage_quota_gb":1,"api_rate_limit_rpm":600})"});
        QCOMPARE(answer.status, 201);
        QCOMPARE(answer.reason, "Created");
        QCOMPARE(answer.header("location"), "/v1/tenants/acme");
        QVERIFY(!answer.header("Ledger-Index").isEmpty());
        QVERIFY(answer.header("Retry-After").isNull());
        QVERIFY(answer.body.contains(R"("tenant_id":"acme")"));
        QVERIFY(answer.failure.isEmpty());
    }

    void aRefusalIsAnAnswerAsWell_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<bool>("withToken");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("no token") << "GET"_ba
                                  << "/v1/tenants"_ba << false << 401 << "invalid-token"_ba;
        QTest::newRow("an id that is not there") << "GET"_ba
                                                 << "/v1/tenants/nobody"_ba << true << 404 << "not-found"_ba;
        QTest::newRow("a method that is not there") << "PUT"_ba
                                                    << "/v1/tenants"_ba << true << 405 << "method-not-allowed"_ba;
        QTest::newRow("a query that is not known") << "GET"_ba
                                                   << "/v1/tenants?x=1"_ba << true << 422 << "invalid-field"_ba;
    }

    void aRefusalIsAnAnswerAsWell()
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, target);
        QFETCH(bool, withToken);
        QFETCH(int, status);
        QFETCH(QByteArray, code);
        const HttpAnswer answer =
            ask({.method = method, .target = target, .token = withToken ? m_house->admin() : QByteArray()});
        QCOMPARE(answer.status, status);
        QVERIFY2(answer.body.contains("\"code\":\"" + code + '"'), answer.body.constData());
    }

    void theIdempotencyKeyGoesOut()
    {
        const HttpRequest request{.method = "POST",
            .target = "/v1/tenants",
            .token = m_house->admin(),
            .body =
                R"({"tenant_id":"twice","display_name":"T","max_vms":1,"storage_quota_gb":1,"api_rate_limit_rpm":600})",
            .idempotencyKey = "one-key"};
        const HttpAnswer first = ask(request), second = ask(request);
        QCOMPARE(first.status, 201);
        QCOMPARE(second.status, 201);
        QCOMPARE(second.body, first.body);
    }

    void saysWhyThereIsNoAnswer()
    {
        TamperingProxy cutter(m_house->port(), [](const auto &, auto) { return std::optional<HttpProbe::Answer>(); });
        TenantClient client(cutter.url());
        const HttpAnswer answer = ask({.target = "/healthz"}, client);
        QCOMPARE(answer.status, 0);
        QVERIFY(!answer.failure.isEmpty());
        QVERIFY(answer.body.isEmpty());
    }

    void saysThatNobodyListens()
    {
        QTcpServer free;
        QVERIFY(free.listen(QHostAddress::LocalHost, 0));
        const quint16 port = free.serverPort();
        free.close();
        TenantClient client(QUrl(u"http://127.0.0.1:%1"_s.arg(port)));
        const HttpAnswer answer = ask({.target = "/healthz"}, client);
        QCOMPARE(answer.status, 0);
        QVERIFY(!answer.failure.isEmpty());
    }

    void aServerThatKeepsSilentIsGivenUp()
    {
        QTcpServer silent; // takes connections and never says a word
        QVERIFY(silent.listen(QHostAddress::LocalHost, 0));
        TenantClient client(QUrl(u"http://127.0.0.1:%1"_s.arg(silent.serverPort())));
        client.setTimeout(std::chrono::milliseconds(50));
        const HttpAnswer answer = ask({.target = "/healthz"}, client);
        QCOMPARE(answer.status, 0);
        QCOMPARE(answer.failure, u"no answer in time"_s);
    }

    void nobodyIsAnsweredOnceTheContextIsGone()
    {
        bool called = false;
        auto context = std::make_unique<QObject>();
        m_client->send({.target = "/healthz"}, context.get(), [&](const HttpAnswer &) { called = true; });
        context.reset();
        QCOMPARE(ask({.target = "/healthz"}).status, 200); // sent after it, so answered after it
        QVERIFY(!called);
    }

    void curlIsACommandThatAShellTakes()
    {
        const HttpRequest request{.method = "POST",
            .target = "/v1/tenants/acme/tokens",
            .token = "se.cr.et",
            .tokenName = "ADMIN_TOKEN",
            .body = "{\"name\":\"it's\"}",
            .idempotencyKey = "k1"};
        const QString curl = request.curl(QUrl(u"http://127.0.0.1:9221"_s));
        QVERIFY(!curl.contains(u"se.cr.et"_s));
        // What the shell makes of it, a line an argument.
        QProcess shell;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"ADMIN_TOKEN"_s, u"T"_s);
        shell.setProcessEnvironment(environment);
        shell.start(u"sh"_s, {u"-c"_s, u"curl() { printf '%s|' \"$@\"; }\n"_s + curl});
        QVERIFY(shell.waitForFinished());
        QCOMPARE(QString::fromUtf8(shell.readAllStandardOutput()),
            u"-si|-w|\\n|-X|POST|http://127.0.0.1:9221/v1/tenants/acme/tokens|-H|Authorization: Bearer "
            u"T|-H|Content-Type: application/json|-d|{\"name\":\"it's\"}|"_s);
    }

    void curlKeepsAnIdForWhatFollows()
    {
        const QUrl server(u"http://127.0.0.1:9221"_s);
        const HttpRequest make{.method = "POST", .target = "/v1/vms", .keptAs = "MADE"};
        const HttpRequest destroy{.method = "DELETE", .target = "/v1/vms/0", .shellTarget = "/v1/vms/$MADE"};
        QProcess shell;
        shell.start(u"sh"_s,
            {u"-c"_s,
                u"curl() { [ \"$5\" = DELETE ] && echo \"$6\" || printf '%s\\n' '{\"name\":\"\\\\n\", \"vm_id\": \"17\", \"x\":1}'; }\n"_s
                    + make.curl(server) + u'\n' + destroy.curl(server)});
        QVERIFY(shell.waitForFinished());
        QCOMPARE(QString::fromUtf8(shell.readAllStandardOutput()),
            u"{\"name\":\"\\\\n\", \"vm_id\": \"17\", \"x\":1}\nhttp://127.0.0.1:9221/v1/vms/17\n"_s);
    }

    void jsonIsIndentedInItsOwnOrderAndAnythingElseAsItIs()
    {
        QCOMPARE(models::prettyJson("{\"b\":1.50,\"a\":[],\"c\":{},\"d\":[true,null]}"),
            u"{\n  \"b\": 1.50,\n  \"a\": [],\n  \"c\": {},\n  \"d\": [\n    true,\n    null\n  ]\n}"_s);
        QCOMPARE(models::prettyJson("plain text"), u"plain text"_s);
        QCOMPARE(models::prettyJson({}), QString());
    }

private:
    QUrl url() const { return QUrl(u"http://127.0.0.1:%1"_s.arg(m_house->port())); }

    HttpAnswer ask(const HttpRequest &request) { return ask(request, *m_client); }
    HttpAnswer ask(const HttpRequest &request, TenantClient &client)
    {
        std::optional<HttpAnswer> got;
        client.send(request, this, [&](const HttpAnswer &answer) { got = answer; });
        [&] { QTRY_VERIFY(got); }();
        return got.value_or(HttpAnswer());
    }

    std::unique_ptr<ApiHouse> m_house;
    std::unique_ptr<TenantClient> m_client;
};

QTEST_GUILESS_MAIN(TestTenantClient)
#include "tst_tenantclient.moc"
