// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tiers as administrators scale them: a list of keys, each with the tier that it is to have from now on.
#pragma once

#include "service/engine/tokencommands.h"

namespace engine {

inline constexpr qsizetype MostTierRows = 1000; // of one command

struct TierRow
{
    crypto::PublicKey subjectKey;
    tokens::Scope scope; // service:tenant-admin, INPUT, USER or READ
    std::optional<qint64> expiresInSeconds = {}; // nothing: what is left of the longest-lived token it replaces
    std::optional<bool> proofOfPossession = {}; // nothing: as what it replaces
};

struct TierOutcome
{
    std::optional<IssuedToken> issued; // none where the key has a token of that tier already
    TokenId held; // that token, which no row of the list revokes
    std::vector<TokenId> revoked; // of other tiers, with all that came from them
    std::optional<Error> refusal; // then this row changed nothing, whatever the others did

    bool changed() const { return issued || !revoked.empty(); }
};

// One outcome a row, in their order; a row that was read with mistakes comes with its refusal. Each row is judged
// before any writes, and all that pass are one change: it is durable as a whole or not at all, and the same in whatever
// order they stand. Asked again, nothing is left to do.
//
// Of each key the living tokens of other tiers are revoked, with their descendants; service:<name> is no tier and
// stays. A tenant's caller may replace what came from it, no other token, and not itself: such a row is refused. Codes
// of the whole: InsufficientScope, NotFound, TenantDeleted, TenantSuspended.
Result<std::vector<TierOutcome>> changeTiers(Work &work, const TenantId &tenant, std::span<const Result<TierRow>> rows);

} // namespace engine
