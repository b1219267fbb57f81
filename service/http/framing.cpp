// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/framing.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

namespace {

constexpr qsizetype MostSizeDigits = 16; // of a chunk; 64 bits

Framing &self(const llhttp_t *parser)
{
    return *static_cast<Framing *>(parser->data);
}

} // namespace

const llhttp_settings_t &Framing::settings()
{
    static const llhttp_settings_t table = [] {
        llhttp_settings_t made;
        llhttp_settings_init(&made);
        made.on_headers_complete = onHeadersComplete;
        made.on_chunk_header = onChunkHeader;
        made.on_body = onBody;
        made.on_message_complete = onMessageComplete;
        return made;
    }();
    return table;
}

Framing::Framing()
{
    llhttp_init(&m_parser, HTTP_REQUEST, &settings());
    m_parser.data = this;
}

int Framing::onHeadersComplete(llhttp_t *parser)
{
    self(parser).m_headComplete = true;
    return HPE_PAUSED;
}

int Framing::onChunkHeader(llhttp_t *parser)
{
    Framing &framing = self(parser);
    const quint64 size = parser->content_length;
    if (size == 0) {
        framing.m_phase = Phase::Trailers;
        return HPE_OK;
    }
    if (size > quint64(framing.m_bodyLimit - framing.m_body->size())) {
        framing.m_tooLarge = true;
        return HPE_USER;
    }
    framing.m_phase = Phase::Data;
    framing.m_dataLeft = size + 2;
    return HPE_OK;
}

int Framing::onBody(llhttp_t *parser, const char *at, size_t length)
{
    self(parser).m_body->append(at, qsizetype(length));
    return HPE_OK;
}

int Framing::onMessageComplete(llhttp_t *parser)
{
    self(parser).m_complete = true;
    return HPE_PAUSED; // nothing behind it is this message's, Upgrade or not
}

Result<void> Framing::execute(QByteArrayView bytes)
{
    const llhttp_errno_t code = llhttp_execute(&m_parser, bytes.data(), size_t(bytes.size()));
    if (m_tooLarge)
        return fail(ErrorCode::TooLarge, u"The body is larger than this route takes."_s);
    if (code == HPE_OK || code == HPE_PAUSED)
        return {};
    return fail(ErrorCode::MalformedRequest,
        u"The request breaks HTTP's grammar: "_s + QString::fromLatin1(llhttp_get_error_reason(&m_parser)) + u"."_s);
}

Result<void> Framing::readHead(QByteArrayView afterMethod, bool chunked, quint64 length)
{
    llhttp_reset(&m_parser);
    m_phase = Phase::Line;
    m_line = m_trailers = 0;
    m_headComplete = m_complete = m_tooLarge = false;

    TRY(execute("POST"));
    TRY(execute(afterMethod));
    const bool all = m_headComplete && llhttp_get_error_pos(&m_parser) == afterMethod.data() + afterMethod.size();
    const bool sameBody =
        ((m_parser.flags & F_CHUNKED) != 0) == chunked && (chunked || m_parser.content_length == length);
    if (!all || !sameBody)
        return fail(ErrorCode::MalformedRequest, u"The end of the header or the length of the body is ambiguous."_s);
    llhttp_resume(&m_parser);
    return {};
}

// What llhttp lets pass: nobody writes a size so but to be read differently by two parsers in a row.
Result<void> Framing::checkSizeLine(QByteArrayView part)
{
    for (const char c : part) {
        if (c == ';')
            return fail(ErrorCode::MalformedRequest, u"Chunk extensions are not taken here."_s);
        if (c == '\r' || c == '\n')
            continue;
        if (m_line == 1 && m_leadingZero)
            return fail(ErrorCode::MalformedRequest, u"A chunk size has no leading zeros."_s);
        if (m_line == MostSizeDigits)
            return fail(ErrorCode::MalformedRequest, u"A chunk size has at most %1 digits."_s.arg(MostSizeDigits));
        m_leadingZero = m_line++ == 0 && c == '0';
    }
    return {};
}

Result<Framing::Progress> Framing::readChunked(
    QByteArrayView bytes, QByteArray &body, qsizetype bodyLimit, qsizetype trailersLimit)
{
    m_body = &body;
    m_bodyLimit = bodyLimit;
    Progress progress;
    while (progress.consumed < bytes.size() && !m_complete) {
        QByteArrayView run = bytes.sliced(progress.consumed);
        if (m_phase == Phase::Data) {
            run = run.first(qsizetype(std::min(quint64(run.size()), m_dataLeft)));
            m_dataLeft -= quint64(run.size());
            if (m_dataLeft == 0) {
                m_phase = Phase::Line;
                m_line = 0;
            }
        } else {
            if (const qsizetype end = run.indexOf('\n'); end >= 0)
                run = run.first(end + 1);
            if (m_phase == Phase::Line) {
                TRY(checkSizeLine(run));
            } else if ((m_trailers += run.size()) > trailersLimit) {
                return fail(ErrorCode::MalformedRequest, u"The trailers are too long."_s);
            }
        }
        TRY(execute(run));
        progress.consumed += run.size();
    }
    progress.complete = m_complete;
    return progress;
}

} // namespace http
