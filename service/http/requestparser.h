// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Bytes to requests, without a socket: the same bytes give the same requests and refusals however they are cut.
//
// One thread, one parser per connection, one request at a time: after Complete it stops, so that bytes of the next
// request stay with the caller. After Refused nothing that follows can be trusted to be a request; the connection
// closes.
#pragma once

#include "service/http/framing.h"
#include "service/http/head.h"
#include "service/http/limits.h"

namespace http {

class RequestParser
{
public:
    enum class Outcome
    {
        NeedMore,
        Complete,
        Refused
    };
    enum class Phase
    {
        Idle,
        Head,
        Body
    }; // Idle: no byte of the next request came yet

    struct Step
    {
        Outcome outcome;
        qsizetype consumed;
    };

    // The limits outlive the parser.
    explicit RequestParser(const Limits &limits);

    Step feed(QByteArrayView bytes);

    Phase phase() const { return m_phase; }
    // The head is read and fine, the client holds its body back until told to go on.
    bool wantsContinue() const { return m_phase == Phase::Body && m_head.expectsContinue && !m_bodyBegun; }
    // What is known of the request so far; the whole of it after Complete.
    const Request &request() const { return m_head.request; }

    // After Complete; the parser is then ready for the next request.
    Request take();
    // After Refused.
    const Error &error() const { return m_error; }

private:
    Result<qsizetype> feedHead(QByteArrayView bytes);
    Result<void> endLine();
    Result<void> checkFirstLine(QByteArrayView line) const;
    Result<void> endHead();
    Result<qsizetype> feedBody(QByteArrayView bytes);

    const Limits &m_limits;
    Framing m_framing;
    Phase m_phase = Phase::Idle;
    bool m_complete = false;
    bool m_blankSkipped = false;
    bool m_bodyBegun = false;
    QByteArray m_block; // the head so far
    qsizetype m_lineStart = 0;
    qsizetype m_firstField = 0; // 0: still in the request line
    qsizetype m_fields = 0;
    qsizetype m_bodyLimit = 0;
    Head m_head;
    Error m_error;
};

} // namespace http
