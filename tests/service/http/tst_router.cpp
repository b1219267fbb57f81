// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/percent.h"
#include "service/http/router.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

enum Routes
{
    TenantList,
    TenantCreate,
    TenantImport,
    TenantRead,
    TenantPatch,
    TokenVerify,
    TokenRead,
    TokenDelete,
    Tile,
    Entries,
    Rotate
};

http::Router table()
{
    http::Router router;
    router.add("GET"_ba, "/v1/tenants"_ba, TenantList);
    router.add("POST"_ba, "/v1/tenants"_ba, TenantCreate);
    router.add("POST"_ba, "/v1/tenants/import"_ba, TenantImport);
    router.add("GET"_ba, "/v1/tenants/{id}"_ba, TenantRead);
    router.add("PATCH"_ba, "/v1/tenants/{id}"_ba, TenantPatch);
    router.add("POST"_ba, "/v1/tokens/verify"_ba, TokenVerify);
    router.add("GET"_ba, "/v1/tokens/{token_id}"_ba, TokenRead);
    router.add("DELETE"_ba, "/v1/tokens/{token_id}"_ba, TokenDelete);
    router.add("GET"_ba, "/ledger/tile/{level}/{rest*}"_ba, Tile);
    router.add("GET"_ba, "/ledger/tile/entries/{rest*}"_ba, Entries);
    router.add("POST"_ba, "/v1/keys/rotate"_ba, Rotate);
    return router;
}

// "3 id=acme", "404", "405 GET, HEAD"
QByteArray told(const http::Router::Match &match)
{
    using Outcome = http::Router::Match::Outcome;
    if (match.outcome == Outcome::NotFound)
        return "404"_ba;
    if (match.outcome == Outcome::MethodNotAllowed)
        return "405 "_ba + match.allow;
    QByteArray text = QByteArray::number(match.route);
    for (const auto &param : match.params)
        text += ' ' + param.name + '=' + param.value;
    return text;
}

} // namespace

class TestRouter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data();
    void matches();
    void listsItsTable();
    void readsQueries_data();
    void readsQueries();
    void refusesQueries_data();
    void refusesQueries();
};

void TestRouter::matches_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("expected");

    const auto found = [](Routes route, const char *rest = "") { return QByteArray::number(route) + rest; };
    QTest::newRow("a literal path") << "GET"_ba
                                    << "/v1/tenants"_ba << found(TenantList);
    QTest::newRow("the method decides between routes of one path") << "POST"_ba
                                                                   << "/v1/tenants"_ba << found(TenantCreate);
    QTest::newRow("HEAD goes where GET is") << "HEAD"_ba
                                            << "/v1/tenants"_ba << found(TenantList);
    QTest::newRow("a parameter is taken") << "GET"_ba
                                          << "/v1/tenants/acme"_ba << found(TenantRead, " id=acme");
    QTest::newRow("a parameter is decoded") << "GET"_ba
                                            << "/v1/tenants/a%C3%A4%20b"_ba << found(TenantRead, " id=a\xc3\xa4 b");
    QTest::newRow("an encoded letter is the letter") << "GET"_ba
                                                     << "/v1/%74enants"_ba << found(TenantList);
    QTest::newRow("a literal wins over a parameter") << "POST"_ba
                                                     << "/v1/tokens/verify"_ba << found(TokenVerify);
    QTest::newRow("a parameter takes what the literal has no method for")
        << "GET"_ba
        << "/v1/tenants/import"_ba << found(TenantRead, " id=import");
    QTest::newRow("a tail takes one segment") << "GET"_ba
                                              << "/ledger/tile/0/005"_ba << found(Tile, " level=0 rest=005");
    QTest::newRow("a tail takes several segments")
        << "GET"_ba
        << "/ledger/tile/0/x001/234.p/44"_ba << found(Tile, " level=0 rest=x001/234.p/44");
    QTest::newRow("a literal before a tail wins") << "GET"_ba
                                                  << "/ledger/tile/entries/000"_ba << found(Entries, " rest=000");

    QTest::newRow("a wrong method names the right ones") << "DELETE"_ba
                                                         << "/v1/tenants"_ba
                                                         << "405 GET, HEAD, POST"_ba;
    QTest::newRow("the right ones of literal and parameter are joined") << "DELETE"_ba
                                                                        << "/v1/tenants/import"_ba
                                                                        << "405 POST, GET, HEAD, PATCH"_ba;
    QTest::newRow("HEAD falls to the parameter that has GET")
        << "HEAD"_ba
        << "/v1/tokens/verify"_ba << found(TokenRead, " token_id=verify");
    QTest::newRow("HEAD is not listed where no GET is") << "GET"_ba
                                                        << "/v1/keys/rotate"_ba
                                                        << "405 POST"_ba;
    QTest::newRow("methods are compared with case") << "get"_ba
                                                    << "/v1/tenants"_ba
                                                    << "405 GET, HEAD, POST"_ba;

    for (const char *path : {"/", "/v1", "/v1/", "/v1/tenants/", "/v1//tenants", "//v1/tenants",
             "/v1/tenants/acme/more", "/V1/tenants", "v1/tenants", "", "/ledger/tile/0", "/ledger/tile/0/",
             "/v1/tenants/a%2Fb", "/v1/tenants/a%2fb", "/v1/tenants/a%00b", "/v1/tenants/%00", "/v1/tenants/.",
             "/v1/tenants/..", "/v1/tenants/%2e%2E", "/v1/tokens/../tenants", "/v1/./tenants", "/v1/tenants/%",
             "/v1/tenants/%4", "/v1/tenants/%zz", "/v1/tenants/%ff", "/v1/tenants/%C0%AF", "/v1/tenants/%ED%A0%80",
             "/v1/tenants/a%0Ab", "/v1/tenants/a%7fb", "/ledger/tile/0/../1", "/ledger/tile/0/x%2f1", "*"}) {
        QTest::addRow("'%s' matches nothing", path) << "GET"_ba << QByteArray(path) << "404"_ba;
    }
}

