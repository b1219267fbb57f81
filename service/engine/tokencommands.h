// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What can be done to tokens.
#pragma once

#include "service/engine/work.h"

#include <span>

namespace engine {

struct IssuedToken
{
    tokens::TokenRecord record;
    QByteArray text; // given out once and stored nowhere
};

// For the tenant's id as the caller gave it: NotFound for an absent one and, exactly alike, for another tenant's.
Result<IssuedToken> issueToken(Work &work, const TenantId &tenant, const tokens::TokenRequest &request);

// The token and all its descendants; one that is revoked already changes nothing. A tenant's caller may revoke itself
// and its own descendants; every other id is NotFound.
Result<void> revokeToken(Work &work, const TokenId &id, const QString &reason);

// Just these, an entry each; one that is revoked already changes nothing.
Result<void> revokeTokens(Work &work, std::span<const TokenId> ids, const QString &reason);

// All of a tenant that have not expired: for its deletion, so that they stay dead whatever becomes of it.
Result<void> revokeTokensOf(Work &work, const TenantId &tenant, const QString &reason);

// For the command line and the control socket, never for a route.
Result<IssuedToken> issueAdministrator(Work &work, const tokens::AdministratorRequest &request);

// A new token takes the place of the one in admin.token: at once where `revokeOld`, else beside it until it expires.
Result<IssuedToken> replaceAdminToken(Work &work, const QString &path, bool revokeOld);

// Finishes a replacement that was cut short, at start: the file holds the token that the database knows last.
Result<void> settleAdminToken(const QString &path, const State &state);

// The id of the token in admin.token; nothing when the file is absent or holds no token.
std::optional<TokenId> adminTokenId(const QString &path);

} // namespace engine
