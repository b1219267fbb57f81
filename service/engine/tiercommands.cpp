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

    struct Plan
    {
        std::vector<TokenId> doomed; // tokens of other tiers and their descendants, parents first
        tokens::TokenRequest request;
        std::vector<TokenId> same; // that the key has of the wanted tier
    };

    Result<void> open();
    // Of each row, in turn, before the first is applied: what one revokes, no other may count on.
    Result<Plan> plan(const TierRow &row);
    Result<TierOutcome> apply(const Plan &plan);

private:
    Result<void> checkRow(const TierRow &row);
    Result<Plan> planTokens(const TierRow &row) const;
    bool isOfCaller(const TokenId &id) const;

    Work &m_work;
    const TenantId m_tenant;
    const tokens::TokenRecord *m_issuer = nullptr;
    std::map<KeyBytes, std::vector<TokenId>> m_living; // of each key, tiers only
    std::set<KeyBytes> m_seen;
    std::set<TokenId> m_doomed; // of all rows so far
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

Result<TierChange::Plan> TierChange::planTokens(const TierRow &row) const
{
    Plan plan{.doomed = {},
        .request = {.subjectKey = row.subjectKey,
            .scope = row.scope,
            .expiresInSeconds = row.expiresInSeconds,
            .proofOfPossession = row.proofOfPossession.value_or(false)},
        .same = {}};
    qint64 end = 0;
    const auto living = m_living.find(row.subjectKey.bytes);
    for (const TokenId &id : living == m_living.end() ? std::vector<TokenId>() : living->second) {
        const tokens::TokenRecord *token = m_work.token(id);
        if (token->scope == row.scope) {
            if (!token->retiresAt)
                plan.same.push_back(id);
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
    if (!row.expiresInSeconds && end > 0) {
        const qint64 now = toSeconds(m_work.now());
        const qint64 most = m_issuer->isAdministrator() ? tokens::LongestLife : m_issuer->endsAt() - now;
        if (const qint64 left = std::min(end - now, most); left >= tokens::ShortestLife)
            plan.request.expiresInSeconds = left;
    }
    return plan;
}

Result<void> TierChange::checkRow(const TierRow &row)
{
    if (row.scope.isAdministrator() && m_work.caller().isTenant())
        return fail(ErrorCode::ScopeExceedsParent, u"A tenant's token makes no administrators."_s);
    if (!row.scope.isTier())
        return badField(u"scope"_s, u"must be READ, USER, INPUT or service:tenant-admin"_s);
    if (!m_seen.insert(row.subjectKey.bytes).second)
        return badField(u"subject_pubkey"_s, u"stands in an earlier row of this list too"_s);
    return {};
}

Result<TierChange::Plan> TierChange::plan(const TierRow &row)
{
    TRY(checkRow(row));
    ASSIGN_OR_RETURN(Plan plan, planTokens(row));
    // A row that can get no token revokes none. The id is that of no token: nothing is made here.
    if (plan.same.empty()) {
        TRY(tokens::deriveChild(
            plan.request, *m_issuer, m_tenant, {.id = {}, .keyId = m_work.signer().keyId, .now = m_work.now()}));
    }
    m_doomed.insert(plan.doomed.begin(), plan.doomed.end());
    return plan;
}

Result<TierOutcome> TierChange::apply(const Plan &plan)
{
    TierOutcome outcome;
    const auto held = std::ranges::find_if(plan.same, [&](const TokenId &id) { return !m_doomed.contains(id); });
    if (held != plan.same.end()) {
        outcome.held = *held;
    } else {
        ASSIGN_OR_RETURN(outcome.issued, issueToken(m_work, m_tenant, plan.request));
    }
    std::set<TokenId> counted; // a token of the key may have come from another of them
    for (const TokenId &id : plan.doomed) {
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
    std::vector<Result<TierChange::Plan>> plans;
    plans.reserve(rows.size());
    for (const Result<TierRow> &row : rows)
        plans.push_back(row ? change.plan(*row) : std::unexpected(row.error()));
    for (const Result<TierChange::Plan> &plan : plans) {
        auto outcome = plan ? change.apply(*plan) : Result<TierOutcome>(std::unexpected(plan.error()));
        if (!outcome && !isRefusal(outcome.error()))
            return std::unexpected(std::move(outcome.error()));
        outcomes.push_back(outcome ? std::move(*outcome)
                                   : TierOutcome{.issued = {}, .held = {}, .revoked = {}, .refusal = outcome.error()});
    }
    return outcomes;
}

} // namespace engine
