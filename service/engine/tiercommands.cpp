// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/tiercommands.h"

#include "service/tokens/tokenstore.h"

#include <algorithm>
#include <map>
#include <set>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

using KeyBytes = std::array<uchar, 32>;

class TierChange
{
public:
    TierChange(Work &work, const TenantId &tenant)
        : m_work(work)
        , m_tenant(tenant)
    {
    }

    Result<void> open();
    Result<TierOutcome> apply(const TierRow &row);

private:
    struct Plan
    {
        std::vector<TokenId> doomed; // tokens of other tiers and their descendants, parents first
        tokens::TokenRequest request;
        TokenId held;
    };
    Result<Plan> plan(const TierRow &row) const;
    bool isOfCaller(const TokenId &id) const;

    Work &m_work;
    const TenantId m_tenant;
    const tokens::TokenRecord *m_issuer = nullptr;
    std::map<KeyBytes, std::vector<TokenId>> m_living; // of each key, tiers only
    std::set<KeyBytes> m_seen;
};

std::unexpected<Error> badField(const QString &name, const QString &detail)
{
    return fail(
        Error{.code = ErrorCode::InvalidField, .detail = u"One field can't be taken."_s, .fields = {{name, detail}}});
}

// Of a row: the others go on.
bool isRefusal(const Error &error)
{
    switch (error.code) {
    case ErrorCode::InvalidField:
    case ErrorCode::InsufficientScope:
    case ErrorCode::ScopeExceedsParent:
    case ErrorCode::DepthExceeded:
    case ErrorCode::ExpiryExceedsParent:
        return true;
    default:
        return false;
    }
}

Result<void> TierChange::open()
{
    const tokens::TokenRecord *issuer = m_work.token(m_work.caller().actor.tokenId);
    if (!issuer)
        return fail(ErrorCode::InsufficientScope, u"Only a token issues tokens."_s);
    m_issuer = issuer;
    TRY(checkMayIssue(m_work, *issuer, m_tenant));
    ASSIGN_OR_RETURN(const auto ids, tokens::liveTokensOf(m_work.database(), m_tenant, m_work.now()));
    for (const TokenId &id : ids) {
        const tokens::TokenRecord *token = m_work.token(id);
        if (!token)
            return fail(ErrorCode::Corrupt, u"Token %1 is in the database and not in memory."_s.arg(id.toString()));
        if (token->scope.isTier())
            m_living[token->subjectKey->bytes].push_back(id);
    }
    return {};
}

bool TierChange::isOfCaller(const TokenId &id) const
{
    return id != m_issuer->id
        && isOfFamily([&](const TokenId &other) { return m_work.token(other); }, m_issuer->id, id);
}

Result<TierChange::Plan> TierChange::plan(const TierRow &row) const
{
    Plan plan{.doomed = {},
        .request = {.subjectKey = row.subjectKey,
            .scope = row.scope,
            .expiresInSeconds = row.expiresInSeconds,
            .proofOfPossession = row.proofOfPossession.value_or(false)},
        .held = {}};
    std::vector<TokenId> same;
    qint64 end = 0;
    const auto living = m_living.find(row.subjectKey.bytes);
    for (const TokenId &id : living == m_living.end() ? std::vector<TokenId>() : living->second) {
        const tokens::TokenRecord *token = m_work.token(id);
        if (token->revokedAt)
            continue; // by a row before this one
        if (token->scope == row.scope) {
            if (!token->retiresAt)
                same.push_back(id);
            continue;
        }
        if (m_work.caller().isTenant() && !isOfCaller(id))
            return fail(ErrorCode::InsufficientScope,
                id == m_issuer->id
                    ? u"This row would revoke the token that asks."_s
                    : u"The key has the token %1 of scope %2, which did not come from the token that asks; an "
                      "administrator can change it."_s.arg(id.toString(), QString::fromLatin1(token->scope.text())));
        end = std::max(end, token->endsAt());
        if (!row.proofOfPossession && token->proofOfPossession)
            plan.request.proofOfPossession = true;
        ASSIGN_OR_RETURN(const auto family, tokens::descendants(m_work.database(), id));
        plan.doomed.push_back(id);
        plan.doomed.insert(plan.doomed.end(), family.begin(), family.end());
    }
    const auto stays = [&](const TokenId &id) { return !std::ranges::contains(plan.doomed, id); };
    if (const auto held = std::ranges::find_if(same, stays); held != same.end())
        plan.held = *held;
    if (!row.expiresInSeconds && end > 0) {
        const qint64 now = toSeconds(m_work.now());
        const qint64 most = m_issuer->isAdministrator() ? tokens::LongestLife : m_issuer->endsAt() - now;
        if (const qint64 left = std::min(end - now, most); left >= tokens::ShortestLife)
            plan.request.expiresInSeconds = left;
    }
    return plan;
}

Result<TierOutcome> TierChange::apply(const TierRow &row)
{
    if (row.scope.isAdministrator() && m_work.caller().isTenant())
        return fail(ErrorCode::ScopeExceedsParent, u"A tenant's token makes no administrators."_s);
    if (!row.scope.isTier())
        return badField(u"scope"_s, u"must be READ, USER, INPUT or service:tenant-admin"_s);
    if (!m_seen.insert(row.subjectKey.bytes).second)
        return badField(u"subject_pubkey"_s, u"stands in an earlier row of this list too"_s);
    ASSIGN_OR_RETURN(const Plan planned, plan(row));
    TierOutcome outcome;
    outcome.held = planned.held;
    if (planned.held.isEmpty()) {
        ASSIGN_OR_RETURN(outcome.issued, issueToken(m_work, m_tenant, planned.request));
    }
    std::set<TokenId> counted; // a token of the key may have come from another of them
    for (const TokenId &id : planned.doomed) {
        if (!m_work.token(id)->revokedAt && counted.insert(id).second)
            outcome.revoked.push_back(id);
    }
    TRY(revokeTokens(m_work, outcome.revoked, u"change-tier"_s));
    return outcome;
}

} // namespace

Result<std::vector<TierOutcome>> changeTiers(Work &work, const TenantId &tenant, std::span<const Result<TierRow>> rows)
{
    TierChange change(work, tenant);
    TRY(change.open());
    std::vector<TierOutcome> outcomes;
    outcomes.reserve(rows.size());
    for (const Result<TierRow> &row : rows) {
        auto outcome = row ? change.apply(*row) : Result<TierOutcome>(std::unexpected(row.error()));
        if (!outcome && !isRefusal(outcome.error()))
            return std::unexpected(std::move(outcome.error()));
        outcomes.push_back(outcome ? std::move(*outcome)
                                   : TierOutcome{.issued = {}, .held = {}, .revoked = {}, .refusal = outcome.error()});
    }
    return outcomes;
}

} // namespace engine
