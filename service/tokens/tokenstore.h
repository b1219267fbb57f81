// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rows of the table `token` to structs and back, and tokens as JSON. Texts of tokens are stored nowhere. The store part
// runs inside the caller's transaction, on the connection's thread.
#pragma once

#include "service/core/jsonwriter.h"
#include "service/store/database.h"
#include "service/tokens/rules.h"

#include <functional>

namespace tokens {

Result<void> insertToken(store::Database &database, const TokenRecord &token);
Result<void> revokeToken(store::Database &database, const TokenId &id, Timestamp when);
Result<void> retireToken(store::Database &database, const TokenId &id, qint64 retiresAt); // Unix seconds
Result<void> noteWarning(store::Database &database, const TokenId &id, int days);

// The rows of a tenant's tokens, with their last use: which they were.
Result<std::vector<TokenId>> forgetTokensOf(store::Database &database, const TenantId &tenant);

// Kept apart from the record, which follows from the entries.
Result<void> noteUse(store::Database &database, const TokenId &id, Timestamp when);

// When each token that was used was used last.
Result<void> loadUses(store::Database &database, const std::function<void(TokenId, Timestamp)> &each);

Result<void> loadTokens(store::Database &database, const std::function<void(TokenRecord)> &each);

// Ids of the token's descendants, not its own, parents before their children; revoked ones too.
Result<std::vector<TokenId>> descendants(store::Database &database, const TokenId &id);

enum class TokenState
{
    Active,
    Revoked,
    Expired
};
const char *toText(TokenState state);
// Revoked before expired.
TokenState stateOf(const TokenRecord &token, Timestamp now);

struct TokenListing
{
    TokenRecord record;
    std::optional<Timestamp> lastUsedAt;
};

// Of one tenant, in the order of their ids, behind `after`; `state` nothing means all.
Result<std::vector<TokenListing>> listTokens(store::Database &database, const TenantId &tenant,
    std::optional<TokenState> state, Timestamp now, const TokenId &after, qint64 most);
// Those of a tenant that have a subject's key and are neither revoked nor at their end, in the order of their ids.
Result<std::vector<TokenId>> liveTokensOf(store::Database &database, const TenantId &tenant, Timestamp now);
Result<std::optional<TokenListing>> findToken(store::Database &database, const TokenId &id);

// The members of a token's record; `text` only in the answer that issues it.
void writeToken(json::Writer &writer, const TokenRecord &token, const QByteArray &text);
void writeListing(json::Writer &writer, const TokenListing &listing, Timestamp now);

// `data` of TOKEN_ISSUED and TOKEN_REVOKED, and what replay reads back. For TOKEN_RETIRED and TOKEN_EXPIRING `before`
// is the record that this one took the place of: an entry tells both whole. `replacedBy` is the token that did so.
QByteArray tokenEntryData(
    const TokenRecord &token, const TokenRecord *before = nullptr, const TokenId &replacedBy = {});

} // namespace tokens
