// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Errors as answers: the one table from code to HTTP status, and the one body (RFC 9457).
#pragma once

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/jsonwriter.h"
#include "service/http/message.h"

namespace api {

struct ProblemKind
{
    int status;
    const char *title;
};

// Codes that should never reach a client (a file, a command line) are 500.
ProblemKind problemKind(ErrorCode code);

// Of one thing among several in an answer that is none itself: `code`, `detail` and `errors`, into an open object.
void writeRefusal(json::Writer &writer, const Error &error);

http::Response problem(const Error &error, const RequestId &requestId);

} // namespace api
