// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the parser takes and how much of it. Every row is fed whole, cut at byte boundaries, and byte by byte.
#include "tests/service/http/readbytes.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using http::RequestParser;

namespace {

// A header block of exactly that many bytes.
QByteArray blockOf(qsizetype size)
{
    const QByteArray rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"_ba;
    return "GET / HTTP/1.1\r\nHost: a\r\nX: " + QByteArray(size - rest.size(), 'x') + "\r\n\r\n";
}

QByteArray fieldsOf(int count)
{
    QByteArray block = "GET / HTTP/1.1\r\nHost: a\r\n"_ba;
    for (int i = 1; i < count; ++i)
        block += "X: y\r\n";
    return block + "\r\n";
}

QByteArray targetOf(qsizetype size)
{
    return "GET /" + QByteArray(size - 1, 'p') + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

} // namespace

class TestRequestParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takes_data();
    void takes();
    void keepsToItsLimits_data();
    void keepsToItsLimits();
    void keepsHeadersInOrder();
    void takesTheCallersRequestId_data();
    void takesTheCallersRequestId();
    void tellsJsonBodies_data();
    void tellsJsonBodies();
    void waitsToSay100_data();
    void waitsToSay100();
};

void TestRequestParser::takes()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    checkAllCuts(bytes, expected);
}

