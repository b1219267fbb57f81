// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/tokencommands.h"

#include "service/core/uuid.h"
#include "service/crypto/secretfile.h"
#include "service/tokens/jws.h"
#include "service/tokens/tokenstore.h"

#include <QtCore/qdebug.h>
#include <QtCore/qfile.h>

#include <cerrno>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

QString nextPath(const QString &path)
{
    return path + ".next"_L1;
}

bool moveAdminToken(const QString &path) // false with errno
{
    return ::rename(QFile::encodeName(nextPath(path)).constData(), QFile::encodeName(path).constData()) == 0;
}

tokens::Issue newIssue(const Work &work)
{
    return {.id = TokenId(newUuid(work.now())), .keyId = work.signer().keyId, .now = work.now()};
}

Result<IssuedToken> registerToken(Work &work, tokens::TokenRecord record)
{
    TRY(tokens::insertToken(work.database(), record));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append("TOKEN_ISSUED", record.tenant, tokens::tokenEntryData(record), {.token = record.id}));
    QByteArray text =
        tokens::signToken(tokens::claimsOf(record, work.signer().issuer), work.signer().key, work.signer().keyId);
    work.put(record);
    return IssuedToken{std::move(record), std::move(text)};
}

Result<void> revokeOne(Work &work, const TokenId &id, const QString &reason)
{
    const tokens::TokenRecord *known = work.token(id);
    if (!known)
        return fail(ErrorCode::Corrupt, u"Token %1 is in the database and not in memory."_s.arg(id.toString()));
    if (known->revokedAt)
        return {};
    tokens::TokenRecord token = *known;
    token.revokedAt = work.now();
    token.revokedReason = reason;
    TRY(tokens::revokeToken(work.database(), id, work.now()));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append("TOKEN_REVOKED", token.tenant, tokens::tokenEntryData(token), {.token = id}));
    work.put(std::move(token));
    return {};
}

// From then on it does not pass; what ends by then anyway stays as it is. Says whether it changed.
Result<bool> retireOne(Work &work, const TokenId &id, qint64 when, const TokenId &replacedBy)
{
    const tokens::TokenRecord *known = work.token(id);
    if (!known)
        return fail(ErrorCode::Corrupt, u"Token %1 is in the database and not in memory."_s.arg(id.toString()));
    if (known->revokedAt || (known->endsAt() <= when && replacedBy.isEmpty()))
        return false;
    const tokens::TokenRecord before = *known;
    tokens::TokenRecord token = before;
    token.retiresAt = std::min(when, before.endsAt());
    token.revokedReason = u"rotated"_s;
    TRY(tokens::retireToken(work.database(), id, *token.retiresAt));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append("TOKEN_RETIRED", token.tenant, tokens::tokenEntryData(token, &before, replacedBy), {.token = id}));
    token.revokedReason.clear();
    work.put(std::move(token));
    return true;
}

bool isOfCaller(const Work &work, const TokenId &id)
{
    return isOfFamily([&](const TokenId &other) { return work.token(other); }, work.caller().actor.tokenId, id);
}

Result<void> checkTakesTokens(const tenancy::Tenant &tenant)
{
    if (tenant.state == TenantState::Deleted)
        return fail(ErrorCode::TenantDeleted, u"%1 is deleted; it gets no tokens."_s.arg(tenant.id.toString()));
    if (tenant.state == TenantState::Suspended)
        return fail(ErrorCode::TenantSuspended,
            u"%1 is suspended; it gets no tokens until it is resumed."_s.arg(tenant.id.toString()));
    return {};
}

} // namespace

Result<IssuedToken> issueToken(Work &work, const TenantId &tenantId, const tokens::TokenRequest &request)
{
    const tokens::TokenRecord *issuer = work.token(work.caller().actor.tokenId);
    if (!issuer)
        return fail(ErrorCode::InsufficientScope, u"Only a token issues tokens."_s);
    const tenancy::Tenant *tenant = work.tenant(tenantId);
    const bool there = tenant && (issuer->isAdministrator() || tenantId == issuer->tenant);
    ASSIGN_OR_RETURN(tokens::TokenRecord record,
        tokens::deriveChild(request, *issuer, there ? tenantId : TenantId(), newIssue(work)));
    TRY(checkTakesTokens(*tenant));
    return registerToken(work, std::move(record));
}

Result<RotatedToken> rotateToken(Work &work, const TokenId &id, const TokenRotation &rotation)
{
    const tokens::TokenRecord *known = work.token(id);
    if (!known || (work.caller().isTenant() && !isOfCaller(work, id)))
        return fail(ErrorCode::NotFound, u"There is no such token."_s);
    if (work.caller().isTenant() && id == work.caller().actor.tokenId)
        return fail(ErrorCode::InsufficientScope,
            u"A token can't rotate itself. Whoever issued it can, or an administrator."_s);
    const tokens::TokenRecord old = *known;
    const tokens::TokenRecord *parent = old.parent.isEmpty() ? nullptr : work.token(old.parent);
    ASSIGN_OR_RETURN(
        tokens::TokenRecord next, tokens::deriveReplacement(old, parent, rotation.expiresInSeconds, newIssue(work)));
    if (const tenancy::Tenant *tenant = work.tenant(old.tenant))
        TRY(checkTakesTokens(*tenant));

    ASSIGN_OR_RETURN(IssuedToken issued, registerToken(work, std::move(next)));
    ASSIGN_OR_RETURN(const auto family, tokens::descendants(work.database(), id));
    RotatedToken rotated{.next = std::move(issued), .old = {}};
    if (rotation.overlapSeconds == 0) {
        const auto alive = [&](const TokenId &member) { return !work.token(member)->revokedAt; };
        rotated.descendants = std::ranges::count_if(family, alive);
        TRY(revokeToken(work, id, u"rotated"_s));
    } else {
        const qint64 end = std::min(toSeconds(work.now()) + rotation.overlapSeconds, old.expiresAt);
        ASSIGN_OR_RETURN([[maybe_unused]] const bool retired, retireOne(work, id, end, rotated.next.record.id));
        for (const TokenId &member : family) {
            ASSIGN_OR_RETURN(const bool changed, retireOne(work, member, end, {}));
            rotated.descendants += changed ? 1 : 0;
        }
    }
    rotated.old = *work.token(id);
    return rotated;
}

