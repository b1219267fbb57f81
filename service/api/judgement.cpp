// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/judgement.h"

using namespace Qt::StringLiterals;

namespace api {

Standing standingOf(const engine::State &state, const tokens::TokenRecord *token, Timestamp now)
{
    Standing standing;
    standing.refusal = token ? tokens::refusalAt(*token, now) : tokens::Refusal::Revoked;
    if (standing.refusal || token->tenant.isEmpty())
        return standing;
    const tenancy::Tenant *tenant = state.tenant(token->tenant);
    if (!tenant || tenant->state == TenantState::Deleted)
        standing.refusal = tokens::Refusal::Revoked;
    standing.suspended = tenant && tenant->state == TenantState::Suspended;
    if (tenant)
        standing.requestsPerMinute = tenant->limits.apiRateLimitRpm;
    return standing;
}

Result<void> judgeScope(const Route &route, const tokens::Scope &scope)
{
    if (scope.may(*route.permission))
        return {};
    return fail(
        ErrorCode::InsufficientScope, u"The scope %1 does not allow this."_s.arg(QString::fromLatin1(scope.text())));
}

} // namespace api
