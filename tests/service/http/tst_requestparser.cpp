// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Every row is fed whole, cut at each byte boundary, and byte by byte, and must read the same. Smuggling rows carry a
// second request behind the first, which must not be seen.
#include "service/http/requestparser.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using http::RequestParser;

namespace {

constexpr auto Second = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

http::Limits smallBodies()
{
    http::Limits limits;
    limits.body = 100;
    limits.bodyLimit = [](QByteArrayView method, QByteArrayView path) -> qsizetype {
        return method == "POST" && path == "/import" ? 1600 : 100;
    };
    return limits;
}

// "GET /a?b host=x close [body]" per request, then "refused too-large" where that ends it, or "more" for a rest.
class Reader
{
public:
    explicit Reader(const http::Limits &limits)
        : m_parser(limits)
    {
    }

    void feed(QByteArrayView bytes)
    {
        while (!bytes.isEmpty() && !m_refused) {
            const auto step = m_parser.feed(bytes);
            bytes = bytes.sliced(step.consumed);
            if (step.outcome == RequestParser::Outcome::Complete)
                m_told.append(told(m_parser.take()));
            else if (step.outcome == RequestParser::Outcome::Refused)
                m_refused = true;
        }
    }

    QByteArray result() const
    {
        QList<QByteArray> all = m_told;
        if (m_refused)
            all.append("refused "_ba + errorName(m_parser.error().code));
        else if (m_parser.phase() != RequestParser::Phase::Idle)
            all.append("more"_ba);
        return all.join(" + ");
    }

private:
    static QByteArray told(const http::Request &request)
    {
        QByteArray text = (request.head ? "HEAD "_ba : request.method + ' ') + request.path;
        if (!request.query.isEmpty())
            text += '?' + request.query;
        text += " host=" + request.host;
        if (!request.keepAlive)
            text += " close";
        if (!request.body.isEmpty())
            text += " [" + request.body + ']';
        return text;
    }

    RequestParser m_parser;
    QList<QByteArray> m_told;
    bool m_refused = false;
};

QByteArray readInPieces(QByteArrayView bytes, qsizetype cut)
{
    const http::Limits limits = smallBodies();
    Reader reader(limits);
    reader.feed(bytes.first(cut));
    reader.feed(bytes.sliced(cut));
    return reader.result();
}

QByteArray readByteByByte(QByteArrayView bytes)
{
    const http::Limits limits = smallBodies();
    Reader reader(limits);
    for (qsizetype i = 0; i < bytes.size(); ++i)
        reader.feed(bytes.sliced(i, 1));
    return reader.result();
}

QByteArray get(const QByteArray &fields)
{
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

QByteArray post(const QByteArray &fields, const QByteArray &body)
{
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

QByteArray chunked(const QByteArray &body)
{
    return post("Transfer-Encoding: chunked\r\n"_ba, body);
}

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
    void takes() { check(); }
    void refuses_data();
    void refuses() { check(); }
    void keepsToItsLimits_data();
    void keepsToItsLimits();
    void keepsHeadersInOrder();
    void takesTheCallersRequestId_data();
    void takesTheCallersRequestId();
    void tellsJsonBodies_data();
    void tellsJsonBodies();
    void waitsToSay100_data();
    void waitsToSay100();

private:
    static void check();
};

void TestRequestParser::check()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    QCOMPARE(readInPieces(bytes, 0), expected);
    for (qsizetype cut = 1; cut < bytes.size(); ++cut)
        QVERIFY2(readInPieces(bytes, cut) == expected, qPrintable(u"cut at %1"_s.arg(cut)));
    QCOMPARE(readByteByByte(bytes), expected);
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
    QTest::newRow("chunk sizes in both cases and with zeros in front")
        << chunked("00a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"_ba) << "POST / host=a [01234567890123456789]"_ba;
    QTest::newRow("chunk data that looks like framing")
        << chunked("7\r\n0\r\n\r\nGE\r\n0\r\n\r\n"_ba) << "POST / host=a [0\r\n\r\nGE]"_ba;
    QTest::newRow("chunk extensions are passed over")
        << chunked("1;a;b=c;d=\"e f\"\r\nx\r\n0;z\r\n\r\n"_ba) << "POST / host=a [x]"_ba;
    QTest::newRow("trailers are passed over")
        << chunked("1\r\nx\r\n0\r\nX: y\r\nZ: \r\n\r\n"_ba) + get({}) << "POST / host=a [x] + GET / host=a"_ba;
    QTest::newRow("a chunked body, incomplete") << chunked("5\r\nhello\r\n0\r\n"_ba) << "more"_ba;
}

void TestRequestParser::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");

    const QByteArray bad = "refused malformed-request"_ba;
    const auto malformed = [&](const char *name, const QByteArray &bytes) {
        QTest::newRow(name) << bytes + Second << bad;
    };

