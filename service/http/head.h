// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The head of a request as lines: what it says and whether it may be said so (RFC 9112, 2 to 6). Pure functions.
//
// Where the grammar leaves two readings, both are refused: a proxy before us may have taken the other.
#pragma once

#include "service/core/result.h"
#include "service/http/message.h"

namespace http {

struct Head
{
    Request request;
    bool chunked = false;
    quint64 length = 0; // of a body that is not chunked
    bool expectsContinue = false;
};

// The first line without its CRLF. NotImplemented for CONNECT and "OPTIONS *", HttpVersion but for 1.0 and 1.1,
// MisdirectedRequest for an absolute target of another scheme. An absolute target's authority becomes the host.
Result<void> readRequestLine(QByteArrayView line, Head &head);

// All fields of `block`, the whole head with its final CRLF; the first begins at `from`. What could be read before an
// error stays in the head.
Result<void> readFields(const QByteArray &block, qsizetype from, Head &head);

} // namespace http
