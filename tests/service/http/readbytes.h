// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Reads bytes with the parser and tells what came of it as one line of text; the cuts between bytes are the test's.
#pragma once

#include "service/http/requestparser.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

// Must not be seen where it stands behind something refused.
constexpr auto Second = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

inline http::Limits smallBodies()
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
            if (step.outcome == http::RequestParser::Outcome::Complete)
                m_told.append(told(m_parser.take()));
            else if (step.outcome == http::RequestParser::Outcome::Refused)
                m_refused = true;
        }
    }

    QByteArray result() const
    {
        QList<QByteArray> all = m_told;
        if (m_refused)
            all.append("refused "_ba + errorName(m_parser.error().code));
        else if (m_parser.phase() != http::RequestParser::Phase::Idle)
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

    http::RequestParser m_parser;
    QList<QByteArray> m_told;
    bool m_refused = false;
};

inline QByteArray readInPieces(QByteArrayView bytes, qsizetype cut)
{
    const http::Limits limits = smallBodies();
    Reader reader(limits);
    reader.feed(bytes.first(cut));
    reader.feed(bytes.sliced(cut));
    return reader.result();
}

inline QByteArray readByteByByte(QByteArrayView bytes)
{
    const http::Limits limits = smallBodies();
    Reader reader(limits);
    for (qsizetype i = 0; i < bytes.size(); ++i)
        reader.feed(bytes.sliced(i, 1));
    return reader.result();
}

inline QByteArray get(const QByteArray &fields)
{
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

inline QByteArray post(const QByteArray &fields, const QByteArray &body)
{
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

inline QByteArray chunked(const QByteArray &body)
{
    return post("Transfer-Encoding: chunked\r\n"_ba, body);
}

// Whole, cut once at each boundary, byte by byte: all must read alike.
inline void checkAllCuts(const QByteArray &bytes, const QByteArray &expected)
{
    QCOMPARE(readInPieces(bytes, 0), expected);
    for (qsizetype cut = 1; cut < bytes.size(); ++cut)
        QVERIFY2(readInPieces(bytes, cut) == expected, qPrintable(u"cut at %1"_s.arg(cut)));
    QCOMPARE(readByteByByte(bytes), expected);
}
