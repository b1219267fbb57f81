// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rows of the table `tenant` to structs and back. Runs inside the caller's transaction, on the connection's thread.
#pragma once

#include "service/store/database.h"
#include "service/tenancy/tenant.h"

namespace tenancy {

Result<void> insertTenant(store::Database &database, const Tenant &tenant);
Result<void> updateTenant(store::Database &database, const Tenant &tenant);
Result<void> updateUsage(store::Database &database, const Tenant &tenant);

// All of them, deleted ones too, in the order of their ids.
Result<std::vector<Tenant>> loadTenants(store::Database &database);

} // namespace tenancy
