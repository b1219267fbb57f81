// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/rules.h"

#include "service/core/jsonreader.h"
#include "service/crypto/publickeytext.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tokens {

namespace {

constexpr qsizetype LongestName = 128; // of sub, in bytes

std::unexpected<Error> badField(const QString &pointer, const QString &detail)
{
    return fail(Error{
        .code = ErrorCode::InvalidField, .detail = u"One field can't be taken."_s, .fields = {{pointer, detail}}});
}

QString timeText(qint64 seconds)
{
    return QString::fromLatin1(formatTime(fromSeconds(seconds)));
}

Result<void> checkLife(qint64 seconds)
{
    if (seconds < ShortestLife || seconds > LongestLife)
        return badField(
            u"/expires_in_seconds"_s, u"must be a whole number from %1 to %2"_s.arg(ShortestLife).arg(LongestLife));
    return {};
}

Result<void> checkScope(const Scope &wanted, const TokenRecord &issuer)
{
    const bool byAdministrator = issuer.isAdministrator();
    if (wanted.kind() == Scope::Kind::None || (byAdministrator && wanted.isAdministrator()))
        return badField(
            u"/scope"_s, u"must be a tenant's scope; tokens of administrators are issued on the command line only"_s);
    if (!byAdministrator && !contains(issuer.scope, wanted))
        return fail(ErrorCode::ScopeExceedsParent,
            u"The scope %1 is not within %2, the scope of the token that asks for it."_s.arg(
                QString::fromLatin1(wanted.text()), QString::fromLatin1(issuer.scope.text())));
    return {};
}

} // namespace

Result<TokenRecord> deriveChild(
    const TokenRequest &request, const TokenRecord &issuer, const TenantId &tenant, const Issue &issue)
{
    if (!issuer.scope.may(Permission::ManageTokens))
        return fail(ErrorCode::InsufficientScope,
            u"Tokens are issued by administrators and by tokens with service:tenant-admin."_s);
    const bool byAdministrator = issuer.isAdministrator();
    // Exactly as for a tenant that is not there.
    if (tenant.isEmpty() || (!byAdministrator && tenant != issuer.tenant))
        return fail(ErrorCode::NotFound, u"There is no such tenant."_s);
    if (request.expiresInSeconds)
        TRY(checkLife(*request.expiresInSeconds));
    TRY(checkScope(request.scope, issuer));
    if (!byAdministrator && issuer.depth >= MostDepth)
        return fail(ErrorCode::DepthExceeded,
            u"The token that asks is %1 issues away from an administrator; no token may be further."_s.arg(MostDepth));

    const qint64 now = toSeconds(issue.now);
    // An administrator's token is no parent: what it issues may outlive it.
    const qint64 end = byAdministrator ? now + LongestLife : issuer.endsAt();
    const qint64 expiresAt =
        request.expiresInSeconds ? now + *request.expiresInSeconds : std::min(now + DefaultLife, end);
    const qint64 notBefore = byAdministrator ? now : std::max(now, issuer.notBefore);
    if (expiresAt > end || expiresAt <= notBefore)
        return fail(ErrorCode::ExpiryExceedsParent,
            u"The token that asks ends at %1; what it issues can't last longer."_s.arg(timeText(end)));

    TokenRecord child;
    child.id = issue.id;
    child.tenant = tenant;
    child.scope = request.scope;
    child.subjectKey = request.subjectKey;
    child.issuedAt = now;
    child.notBefore = notBefore;
    child.expiresAt = expiresAt;
    child.proofOfPossession = request.proofOfPossession;
    child.keyId = issue.keyId;
    if (!byAdministrator) {
        child.parent = issuer.id;
        child.depth = issuer.depth + 1;
    }
    return child;
}

