// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/error.h"

const char *errorName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::MalformedRequest:
        return "malformed-request";
    case ErrorCode::MalformedJson:
        return "malformed-json";
    case ErrorCode::InvalidField:
        return "invalid-field";
    case ErrorCode::ImmutableField:
        return "immutable-field";
    case ErrorCode::UnsupportedMediaType:
        return "unsupported-media-type";
    case ErrorCode::TooLarge:
        return "too-large";
    case ErrorCode::NotFound:
        return "not-found";
    case ErrorCode::MethodNotAllowed:
        return "method-not-allowed";
    case ErrorCode::ExpectationFailed:
        return "expectation-failed";
    case ErrorCode::RequestTimeout:
        return "request-timeout";
    case ErrorCode::TargetTooLong:
        return "target-too-long";
    case ErrorCode::HeaderTooLarge:
        return "header-too-large";
    case ErrorCode::MisdirectedRequest:
        return "misdirected-request";
    case ErrorCode::NotImplemented:
        return "not-supported";
    case ErrorCode::HttpVersion:
        return "http-version-not-supported";
    case ErrorCode::InvalidToken:
        return "invalid-token";
    case ErrorCode::InsufficientScope:
        return "insufficient-scope";
    case ErrorCode::ScopeExceedsParent:
        return "scope-exceeds-parent";
    case ErrorCode::ExpiryExceedsParent:
        return "expiry-exceeds-parent";
    case ErrorCode::DepthExceeded:
        return "depth-exceeded";
    case ErrorCode::ForeignOrigin:
        return "foreign-origin";
    case ErrorCode::TenantSuspended:
        return "tenant-suspended";
    case ErrorCode::TenantExists:
        return "tenant-exists";
    case ErrorCode::TenantNotEmpty:
        return "tenant-not-empty";
    case ErrorCode::TenantNotDeleted:
        return "tenant-not-deleted";
    case ErrorCode::TenantDeleted:
        return "tenant-deleted";
    case ErrorCode::NodeExists:
        return "node-exists";
    case ErrorCode::NodeNotEmpty:
        return "node-not-empty";
    case ErrorCode::IdempotencyKeyInUse:
        return "idempotency-key-in-use";
    case ErrorCode::IdempotencyKeyReused:
        return "idempotency-key-reused";
    case ErrorCode::OverQuota:
        return "over-quota";
    case ErrorCode::PreconditionFailed:
        return "precondition-failed";
    case ErrorCode::QuotaExceeded:
        return "quota-exceeded";
    case ErrorCode::RateLimited:
        return "rate-limited";
    case ErrorCode::NoCapacity:
        return "no-capacity";
    case ErrorCode::LedgerUnavailable:
        return "ledger-unavailable";
    case ErrorCode::Unavailable:
        return "unavailable";
    case ErrorCode::Storage:
        return "storage";
    case ErrorCode::Corrupt:
        return "corrupt";
    case ErrorCode::Refused:
        return "refused";
    case ErrorCode::Usage:
        return "usage";
    }
    return "unknown";
}
