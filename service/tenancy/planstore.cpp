// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/planstore.h"

#include "service/store/statement.h"

namespace tenancy {

Result<void> writePlan(store::Database &database, const Plan &plan)
{
    ASSIGN_OR_RETURN(auto write,
        database.prepared(
            "INSERT INTO plan (name, max_vms, storage_quota_gb, api_rate_limit_rpm, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET max_vms = excluded.max_vms,"
            " storage_quota_gb = excluded.storage_quota_gb, api_rate_limit_rpm = excluded.api_rate_limit_rpm,"
            " updated_at = excluded.updated_at"));
    return write.run(plan.name, plan.limits.maxVms, plan.limits.storageQuotaGb, plan.limits.apiRateLimitRpm,
        toMilliseconds(plan.createdAt), toMilliseconds(plan.updatedAt));
}

Result<void> deletePlan(store::Database &database, const QString &name)
{
    ASSIGN_OR_RETURN(auto remove, database.prepared("DELETE FROM plan WHERE name = ?"));
    return remove.run(name);
}

Result<std::vector<Plan>> loadPlans(store::Database &database)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared("SELECT name, max_vms, storage_quota_gb, api_rate_limit_rpm, created_at, updated_at FROM plan"
                          " ORDER BY name"));
    TRY(select.run());
    std::vector<Plan> plans;
    while (select.next())
        plans.push_back({.name = select.text(0),
            .limits = {select.integer(1), select.integer(2), select.integer(3)},
            .createdAt = fromMilliseconds(select.integer(4)),
            .updatedAt = fromMilliseconds(select.integer(5))});
    TRY(select.finish());
    return plans;
}

Result<std::vector<TenantId>> tenantsWithPlan(store::Database &database, const QString &name)
{
    ASSIGN_OR_RETURN(auto select, database.prepared("SELECT tenant_id FROM tenant WHERE plan = ? ORDER BY tenant_id"));
    TRY(select.run(name));
    std::vector<TenantId> ids;
    while (select.next())
        ids.emplace_back(select.bytes(0));
    TRY(select.finish());
    return ids;
}

} // namespace tenancy