void TestRequestParser::takes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");

    QTest::newRow("nothing yet") << ""_ba
                                 << ""_ba;
    QTest::newRow("a plain GET") << get({}) << "GET / host=a"_ba;
    QTest::newRow("a query apart from the path") << "GET /v1/x?a=b?c HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                                 << "GET /v1/x?a=b?c host=a"_ba;
    QTest::newRow("a path as it was sent") << "GET /%2e%2F//x HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                           << "GET /%2e%2F//x host=a"_ba;
    QTest::newRow("HEAD as GET with a mark") << "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                             << "HEAD /x host=a"_ba;
    QTest::newRow("a method nobody knows") << "BREW /x HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                           << "BREW /x host=a"_ba;
    QTest::newRow("OPTIONS of a path") << "OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                       << "OPTIONS /x host=a"_ba;
    QTest::newRow("an absolute target") << "GET http://B:1/x?y HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                        << "GET /x?y host=B:1"_ba;
    QTest::newRow("an absolute target without a path") << "GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                                       << "GET / host=b"_ba;
    QTest::newRow("an absolute target with only a query") << "GET http://b?y HTTP/1.1\r\nHost: a\r\n\r\n"_ba
                                                          << "GET /?y host=b"_ba;
    QTest::newRow("one empty line before the request") << "\r\n" + get({}) << "GET / host=a"_ba;
    QTest::newRow("two requests in one go") << get({}) + get({}) << "GET / host=a + GET / host=a"_ba;
    QTest::newRow("a request and the beginning of the next") << get({}) + "GE"
                                                             << "GET / host=a + more"_ba;
    QTest::newRow("blanks around a value") << "GET / HTTP/1.1\r\nHost:\t a \t\r\n\r\n"_ba
                                           << "GET / host=a"_ba;
    QTest::newRow("a value with bytes past ASCII") << get("X: \xc3\xa4\xff\r\n"_ba) << "GET / host=a"_ba;
    QTest::newRow("an empty value") << get("X:\r\n"_ba) << "GET / host=a"_ba;
    QTest::newRow("Upgrade is not taken up")
        << get("Connection: Upgrade\r\nUpgrade: h2c\r\n"_ba) + get({}) << "GET / host=a + GET / host=a"_ba;
    QTest::newRow("Upgrade with a chunked body")
        << post("Connection: Upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n"_ba, "1\r\nz\r\n0\r\n\r\n"_ba)
            + get({})
        << "POST / host=a [z] + GET / host=a"_ba;

    QTest::newRow("Connection: close") << get("Connection: Close\r\n"_ba) << "GET / host=a close"_ba;
    QTest::newRow("close among other options") << get("Connection: x, close ,y\r\n"_ba) << "GET / host=a close"_ba;
    QTest::newRow("close in a second field")
        << get("Connection: x\r\nConnection: close\r\n"_ba) << "GET / host=a close"_ba;
    QTest::newRow("a request after Connection: close")
        << get("Connection: close\r\n"_ba) + get({}) << "GET / host=a close + GET / host=a"_ba;
    QTest::newRow("HTTP/1.0 closes") << "GET / HTTP/1.0\r\nHost: a\r\n\r\n"_ba
                                     << "GET / host=a close"_ba;
    QTest::newRow("HTTP/1.0 that asks to be kept") << "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"_ba
                                                   << "GET / host=a"_ba;
    QTest::newRow("an expectation of HTTP/1.0 is ignored") << "GET / HTTP/1.0\r\nHost: a\r\nExpect: x\r\n\r\n"_ba
                                                           << "GET / host=a close"_ba;

    QTest::newRow("a body by length") << post("Content-Length: 5\r\n"_ba, "hello"_ba) << "POST / host=a [hello]"_ba;
    QTest::newRow("a body by length, incomplete") << post("Content-Length: 5\r\n"_ba, "hell"_ba) << "more"_ba;
    QTest::newRow("a body of no length") << post("Content-Length: 0\r\n"_ba, {}) + get({})
                                         << "POST / host=a + GET / host=a"_ba;
    QTest::newRow("a length with leading zeros")
        << post("Content-Length: 0005\r\n"_ba, "hello"_ba) << "POST / host=a [hello]"_ba;
    QTest::newRow("a GET with a body") << get("Content-Length: 2\r\n"_ba) + "{}"
                                       << "GET / host=a [{}]"_ba;
    QTest::newRow("a body that looks like a request")
        << post("Content-Length: 35\r\n"_ba, Second) << "POST / host=a ["_ba + Second + "]";
    QTest::newRow("a body and the next request")
        << post("Content-Length: 5\r\n"_ba, "hello"_ba) + get({}) << "POST / host=a [hello] + GET / host=a"_ba;

    QTest::newRow("a chunked body") << chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"_ba)
                                    << "POST / host=a [hello world]"_ba;
    QTest::newRow("an empty chunked body") << chunked("0\r\n\r\n"_ba) + get({}) << "POST / host=a + GET / host=a"_ba;
    QTest::newRow("the coding's name in capitals")
        << post("Transfer-Encoding: CHUNKED\r\n"_ba, "1\r\nx\r\n0\r\n\r\n"_ba) << "POST / host=a [x]"_ba;
    QTest::newRow("chunk sizes in both cases")
        << chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"_ba) << "POST / host=a [01234567890123456789]"_ba;
    QTest::newRow("chunk data that looks like framing")
        << chunked("7\r\n0\r\n\r\nGE\r\n0\r\n\r\n"_ba) << "POST / host=a [0\r\n\r\nGE]"_ba;
    QTest::newRow("trailers are passed over")
        << chunked("1\r\nx\r\n0\r\nX: y\r\nZ: \r\n\r\n"_ba) + get({}) << "POST / host=a [x] + GET / host=a"_ba;
    QTest::newRow("a chunked body, incomplete") << chunked("5\r\nhello\r\n0\r\n"_ba) << "more"_ba;
}

