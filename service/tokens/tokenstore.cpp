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
    " proof_of_possession, name, key_id, revoked_at"

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
    return token;
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
        database.prepared("INSERT INTO token (" TOKEN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    const QByteArray subject = subjectText(token);
    return insert.run(token.id, token.tenant, QString::fromLatin1(token.scope.text()),
        subject.isEmpty() ? std::nullopt : std::optional(QString::fromLatin1(subject)), token.parent, token.depth,
        token.issuedAt, token.notBefore, token.expiresAt, int(token.proofOfPossession), token.name, token.keyId,
        token.revokedAt ? std::optional(toMilliseconds(*token.revokedAt)) : std::nullopt);
}

Result<void> revokeToken(store::Database &database, const TokenId &id, Timestamp when)
{
    ASSIGN_OR_RETURN(auto update, database.prepared("UPDATE token SET revoked_at = ? WHERE token_id = ?"));
    return update.run(toMilliseconds(when), id);
}

Result<void> noteUse(store::Database &database, const TokenId &id, Timestamp when)
{
    ASSIGN_OR_RETURN(auto insert,
        database.prepared(
            "INSERT INTO token_use VALUES (?, ?)"
            " ON CONFLICT (token_id) DO UPDATE SET last_used_at = max(last_used_at, excluded.last_used_at)"));
    return insert.run(id, toMilliseconds(when));
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
    return token.expiresAt <= toSeconds(now) ? TokenState::Expired : TokenState::Active;
}

Result<std::vector<TokenListing>> listTokens(store::Database &database, const TenantId &tenant,
    std::optional<TokenState> state, Timestamp now, const TokenId &after, qint64 most)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared("SELECT " TOKEN_COLUMNS ", (SELECT last_used_at FROM token_use AS u WHERE u.token_id ="
                          " token.token_id) FROM token WHERE tenant_id = ? AND token_id > ? AND coalesce(? = CASE"
                          " WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= ? THEN 'expired'"
                          " ELSE 'active' END, 1) ORDER BY token_id LIMIT ?"));
    TRY(select.run(tenant, after.toString(), state ? std::optional(QString::fromLatin1(toText(*state))) : std::nullopt,
        toSeconds(now), most));
    std::vector<TokenListing> list;
    while (select.next()) {
        ASSIGN_OR_RETURN(TokenRecord token, readToken(select));
        list.push_back(
            {std::move(token), select.isNull(13) ? std::nullopt : std::optional(fromMilliseconds(select.integer(13)))});
    }
    TRY(select.finish());
    return list;
}

Result<std::optional<TokenListing>> findToken(store::Database &database, const TokenId &id)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared("SELECT " TOKEN_COLUMNS ", (SELECT last_used_at FROM token_use AS u WHERE u.token_id ="
                          " token.token_id) FROM token WHERE token_id = ?"));
    TRY(select.run(id));
    if (!select.next()) {
        TRY(select.finish());
        return std::optional<TokenListing>();
    }
    ASSIGN_OR_RETURN(TokenRecord token, readToken(select));
    return std::optional(TokenListing{
        std::move(token), select.isNull(13) ? std::nullopt : std::optional(fromMilliseconds(select.integer(13)))});
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
        .endObject();
}

QByteArray tokenEntryData(const TokenRecord &token)
{
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
        .textOrNull("reason", token.revokedReason.toUtf8())
        .endObject();
    return writer.take();
}

#undef TOKEN_COLUMNS

} // namespace tokens