Result<TokenRecord> deriveReplacement(const TokenRecord &old, const TokenRecord *parent,
    const std::optional<qint64> &expiresInSeconds, const Issue &issue)
{
    const auto refuse = [](const QString &why) {
        return fail(Error{.code = ErrorCode::InvalidField,
            .detail = u"This token can't be rotated: it %1."_s.arg(why),
            .fields = {{u"token_id"_s, why}}});
    };
    const qint64 now = toSeconds(issue.now);
    if (old.isAdministrator())
        return refuse(u"is an administrator's; these are issued on the command line only"_s);
    if (old.revokedAt)
        return refuse(u"was revoked at %1"_s.arg(timeText(toSeconds(*old.revokedAt))));
    if (old.retiresAt)
        return refuse(u"has been replaced already and ends at %1"_s.arg(timeText(*old.retiresAt)));
    if (old.expiresAt <= now)
        return refuse(u"expired at %1"_s.arg(timeText(old.expiresAt)));
    if (expiresInSeconds)
        TRY(checkLife(*expiresInSeconds));

    TokenRecord next = old;
    next.id = issue.id;
    next.keyId = issue.keyId;
    next.issuedAt = now;
    next.notBefore = parent ? std::max(now, parent->notBefore) : now;
    const qint64 end = parent ? parent->endsAt() : now + LongestLife;
    next.expiresAt = expiresInSeconds ? now + *expiresInSeconds : std::min(old.expiresAt, end);
    next.warnedDays.reset();
    if (next.expiresAt > end || next.expiresAt <= next.notBefore)
        return fail(ErrorCode::ExpiryExceedsParent,
            u"The token that this one came from ends at %1; it can't last longer."_s.arg(timeText(end)));
    return next;
}

std::optional<int> dueWarning(const TokenRecord &record, Timestamp now)
{
    constexpr qint64 day = 86'400;
    const qint64 left = record.expiresAt - toSeconds(now), life = record.expiresAt - record.issuedAt;
    if (record.revokedAt || record.retiresAt || left <= 0)
        return {};
    for (const int days : WarningDays) { // the nearest first
        if (left <= days * day && life > days * day)
            return record.warnedDays.value_or(days + 1) > days ? std::optional(days) : std::nullopt;
    }
    return {};
}

QString administratorNameMistake(const QString &name)
{
    if (name.isEmpty() || name.toUtf8().size() > LongestName || json::hasControlCharacters(name))
        return u"must have 1 to %1 bytes and no control characters"_s.arg(LongestName);
    return {};
}

Result<TokenRecord> administratorToken(const AdministratorRequest &request, const Issue &issue)
{
    if (request.kind != Scope::Kind::Admin && request.kind != Scope::Kind::Auditor)
        return badField(u"/role"_s, u"must be admin or auditor"_s);
    if (const QString mistake = administratorNameMistake(request.name); !mistake.isEmpty())
        return badField(u"/name"_s, mistake);
    TRY(checkLife(request.expiresInSeconds));

    TokenRecord record;
    record.id = issue.id;
    record.scope = Scope(request.kind);
    record.issuedAt = record.notBefore = toSeconds(issue.now);
    record.expiresAt = record.issuedAt + request.expiresInSeconds;
    record.name = request.name;
    record.keyId = issue.keyId;
    return record;
}

bool attenuates(const TokenRecord &child, const TokenRecord &parent)
{
    return child.parent == parent.id && !parent.id.isEmpty() && child.tenant == parent.tenant && !child.tenant.isEmpty()
        && parent.scope.may(Permission::ManageTokens) && contains(parent.scope, child.scope)
        && child.depth == parent.depth + 1 && child.depth <= MostDepth && child.notBefore >= parent.notBefore
        && child.expiresAt <= parent.expiresAt && child.endsAt() <= parent.endsAt();
}

Claims claimsOf(const TokenRecord &record, const QByteArray &issuer)
{
    Claims claims;
    claims.issuer = issuer;
    // The holder of the key is both: nobody else stands behind the token (RFC 9068, 2.2).
    if (record.subjectKey) {
        claims.subject = claims.clientId = crypto::keyThumbprint(*record.subjectKey);
    } else {
        claims.subject = record.name.toUtf8();
        claims.clientId = "console"_ba;
    }
    claims.tokenId = record.id;
    claims.issuedAt = record.issuedAt;
    claims.notBefore = record.notBefore;
    claims.expiresAt = record.expiresAt;
    claims.scope = record.scope.text();
    claims.tenant = record.tenant;
    claims.confirmationKey = record.subjectKey;
    claims.depth = record.depth;
    claims.parent = record.parent;
    return claims;
}

bool matches(const Claims &claims, const TokenRecord &record, const QByteArray &issuer)
{
    return claims == claimsOf(record, issuer);
}

std::optional<Refusal> refusalAt(const TokenRecord &record, Timestamp now)
{
    const qint64 seconds = toSeconds(now);
    if (record.revokedAt)
        return Refusal::Revoked;
    // Nobody else's clock has a say in when a replaced token ends.
    if (record.expiresAt <= seconds - Leeway || record.retiresAt.value_or(seconds + 1) <= seconds)
        return Refusal::Expired;
    if (record.notBefore > seconds + Leeway || record.issuedAt > seconds + Leeway)
        return Refusal::NotYetValid;
    return {};
}

} // namespace tokens
