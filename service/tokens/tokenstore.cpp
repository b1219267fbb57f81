// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/tokenstore.h"

#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"
#include "service/store/statement.h"

using namespace Qt::StringLiterals;

namespace tokens {

namespace {

#define TOKEN_COLUMNS                                                                                                  \
    "token_id, tenant_id, scope, subject_pubkey, parent_id, depth, issued_at, not_before, expires_at,"                 \
    " proof_of_possession, name, key_id, revoked_at, retires_at, warned_days"
#define LAST_USE ", (SELECT last_used_at FROM token_use AS u WHERE u.token_id = token.token_id)"
constexpr int LastUseColumn = 15; // behind TOKEN_COLUMNS

QByteArray subjectText(const TokenRecord &token)
{
    return token.subjectKey ? crypto::publicKeyToText(*token.subjectKey) : QByteArray();
}

Result<TokenRecord> readToken(store::Statement &row)
{
    TokenRecord token;
    token.id = TokenId(row.bytes(0));
    token.tenant = TenantId(row.bytes(1));
    const auto scope = Scope::fromToken(row.bytes(2));
    if (!scope)
        return fail(ErrorCode::Corrupt, u"The row of token %1 has an unknown scope."_s.arg(row.text(0)));
    token.scope = *scope;
    if (!row.isNull(3)) {
        const auto bytes = fromBase64Url(row.bytes(3));
        if (!bytes || bytes->size() != 32)
            return fail(ErrorCode::Corrupt, u"The row of token %1 has no proper key."_s.arg(row.text(0)));
        // Judged when it was registered; to do it again for every row would cost a start its time.
        std::ranges::copy(*bytes, token.subjectKey.emplace().bytes.begin());
    }
    token.parent = TokenId(row.bytes(4));
    token.depth = int(row.integer(5));
    token.issuedAt = row.integer(6);
    token.notBefore = row.integer(7);
    token.expiresAt = row.integer(8);
    token.proofOfPossession = row.integer(9) != 0;
    token.name = row.text(10);
    token.keyId = KeyId(row.bytes(11));
    if (!row.isNull(12))
        token.revokedAt = fromMilliseconds(row.integer(12));
    if (!row.isNull(13))
        token.retiresAt = row.integer(13);
    if (!row.isNull(14))
        token.warnedDays = int(row.integer(14));
    return token;
}

Result<TokenListing> readListing(store::Statement &row)
{
    ASSIGN_OR_RETURN(TokenRecord token, readToken(row));
    return TokenListing{std::move(token),
        row.isNull(LastUseColumn) ? std::nullopt : std::optional(fromMilliseconds(row.integer(LastUseColumn)))};
}

void writeMembers(json::Writer &writer, const TokenRecord &token)
{
    writer.textOrNull("tenant_id", token.tenant.text())
        .member("scope", token.scope.text())
        .textOrNull("subject_pubkey", subjectText(token))
        .textOrNull("parent_id", token.parent.text())
        .member("depth", token.depth)
        .member("issued_at", formatTime(fromSeconds(token.issuedAt)))
        .member("expires_at", formatTime(fromSeconds(token.expiresAt)))
        .member("proof_of_possession", token.proofOfPossession);
    if (token.isAdministrator())
        writer.member("name", token.name);
}

} // namespace

Result<void> insertToken(store::Database &database, const TokenRecord &token)
{
    ASSIGN_OR_RETURN(auto insert,
        database.prepared(
            "INSERT INTO token (" TOKEN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    const QByteArray subject = subjectText(token);
    return insert.run(token.id, token.tenant, QString::fromLatin1(token.scope.text()),
        subject.isEmpty() ? std::nullopt : std::optional(QString::fromLatin1(subject)), token.parent, token.depth,
        token.issuedAt, token.notBefore, token.expiresAt, int(token.proofOfPossession), token.name, token.keyId,
        token.revokedAt ? std::optional(toMilliseconds(*token.revokedAt)) : std::nullopt, token.retiresAt,
        token.warnedDays);
}

Result<void> revokeToken(store::Database &database, const TokenId &id, Timestamp when)
{
    ASSIGN_OR_RETURN(auto update, database.prepared("UPDATE token SET revoked_at = ? WHERE token_id = ?"));
    return update.run(toMilliseconds(when), id);
}

Result<void> retireToken(store::Database &database, const TokenId &id, qint64 retiresAt)
{
    ASSIGN_OR_RETURN(auto update, database.prepared("UPDATE token SET retires_at = ? WHERE token_id = ?"));
    return update.run(retiresAt, id);
}

Result<void> noteWarning(store::Database &database, const TokenId &id, int days)
{
    ASSIGN_OR_RETURN(auto update, database.prepared("UPDATE token SET warned_days = ? WHERE token_id = ?"));
    return update.run(days, id);
}

Result<std::vector<TokenId>> forgetTokensOf(store::Database &database, const TenantId &tenant)
{
    ASSIGN_OR_RETURN(auto uses,
        database.prepared("DELETE FROM token_use WHERE token_id IN (SELECT token_id FROM token WHERE tenant_id = ?)"));
    TRY(uses.run(tenant));
    ASSIGN_OR_RETURN(auto rows, database.prepared("DELETE FROM token WHERE tenant_id = ? RETURNING token_id"));
    TRY(rows.run(tenant));
    std::vector<TokenId> ids;
    while (rows.next())
        ids.emplace_back(rows.bytes(0));
    TRY(rows.finish());
    return ids;
}

Result<void> noteUse(store::Database &database, const TokenId &id, Timestamp when)
{
    ASSIGN_OR_RETURN(auto insert,
        database.prepared(
            "INSERT INTO token_use SELECT token_id, ?2 FROM token WHERE token_id = ?1" // it may be forgotten by now
            " ON CONFLICT (token_id) DO UPDATE SET last_used_at = max(last_used_at, excluded.last_used_at)"));
    return insert.run(id, toMilliseconds(when));
}

Result<void> loadUses(store::Database &database, const std::function<void(TokenId, Timestamp)> &each)
{
    ASSIGN_OR_RETURN(auto select, database.prepared("SELECT token_id, last_used_at FROM token_use"));
    TRY(select.run());
    while (select.next())
        each(TokenId(select.bytes(0)), fromMilliseconds(select.integer(1)));
    return select.finish();
}

Result<void> loadTokens(store::Database &database, const std::function<void(TokenRecord)> &each)
{
    ASSIGN_OR_RETURN(auto select, database.prepared("SELECT " TOKEN_COLUMNS " FROM token"));
    TRY(select.run());
    while (select.next()) {
        ASSIGN_OR_RETURN(TokenRecord token, readToken(select));
        each(std::move(token));
    }
    return select.finish();
}

Result<std::vector<TokenId>> descendants(store::Database &database, const TokenId &id)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared("WITH RECURSIVE family (token_id, depth) AS ("
                          " SELECT token_id, depth FROM token WHERE parent_id = ?"
                          " UNION ALL SELECT token.token_id, token.depth FROM token JOIN family"
                          " ON token.parent_id = family.token_id)"
                          " SELECT token_id FROM family ORDER BY depth, token_id"));
    TRY(select.run(id));
    std::vector<TokenId> ids;
    while (select.next())
        ids.emplace_back(select.bytes(0));
    TRY(select.finish());
    return ids;
}

const char *toText(TokenState state)
{
    switch (state) {
    case TokenState::Active:
        return "active";
    case TokenState::Revoked:
        return "revoked";
    case TokenState::Expired:
        return "expired";
    }
    return "";
}

TokenState stateOf(const TokenRecord &token, Timestamp now)
{
    if (token.revokedAt)
        return TokenState::Revoked;
    return token.endsAt() <= toSeconds(now) ? TokenState::Expired : TokenState::Active;
}

Result<std::vector<TokenListing>> listTokens(store::Database &database, const TenantId &tenant,
    std::optional<TokenState> state, Timestamp now, const TokenId &after, qint64 most)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared("SELECT " TOKEN_COLUMNS LAST_USE " FROM token WHERE tenant_id = ? AND token_id > ?"
                          " AND coalesce(? = CASE WHEN revoked_at IS NOT NULL THEN 'revoked'"
                          " WHEN coalesce(retires_at, expires_at) <= ? THEN 'expired'"
                          " ELSE 'active' END, 1) ORDER BY token_id LIMIT ?"));
    TRY(select.run(tenant, after.toString(), state ? std::optional(QString::fromLatin1(toText(*state))) : std::nullopt,
        toSeconds(now), most));
    std::vector<TokenListing> list;
    while (select.next()) {
        ASSIGN_OR_RETURN(TokenListing listing, readListing(select));
        list.push_back(std::move(listing));
    }
    TRY(select.finish());
    return list;
}

