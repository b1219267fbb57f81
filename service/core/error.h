// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What can go wrong, as a closed list. The code is for programs, the detail is English for people and logs.
//
// Two tables read the code: service/api/problem.cpp (HTTP status and body) and the console's messages.
#pragma once

#include <QtCore/qjsonobject.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

enum class ErrorCode
{
    // The caller mends the request.
    MalformedRequest, // framing or syntax of HTTP
    MalformedJson,
    InvalidField, // Error::fields says which and why
    ImmutableField,
    UnsupportedMediaType,
    TooLarge,
    NotFound,
    MethodNotAllowed,
    ExpectationFailed,
    RequestTimeout,
    TargetTooLong,
    HeaderTooLarge,
    MisdirectedRequest,
    NotImplemented,
    HttpVersion,
    // The caller may not.
    InvalidToken, // Error::reason says why, told on /v1/tokens/verify only
    InsufficientScope,
    ScopeExceedsParent,
    ExpiryExceedsParent,
    DepthExceeded,
    ForeignOrigin,
    TenantSuspended,
    // The state does not allow it.
    TenantExists,
    TenantNotEmpty,
    TenantNotDeleted,
    TenantDeleted,
    NodeExists,
    NodeNotEmpty,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    OverQuota,
    PreconditionFailed,
    QuotaExceeded, // Error::members carries the numbers
    RateLimited, // Error::retryAfterSeconds
    NoCapacity,
    // The ledger can't be written: writes are refused, nothing was changed.
    LedgerUnavailable,
    Unavailable,
    // A file, a directory or a program is not as it must be: the operator mends it.
    Storage, // SQLite or a file refused; nothing was committed
    Corrupt, // what is stored contradicts itself
    Refused, // a directory, lock, port or key is not ours to use
    Usage, // the command line
};

struct FieldError
{
    QString pointer; // RFC 6901, "/max_vms"; a query parameter is "?limit"
    QString detail;
};

struct Error
{
    ErrorCode code = ErrorCode::Unavailable;
    QString detail;
    QList<FieldError> fields = {};
    QJsonObject members = {}; // extra members of the problem, as the contract names them
    QByteArray reason = {}; // of InvalidToken; of NotFound "foreign" where it hides what is another's
    int retryAfterSeconds = 0; // of RateLimited
    int sqlite = 0; // primary result code of SQLite where it spoke, else 0
};

// The contract's name, "tenant-exists"; for codes that never leave the process a name in the same manner.
const char *errorName(ErrorCode code);

// One past the last code, for tables and the tests that walk them.
constexpr int ErrorCodeCount = int(ErrorCode::Usage) + 1;