    malformed("a bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"_ba);
    malformed("a bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"_ba);
    malformed("a bare LF as the last line", "GET / HTTP/1.1\r\nHost: a\r\n\n"_ba);
    malformed("a bare CR in a value", get("X: a\rb\r\n"_ba));
    malformed("a bare CR that begins a field", get("X: a\rContent-Length: 35\r\n"_ba));
    malformed("two CRs before a LF", get("X: a\r\r\n"_ba));
    malformed("a bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a NUL in a value", get("X: a"_ba + QByteArray(1, '\0') + "b\r\n"));
    malformed("a NUL in a name", get("X"_ba + QByteArray(1, '\0') + ": b\r\n"));
    malformed("a control character in a value", get("X: a\x01\r\n"_ba));
    malformed("a DEL in a value", get("X: a\x7f\r\n"_ba));
    malformed("an obsolete fold with a blank", get("X: a\r\n b\r\n"_ba));
    malformed("an obsolete fold with a tab", get("X: a\r\n\tb\r\n"_ba));
    malformed("a blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"_ba);
    malformed("a space before the colon", get("X : a\r\n"_ba));
    malformed("a tab before the colon", get("X\t: a\r\n"_ba));
    malformed("a space before the colon of a length", get("Content-Length : 36\r\n"_ba));
    malformed("a field without a colon", get("nothing\r\n"_ba));
    malformed("a field without a name", get(": a\r\n"_ba));
    malformed("a name that is no token", get("X(: a\r\n"_ba));
    malformed("a name with a byte past ASCII", get("X\xc3\xa4: a\r\n"_ba));

    malformed("no Host", "GET / HTTP/1.1\r\n\r\n"_ba);
    malformed("no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"_ba);
    malformed("two Hosts", get("Host: b\r\n"_ba));
    malformed("two equal Hosts", get("host: a\r\n"_ba));