Result<std::vector<TokenId>> liveTokensOf(store::Database &database, const TenantId &tenant, Timestamp now)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared("SELECT token_id FROM token WHERE tenant_id = ? AND subject_pubkey IS NOT NULL"
                          " AND revoked_at IS NULL AND coalesce(retires_at, expires_at) > ? ORDER BY token_id"));
    TRY(select.run(tenant, toSeconds(now)));
    std::vector<TokenId> ids;
    while (select.next())
        ids.emplace_back(select.bytes(0));
    TRY(select.finish());
    return ids;
}

Result<std::optional<TokenListing>> findToken(store::Database &database, const TokenId &id)
{
    ASSIGN_OR_RETURN(auto select, database.prepared("SELECT " TOKEN_COLUMNS LAST_USE " FROM token WHERE token_id = ?"));
    TRY(select.run(id));
    if (!select.next()) {
        TRY(select.finish());
        return std::optional<TokenListing>();
    }
    ASSIGN_OR_RETURN(TokenListing listing, readListing(select));
    return std::optional(std::move(listing));
}

void writeToken(json::Writer &writer, const TokenRecord &token, const QByteArray &text)
{
    writer.beginObject().member("token_id", token.id.text()).member("token", text);
    writeMembers(writer, token);
    writer.endObject();
}

