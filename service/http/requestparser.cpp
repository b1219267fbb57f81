// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/requestparser.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

namespace {

constexpr qsizetype LongestMethod = 32;
constexpr qsizetype UsualHead = 1536; // with a token

} // namespace

RequestParser::RequestParser(const Limits &limits)
    : m_limits(limits)
{
}

RequestParser::Step RequestParser::feed(QByteArrayView bytes)
{
    qsizetype consumed = 0;
    while (!m_complete && consumed < bytes.size()) {
        const QByteArrayView rest = bytes.sliced(consumed);
        auto part = m_phase == Phase::Body ? feedBody(rest) : feedHead(rest);
        if (!part) {
            m_error = std::move(part.error());
            return {Outcome::Refused, bytes.size()};
        }
        consumed += *part;
    }
    return {m_complete ? Outcome::Complete : Outcome::NeedMore, consumed};
}

// Up to the end of the head, or all. Everything is judged in the order of the bytes, so that cuts change nothing.
Result<qsizetype> RequestParser::feedHead(QByteArrayView bytes)
{
    if (m_phase == Phase::Idle) {
        m_phase = Phase::Head;
        m_block.reserve(UsualHead);
    }
    qsizetype at = 0;
    while (at < bytes.size()) {
        const qsizetype end = bytes.indexOf('\n', at);
        const QByteArrayView part = end < 0 ? bytes.sliced(at) : bytes.sliced(at, end + 1 - at);
        m_block.append(part);
        at += part.size();
        if (m_firstField == 0)
            TRY(checkFirstLine(QByteArrayView(m_block).sliced(m_lineStart)));
        if (m_block.size() > m_limits.headerBlock)
            return fail(ErrorCode::HeaderTooLarge, u"The header is too large."_s);
        if (end >= 0)
            TRY(endLine());
        if (m_phase != Phase::Head)
            break;
    }
    return at;
}

// Of the request line so far, complete or not: nobody may send 16 KiB to hear that the first byte was wrong.
Result<void> RequestParser::checkFirstLine(QByteArrayView line) const
{
    if (uchar(line.front()) <= 0x20 && line.front() != '\r')
        return fail(ErrorCode::MalformedRequest, u"A request begins with its method."_s);
    if (uchar(line.front()) > 0x7f)
        return fail(ErrorCode::MalformedRequest, u"This is no HTTP; is it TLS?"_s);
    const qsizetype blank = line.first(std::min(line.size(), LongestMethod + 1)).indexOf(' ');
    if (blank < 0) {
        if (line.size() > LongestMethod)
            return fail(ErrorCode::MalformedRequest, u"A request begins with a method of at most 32 characters."_s);
        return {};
    }
    if (line.size() - blank - 1 <= m_limits.target)
        return {};
    QByteArrayView target = line.sliced(blank + 1);
    const auto end = std::ranges::find_if(target, [](char c) { return c == ' ' || c == '\r' || c == '\n'; });
    if (end - target.begin() > m_limits.target)
        return fail(ErrorCode::TargetTooLong, u"The request target is too long."_s);
    return {};
}

Result<void> RequestParser::endLine()
{
    const QByteArrayView line = QByteArrayView(m_block).sliced(m_lineStart);
    if (line.size() < 2 || line[line.size() - 2] != '\r')
        return fail(ErrorCode::MalformedRequest, u"A header line ends in LF without CR."_s);
    const QByteArrayView content = line.chopped(2);
    if (m_firstField > 0 && content.isEmpty())
        return endHead();
    if (m_firstField > 0) {
        m_lineStart = m_block.size();
        if (++m_fields > m_limits.headerFields)
            return fail(ErrorCode::HeaderTooLarge, u"There are too many header fields."_s);
        return {};
    }
    if (content.isEmpty()) {
        // RFC 9112, 2.2: one empty line before the request is forgiven; it is not part of the header.
        if (m_blankSkipped)
            return fail(ErrorCode::MalformedRequest, u"A request begins with its method."_s);
        m_blankSkipped = true;
        m_block.resize(0);
        m_phase = Phase::Idle;
        return {};
    }
    TRY(readRequestLine(content, m_head));
    m_firstField = m_lineStart = m_block.size();
    return {};
}

Result<void> RequestParser::endHead()
{
    TRY(readFields(m_block, m_firstField, m_head));
    const Request &request = m_head.request;
    m_bodyLimit = m_limits.bodyLimit ? m_limits.bodyLimit(request.method, request.path) : m_limits.body;
    if (m_head.length > quint64(m_bodyLimit))
        return fail(ErrorCode::TooLarge, u"The body is larger than this route takes."_s);
    TRY(m_framing.readHead(QByteArrayView(m_block).sliced(m_block.indexOf(' ')), m_head.chunked, m_head.length));
    m_phase = Phase::Body;
    m_complete = !m_head.chunked && m_head.length == 0;
    if (m_head.length > 0)
        m_head.request.body.reserve(qsizetype(m_head.length));
    return {};
}

Result<qsizetype> RequestParser::feedBody(QByteArrayView bytes)
{
    m_bodyBegun = true;
    QByteArray &body = m_head.request.body;
    if (m_head.chunked) {
        ASSIGN_OR_RETURN(auto progress, m_framing.readChunked(bytes, body, m_bodyLimit, m_limits.trailers));
        m_complete = progress.complete;
        return progress.consumed;
    }
    const qsizetype part = std::min(bytes.size(), qsizetype(m_head.length) - body.size());
    body.append(bytes.first(part));
    m_complete = quint64(body.size()) == m_head.length;
    return part;
}

Request RequestParser::take()
{
    Request request = std::move(m_head.request);
    m_head = Head();
    m_block = QByteArray();
    m_phase = Phase::Idle;
    m_complete = m_blankSkipped = m_bodyBegun = false;
    m_lineStart = m_firstField = m_fields = m_bodyLimit = 0;
    return request;
}

} // namespace http
