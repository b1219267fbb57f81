// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the door bears before it refuses. The defaults are the contract's; tests use smaller ones.
#pragma once

#include <QtCore/qbytearray.h>

#include <chrono>
#include <functional>

namespace http {

struct Limits
{
    // Bytes and counts.
    qsizetype headerBlock = 16 * 1024; // from the request line to the final CRLF, both included: 431
    qsizetype headerFields = 100; // 431
    qsizetype target = 8 * 1024; // 414
    qsizetype body = 1024 * 1024; // 413, unless bodyLimit says otherwise
    qsizetype trailers = 16 * 1024; // of one request together: 400
    qsizetype connections = 4096;
    qsizetype readAtOnce = 64 * 1024; // also the most that waits unparsed per connection
    qsizetype pendingOutput = 64 * 1024; // answers to pipelined requests collected before they are written
    qsizetype drain = 8 * 1024 * 1024; // read and thrown away after an answer that closes

    // Times, all absolute but `write`, which counts from the last byte that went out.
    std::chrono::nanoseconds header = std::chrono::seconds(10); // from its first byte; also of a silent new connection
    std::chrono::nanoseconds receive = std::chrono::seconds(30); // of the body, from the end of the header
    std::chrono::nanoseconds idle = std::chrono::seconds(60); // between two requests
    std::chrono::nanoseconds write = std::chrono::seconds(30);
    std::chrono::nanoseconds linger = std::chrono::seconds(5); // draining after an answer that closes
    std::chrono::milliseconds sweep = std::chrono::seconds(1); // how often the times above are looked at

    // The body limit of one route; empty: `body` for all.
    std::function<qsizetype(QByteArrayView method, QByteArrayView path)> bodyLimit;
};

} // namespace http