void writeListing(json::Writer &writer, const TokenListing &listing, Timestamp now)
{
    writer.beginObject().member("token_id", listing.record.id.text());
    writeMembers(writer, listing.record);
    const auto time = [](const std::optional<Timestamp> &when) {
        return when ? std::optional(formatTime(*when)) : std::nullopt;
    };
    writer.member("state", toText(stateOf(listing.record, now)))
        .member("revoked_at", time(listing.record.revokedAt))
        .member("last_used_at", time(listing.lastUsedAt))
        .member("retires_at",
            time(listing.record.retiresAt ? std::optional(fromSeconds(*listing.record.retiresAt)) : std::nullopt))
        .member("warned_days", listing.record.warnedDays)
        .endObject();
}

QByteArray tokenEntryData(const TokenRecord &token, const TokenRecord *before, const TokenId &replacedBy)
{
    const auto seconds = [](json::Writer &to, QByteArrayView name, const std::optional<qint64> &when) {
        if (when)
            to.member(name, formatTime(fromSeconds(*when)));
    };
    json::Writer writer;
    writer.beginObject()
        .member("token_id", token.id.text())
        .member("scope", token.scope.text())
        .textOrNull("subject_pubkey", subjectText(token))
        .textOrNull("parent_id", token.parent.text())
        .member("depth", token.depth)
        .member("issued_at", formatTime(fromSeconds(token.issuedAt)))
        .member("not_before", formatTime(fromSeconds(token.notBefore)))
        .member("expires_at", formatTime(fromSeconds(token.expiresAt)))
        .member("proof_of_possession", token.proofOfPossession)
        .textOrNull("name", token.name.toUtf8())
        .member("key_id", token.keyId.text())
        .textOrNull("reason", token.revokedReason.toUtf8());
    // What few tokens have is there where they have it.
    seconds(writer, "retires_at", token.retiresAt);
    if (token.warnedDays)
        writer.member("warned_days", *token.warnedDays);
    if (before && before->retiresAt != token.retiresAt)
        seconds(writer, "old_retires_at", before->retiresAt);
    if (before && before->warnedDays != token.warnedDays && before->warnedDays)
        writer.member("old_warned_days", *before->warnedDays);
    if (!replacedBy.isEmpty())
        writer.member("replaced_by", replacedBy.text());
    writer.endObject();
    return writer.take();
}

#undef TOKEN_COLUMNS
#undef LAST_USE

} // namespace tokens
