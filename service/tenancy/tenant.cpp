// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/tenant.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

const char *toText(TenantState state)
{
    switch (state) {
    case TenantState::Active:
        return "active";
    case TenantState::Suspended:
        return "suspended";
    case TenantState::Deleted:
        return "deleted";
    }
    return "";
}

std::optional<TenantState> tenantStateFromText(QByteArrayView text)
{
    for (const TenantState state : {TenantState::Active, TenantState::Suspended, TenantState::Deleted}) {
        if (text == toText(state))
            return state;
    }
    return {};
}

namespace tenancy {

namespace {

Result<void> admitOne(const Tenant &tenant, const QString &quota, qint64 limit, qint64 used, qint64 requested)
{
    // used may stand above the limit (it was lowered): then not even a request for nothing of it fits. requested is
    // bounded, so the sum can't overflow.
    if (used + requested <= limit)
        return {};
    const qint64 remaining = std::max<qint64>(0, limit - used);
    return fail(Error{.code = ErrorCode::QuotaExceeded,
        .detail = u"%1 uses %2 of %3 (%4); %5 more do not fit. Free some or have the limit raised."_s
                      .arg(tenant.id.toString())
                      .arg(used)
                      .arg(limit)
                      .arg(quota)
                      .arg(requested),
        .members = {{u"tenant_id"_s, tenant.id.toString()}, {u"quota"_s, quota}, {u"limit"_s, limit}, {u"used"_s, used},
            {u"requested"_s, requested}, {u"remaining"_s, remaining}, {u"retryable"_s, false}}});
}

constexpr std::array Levels{0, 80, 95}; // percent
constexpr int Slack = 5; // points below a level that usage falls to before it counts as left

int levelOf(qint64 used, qint64 limit)
{
    if (used <= 0)
        return 0;
    int reached = 0;
    for (const int level : Levels) {
        if (used * 100 >= limit * level) // both bounded: far from overflow
            reached = level;
    }
    return reached;
}

int settledLevel(int before, qint64 used, qint64 limit)
{
    int level = std::max(before, levelOf(used, limit));
    for (auto at = Levels.rbegin(); at != Levels.rend(); ++at) {
        if (*at <= level && (used <= 0 || used * 100 < limit * (*at - Slack)))
            level = std::min(level, at + 1 == Levels.rend() ? 0 : *(at + 1));
    }
    return level;
}

std::vector<QuotaWarning> warningsAbove(const Tenant &tenant, const WarnedLevels &known)
{
    std::vector<QuotaWarning> warnings;
    const auto judge = [&warnings](const char *quota, int before, qint64 used, qint64 limit) {
        if (const int level = levelOf(used, limit); level > before)
            warnings.push_back({quota, level, limit, used});
    };
    judge("max_vms", known.vms, tenant.usage.vms, tenant.limits.maxVms);
    judge("storage_quota_gb", known.storage, tenant.usage.storageGb, tenant.limits.storageQuotaGb);
    return warnings;
}

} // namespace

std::vector<QuotaWarning> warningsOf(const Tenant &tenant)
{
    return warningsAbove(tenant, {});
}

std::vector<QuotaWarning> newWarnings(const Tenant &tenant)
{
    return warningsAbove(tenant, tenant.warned);
}

WarnedLevels settledLevels(const Tenant &tenant)
{
    return {settledLevel(tenant.warned.vms, tenant.usage.vms, tenant.limits.maxVms),
        settledLevel(tenant.warned.storage, tenant.usage.storageGb, tenant.limits.storageQuotaGb)};
}

Result<void> admit(const Tenant &tenant, qint64 vms, qint64 storageGb)
{
    TRY(admitOne(tenant, u"max_vms"_s, tenant.limits.maxVms, tenant.usage.vms, vms));
    return admitOne(tenant, u"storage_quota_gb"_s, tenant.limits.storageQuotaGb, tenant.usage.storageGb, storageGb);
}

Tenant patched(Tenant tenant, const TenantPatch &patch, const Limits *plan)
{
    tenant.plan = patch.plan.value_or(tenant.plan);
    if (plan)
        tenant.limits = *plan;
    tenant.displayName = patch.displayName.value_or(tenant.displayName);
    tenant.limits.maxVms = patch.maxVms.value_or(tenant.limits.maxVms);
    tenant.limits.storageQuotaGb = patch.storageQuotaGb.value_or(tenant.limits.storageQuotaGb);
    tenant.limits.apiRateLimitRpm = patch.apiRateLimitRpm.value_or(tenant.limits.apiRateLimitRpm);
    tenant.labels = patch.labels.value_or(tenant.labels);
    return tenant;
}

} // namespace tenancy