    malformed(
        "both lengths and codings", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"_ba, "0\r\n\r\n"_ba));
    malformed(
        "codings and then lengths", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"_ba, "0\r\n\r\n"_ba));
    malformed(
        "a length with a coding that is not ours", post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"_ba, {}));
    malformed("two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"_ba, "hello"_ba));
    malformed("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n"_ba, "hello"_ba));
    malformed("two lengths in one field", post("Content-Length: 5, 5\r\n"_ba, "hello"_ba));
    malformed("an empty length", post("Content-Length:\r\n"_ba, {}));
    malformed("a length with a plus", post("Content-Length: +5\r\n"_ba, "hello"_ba));
    malformed("a length with a minus", post("Content-Length: -5\r\n"_ba, "hello"_ba));
    malformed("a length in hexadecimal", post("Content-Length: 0x5\r\n"_ba, "hello"_ba));
    malformed("a length with a blank inside", post("Content-Length: 1 1\r\n"_ba, "hello"_ba));
    malformed("a length with a fraction", post("Content-Length: 5.0\r\n"_ba, "hello"_ba));
    malformed("a coding with HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"_ba);
    malformed("chunked twice in two fields",
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"_ba, "0\r\n\r\n"_ba));
    malformed("a coding hidden in a second field",
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"_ba, "0\r\n\r\n"_ba));
    malformed("a coding with a vertical tab",
        post("Transfer-Encoding: \x0b"
             "chunked\r\n"_ba,
            "0\r\n\r\n"_ba));

    malformed("a chunk size with a plus", chunked("+1\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size with a minus", chunked("-1\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size with 0x", chunked("0x1\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size with a blank in front", chunked(" 1\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size with a blank behind", chunked("1 \r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size with a tab behind", chunked("1\t\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size with an underscore", chunked("1_0\r\nx\r\n0\r\n\r\n"_ba));
    malformed("an empty chunk size", chunked("\r\nx\r\n0\r\n\r\n"_ba));
    malformed("an extension without a size", chunked(";a\r\n\r\n"_ba));
    malformed("a chunk size that overflows 64 bits", chunked("10000000000000001\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size that overflows to a small one", chunked("fffffffffffffffff\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk line that ends in LF", chunked("1\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk line that ends in CR", chunked("1\rx\r\n0\r\n\r\n"_ba));
    malformed("an extension with a LF inside", chunked("1;a\nb\r\nx\r\n0\r\n\r\n"_ba));
    malformed("an extension with a NUL", chunked("1;a"_ba + QByteArray(1, '\0') + "\r\nx\r\n0\r\n\r\n"));
    malformed("chunk data longer than its size", chunked("1\r\nxy\r\n0\r\n\r\n"_ba));
    malformed("chunk data that ends in LF", chunked("1\r\nx\n0\r\n\r\n"_ba));
    malformed("chunk data that ends in nothing", chunked("1\r\nx0\r\n\r\n"_ba));
    malformed("a last chunk that ends in LF", chunked("0\r\n\n"_ba));
    malformed("a trailer with a bare LF", chunked("0\r\nX: y\n\r\n"_ba));
    malformed("a trailer with a space before the colon", chunked("0\r\nX : y\r\n\r\n"_ba));
    malformed("a trailer with a length", chunked("0\r\nContent-Length: 35\r\n\r\n"_ba));

    malformed("a request line without a version", "GET /\r\n\r\n"_ba);
    malformed("a request line with two blanks before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a request line with two blanks before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a request line with a blank behind", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"_ba);
    malformed("a request line with a tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a byte past ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a control character in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a fragment in the target", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a target that is no path", "GET x HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a target of an unknown scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("an absolute target without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("an asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a method without an end", QByteArray(40, 'G'));
    malformed("a version in small letters", "GET / http/1.1\r\nHost: a\r\n\r\n"_ba);
    malformed("a version with two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"_ba);
    malformed("a version of another protocol", "GET / ICAP/1.0\r\nHost: a\r\n\r\n"_ba);
    malformed("two empty lines before the request", "\r\n\r\n" + get({}));
    malformed("a bare LF before the request", "\n" + get({}));
    malformed("a blank before the request", " " + get({}));
    malformed("the beginning of TLS", "\x16\x03\x01\x02"_ba);

    const auto refused = [](const char *name, const QByteArray &bytes, const char *code) {
        QTest::newRow(name) << bytes + Second << "refused "_ba + code;
    };
    refused("a coding that is not ours", post("Transfer-Encoding: gzip\r\n"_ba, {}), "not-supported");
    refused(
        "a coding before chunked", post("Transfer-Encoding: gzip, chunked\r\n"_ba, "0\r\n\r\n"_ba), "not-supported");
    refused("a coding behind chunked", post("Transfer-Encoding: chunked, identity\r\n"_ba, "0\r\n\r\n"_ba),
        "not-supported");
    refused("chunked twice in one field", post("Transfer-Encoding: chunked, chunked\r\n"_ba, {}), "not-supported");
    refused("chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n"_ba, {}), "not-supported");
    refused("chunked with a letter more", post("Transfer-Encoding: xchunked\r\n"_ba, {}), "not-supported");
    refused("chunked in quotes", post("Transfer-Encoding: \"chunked\"\r\n"_ba, {}), "not-supported");
    refused("an empty coding", post("Transfer-Encoding:\r\n"_ba, {}), "not-supported");
    refused("identity", post("Transfer-Encoding: identity\r\n"_ba, {}), "not-supported");
    refused("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"_ba, "not-supported");
    refused("OPTIONS of the whole server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"_ba, "not-supported");
    refused("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"_ba, "http-version-not-supported");
    refused("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"_ba, "http-version-not-supported");
    refused("HTTP/0.9 in words", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"_ba, "http-version-not-supported");
    // RFC 9113, 3.4.
    refused("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"_ba, "http-version-not-supported");
    refused("an absolute target of https", "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n"_ba, "misdirected-request");
    refused("another expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n"_ba, "x"_ba), "expectation-failed");
    refused("two expectations", post("Expect: 100-continue\r\nExpect: x\r\nContent-Length: 1\r\n"_ba, "x"_ba),
        "expectation-failed");
    refused("an empty expectation", post("Expect:\r\nContent-Length: 1\r\n"_ba, "x"_ba), "expectation-failed");
    refused(
        "a length that no number holds", post("Content-Length: 99999999999999999999999999\r\n"_ba, {}), "too-large");
    refused("a length of 64 bits", post("Content-Length: 18446744073709551616\r\n"_ba, {}), "too-large");
    refused("a chunk larger than any body", chunked("7fffffffffffffff\r\nx"_ba), "too-large");
    QTest::newRow("a good request, then a bad one")
        << get({}) + "GET /\n" + Second << "GET / host=a + refused malformed-request"_ba;
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

    // 16 digits and CRLF of each line with a size are free; the rest counts to 16 KiB, with the CRLF at the end.
    const QByteArray extension = "000000000000001;" + QByteArray(16382, 'e') + "\r\nx\r\n";
    row("extensions up to the limit", chunked(extension + "0\r\n\r\n"), "POST / host=a [x]");
    row("extensions one byte over", chunked(extension.sliced(0, 16) + 'e' + extension.sliced(16) + "0\r\n\r\n"),
        "refused malformed-request");
    row("extensions over the limit in two chunks",
        chunked(extension + "1;" + QByteArray(20, 'e') + "\r\nx\r\n0\r\n\r\n"), "refused malformed-request");
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
