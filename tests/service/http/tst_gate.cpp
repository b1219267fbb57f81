// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/gate.h"
#include "service/http/requestparser.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

// "passes", or the contract's name of the refusal. `fields` is the header without the final empty line.
QByteArray judged(const http::Gate &gate, const QByteArray &target, const QByteArray &fields)
{
    const http::Limits limits;
    http::RequestParser parser(limits);
    const auto step = parser.feed("GET " + target + " HTTP/1.1\r\n" + fields + "\r\n");
    if (step.outcome != http::RequestParser::Outcome::Complete)
        return "unreadable"_ba;
    const auto passed = gate.check(parser.request());
    return passed ? "passes"_ba : QByteArray(errorName(passed.error().code));
}

} // namespace

class TestGate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judges_data();
    void judges();
    void knowsTheDefaultPort();
};

void TestGate::judges_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("expected");

    for (const char *host : {"127.0.0.1:9221", "127.0.0.1", "localhost:9221", "LocalHost", "[::1]:9221", "[::1]",
             "console.example", "console.example:9221", "proxy.example:8443"})
        QTest::addRow("the host '%s' is ours", host) << "/"_ba
                                                     << "Host: "_ba + host + "\r\n"
                                                     << "passes"_ba;
    for (const char *host : {"evil.example:9221", "127.0.0.1.nip.io", "127.0.0.1:9222", "127.0.0.1:", "localhost.",
             "localhost:9221:9221", "127.0.0.1, evil.example", "user@localhost", "::1", "0.0.0.0:9221", "127.1", "",
             "proxy.example", "console.example:80"})
        QTest::addRow("the host '%s' is foreign", host) << "/"_ba
                                                        << "Host: "_ba + host + "\r\n"
                                                        << "misdirected-request"_ba;

    const QByteArray host = "Host: localhost:9221\r\n"_ba;
    QTest::newRow("an absolute target with our authority is ours")
        << "http://127.0.0.1:9221/v1?a=b"_ba << host << "passes"_ba;
    QTest::newRow("an absolute target with a foreign authority is foreign")
        << "http://evil.example/v1"_ba << host << "misdirected-request"_ba;
    QTest::newRow("an absolute target with a user is foreign")
        << "http://a@127.0.0.1:9221/"_ba << host << "misdirected-request"_ba;
    QTest::newRow("a foreign Host under our absolute target is foreign") << "http://127.0.0.1:9221/"_ba
                                                                         << "Host: evil.example\r\n"_ba
                                                                         << "misdirected-request"_ba;

    for (const char *origin : {"http://127.0.0.1:9221", "http://localhost:9221", "http://[::1]:9221",
             "HTTP://LOCALHOST:9221", "https://console.example"})
        QTest::addRow("the origin '%s' is ours", origin) << "/"_ba << host + "Origin: " + origin + "\r\n"
                                                         << "passes"_ba;
    for (const char *origin : {"null", "", "http://evil.example", "https://localhost:9221", "http://localhost",
             "http://localhost:9222", "http://localhost:9221.evil.example", "http://localhost:9221/",
             "http://console.example", "http://localhost:9221 http://evil.example"})
        QTest::addRow("the origin '%s' is foreign", origin) << "/"_ba << host + "Origin: " + origin + "\r\n"
                                                            << "foreign-origin"_ba;
    QTest::newRow("of two origins none may be foreign")
        << "/"_ba << host + "Origin: http://localhost:9221\r\nOrigin: null\r\n"
        << "foreign-origin"_ba;

    for (const char *site : {"none", "same-origin"})
        QTest::addRow("the site '%s' passes", site) << "/"_ba << host + "Sec-Fetch-Site: " + site + "\r\n"
                                                    << "passes"_ba;
    for (const char *site : {"cross-site", "same-site", "", "None", "none, cross-site"})
        QTest::addRow("the site '%s' is foreign", site) << "/"_ba << host + "sec-fetch-site: " + site + "\r\n"
                                                        << "foreign-origin"_ba;
}

void TestGate::judges()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, expected);
    const http::Gate gate(9221, {"console.example"_ba, "proxy.example:8443"_ba}, {"https://console.example"_ba});
    QCOMPARE(judged(gate, target, fields), expected);
}

void TestGate::knowsTheDefaultPort()
{
    const http::Gate gate(80, {}, {});
    QCOMPARE(judged(gate, "/"_ba, "Host: localhost\r\nOrigin: http://localhost\r\n"_ba), "passes");
    QCOMPARE(judged(gate, "/"_ba, "Host: localhost\r\nOrigin: http://localhost:80\r\n"_ba), "passes");
}

QTEST_APPLESS_MAIN(TestGate)
#include "tst_gate.moc"
