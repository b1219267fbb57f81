// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What can be done to VMs.
#pragma once

#include "service/engine/work.h"
#include "service/fleet/vm.h"

namespace engine {

// `spec.count` VMs or none. NotFound, TenantDeleted, TenantSuspended; QuotaExceeded is judged before the count's own
// range.
Result<std::vector<fleet::Vm>> registerVms(Work &work, const TenantId &tenant, const fleet::VmSpec &spec);

// The reason of a NotFound that hides another tenant's: for the record of denials, never for the caller.
inline constexpr char ForeignReason[] = "foreign";

// NotFound for an absent VM and, exactly alike, for one that the caller's tenant does not own.
// Answers the VM that it destroyed.
Result<fleet::Vm> destroyVm(Work &work, const VmId &id);

// One entry each, for the deletion of the tenant; and the way back of just these, for its undeletion. The ledger is
// what remembers them. Restored ones wait for a node again; answers how many.
Result<void> destroyAllVms(Work &work, const TenantId &tenant);
Result<qint64> restoreVms(Work &work, const TenantId &tenant);

} // namespace engine