void TestRequestParser::keepsToItsLimits_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");

    const auto row = [](const char *name, const QByteArray &bytes, const char *expected) {
        QTest::newRow(name) << bytes << QByteArray(expected);
    };
    row("a header block of 16 KiB", blockOf(16384), "GET / host=a");
    row("a header block of one byte more", blockOf(16385), "refused header-too-large");
    row("a header block without an end", get("X: "_ba).chopped(2) + QByteArray(20000, 'x'), "refused header-too-large");
    row("a block limit that counts the empty line before it not", "\r\n" + blockOf(16384), "GET / host=a");
    row("a second block has its own count", blockOf(16384) + blockOf(16384), "GET / host=a + GET / host=a");
    row("a hundred fields", fieldsOf(100), "GET / host=a");
    row("a hundred and one fields", fieldsOf(101), "refused header-too-large");
    row("a target one byte too long", targetOf(8193), "refused target-too-long");
    row("a target without an end", "GET /" + QByteArray(9000, 'p'), "refused target-too-long");
    row("a target too long, with a bare LF behind", "GET /" + QByteArray(9000, 'p') + "\n", "refused target-too-long");
    row("a target too long, larger than the header may be", "GET /" + QByteArray(20000, 'p'),
        "refused target-too-long");

    row("a target of 8 KiB", targetOf(8192), qPrintable(u"GET /%1 host=a"_s.arg(QString(8191, u'p'))));
    row("a body as large as may be", post("Content-Length: 100\r\n"_ba, QByteArray(100, 'x')),
        qPrintable(u"POST / host=a [%1]"_s.arg(QString(100, u'x'))));
    row("a chunked body as large as may be", chunked("64\r\n" + QByteArray(100, 'x') + "\r\n0\r\n\r\n"),
        qPrintable(u"POST / host=a [%1]"_s.arg(QString(100, u'x'))));
    row("a route's own limit",
        "POST /import HTTP/1.1\r\nHost: a\r\nContent-Length: 1600\r\n\r\n" + QByteArray(1600, 'x'),
        qPrintable(u"POST /import host=a [%1]"_s.arg(QString(1600, u'x'))));
    row("a body one byte too large", post("Content-Length: 101\r\n"_ba, {}), "refused too-large");
    row("a chunk that makes the body one byte too large", chunked("64\r\n" + QByteArray(100, 'x') + "\r\n1\r\n"),
        "refused too-large");
    row("a route's own limit passed by one", "POST /import HTTP/1.1\r\nHost: a\r\nContent-Length: 1601\r\n\r\n"_ba,
        "refused too-large");
    row("a route's own limit holds for its method only",
        "PUT /import HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"_ba, "refused too-large");

    row("a chunk size of endless zeros", chunked(QByteArray(17000, '0')), "refused malformed-request");
    row("trailers over the limit", chunked("0\r\nX: " + QByteArray(16384, 'x') + "\r\n\r\n"),
        "refused malformed-request");
    row("a trailer of blanks over the limit", chunked("0\r\nX:" + QByteArray(17000, ' ')), "refused malformed-request");
    QByteArray trailers;
    for (int i = 0; i < 5000; ++i)
        trailers += "X: y\r\n";
    row("many trailers over the limit", chunked("0\r\n" + trailers + "\r\n"), "refused malformed-request");
}

void TestRequestParser::keepsToItsLimits()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    QCOMPARE(readInPieces(bytes, 0), expected);
    QCOMPARE(readByteByByte(bytes), expected);
    // Round the edges, where a count could be off; each cut reads all of the bytes.
    for (const qsizetype edge : {qsizetype(8192), qsizetype(16384), bytes.size()}) {
        for (qsizetype cut = std::max(qsizetype(0), edge - 6); cut < std::min(bytes.size(), edge + 6); ++cut)
            QVERIFY2(readInPieces(bytes, cut) == expected, qPrintable(u"cut at %1"_s.arg(cut)));
    }
}

void TestRequestParser::keepsHeadersInOrder()
{
    const http::Limits limits;
    RequestParser parser(limits);
    QCOMPARE(parser.feed(get("X-One:  1 \r\nx-two: 2\r\nX-ONE: 3\r\nEmpty:\r\n"_ba)).outcome,
        RequestParser::Outcome::Complete);
    const http::Request request = parser.take();
    QCOMPARE(request.headers.size(), 5);
    QCOMPARE(request.headers.at(1).name, "X-One");
    QCOMPARE(request.headers.at(3).value, "3");
    QCOMPARE(request.headers.value("x-one"), "1");
    QCOMPARE(request.headers.count("X-One"), 2);
    QVERIFY(request.headers.contains("empty"));
    QVERIFY(!request.headers.contains("absent"));
    QVERIFY(request.headers.value("absent").isNull());
    QVERIFY(!request.headers.value("empty").isNull());
    const http::Request copy = request;
    QCOMPARE(copy.headers.value("X-TWO"), "2");
}