Result<void> checkMayIssue(const Work &work, const tokens::TokenRecord &issuer, const TenantId &tenantId)
{
    if (!issuer.scope.may(tokens::Permission::ManageTokens))
        return fail(ErrorCode::InsufficientScope,
            u"Tokens are issued by administrators and by tokens with service:tenant-admin."_s);
    const tenancy::Tenant *tenant = work.tenant(tenantId);
    if (!tenant || (!issuer.isAdministrator() && tenantId != issuer.tenant))
        return fail(ErrorCode::NotFound, u"There is no such tenant."_s);
    return checkTakesTokens(*tenant);
}

Result<void> revokeToken(Work &work, const TokenId &id, const QString &reason)
{
    const bool known = work.token(id) != nullptr;
    if (!known || (work.caller().isTenant() && !isOfCaller(work, id)))
        return fail(ErrorCode::NotFound, u"There is no such token."_s);
    TRY(revokeOne(work, id, reason));
    // Also where the token itself was revoked before: nothing that came from it may live.
    ASSIGN_OR_RETURN(const auto family, tokens::descendants(work.database(), id));
    return revokeTokens(work, family, reason);
}

Result<void> revokeTokens(Work &work, std::span<const TokenId> ids, const QString &reason)
{
    for (const TokenId &id : ids)
        TRY(revokeOne(work, id, reason));
    return {};
}

Result<void> revokeTokensOf(Work &work, const TenantId &tenant, const QString &reason)
{
    constexpr qint64 AtOnce = 1000;
    TokenId after;
    while (true) {
        ASSIGN_OR_RETURN(const auto page,
            tokens::listTokens(work.database(), tenant, tokens::TokenState::Active,
                work.now() - std::chrono::seconds(tokens::Leeway), after, AtOnce));
        for (const auto &listing : page)
            TRY(revokeOne(work, listing.record.id, reason));
        if (qint64(page.size()) < AtOnce)
            return {};
        after = page.back().record.id;
    }
}

Result<IssuedToken> issueAdministrator(Work &work, const tokens::AdministratorRequest &request)
{
    ASSIGN_OR_RETURN(tokens::TokenRecord record, tokens::administratorToken(request, newIssue(work)));
    return registerToken(work, std::move(record));
}

std::optional<TokenId> adminTokenId(const QString &path)
{
    const auto text = crypto::readSecretFile(path, tokens::MostTokenBytes + 1);
    if (!text)
        return {};
    const auto parsed = tokens::parseToken(text->trimmed());
    return parsed ? std::optional(parsed->claims.tokenId) : std::nullopt;
}

Result<IssuedToken> replaceAdminToken(Work &work, const QString &path, bool revokeOld)
{
    ASSIGN_OR_RETURN(IssuedToken issued, issueAdministrator(work, {.name = u"admin.token"_s}));
    if (const auto old = adminTokenId(path); old && revokeOld && work.token(*old))
        TRY(revokeOne(work, *old, u"rotated"_s));
    // One that is registered and has not reached its place: of a rotation in the same commit, or of one whose file
    // could not be moved. After this no file names it, and nobody would ever find it.
    if (const auto stranded = adminTokenId(nextPath(path)); stranded && work.token(*stranded))
        TRY(revokeOne(work, *stranded, u"rotated"_s));
    // Beside the old one before the commit, in its place after it: whatever happens between, the file that counts is
    // the one whose token is registered, and settleAdminToken finds it.
    if (auto written = crypto::writeSecretFile(nextPath(path), issued.text + '\n', crypto::Overwrite::Replace);
        !written)
        return fail(ErrorCode::Refused, written.error().detail);
    work.afterCommit([path] {
        // Nothing to move: that of a later rotation in the same commit is in place already.
        if (!moveAdminToken(path) && errno != ENOENT)
            qWarning().noquote() << u"%1 can't be put in place: %2. The new administrator's token is in it; the next "
                                    "start moves it."_s.arg(nextPath(path), qt_error_string(errno));
    });
    return issued;
}

Result<void> settleAdminToken(const QString &path, const State &state)
{
    if (!QFile::exists(nextPath(path)))
        return {};
    const auto id = adminTokenId(nextPath(path));
    const tokens::TokenRecord *registered = id ? state.token(*id) : nullptr;
    const bool done = registered && !registered->revokedAt;
    const bool moved = done ? moveAdminToken(path) : QFile::remove(nextPath(path));
    if (!moved)
        return fail(ErrorCode::Storage, u"%1 can't be settled; is the directory writable?"_s.arg(nextPath(path)));
    return {};
}

} // namespace engine
