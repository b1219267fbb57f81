// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/attention.h"

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qint64 Soon = 7 * 86'400; // seconds
constexpr QLatin1StringView RenewedByItself = "admin.token"_L1;

} // namespace

bool endsSoon(const tokens::TokenRecord &token, Timestamp now)
{
    if (token.depth > 0 || token.revokedAt || token.retiresAt
        || (token.isAdministrator() && token.name == RenewedByItself))
        return false;
    const qint64 left = token.expiresAt - toSeconds(now);
    return left > 0 && left <= Soon && token.expiresAt - token.issuedAt > Soon;
}

Attention attention(const engine::State &state, Timestamp now)
{
    Attention needed;
    for (const auto &[id, tenant] : state.tenants) {
        if (tenant.state != TenantState::Deleted && tenant.isOverQuota())
            ++needed.overQuota;
    }
    for (const auto &[id, token] : state.tokens) {
        if (endsSoon(token, now))
            ++needed.expiring;
    }
    return needed;
}

} // namespace models
