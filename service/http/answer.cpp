// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/answer.h"

#include <QtCore/qdatetime.h>
#include <QtCore/qlocale.h>
#include <QtCore/qtimezone.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

namespace {

bool hasBody(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void appendField(QByteArray &out, QByteArrayView name, QByteArrayView value)
{
    out.append(name).append(": ");
    const qsizetype start = out.size();
    out.append(value);
    const auto control = [](char c) { return (uchar(c) < 0x20 && c != '\t') || c == 0x7f; };
    std::replace_if(out.begin() + start, out.end(), control, ' ');
    out.append("\r\n");
}

} // namespace

AnswerWriter::AnswerWriter(const Clock &clock)
    : m_clock(clock)
{
}

const QByteArray &AnswerWriter::date()
{
    // RFC 9110, 5.6.7.
    if (const qint64 second = toSeconds(m_clock.now()); second != m_second) {
        m_second = second;
        const QDateTime time = QDateTime::fromSecsSinceEpoch(second, QTimeZone::utc());
        m_date = "Date: "_ba + QLocale::c().toString(time, u"ddd, dd MMM yyyy HH:mm:ss").toLatin1() + " GMT\r\n"_ba;
    }
    return m_date;
}

bool AnswerWriter::sendsBody(int status, const AnswerContext &context)
{
    return !context.head && hasBody(status);
}

void AnswerWriter::appendHead(QByteArray &out, const Response &response, const AnswerContext &context)
{
    constexpr qsizetype usualHead = 512;
    if (out.capacity() - out.size() < usualHead)
        out.reserve(out.size() + usualHead + (response.body.size() <= 4096 ? response.body.size() : 0));

    char digits[3] = {char('0' + response.status / 100 % 10), char('0' + response.status / 10 % 10),
        char('0' + response.status % 10)};
    out.append("HTTP/1.1 ").append(digits, 3).append(' ').append(reasonPhrase(response.status)).append("\r\n");
    out.append(date());
    out.append("X-Request-Id: ").append(context.requestId.text()).append("\r\n");
    out.append("X-Content-Type-Options: nosniff\r\n");
    if (!response.contentType.isEmpty())
        appendField(out, "Content-Type", response.contentType);
    for (const Header &header : response.headers)
        appendField(out, header.name, header.value);
    if (hasBody(response.status))
        out.append("Content-Length: ").append(QByteArray::number(response.body.size())).append("\r\n");
    if (context.close)
        out.append("Connection: close\r\n");
    else if (context.http10)
        out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

} // namespace http
