// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/tenantcommands.h"

#include "service/engine/plancommands.h"
#include "service/engine/tenantrules.h"
#include "service/tenancy/tenantjson.h"
#include "service/tenancy/tenantstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

Result<tenancy::Tenant> changeState(
    Work &work, tenancy::Tenant tenant, TenantState state, const char *event, const QString &reason)
{
    json::Writer data;
    data.beginObject().member("display_name", tenant.displayName).textOrNull("reason", reason.toUtf8()).endObject();
    tenant.state = state;
    ASSIGN_OR_RETURN(tenant, saveTenant(work, std::move(tenant)));
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
    tenancy::Limits limits = spec.limits;
    if (!spec.plan.isEmpty()) {
        ASSIGN_OR_RETURN(const tenancy::Plan *plan, namedPlan(work, spec.plan));
        limits = tenancy::chosen(spec.limits, plan->limits);
    }
    tenancy::Tenant tenant{.id = spec.id,
        .displayName = spec.displayName,
        .limits = limits,
        .labels = spec.labels,
        .plan = spec.plan,
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
    ASSIGN_OR_RETURN(const tenancy::Tenant before, existingTenant(work, id));
    TRY(checkNotDeleted(before));
    TRY(checkVersion(before, options.ifVersion));
    ASSIGN_OR_RETURN(const tenancy::TenantPatch patch, makePatch(before));
    const tenancy::Plan *plan = nullptr;
    if (patch.plan && !patch.plan->isEmpty()) {
        ASSIGN_OR_RETURN(plan, namedPlan(work, *patch.plan));
    }
    tenancy::Tenant after = tenancy::patched(before, patch, plan ? &plan->limits : nullptr);
    if (after.displayName == before.displayName && after.limits == before.limits && after.labels == before.labels
        && after.plan == before.plan)
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
    ASSIGN_OR_RETURN(after, saveTenant(work, std::move(after)));
    // One entry: of limits and name together, the limits name it.
    const bool limits = after.limits != before.limits;
    QByteArray data = limits ? tenancy::changesEntryData(before, after) : tenancy::tenantEntryData(after);
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append(limits ? "QUOTA_CHANGED" : "TENANT_UPDATED", id, std::move(data)));
    return after;
}

Result<tenancy::Tenant> suspendTenant(
    Work &work, const TenantId &id, const QString &reason, const std::optional<qint64> &ifVersion)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existingTenant(work, id));
    TRY(checkNotDeleted(tenant));
    TRY(checkVersion(tenant, ifVersion));
    if (tenant.state == TenantState::Suspended)
        return tenant;
    return changeState(work, std::move(tenant), TenantState::Suspended, "TENANT_SUSPENDED", reason);
}

Result<tenancy::Tenant> resumeTenant(Work &work, const TenantId &id, const std::optional<qint64> &ifVersion)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existingTenant(work, id));
    TRY(checkNotDeleted(tenant));
    TRY(checkVersion(tenant, ifVersion));
    if (tenant.state == TenantState::Active)
        return tenant;
    return changeState(work, std::move(tenant), TenantState::Active, "TENANT_RESUMED", {});
}

} // namespace engine
