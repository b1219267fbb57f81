// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the parser refuses: oddities in which two readers could see two different requests, and what is not supported.
// Behind each row stands a second request, which must not be seen.
#include "tests/service/http/readbytes.h"

class TestRequestRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuses_data();
    void refuses();
};

void TestRequestRefusals::refuses_data()
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
    malformed("a chunk size with a zero in front", chunked("01\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size with many zeros in front", chunked(QByteArray(5000, '0') + "1\r\nx\r\n0\r\n\r\n"));
    malformed("a last chunk of two zeros", chunked("1\r\nx\r\n00\r\n\r\n"_ba));
    malformed("a second chunk size with a zero in front", chunked("1\r\nx\r\n01\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk size of 17 digits", chunked("11111111111111111\r\nx\r\n0\r\n\r\n"_ba));
    malformed("a chunk extension", chunked("1;a=b\r\nx\r\n0\r\n\r\n"_ba));
    malformed("an extension of the last chunk", chunked("1\r\nx\r\n0;a\r\n\r\n"_ba));
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

void TestRequestRefusals::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    checkAllCuts(bytes, expected);
}

QTEST_APPLESS_MAIN(TestRequestRefusals)
#include "tst_requestrefusals.moc"
