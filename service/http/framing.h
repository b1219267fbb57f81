// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// llhttp behind our own counting: it has the last word on the grammar of a head and decodes chunked bodies (RFC
// 9112, 7.1) with every lenient flag off. It has no limits and its callbacks see neither blanks nor leading zeros, so
// raw bytes are counted and sizes looked at here.
//
// One thread. No bytes are kept between calls.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>

#include <llhttp.h>

namespace http {

class Framing
{
public:
    Framing();
    Framing(const Framing &) = delete; // llhttp points back here
    Framing &operator=(const Framing &) = delete;

    // A whole head, from the blank after the method on: methods are the router's to know, so llhttp sees one of its
    // own. MalformedRequest also where llhttp reads another length than we did, for that is how requests are smuggled.
    Result<void> readHead(QByteArrayView afterMethod, bool chunked, quint64 length);

    struct Progress
    {
        qsizetype consumed = 0;
        bool complete = false;
    };

    // Part of a chunked body, after its head. TooLarge past `bodyLimit`; MalformedRequest for anything odd in the
    // framing, chunk extensions and leading zeros among it, and when the trailers together pass `trailersLimit`.
    Result<Progress> readChunked(QByteArrayView bytes, QByteArray &body, qsizetype bodyLimit, qsizetype trailersLimit);

private:
    enum class Phase
    {
        Line,
        Data,
        Trailers
    };

    static int onHeadersComplete(llhttp_t *parser);
    static int onChunkHeader(llhttp_t *parser);
    static int onBody(llhttp_t *parser, const char *at, size_t length);
    static int onMessageComplete(llhttp_t *parser);
    static const llhttp_settings_t &settings();

    Result<void> execute(QByteArrayView bytes);
    Result<void> checkSizeLine(QByteArrayView part);

    llhttp_t m_parser;
    Phase m_phase = Phase::Line;
    quint64 m_dataLeft = 0; // of the chunk, with the CRLF behind it
    qsizetype m_line = 0; // characters so far of the line with the chunk's size
    bool m_leadingZero = false; // it began with one
    qsizetype m_trailers = 0;
    qsizetype m_bodyLimit = 0;
    QByteArray *m_body = nullptr; // during readChunked
    bool m_headComplete = false;
    bool m_complete = false;
    bool m_tooLarge = false;
};

} // namespace http
