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

// Whether `issuer` may issue to this tenant at all, as far as it is known without the request.
Result<void> checkMayIssue(const Work &work, const tokens::TokenRecord &issuer, const TenantId &tenant);

// The token and all its descendants; one that is revoked already changes nothing. A tenant's caller may revoke itself
// and its own descendants; every other id is NotFound.
Result<void> revokeToken(Work &work, const TokenId &id, const QString &reason);

struct TokenRotation
{
    std::optional<qint64> expiresInSeconds = {}; // of the new one; nothing: the rest of the old one's life
    qint64 overlapSeconds = 3600; // 0 to LongestOverlap, that the old one still passes for
};

struct RotatedToken
{
    IssuedToken next;
    tokens::TokenRecord old; // as it is from now on
    qint64 descendants = 0; // of the old one, that end with it
};

// A new token of the same scope, tenant, key and parent; the old one ends with the overlap, by retiresAt, or is revoked
// at once where that is 0. What came from the old one has its name in its text and stays its descendant: it ends no
// later than it, in the same transaction, so that none is ever left alive without its parent. A tenant's caller may
// rotate its own descendants, not itself: nobody issues beside himself.
Result<RotatedToken> rotateToken(Work &work, const TokenId &id, const TokenRotation &rotation);

// Whether `id` is `ancestor` or came from it; `find` gives the record of an id, or null.
template <typename Find>
bool isOfFamily(Find &&find, const TokenId &ancestor, TokenId id)
{
    for (int depth = 0; depth <= tokens::MostDepth && !id.isEmpty(); ++depth) {
        if (id == ancestor)
            return true;
        const tokens::TokenRecord *token = find(id);
        id = token ? token->parent : TokenId();
    }
    return false;
}

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
