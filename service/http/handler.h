// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The seam upward: the door hands whole requests to a Handler and knows nothing of what they mean.
//
// Both calls come on the I/O thread. The handler outlives the server.
#pragma once

#include "service/core/error.h"
#include "service/http/message.h"

namespace http {

class Handler
{
public:
    virtual ~Handler() = default;

    // Answered by Server::answer with the request's ticket, in this call or at any time later; postAnswers does it from
    // another thread. A ticket that is never answered holds its connection until the server stops.
    virtual void handle(Request &&request) = 0;

    // The answer to what the door refuses itself: status and body for the error's code.
    virtual Response refusal(const Error &error, const RequestId &requestId) = 0;
};

} // namespace http
