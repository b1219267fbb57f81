// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/tenantstore.h"

#include "service/store/statement.h"
#include "service/tenancy/tenantjson.h"

using namespace Qt::StringLiterals;

namespace tenancy {

namespace {

std::optional<qint64> milliseconds(const std::optional<Timestamp> &time)
{
    return time ? std::optional(toMilliseconds(*time)) : std::nullopt;
}

Result<void> write(store::Statement statement, const Tenant &tenant)
{
    return statement.run(tenant.displayName, tenant.limits.maxVms, tenant.limits.storageQuotaGb,
        tenant.limits.apiRateLimitRpm, QString::fromUtf8(labelsJson(tenant.labels)),
        tenant.plan.isEmpty() ? std::optional<QString>() : tenant.plan, QString::fromLatin1(toText(tenant.state)),
        toMilliseconds(tenant.createdAt), tenant.createdBy, toMilliseconds(tenant.updatedAt), tenant.version,
        tenant.usage.vms, tenant.usage.storageGb, milliseconds(tenant.deletedAt),
        tenant.deletedAt ? std::optional(QString::fromLatin1(toText(tenant.deletedFrom))) : std::nullopt,
        milliseconds(tenant.purgedAt), tenant.id);
}

} // namespace

Result<void> insertTenant(store::Database &database, const Tenant &tenant)
{
    ASSIGN_OR_RETURN(auto insert,
        database.prepared(
            "INSERT INTO tenant (display_name, max_vms, storage_quota_gb, api_rate_limit_rpm, labels, plan,"
            " state, created_at, created_by, updated_at, version, used_vms, used_storage_gb, deleted_at,"
            " deleted_from, purged_at, tenant_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    return write(std::move(insert), tenant);
}

Result<void> updateTenant(store::Database &database, const Tenant &tenant)
{
    ASSIGN_OR_RETURN(auto update,
        database.prepared(
            "UPDATE tenant SET display_name = ?, max_vms = ?, storage_quota_gb = ?, api_rate_limit_rpm = ?,"
            " labels = ?, plan = ?, state = ?, created_at = ?, created_by = ?, updated_at = ?, version = ?,"
            " used_vms = ?, used_storage_gb = ?, deleted_at = ?, deleted_from = ?, purged_at = ? WHERE tenant_id = ?"));
    return write(std::move(update), tenant);
}

Result<void> updateUsage(store::Database &database, const Tenant &tenant)
{
    ASSIGN_OR_RETURN(
        auto update, database.prepared("UPDATE tenant SET used_vms = ?, used_storage_gb = ? WHERE tenant_id = ?"));
    return update.run(tenant.usage.vms, tenant.usage.storageGb, tenant.id);
}

Result<std::vector<Tenant>> loadTenants(store::Database &database)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared("SELECT tenant_id, display_name, max_vms, storage_quota_gb, api_rate_limit_rpm, labels, plan,"
                          " state, created_at, created_by, updated_at, version, used_vms, used_storage_gb,"
                          " deleted_at, deleted_from, purged_at FROM tenant ORDER BY tenant_id"));
    TRY(select.run());
    const auto time = [&select](int column) {
        return select.isNull(column) ? std::nullopt : std::optional(fromMilliseconds(select.integer(column)));
    };
    std::vector<Tenant> tenants;
    while (select.next()) {
        const auto state = tenantStateFromText(select.bytes(7));
        auto labels = labelsFromJson(select.bytes(5));
        const auto before = select.isNull(15) ? TenantState::Active : tenantStateFromText(select.bytes(15));
        if (!state || !labels || !before)
            return fail(ErrorCode::Corrupt, u"The row of tenant %1 can't be read."_s.arg(select.text(0)));
        tenants.push_back({.id = TenantId(select.bytes(0)),
            .displayName = select.text(1),
            .limits = {select.integer(2), select.integer(3), select.integer(4)},
            .labels = std::move(*labels),
            .plan = select.text(6),
            .state = *state,
            .createdAt = fromMilliseconds(select.integer(8)),
            .createdBy = TokenId(select.bytes(9)),
            .updatedAt = fromMilliseconds(select.integer(10)),
            .version = select.integer(11),
            .usage = {select.integer(12), select.integer(13)},
            .deletedAt = time(14),
            .deletedFrom = *before,
            .purgedAt = time(16)});
        tenants.back().warned = settledLevels(tenants.back());
    }
    TRY(select.finish());
    return tenants;
}

} // namespace tenancy
