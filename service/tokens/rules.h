// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Who may issue what, and which token still passes: pure rules over plain records. Any thread.
//
// A token is never broader, longer-lived, earlier or of another tenant than the one it was issued by. What would be is
// refused, never silently narrowed.
#pragma once

#include "service/core/clock.h"
#include "service/tokens/claims.h"
#include "service/tokens/refusal.h"
#include "service/tokens/scope.h"

#include <array>

namespace tokens {

inline constexpr qint64 ShortestLife = 60; // seconds, of what a caller asks for
inline constexpr qint64 DefaultLife = 86'400;
inline constexpr qint64 LongestOverlap = 86'400; // of a token and the one that takes its place
inline constexpr std::array WarningDays{1, 7, 30}; // before its end a token is warned of

// A registered token: everything its text says, and what became of it.
struct TokenRecord
{
    TokenId id;
    TenantId tenant; // empty for administrators
    Scope scope;
    std::optional<crypto::PublicKey> subjectKey; // absent for administrators
    TokenId parent; // empty at depth 0
    int depth = 0;
    qint64 issuedAt = 0; // Unix seconds, as the next two
    qint64 notBefore = 0;
    qint64 expiresAt = 0;
    bool proofOfPossession = false;
    QString name; // of administrators: their subject
    KeyId keyId; // of the key that signed it
    std::optional<Timestamp> revokedAt;
    QString revokedReason;
    std::optional<qint64> retiresAt; // Unix seconds; set where another took its place, and never after expiresAt
    std::optional<int> warnedDays; // of WarningDays: the last warning of its end

    bool isAdministrator() const { return scope.isAdministrator(); }
    qint64 endsAt() const { return retiresAt.value_or(expiresAt); }
};

// What the engine knows beside the request.
struct Issue
{
    TokenId id; // of the new token, UUIDv7
    KeyId keyId; // that will sign it
    Timestamp now; // never before the ledger's newest time
};

struct TokenRequest
{
    crypto::PublicKey subjectKey;
    Scope scope;
    std::optional<qint64> expiresInSeconds; // nothing: DefaultLife, or what is left of the issuer if that is less
    bool proofOfPossession = false;
};

// A tenant's token, by an administrator (depth 0, no parent) or by one of the tenant's own administrators. `issuer` has
// passed validity checks. Codes, in this order: InsufficientScope (the issuer may not issue at all), NotFound (a tenant
// that is not the issuer's), InvalidField (bounds of expires_in_seconds; an administrator's scope asked for by an
// administrator), ScopeExceedsParent, DepthExceeded, ExpiryExceedsParent.
Result<TokenRecord> deriveChild(
    const TokenRequest &request, const TokenRecord &issuer, const TenantId &tenant, const Issue &issue);

// A token that takes the place of `old`: of the same scope, tenant, key and parent; the rest of its life, or
// `expiresInSeconds`. `parent` is that of `old`, null where it has none. InvalidField where `old` is an
// administrator's, revoked, at its end, or has been replaced already; ExpiryExceedsParent.
Result<TokenRecord> deriveReplacement(const TokenRecord &old, const TokenRecord *parent,
    const std::optional<qint64> &expiresInSeconds, const Issue &issue);

// How many days before its end the token is to be warned of now; nothing where it was, or where it lives no longer than
// that. Where several thresholds were missed, it is the last of them.
std::optional<int> dueWarning(const TokenRecord &record, Timestamp now);

struct AdministratorRequest
{
    QString name; // see administratorNameMistake
    Scope::Kind kind = Scope::Kind::Admin; // or Auditor
    qint64 expiresInSeconds = LongestLife;
};

// What is wrong with the name of an administrator or auditor, as a sentence for the field; empty when it is fine.
QString administratorNameMistake(const QString &name);

// An administrator's or auditor's token: for the command line, never for a route. InvalidField names the member.
Result<TokenRecord> administratorToken(const AdministratorRequest &request, const Issue &issue);

// Whether `child` lies within `parent` in every respect that deriveChild and deriveReplacement hold to.
bool attenuates(const TokenRecord &child, const TokenRecord &parent);

// What the token of the record says. `issuer` is our base URL, "http://127.0.0.1:9221".
Claims claimsOf(const TokenRecord &record, const QByteArray &issuer);

// Whether a token says what was registered under its id; the signature proves the rest.
bool matches(const Claims &claims, const TokenRecord &record, const QByteArray &issuer);

// Why the token does not pass at this time, or nothing. Of its tenant the caller knows.
std::optional<Refusal> refusalAt(const TokenRecord &record, Timestamp now);

} // namespace tokens
