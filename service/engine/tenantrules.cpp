// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/tenantrules.h"

#include "service/tenancy/tenantjson.h"
#include "service/tenancy/tenantstore.h"

using namespace Qt::StringLiterals;

namespace engine {

Result<tenancy::Tenant> existingTenant(const Work &work, const TenantId &id)
{
    const tenancy::Tenant *tenant = work.tenant(id);
    if (!tenant)
        return fail(ErrorCode::NotFound, u"There is no tenant %1."_s.arg(id.toString()));
    return *tenant;
}

Result<void> checkVersion(const tenancy::Tenant &tenant, const std::optional<qint64> &wanted)
{
    if (!wanted || *wanted == tenant.version)
        return {};
    return fail(ErrorCode::PreconditionFailed,
        u"%1 was changed meanwhile (it has version %2, the request names %3). Read it again and repeat the change."_s
            .arg(tenant.id.toString())
            .arg(tenant.version)
            .arg(*wanted));
}

Result<void> checkNotDeleted(const tenancy::Tenant &tenant)
{
    if (tenant.state != TenantState::Deleted)
        return {};
    return fail(ErrorCode::TenantDeleted,
        u"%1 is deleted since %2%3."_s.arg(tenant.id.toString(),
            QString::fromLatin1(formatTime(tenant.deletedAt.value_or(tenant.updatedAt))),
            tenant.purgedAt ? u" and purged"_s : u"; undelete it first"_s));
}

Result<tenancy::Tenant> saveTenant(Work &work, tenancy::Tenant tenant)
{
    TRY(warnOfQuotas(work, tenant));
    ++tenant.version;
    tenant.updatedAt = work.now();
    TRY(tenancy::updateTenant(work.database(), tenant));
    work.put(tenant);
    return tenant;
}

Result<void> warnOfQuotas(Work &work, const tenancy::Tenant &after)
{
    for (const tenancy::QuotaWarning &warning : tenancy::newWarnings(after)) {
        ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
            work.append("QUOTA_WARNING", after.id, tenancy::quotaWarningData(warning)));
    }
    return {};
}

} // namespace engine
