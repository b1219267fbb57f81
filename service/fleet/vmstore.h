// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rows of the table `vm` to structs and back. Runs inside the caller's transaction, on the connection's thread.
#pragma once

#include "service/fleet/vm.h"
#include "service/store/database.h"

namespace fleet {

Result<void> insertVm(store::Database &database, const Vm &vm);
Result<void> deleteVm(store::Database &database, const VmId &id);

Result<std::optional<Vm>> findVm(store::Database &database, const VmId &id);

// In the order of their ids, behind `after` where it is given. An empty tenant means all of them.
Result<std::vector<Vm>> listVms(store::Database &database, const TenantId &tenant, const VmId &after, qint64 most);

} // namespace fleet