void TestRouter::matches()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, expected);
    QCOMPARE(told(table().match(method, path)), expected);
}

void TestRouter::listsItsTable()
{
    const http::Router router = table();
    QCOMPARE(router.routes().size(), 11);
    QCOMPARE(router.routes().at(3).method, "GET");
    QCOMPARE(router.routes().at(3).pattern, "/v1/tenants/{id}");
    QCOMPARE(router.routes().at(3).id, int(TenantRead));
}

void TestRouter::readsQueries_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("expected");

    QTest::newRow("an empty query has no items") << ""_ba
                                                 << ""_ba;
    QTest::newRow("items stay in their order") << "b=1&a=2"_ba
                                               << "[b|1][a|2]"_ba;
    QTest::newRow("a name alone has an empty value") << "flag"_ba
                                                     << "[flag|]"_ba;
    QTest::newRow("a plus is a blank") << "q=a+b%2Bc"_ba
                                       << "[q|a b+c]"_ba;
    QTest::newRow("names are decoded too") << "%71=1"_ba
                                           << "[q|1]"_ba;
    QTest::newRow("a value may hold an equals sign") << "c=YQ=="_ba
                                                     << "[c|YQ==]"_ba;
    QTest::newRow("empty pieces are skipped") << "&a=1&&b=2&"_ba
                                              << "[a|1][b|2]"_ba;
    QTest::newRow("UTF-8 is decoded") << "q=%E2%82%AC"_ba
                                      << "[q|\xe2\x82\xac]"_ba;
    QTest::newRow("an encoded ampersand separates nothing") << "q=a%26b=c"_ba
                                                            << "[q|a&b=c]"_ba;
}

void TestRouter::readsQueries()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, expected);
    const auto items = http::parseQuery(query);
    QVERIFY(items);
    QByteArray text;
    for (const auto &item : *items)
        text += '[' + item.name + '|' + item.value + ']';
    QCOMPARE(text, expected);
}

void TestRouter::refusesQueries_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QString>("pointer");

    QTest::newRow("a percent without digits") << "a=1&limit=%"_ba << u"?limit"_s;
    QTest::newRow("a percent with one digit") << "limit=%4"_ba << u"?limit"_s;
    QTest::newRow("a percent with letters past f") << "limit=%4g"_ba << u"?limit"_s;
    QTest::newRow("bytes that are no UTF-8") << "q=%ff"_ba << u"?q"_s;
    QTest::newRow("overlong UTF-8") << "q=%C0%80"_ba << u"?q"_s;
    QTest::newRow("a name that can't be decoded") << "%f=1"_ba << u"?%f"_s;
    QTest::newRow("a value without a name") << "=1"_ba << u"?"_s;
    QTest::newRow("a name that comes twice") << "a=1&a=1"_ba << u"?a"_s;
    QTest::newRow("a name that comes twice, once encoded") << "a=1&%61=2"_ba << u"?a"_s;
}

void TestRouter::refusesQueries()
{
    QFETCH(QByteArray, query);
    QFETCH(QString, pointer);
    const auto items = http::parseQuery(query);
    QVERIFY(!items);
    QCOMPARE(items.error().code, ErrorCode::InvalidField);
    QCOMPARE(items.error().fields.size(), 1);
    QCOMPARE(items.error().fields.first().pointer, pointer);
}

QTEST_APPLESS_MAIN(TestRouter)
#include "tst_router.moc"
