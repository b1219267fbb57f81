// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/fleet/vmstore.h"

#include "service/store/statement.h"

using namespace Qt::StringLiterals;

namespace fleet {

namespace {

#define VM_COLUMNS                                                                                                     \
    "vm_id, tenant_id, name, vm_type, ram_mb, vcpu_count, disk_gb, prefer_kvm, state, node_id, created_at, started_at"

Result<Vm> readVm(store::Statement &row)
{
    const auto state = vmStateFromText(row.bytes(8));
    if (!state)
        return fail(ErrorCode::Corrupt, u"The row of VM %1 has an unknown state."_s.arg(row.text(0)));
    return Vm{.id = VmId(row.bytes(0)),
        .tenant = TenantId(row.bytes(1)),
        .name = row.text(2),
        .vmType = row.text(3),
        .ramMb = row.integer(4),
        .vcpuCount = row.integer(5),
        .diskGb = row.integer(6),
        .preferKvm = row.integer(7) != 0,
        .state = *state,
        .node = NodeId(row.bytes(9)),
        .createdAt = fromMilliseconds(row.integer(10)),
        .startedAt = row.isNull(11) ? std::nullopt : std::optional(fromMilliseconds(row.integer(11)))};
}

} // namespace

Result<void> insertVm(store::Database &database, const Vm &vm)
{
    ASSIGN_OR_RETURN(
        auto insert, database.prepared("INSERT INTO vm (" VM_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    return insert.run(vm.id, vm.tenant, vm.name, vm.vmType, vm.ramMb, vm.vcpuCount, vm.diskGb, int(vm.preferKvm),
        store::Text{toText(vm.state)}, vm.node, toMilliseconds(vm.createdAt),
        vm.startedAt ? std::optional(toMilliseconds(*vm.startedAt)) : std::nullopt);
}

Result<void> deleteVm(store::Database &database, const VmId &id)
{
    ASSIGN_OR_RETURN(auto remove, database.prepared("DELETE FROM vm WHERE vm_id = ?"));
    return remove.run(id);
}

Result<std::optional<Vm>> findVm(store::Database &database, const VmId &id)
{
    ASSIGN_OR_RETURN(auto select, database.prepared("SELECT " VM_COLUMNS " FROM vm WHERE vm_id = ?"));
    TRY(select.run(id));
    if (!select.next()) {
        TRY(select.finish());
        return std::optional<Vm>();
    }
    ASSIGN_OR_RETURN(Vm vm, readVm(select));
    return std::optional(std::move(vm));
}

Result<std::vector<Vm>> listVms(store::Database &database, const TenantId &tenant, const VmId &after, qint64 most)
{
    ASSIGN_OR_RETURN(auto select,
        database.prepared(tenant.isEmpty() ? "SELECT " VM_COLUMNS " FROM vm WHERE vm_id > ? ORDER BY vm_id LIMIT ?"
                                           : "SELECT " VM_COLUMNS
                                             " FROM vm WHERE vm_id > ? AND tenant_id = ? ORDER BY vm_id LIMIT ?"));
    TRY(tenant.isEmpty() ? select.run(after.toString(), most) : select.run(after.toString(), tenant, most));
    std::vector<Vm> vms;
    while (select.next()) {
        ASSIGN_OR_RETURN(Vm vm, readVm(select));
        vms.push_back(std::move(vm));
    }
    TRY(select.finish());
    return vms;
}

#undef VM_COLUMNS

} // namespace fleet
