// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/vmcommands.h"

#include "service/core/uuid.h"
#include "service/engine/tenantrules.h"
#include "service/fleet/vmjson.h"
#include "service/fleet/vmstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

const QString WithTenant = u"tenant deleted"_s;

Result<void> destroy(Work &work, const fleet::Vm &vm, const QString &reason = {})
{
    TRY(fleet::deleteVm(work.database(), vm.id));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append("VM_DESTROYED", vm.tenant, fleet::vmEndedEntryData(vm, reason), {.vm = vm.id, .node = vm.node}));
    work.charge(vm.tenant, -1, -vm.diskGb);
    return {};
}

// Those of the VMs that the last deletion destroyed which stand behind an entry; in pages, for there may be many.
Result<std::vector<fleet::Vm>> destroyedWith(Work &work, const TenantId &tenant, qint64 &after, qint64 most)
{
    ASSIGN_OR_RETURN(auto find,
        work.database().prepared("SELECT idx, bytes FROM ledger_entry WHERE tenant_id = ? AND event_type ="
                                 " 'VM_DESTROYED' AND idx > ? ORDER BY idx LIMIT ?"));
    TRY(find.run(tenant, after, most));
    std::vector<fleet::Vm> vms;
    qint64 last = -1;
    while (find.next()) {
        last = find.integer(0);
        ASSIGN_OR_RETURN(const ledger::EntryFields entry, ledger::parseEntry(find.bytes(1)));
        const json::Value *reason = entry.data.find("reason");
        if (!reason || !reason->string() || *reason->string() != WithTenant.toUtf8())
            continue;
        ASSIGN_OR_RETURN(fleet::Vm vm, fleet::vmOfEndedEntry(tenant, entry.data));
        vms.push_back(std::move(vm));
    }
    TRY(find.finish());
    after = last;
    return vms;
}

// Since then it was deleted but once.
Result<qint64> lastUndeletion(Work &work, const TenantId &tenant)
{
    ASSIGN_OR_RETURN(auto find,
        work.database().prepared("SELECT coalesce(max(idx), -1) FROM ledger_entry WHERE tenant_id = ? AND event_type ="
                                 " 'TENANT_UNDELETED'"));
    TRY(find.run(tenant));
    const qint64 index = find.next() ? find.integer(0) : -1;
    TRY(find.finish());
    return index;
}

} // namespace

Result<std::vector<fleet::Vm>> registerVms(Work &work, const TenantId &tenantId, const fleet::VmSpec &spec)
{
    ASSIGN_OR_RETURN(tenancy::Tenant tenant, existingTenant(work, tenantId));
    TRY(checkNotDeleted(tenant));
    if (tenant.state == TenantState::Suspended)
        return fail(ErrorCode::TenantSuspended, u"%1 is suspended."_s.arg(tenantId.toString()));
    const qint64 count = spec.count.value_or(1);
    TRY(tenancy::admit(tenant, count, count * spec.diskGb));
    TRY(fleet::checkCount(spec));
    if (!spec.preferredNode.isEmpty()) {
        return fail(Error{.code = ErrorCode::InvalidField,
            .detail = u"There is no node %1 that %2 may use."_s.arg(spec.preferredNode.toString(), tenantId.toString()),
            .fields = {{u"/preferred_node"_s, u"names no node that this tenant may use"_s}}});
    }

    tenant.usage.vms += count;
    tenant.usage.storageGb += count * spec.diskGb;
    TRY(warnOfQuotas(work, tenant));
    std::vector<fleet::Vm> vms;
    vms.reserve(size_t(count));
    for (qint64 i = 0; i < count; ++i) {
        fleet::Vm vm{.id = VmId(newUuid(work.now())),
            .tenant = tenantId,
            .name = spec.name,
            .vmType = spec.vmType,
            .ramMb = spec.ramMb,
            .vcpuCount = spec.vcpuCount,
            .diskGb = spec.diskGb,
            .preferKvm = spec.preferKvm,
            .node = {},
            .createdAt = work.now(),
            .startedAt = {}};
        TRY(fleet::insertVm(work.database(), vm));
        ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
            work.append("VM_REGISTERED", tenantId, fleet::vmEntryData(vm), {.vm = vm.id}));
        vms.push_back(std::move(vm));
    }
    work.charge(tenantId, count, count * spec.diskGb);
    return vms;
}

Result<fleet::Vm> destroyVm(Work &work, const VmId &id)
{
    ASSIGN_OR_RETURN(auto vm, fleet::findVm(work.database(), id));
    const bool foreign = vm && work.caller().isTenant() && vm->tenant != work.caller().tenant;
    if (!vm || foreign)
        return fail(Error{.code = ErrorCode::NotFound,
            .detail = u"There is no such VM."_s,
            .reason = foreign ? QByteArray(ForeignReason) : QByteArray()});
    TRY(destroy(work, *vm));
    return std::move(*vm);
}

Result<void> destroyAllVms(Work &work, const TenantId &tenant)
{
    constexpr qint64 AtOnce = 500;
    while (true) {
        ASSIGN_OR_RETURN(const auto vms, fleet::listVms(work.database(), tenant, {}, AtOnce));
        if (vms.empty())
            return {};
        for (const fleet::Vm &vm : vms)
            TRY(destroy(work, vm, WithTenant));
    }
}

Result<qint64> restoreVms(Work &work, const TenantId &tenant)
{
    constexpr qint64 AtOnce = 500;
    qint64 restored = 0;
    ASSIGN_OR_RETURN(qint64 after, lastUndeletion(work, tenant));
    while (true) {
        ASSIGN_OR_RETURN(const auto vms, destroyedWith(work, tenant, after, AtOnce));
        for (const fleet::Vm &vm : vms) {
            TRY(fleet::insertVm(work.database(), vm));
            ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
                work.append("VM_REGISTERED", tenant, fleet::vmRestoredEntryData(vm), {.vm = vm.id}));
            work.charge(tenant, 1, vm.diskGb);
            ++restored;
        }
        if (after < 0)
            return restored;
    }
}

} // namespace engine
