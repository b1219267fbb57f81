// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/stateload.h"

#include "service/core/encoding.h"
#include "service/store/statement.h"
#include "service/tenancy/planstore.h"
#include "service/tenancy/tenantstore.h"
#include "service/tokens/tokenstore.h"

using namespace Qt::StringLiterals;

namespace engine {

Result<State> loadState(store::Database &database)
{
    State state;
    ASSIGN_OR_RETURN(auto tenants, tenancy::loadTenants(database));
    for (auto &tenant : tenants) {
        TenantId id = tenant.id;
        state.tenants.emplace_hint(state.tenants.end(), std::move(id), std::move(tenant));
    }
    ASSIGN_OR_RETURN(auto plans, tenancy::loadPlans(database));
    for (auto &plan : plans)
        state.plans.emplace(plan.name, std::move(plan));
    TRY(tokens::loadTokens(database, [&](tokens::TokenRecord token) {
        TokenId id = token.id;
        state.tokens.emplace(std::move(id), std::move(token));
    }));

    ASSIGN_OR_RETURN(
        auto keys, database.prepared("SELECT key_id, public_key, created_at, retired_at FROM signing_key"));
    TRY(keys.run());
    while (keys.next()) {
        const auto bytes = fromBase64Url(keys.bytes(1));
        auto key = bytes ? crypto::publicKeyFromBytes(*bytes) : fail(ErrorCode::Corrupt, {});
        if (!key)
            return fail(ErrorCode::Corrupt, u"The stored token key %1 is no key."_s.arg(keys.text(0)));
        const KeyId id(keys.bytes(0));
        state.keys.emplace(id,
            TokenKey{.id = id,
                .key = *key,
                .createdAt = fromMilliseconds(keys.integer(2)),
                .retiredAt = keys.isNull(3) ? std::nullopt : std::optional(fromMilliseconds(keys.integer(3)))});
    }
    TRY(keys.finish());
    for (const auto &[id, token] : state.tokens)
        state.noteExpiry(token);
    return state;
}

Result<QByteArray> readOrigin(store::Database &database)
{
    ASSIGN_OR_RETURN(auto find, database.prepared("SELECT value FROM meta WHERE key = 'origin'"));
    TRY(find.run());
    if (!find.next())
        return fail(ErrorCode::Corrupt, u"%1 does not say which log it holds."_s.arg(database.path()));
    return find.bytes(0);
}

Result<void> checkCaller(const Work &work)
{
    const Caller &caller = work.caller();
    if (caller.isSystem())
        return {};
    const tokens::TokenRecord *token = work.token(caller.actor.tokenId);
    const auto refusal = token ? tokens::refusalAt(*token, work.now()) : tokens::Refusal::Revoked;
    if (refusal)
        return fail(tokens::refused(*refusal));
    if (!caller.isTenant())
        return {};
    const tenancy::Tenant *tenant = work.tenant(caller.tenant);
    if (!tenant || tenant->state == TenantState::Deleted)
        return fail(
            Error{.code = ErrorCode::InvalidToken, .detail = u"The tenant is deleted."_s, .reason = "revoked"_ba});
    if (tenant->state == TenantState::Suspended)
        return fail(ErrorCode::TenantSuspended, u"%1 is suspended."_s.arg(caller.tenant.toString()));
    return {};
}

} // namespace engine
