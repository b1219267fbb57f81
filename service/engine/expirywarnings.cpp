// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/expirywarnings.h"

#include "service/tokens/tokenstore.h"

namespace engine {

std::vector<TokenId> tokensToWarnOf(const State &state, Timestamp now, size_t most)
{
    std::vector<TokenId> due;
    for (const auto &[id, token] : state.tokens) {
        if (due.size() == most)
            break;
        if (tokens::dueWarning(token, now))
            due.push_back(id);
    }
    std::ranges::sort(due);
    return due;
}

Result<void> warnOfTokens(Work &work, std::span<const TokenId> ids)
{
    for (const TokenId &id : ids) {
        const tokens::TokenRecord *known = work.token(id);
        const auto days = known ? tokens::dueWarning(*known, work.now()) : std::nullopt;
        if (!days)
            continue; // revoked meanwhile
        const tokens::TokenRecord before = *known;
        tokens::TokenRecord token = before;
        token.warnedDays = days;
        TRY(tokens::noteWarning(work.database(), id, *days));
        ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
            work.append("TOKEN_EXPIRING", token.tenant, tokens::tokenEntryData(token, &before), {.token = id}));
        work.put(std::move(token));
    }
    return {};
}

} // namespace engine
