// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/fleet/vmjson.h"

#include "service/core/jsonreader.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace fleet {

namespace {

void writeEntryMembers(json::Writer &writer, const Vm &vm)
{
    writer.member("vm_id", vm.id.text())
        .member("name", vm.name)
        .member("vm_type", vm.vmType)
        .member("ram_mb", vm.ramMb)
        .member("vcpu_count", vm.vcpuCount)
        .member("disk_gb", vm.diskGb)
        .member("prefer_kvm", vm.preferKvm)
        .textOrNull("node_id", vm.node.text())
        .member("state", toText(vm.state));
}

} // namespace

Result<VmSpec> readVmSpec(const json::Value &body)
{
    json::ObjectReader reader(body);
    VmSpec spec;
    if (const auto tenant = reader.optionalText("tenant_id", 1, 63)) {
        if (!isTenantId(tenant->toUtf8()))
            reader.reject(u"tenant_id"_s, u"is no tenant id"_s);
        spec.tenant = TenantId(tenant->toUtf8());
    }
    spec.name = reader.optionalText("name", 0, 200).value_or(QString());
    spec.vmType = reader.optionalText("vm_type", 1, 63).value_or(u"generic"_s);
    spec.ramMb = reader.optionalInteger("ram_mb", 1, 16'777'216).value_or(spec.ramMb);
    spec.vcpuCount = reader.optionalInteger("vcpu_count", 1, 1024).value_or(spec.vcpuCount);
    spec.diskGb = reader.optionalInteger("disk_gb", 0, 1'000'000).value_or(spec.diskGb);
    spec.preferKvm = reader.optionalBoolean("prefer_kvm").value_or(false);
    spec.preferredNode = NodeId(reader.optionalText("preferred_node", 1, 128).value_or(QString()).toUtf8());
    spec.count = reader.optionalInteger("count", 1, std::numeric_limits<qint32>::max());
    TRY(reader.finish());
    return spec;
}

Result<void> checkCount(const VmSpec &spec)
{
    if (spec.count.value_or(1) <= MostVmsPerRequest)
        return {};
    return fail(Error{.code = ErrorCode::InvalidField,
        .detail = u"One request makes at most %1 VMs; %2 were asked for."_s.arg(MostVmsPerRequest).arg(*spec.count),
        .fields = {{u"/count"_s, u"must be a whole number from 1 to %1"_s.arg(MostVmsPerRequest)}}});
}

void writeVm(json::Writer &writer, const Vm &vm)
{
    writer.beginObject()
        .member("vm_id", vm.id.text())
        .member("tenant_id", vm.tenant.text())
        .member("name", vm.name)
        .member("vm_type", vm.vmType)
        .member("state", toText(vm.state))
        .member("ram_alloc_mb", vm.ramMb)
        .member("vcpu_count", vm.vcpuCount)
        .member("disk_gb", vm.diskGb)
        .textOrNull("node_id", vm.node.text())
        .rawMember("host_ports", "[]")
        .member("created_at", formatTime(vm.createdAt))
        .member("started_at", vm.startedAt ? std::optional(formatTime(*vm.startedAt)) : std::nullopt)
        .endObject();
}

QByteArray vmJson(const Vm &vm)
{
    json::Writer writer;
    writeVm(writer, vm);
    return writer.take();
}

QByteArray vmEntryData(const Vm &vm)
{
    json::Writer writer;
    writer.beginObject();
    writeEntryMembers(writer, vm);
    writer.endObject();
    return writer.take();
}

QByteArray vmRestoredEntryData(const Vm &vm)
{
    json::Writer writer;
    writer.beginObject();
    writeEntryMembers(writer, vm);
    writer.member("created_at", formatTime(vm.createdAt)).endObject();
    return writer.take();
}

Result<Vm> vmOfEndedEntry(const TenantId &tenant, const json::Value &data)
{
    bool whole = true;
    const auto text = [&](const char *name) {
        const json::Value *value = data.find(name);
        whole = whole && value && value->string();
        return whole ? *value->string() : QByteArray();
    };
    const auto number = [&](const char *name) {
        const json::Value *value = data.find(name);
        const auto whole64 = value && value->number() ? value->number()->whole() : std::nullopt;
        whole = whole && whole64;
        return whole64.value_or(0);
    };
    const json::Value *kvm = data.find("prefer_kvm");
    Vm vm{.id = VmId(text("vm_id")),
        .tenant = tenant,
        .name = json::fromString(text("name")),
        .vmType = json::fromString(text("vm_type")),
        .ramMb = number("ram_mb"),
        .vcpuCount = number("vcpu_count"),
        .diskGb = number("disk_gb"),
        .preferKvm = kvm && kvm->boolean() && *kvm->boolean(),
        .node = {},
        .createdAt = {},
        .startedAt = {}};
    const auto createdAt = parseTime(text("created_at"));
    if (!whole || !createdAt)
        return fail(ErrorCode::Corrupt, u"An entry of the ledger does not tell the VM that it ended."_s);
    vm.createdAt = *createdAt;
    return vm;
}

QByteArray vmEndedEntryData(const Vm &vm, const QString &reason)
{
    json::Writer writer;
    writer.beginObject();
    writeEntryMembers(writer, vm);
    writer.member("created_at", formatTime(vm.createdAt))
        .member("started_at", vm.startedAt ? std::optional(formatTime(*vm.startedAt)) : std::nullopt);
    if (!reason.isEmpty())
        writer.member("reason", reason);
    writer.endObject();
    return writer.take();
}

} // namespace fleet
