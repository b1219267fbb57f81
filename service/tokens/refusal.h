// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Why a token does not pass. POST /v1/tokens/verify tells the word; elsewhere the caller learns only that it failed.
#pragma once

#include "service/core/result.h"

namespace tokens {

enum class Refusal
{
    Malformed,
    BadSignature,
    UnknownKey,
    Expired,
    NotYetValid,
    Revoked, // also: an id never issued, a deleted tenant
    TenantSuspended
};

const char *reasonWord(Refusal refusal); // "not-yet-valid"

// InvalidToken with the word as its reason.
Error refused(Refusal refusal);

// Malformed, with what is wrong for the log.
std::unexpected<Error> malformed(const QString &detail);

} // namespace tokens
