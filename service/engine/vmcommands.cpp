// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/vmcommands.h"

#include "service/core/uuid.h"
#include "service/fleet/vmjson.h"
#include "service/fleet/vmstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

Result<void> destroy(Work &work, const fleet::Vm &vm)
{
    TRY(fleet::deleteVm(work.database(), vm.id));
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append("VM_DESTROYED", vm.tenant, fleet::vmEndedEntryData(vm), {.vm = vm.id, .node = vm.node}));
    work.charge(vm.tenant, -1, -vm.diskGb);
    return {};
}

} // namespace

Result<std::vector<fleet::Vm>> registerVms(Work &work, const TenantId &tenantId, const fleet::VmSpec &spec)
{
    const tenancy::Tenant *tenant = work.tenant(tenantId);
    if (!tenant || tenant->state == TenantState::Deleted)
        return fail(ErrorCode::NotFound, u"There is no tenant %1."_s.arg(tenantId.toString()));
    if (tenant->state == TenantState::Suspended)
        return fail(ErrorCode::TenantSuspended, u"%1 is suspended."_s.arg(tenantId.toString()));
    const qint64 count = spec.count.value_or(1);
    TRY(tenancy::admit(*tenant, count, count * spec.diskGb));
    TRY(fleet::checkCount(spec));
    if (!spec.preferredNode.isEmpty()) {
        return fail(Error{.code = ErrorCode::InvalidField,
            .detail = u"There is no node %1 that %2 may use."_s.arg(spec.preferredNode.toString(), tenantId.toString()),
            .fields = {{u"/preferred_node"_s, u"names no node that this tenant may use"_s}}});
    }

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

Result<void> destroyVm(Work &work, const VmId &id)
{
    ASSIGN_OR_RETURN(const auto vm, fleet::findVm(work.database(), id));
    const bool foreign = vm && work.caller().isTenant() && vm->tenant != work.caller().tenant;
    if (!vm || foreign)
        return fail(Error{.code = ErrorCode::NotFound,
            .detail = u"There is no such VM."_s,
            .reason = foreign ? QByteArray(ForeignReason) : QByteArray()});
    return destroy(work, *vm);
}

Result<void> destroyAllVms(Work &work, const TenantId &tenant)
{
    constexpr qint64 AtOnce = 500;
    while (true) {
        ASSIGN_OR_RETURN(const auto vms, fleet::listVms(work.database(), tenant, {}, AtOnce));
        if (vms.empty())
            return {};
        for (const fleet::Vm &vm : vms)
            TRY(destroy(work, vm));
    }
}

} // namespace engine
