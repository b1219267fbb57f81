// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/tenant.h"

#include <algorithm>

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

} // namespace

Result<void> admit(const Tenant &tenant, qint64 vms, qint64 storageGb)
{
    TRY(admitOne(tenant, u"max_vms"_s, tenant.limits.maxVms, tenant.usage.vms, vms));
    return admitOne(tenant, u"storage_quota_gb"_s, tenant.limits.storageQuotaGb, tenant.usage.storageGb, storageGb);
}

Tenant patched(Tenant tenant, const TenantPatch &patch)
{
    tenant.displayName = patch.displayName.value_or(tenant.displayName);
    tenant.limits.maxVms = patch.maxVms.value_or(tenant.limits.maxVms);
    tenant.limits.storageQuotaGb = patch.storageQuotaGb.value_or(tenant.limits.storageQuotaGb);
    tenant.limits.apiRateLimitRpm = patch.apiRateLimitRpm.value_or(tenant.limits.apiRateLimitRpm);
    tenant.labels = patch.labels.value_or(tenant.labels);
    return tenant;
}

} // namespace tenancy
