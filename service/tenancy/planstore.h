// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rows of the table `plan` to structs and back. Runs inside the caller's transaction, on the connection's thread.
#pragma once

#include "service/store/database.h"
#include "service/tenancy/plan.h"

namespace tenancy {

// A new one, or the limits and times of one that is there.
Result<void> writePlan(store::Database &database, const Plan &plan);
Result<void> deletePlan(store::Database &database, const QString &name);
Result<std::vector<Plan>> loadPlans(store::Database &database); // in the order of their names

// Tenants with this plan, deleted ones too, in the order of their ids.
Result<std::vector<TenantId>> tenantsWithPlan(store::Database &database, const QString &name);

} // namespace tenancy
