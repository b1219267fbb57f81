// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/attention.h"

namespace models {

namespace {

constexpr qint64 Soon = 3 * 86'400, LongLife = 7 * 86'400; // seconds

} // namespace

Attention attention(const engine::State &state, Timestamp now)
{
    Attention needed;
    for (const auto &[id, tenant] : state.tenants) {
        if (tenant.state != TenantState::Deleted && tenant.isOverQuota())
            ++needed.overQuota;
    }
    for (const auto &[id, token] : state.tokens) {
        const qint64 left = token.expiresAt - toSeconds(now);
        if (token.depth == 0 && !token.isAdministrator() && !token.revokedAt && left > 0 && left <= Soon
            && token.expiresAt - token.issuedAt >= LongLife)
            ++needed.expiring;
    }
    return needed;
}

} // namespace models
