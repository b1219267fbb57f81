// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What decides whether a request may pass, apart from its body: what the door judges it by and POST /v1/tokens/explain
// tells of. Pure functions over the published state; any thread.
#pragma once

#include "service/api/routes.h"
#include "service/engine/state.h"
#include "service/tokens/refusal.h"

namespace api {

// Of a token at one moment.
struct Standing
{
    std::optional<tokens::Refusal> refusal; // of the token, or for a deleted tenant; a suspended one is none
    bool suspended = false; // the tenant: such a caller may nothing
    qint64 requestsPerMinute = 0; // of the tenant
};

// Null for an id that was never registered.
Standing standingOf(const engine::State &state, const tokens::TokenRecord *token, Timestamp now);

// InsufficientScope. Never asked of a route that is for anyone.
Result<void> judgeScope(const Route &route, const tokens::Scope &scope);

// Whether what belongs to `owner` is another's for a caller of this tenant; nothing is for an administrator, who has
// none.
inline bool isForeign(const TenantId &callers, const TenantId &owner)
{
    return !callers.isEmpty() && callers != owner;
}

} // namespace api
