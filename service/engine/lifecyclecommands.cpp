// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/lifecyclecommands.h"

#include "service/engine/tenantrules.h"
#include "service/engine/tokencommands.h"
#include "service/engine/vmcommands.h"
#include "service/tokens/tokenstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

Result<void> checkDeleted(const tenancy::Tenant &tenant)
{
    if (tenant.state == TenantState::Deleted)
        return {};
    return fail(ErrorCode::TenantNotDeleted,
        u"%1 is %2. Only a deleted tenant can be brought back or purged."_s.arg(
            tenant.id.toString(), QLatin1StringView(toText(tenant.state))));
}

Result<void> checkRetained(const tenancy::Tenant &tenant, Timestamp now, std::chrono::days retention)
{
    if (tenant.purgedAt)
        return fail(ErrorCode::TenantDeleted,
            u"%1 was purged at %2 and can't be brought back. Register another id."_s.arg(
                tenant.id.toString(), QString::fromLatin1(formatTime(*tenant.purgedAt))));
    const Timestamp end = tenant.deletedAt.value_or(tenant.updatedAt) + retention;
    if (now < end)
        return {};
    return fail(ErrorCode::TenantDeleted,
        u"%1 could be brought back until %2, %3 days after its deletion. Register another id."_s
            .arg(tenant.id.toString(), QString::fromLatin1(formatTime(end)))
            .arg(retention.count()));
}

Result<void> appendState(Work &work, const char *event, const tenancy::Tenant &tenant, qint64 vms)
{
    json::Writer data;
    data.beginObject().member("display_name", tenant.displayName).member("reason", nullptr).member("vms", vms);
    data.endObject();
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, work.append(event, tenant.id, data.take()));
    return {};
}

// Where it was remembered who did what: what names the tenant or was asked with a token of it.
Result<void> forgetRemembered(Work &work, const TenantId &id)
{
    ASSIGN_OR_RETURN(auto ofTokens,
        work.database().prepared("DELETE FROM idempotency WHERE token_id IN"
                                 " (SELECT token_id FROM token WHERE tenant_id = ?)"));
    TRY(ofTokens.run(id));
    ASSIGN_OR_RETURN(auto ofPaths,
        work.database().prepared(
            "DELETE FROM idempotency WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'"
            " OR instr(CAST(body AS TEXT), ?2) > 0"));
    return ofPaths.run(u"/v1/tenants/"_s + id.toString(), u"\"tenant_id\":\"%1\""_s.arg(id.toString()));
}

} // namespace

Result<tenancy::Tenant> deleteTenant(Work &work, const TenantId &id, const DeleteOptions &options)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existingTenant(work, id));
    TRY(checkNotDeleted(tenant));
    TRY(checkVersion(tenant, options.ifVersion));
    const qint64 vms = tenant.usage.vms;
    if (vms > 0) {
        if (!options.cascade) {
            return fail(ErrorCode::TenantNotEmpty,
                u"%1 has %2 VMs. Destroy them first, or repeat with cascade=true to destroy them too."_s
                    .arg(id.toString())
                    .arg(vms));
        }
        TRY(destroyAllVms(work, id));
        tenant = *work.tenant(id);
    }
    TRY(revokeTokensOf(work, id, u"tenant deleted"_s));
    tenant.deletedFrom = std::exchange(tenant.state, TenantState::Deleted);
    tenant.deletedAt = work.now();
    ASSIGN_OR_RETURN(tenant, saveTenant(work, std::move(tenant)));
    TRY(appendState(work, "TENANT_DELETED", tenant, vms));
    return tenant;
}

Result<tenancy::Tenant> undeleteTenant(
    Work &work, const TenantId &id, const std::optional<qint64> &ifVersion, std::chrono::days retention)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existingTenant(work, id));
    TRY(checkDeleted(tenant));
    TRY(checkRetained(tenant, work.now(), retention));
    TRY(checkVersion(tenant, ifVersion));
    ASSIGN_OR_RETURN(const qint64 vms, restoreVms(work, id));
    tenant = *work.tenant(id);
    tenant.state = std::exchange(tenant.deletedFrom, TenantState::Active);
    tenant.deletedAt.reset();
    ASSIGN_OR_RETURN(tenant, saveTenant(work, std::move(tenant)));
    TRY(appendState(work, "TENANT_UNDELETED", tenant, vms));
    return tenant;
}

Result<tenancy::Tenant> purgeTenant(Work &work, const TenantId &id, const std::optional<qint64> &ifVersion)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existingTenant(work, id));
    TRY(checkDeleted(tenant));
    TRY(checkVersion(tenant, ifVersion));
    if (tenant.purgedAt)
        return tenant;
    TRY(forgetRemembered(work, id));
    ASSIGN_OR_RETURN(const auto forgotten, tokens::forgetTokensOf(work.database(), id));
    for (const TokenId &token : forgotten)
        work.forget(token);
    tenant.purgedAt = work.now();
    tenant.displayName = id.toString();
    tenant.labels.clear();
    tenant.plan.clear();
    ASSIGN_OR_RETURN(tenant, saveTenant(work, std::move(tenant)));
    json::Writer data;
    data.beginObject().member("reason", nullptr).member("tokens", qint64(forgotten.size())).endObject();
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, work.append("TENANT_PURGED", id, data.take()));
    return tenant;
}

} // namespace engine
