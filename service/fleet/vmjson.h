// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// VMs as JSON: request bodies in, records and ledger data out.
#pragma once

#include "service/core/json.h"
#include "service/core/jsonwriter.h"
#include "service/fleet/vm.h"

namespace fleet {

// `count` is read as any whole number from 1: its upper bound is judged after the quota.
Result<VmSpec> readVmSpec(const json::Value &body);

// InvalidField when more are asked for than one request may make.
Result<void> checkCount(const VmSpec &spec);

void writeVm(json::Writer &writer, const Vm &vm);
QByteArray vmJson(const Vm &vm);

// `data` of the VM_* entries, and what replay reads back. That of VM_DESTROYED tells the whole row that ends, with its
// times too.
QByteArray vmEntryData(const Vm &vm);
QByteArray vmEndedEntryData(const Vm &vm, const QString &reason = {});
// Of a VM that is registered again: with created_at, which else is the entry's own time.
QByteArray vmRestoredEntryData(const Vm &vm);
// The VM that the entry ended; Corrupt where it does not tell it whole.
Result<Vm> vmOfEndedEntry(const TenantId &tenant, const json::Value &data);

} // namespace fleet
