// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/plancommands.h"

#include "service/engine/tenantrules.h"
#include "service/tenancy/planstore.h"
#include "service/tenancy/tenantjson.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

Result<void> appendPlan(Work &work, const QString &name, const tenancy::Limits *before, const tenancy::Limits *after)
{
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append("PLAN_CHANGED", {}, tenancy::planEntryData(name, before, after)));
    return {};
}

// A deleted tenant keeps its limits: they are what an undeletion gives back.
Result<std::vector<PlanFollower>> moveFollowers(Work &work, const tenancy::Limits &before, const tenancy::Plan &plan)
{
    ASSIGN_OR_RETURN(const auto ids, tenancy::tenantsWithPlan(work.database(), plan.name));
    std::vector<PlanFollower> followers;
    for (const TenantId &id : ids) {
        ASSIGN_OR_RETURN(const tenancy::Tenant tenant, existingTenant(work, id));
        if (tenant.state == TenantState::Deleted)
            continue;
        tenancy::Tenant moved = tenant;
        moved.limits = tenancy::following(tenant.limits, before, plan.limits);
        const bool changed = moved.limits != tenant.limits;
        if (changed) {
            ASSIGN_OR_RETURN(moved, saveTenant(work, std::move(moved)));
            ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
                work.append("QUOTA_CHANGED", id, tenancy::changesEntryData(tenant, moved)));
        }
        const bool differs = moved.limits != plan.limits;
        followers.push_back({std::move(moved), changed, differs});
    }
    return followers;
}

} // namespace

Result<PlanChange> putPlan(Work &work, const QString &name, const tenancy::Limits &limits)
{
    const tenancy::Plan *known = work.plan(name);
    tenancy::Plan plan = known
        ? *known
        : tenancy::Plan{.name = name, .limits = limits, .createdAt = work.now(), .updatedAt = work.now()};
    const std::optional<tenancy::Limits> before = known ? std::optional(known->limits) : std::nullopt;
    PlanChange change;
    if (before != limits) {
        plan.limits = limits;
        plan.updatedAt = work.now();
        TRY(tenancy::writePlan(work.database(), plan));
        ASSIGN_OR_RETURN(change.followers, moveFollowers(work, before.value_or(limits), plan));
        TRY(appendPlan(work, name, before ? &*before : nullptr, &limits));
        work.put(plan);
    } else {
        ASSIGN_OR_RETURN(change.followers, moveFollowers(work, limits, plan));
    }
    change.plan = std::move(plan);
    return change;
}

Result<PlanChange> deletePlan(Work &work, const QString &name)
{
    const tenancy::Plan *known = work.plan(name);
    if (!known)
        return fail(ErrorCode::NotFound, u"There is no plan %1."_s.arg(name));
    PlanChange change{.plan = *known, .followers = {}};
    ASSIGN_OR_RETURN(const auto ids, tenancy::tenantsWithPlan(work.database(), name));
    for (const TenantId &id : ids) {
        ASSIGN_OR_RETURN(tenancy::Tenant tenant, existingTenant(work, id));
        const bool differs = tenant.limits != change.plan.limits;
        tenant.plan.clear();
        ASSIGN_OR_RETURN(tenant, saveTenant(work, std::move(tenant)));
        ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
            work.append("TENANT_UPDATED", id, tenancy::tenantEntryData(tenant)));
        if (tenant.state != TenantState::Deleted)
            change.followers.push_back({std::move(tenant), false, differs});
    }
    TRY(tenancy::deletePlan(work.database(), name));
    TRY(appendPlan(work, name, &change.plan.limits, nullptr));
    work.dropPlan(name);
    return change;
}

Result<const tenancy::Plan *> namedPlan(const Work &work, const QString &name)
{
    if (const tenancy::Plan *plan = work.plan(name))
        return plan;
    return fail(Error{.code = ErrorCode::InvalidField,
        .detail = u"One field can't be taken."_s,
        .fields = {{u"/plan"_s, u"names no plan; PUT /v1/plans/%1 makes one"_s.arg(name)}}});
}

} // namespace engine