void TestRequestParser::takesTheCallersRequestId_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("taken");
    QTest::newRow("letters, digits and three signs") << "aZ09._-"_ba << true;
    QTest::newRow("128 characters") << QByteArray(128, 'a') << true;
    QTest::newRow("129 characters") << QByteArray(129, 'a') << false;
    QTest::newRow("an empty one") << ""_ba << false;
    QTest::newRow("one with a blank") << "a b"_ba << false;
    QTest::newRow("one with a quote") << "a\"b"_ba << false;
}

void TestRequestParser::takesTheCallersRequestId()
{
    QFETCH(QByteArray, value);
    QFETCH(bool, taken);
    const http::Limits limits;
    RequestParser parser(limits);
    QCOMPARE(parser.feed(get("X-Request-Id: " + value + "\r\n")).outcome, RequestParser::Outcome::Complete);
    QCOMPARE(parser.take().requestId.text(), taken ? value : QByteArray());
}

void TestRequestParser::tellsJsonBodies_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("mediaType");
    QTest::addColumn<bool>("json");
    QTest::newRow("no type") << ""_ba
                             << ""_ba << false;
    QTest::newRow("JSON") << "Content-Type: application/json\r\n"_ba
                          << "application/json"_ba << true;
    QTest::newRow("JSON in capitals") << "Content-Type: Application/JSON\r\n"_ba
                                      << "application/json"_ba << true;
    QTest::newRow("JSON in UTF-8") << "Content-Type: application/json; charset=UTF-8\r\n"_ba
                                   << "application/json"_ba << true;
    QTest::newRow("JSON in quoted UTF-8") << "Content-Type: application/json ;charset=\"utf-8\"\r\n"_ba
                                          << "application/json"_ba << true;
    QTest::newRow("JSON in another character set") << "Content-Type: application/json;charset=utf-16\r\n"_ba
                                                   << "application/json"_ba << false;
    QTest::newRow("JSON that is compressed") << "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"_ba
                                             << "application/json"_ba << false;
    QTest::newRow("a form") << "Content-Type: application/x-www-form-urlencoded\r\n"_ba
                            << "application/x-www-form-urlencoded"_ba << false;
    QTest::newRow("text that mentions JSON") << "Content-Type: text/plain;application/json\r\n"_ba
                                             << "text/plain"_ba << false;
    QTest::newRow("a merge patch") << "Content-Type: application/merge-patch+json\r\n"_ba
                                   << "application/merge-patch+json"_ba << false;
    QTest::newRow("two types") << "Content-Type: application/json\r\nContent-Type: text/plain\r\n"_ba
                               << "*/*"_ba << false;
}

void TestRequestParser::tellsJsonBodies()
{
    QFETCH(QByteArray, fields);
    QFETCH(QByteArray, mediaType);
    QFETCH(bool, json);
    const http::Limits limits;
    RequestParser parser(limits);
    QCOMPARE(parser.feed(get(fields)).outcome, RequestParser::Outcome::Complete);
    QCOMPARE(parser.request().mediaType(), mediaType);
    QCOMPARE(parser.request().bodyIsJson(), json);
}

void TestRequestParser::waitsToSay100_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("waits");
    QTest::newRow("a length and no byte of it") << post("Expect: 100-Continue\r\nContent-Length: 5\r\n"_ba, {}) << true;
    QTest::newRow("chunks and no byte of them")
        << post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"_ba, {}) << true;
    QTest::newRow("a body that began anyway")
        << post("Expect: 100-continue\r\nContent-Length: 5\r\n"_ba, "h"_ba) << false;
    QTest::newRow("no body to wait for") << post("Expect: 100-continue\r\nContent-Length: 0\r\n"_ba, {}) << false;
    QTest::newRow("a header that is not complete")
        << "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"_ba << false;
    QTest::newRow("no expectation") << post("Content-Length: 5\r\n"_ba, {}) << false;
}

void TestRequestParser::waitsToSay100()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, waits);
    const http::Limits limits;
    RequestParser parser(limits);
    parser.feed(bytes);
    QCOMPARE(parser.wantsContinue(), waits);
}

QTEST_APPLESS_MAIN(TestRequestParser)
#include "tst_requestparser.moc"
