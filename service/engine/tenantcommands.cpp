// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/tenantcommands.h"

#include "service/engine/tokencommands.h"
#include "service/engine/vmcommands.h"
#include "service/tenancy/tenantjson.h"
#include "service/tenancy/tenantstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

Result<tenancy::Tenant> existing(Work &work, const TenantId &id)
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
        u"%1 is deleted since %2."_s.arg(tenant.id.toString(), QString::fromLatin1(formatTime(tenant.updatedAt))));
}

Result<tenancy::Tenant> save(Work &work, tenancy::Tenant tenant)
{
    ++tenant.version;
    tenant.updatedAt = work.now();
    TRY(tenancy::updateTenant(work.database(), tenant));
    work.put(tenant);
    return tenant;
}

Result<tenancy::Tenant> changeState(
    Work &work, tenancy::Tenant tenant, TenantState state, const char *event, const QString &reason)
{
    json::Writer data;
    data.beginObject().member("display_name", tenant.displayName).textOrNull("reason", reason.toUtf8()).endObject();
    tenant.state = state;
    ASSIGN_OR_RETURN(tenant, save(work, std::move(tenant)));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, work.append(event, tenant.id, data.take()));
    return tenant;
}

} // namespace

Result<tenancy::Tenant> registerTenant(Work &work, const tenancy::TenantSpec &spec)
{
    if (const tenancy::Tenant *taken = work.tenant(spec.id)) {
        const QString since = QString::fromLatin1(formatTime(taken->createdAt).first(10));
        return fail(ErrorCode::TenantExists,
            u"The id %1 is taken since %2%3. Choose another id."_s.arg(spec.id.toString(), since,
                taken->state == TenantState::Deleted ? u" (deleted; ids are never given again)"_s : QString()));
    }
    tenancy::Tenant tenant{.id = spec.id,
        .displayName = spec.displayName,
        .limits = spec.limits,
        .labels = spec.labels,
        .plan = {},
        .createdAt = work.now(),
        .createdBy = work.caller().actor.tokenId,
        .updatedAt = work.now(),
        .usage = {}};
    TRY(tenancy::insertTenant(work.database(), tenant));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append("TENANT_CREATED", tenant.id, tenancy::tenantEntryData(tenant)));
    work.put(tenant);
    return tenant;
}

Result<tenancy::Tenant> patchTenant(Work &work, const TenantId &id,
    const std::function<Result<tenancy::TenantPatch>(const tenancy::Tenant &)> &makePatch, const PatchOptions &options)
{
    ASSIGN_OR_RETURN(const tenancy::Tenant before, existing(work, id));
    TRY(checkNotDeleted(before));
    TRY(checkVersion(before, options.ifVersion));
    ASSIGN_OR_RETURN(const tenancy::TenantPatch patch, makePatch(before));
    tenancy::Tenant after = tenancy::patched(before, patch);
    if (after.displayName == before.displayName && after.limits == before.limits && after.labels == before.labels)
        return before;
    if (options.refuseOverQuota && after.isOverQuota()) {
        return fail(ErrorCode::OverQuota,
            u"%1 uses %2 VMs and %3 GB; the new limits are %4 VMs and %5 GB. Free some, or leave out if_over=refuse."_s
                .arg(id.toString())
                .arg(after.usage.vms)
                .arg(after.usage.storageGb)
                .arg(after.limits.maxVms)
                .arg(after.limits.storageQuotaGb));
    }
    ASSIGN_OR_RETURN(after, save(work, std::move(after)));
    // One entry: of limits and name together, the limits name it.
    const bool limits = after.limits != before.limits;
    QByteArray data = limits ? tenancy::changesEntryData(before, after) : tenancy::tenantEntryData(after);
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append(limits ? "QUOTA_CHANGED" : "TENANT_UPDATED", id, std::move(data)));
    return after;
}

Result<tenancy::Tenant> suspendTenant(Work &work, const TenantId &id, const QString &reason)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existing(work, id));
    TRY(checkNotDeleted(tenant));
    if (tenant.state == TenantState::Suspended)
        return tenant;
    return changeState(work, std::move(tenant), TenantState::Suspended, "TENANT_SUSPENDED", reason);
}

Result<tenancy::Tenant> resumeTenant(Work &work, const TenantId &id)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existing(work, id));
    TRY(checkNotDeleted(tenant));
    if (tenant.state == TenantState::Active)
        return tenant;
    return changeState(work, std::move(tenant), TenantState::Active, "TENANT_RESUMED", {});
}

Result<tenancy::Tenant> deleteTenant(Work &work, const TenantId &id, const DeleteOptions &options)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existing(work, id));
    if (tenant.state == TenantState::Deleted)
        return fail(ErrorCode::NotFound, u"%1 is deleted already."_s.arg(id.toString()));
    TRY(checkVersion(tenant, options.ifVersion));
    if (tenant.usage.vms > 0) {
        if (!options.cascade) {
            return fail(ErrorCode::TenantNotEmpty,
                u"%1 has %2 VMs. Destroy them first, or repeat with cascade=true to destroy them too."_s
                    .arg(id.toString())
                    .arg(tenant.usage.vms));
        }
        TRY(destroyAllVms(work, id));
        tenant = *work.tenant(id);
    }
    TRY(revokeTokensOf(work, id, u"tenant deleted"_s));
    return changeState(work, std::move(tenant), TenantState::Deleted, "TENANT_DELETED", {});
}

} // namespace engine
