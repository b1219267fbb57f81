// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What can be done to plans. A change reaches the tenants that follow in the same transaction, with an entry each.
#pragma once

#include "service/engine/work.h"

namespace engine {

// A tenant with the plan, as it is after the change.
struct PlanFollower
{
    tenancy::Tenant tenant;
    bool changed = false; // its limits moved with the plan
    bool differs = false; // a limit of its own is another than the plan's
};

struct PlanChange
{
    tenancy::Plan plan;
    std::vector<PlanFollower> followers; // not the deleted ones
};

// Makes the plan, or gives it other limits. The same limits again: no entry.
Result<PlanChange> putPlan(Work &work, const QString &name, const tenancy::Limits &limits);

// Its followers keep their limits and have no plan any more. NotFound.
Result<PlanChange> deletePlan(Work &work, const QString &name);

// InvalidField where there is no such plan.
Result<const tenancy::Plan *> namedPlan(const Work &work, const QString &name);

} // namespace engine
