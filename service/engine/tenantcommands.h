// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What can be done to tenants that live; lifecyclecommands.h has their end. Each runs in the engine's transaction:
// rule, row and entry together or not at all.
#pragma once

#include "service/engine/lifecyclecommands.h"

namespace engine {

// InvalidField for a plan that there is not; TenantExists also for a deleted one: ids are never given again.
Result<tenancy::Tenant> registerTenant(Work &work, const tenancy::TenantSpec &spec);

struct PatchOptions
{
    std::optional<qint64> ifVersion; // PreconditionFailed unless the record has it
    bool refuseOverQuota = false; // OverQuota instead of limits below use
};
// `makePatch` gets the record as it is, since a patch of labels depends on it. A plan that the patch
// names gives its limits, but for those that the patch names too; InvalidField where there is none. No difference: no
// entry, same version.
Result<tenancy::Tenant> patchTenant(Work &work, const TenantId &id,
    const std::function<Result<tenancy::TenantPatch>(const tenancy::Tenant &)> &makePatch, const PatchOptions &options);

// Suspending a suspended one, or resuming an active one, answers the record and makes no entry.
Result<tenancy::Tenant> suspendTenant(
    Work &work, const TenantId &id, const QString &reason, const std::optional<qint64> &ifVersion = {});
Result<tenancy::Tenant> resumeTenant(Work &work, const TenantId &id, const std::optional<qint64> &ifVersion = {});

} // namespace engine
