// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A plan: limits with a name, which tenants may follow. Plain values; any thread.
//
// A tenant keeps limits of its own. Those that equal its plan's follow the plan when that changes; one that was set to
// something else stays as it is, and the tenant then differs from its plan. Naming the plan again makes it follow anew.
#pragma once

#include "service/core/json.h"
#include "service/core/jsonwriter.h"
#include "service/tenancy/tenant.h"

namespace tenancy {

struct Plan
{
    QString name; // as a tenant's id: 1 to 63 of a-z 0-9 -
    Limits limits;
    Timestamp createdAt;
    Timestamp updatedAt;
};

// A follower's limits once the plan's have become `now`.
Limits following(Limits own, const Limits &old, const Limits &now);

// What a spec asks for: each member its own, or the plan's where it is FromPlan.
Limits chosen(Limits own, const Limits &plan);

// The limits of a body. InvalidField names what is wrong.
Result<Limits> readPlanLimits(const json::Value &body);

// The members of a plan's record; `followers` tenants that are not deleted, of which `differing` differ.
void writePlan(json::Writer &writer, const Plan &plan, qint64 followers, qint64 differing);

// `data` of PLAN_CHANGED, and what replay reads back: a plan without `before` is new, without `after` it is gone.
QByteArray planEntryData(const QString &name, const Limits *before, const Limits *after);

} // namespace tenancy
