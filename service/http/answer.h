// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Answers to bytes (RFC 9112, 4 to 6). I/O thread.
#pragma once

#include "service/core/clock.h"
#include "service/http/message.h"

namespace http {

// What of the request its answer depends on.
struct AnswerContext
{
    RequestId requestId;
    bool head = false;
    bool http10 = false;
    bool close = false;
};

class AnswerWriter
{
public:
    explicit AnswerWriter(const Clock &clock);

    // Status line, fields and the empty line. Control characters in a field's value become blanks, so that no slip of a
    // handler can split an answer.
    void appendHead(QByteArray &out, const Response &response, const AnswerContext &context);

    // Whether the body goes out: not for HEAD, and some statuses have none (RFC 9110, 6.4.1).
    static bool sendsBody(int status, const AnswerContext &context);

private:
    const QByteArray &date();

    const Clock &m_clock;
    qint64 m_second = -1;
    QByteArray m_date; // the whole line, made once a second
};

} // namespace http
