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

// QByteArray::append makes sure of its room each time; here it is made sure of once.
class Head
{
public:
    Head(QByteArray &out, qsizetype room)
        : m_out(out)
    {
        const qsizetype size = out.size();
        out.resize(size + room); // grows as append does
        m_at = out.data() + size;
    }
    ~Head() { m_out.resize(m_at - m_out.constData()); }
    Q_DISABLE_COPY_MOVE(Head)

    Head &text(QByteArrayView text)
    {
        m_at = std::ranges::copy(text, m_at).out;
        return *this;
    }
    // Control characters become blanks, so that no slip of a handler can split an answer.
    Head &value(QByteArrayView text)
    {
        const auto control = [](char c) { return (uchar(c) < 0x20 && c != '\t') || c == 0x7f; };
        m_at = std::ranges::replace_copy_if(text, m_at, control, ' ').out;
        return *this;
    }

private:
    QByteArray &m_out;
    char *m_at;
};

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
    // All lines but the handler's own fields, at their longest, and the body, if it is to follow in the same buffer.
    qsizetype room = 512 + context.requestId.text().size() + response.contentType.size();
    for (const Header &header : response.headers)
        room += header.name.size() + header.value.size() + 4;
    const qsizetype all = out.size() + room + (response.body.size() <= 4096 ? response.body.size() : 0);
    if (all > out.capacity())
        out.reserve(std::max(all, 2 * out.size())); // of many pipelined answers none copies all before it

    const char digits[3] = {char('0' + response.status / 100 % 10), char('0' + response.status / 10 % 10),
        char('0' + response.status % 10)};
    Head head(out, room);
    head.text("HTTP/1.1 ").text(QByteArrayView(digits, 3)).text(" ").text(reasonPhrase(response.status)).text("\r\n");
    head.text(date());
    head.text("X-Request-Id: ").text(context.requestId.text()).text("\r\nX-Content-Type-Options: nosniff\r\n");
    if (!response.contentType.isEmpty())
        head.text("Content-Type: ").value(response.contentType).text("\r\n");
    for (const Header &header : response.headers)
        head.text(header.name).text(": ").value(header.value).text("\r\n");
    if (hasBody(response.status))
        head.text("Content-Length: ")
            .text(QByteArray::number(response.file.isOpen() ? response.file.size() : response.body.size()))
            .text("\r\n");
    if (context.close)
        head.text("Connection: close\r\n");
    else if (context.http10)
        head.text("Connection: keep-alive\r\n");
    head.text("\r\n");
}

} // namespace http
