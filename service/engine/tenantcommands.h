// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What can be done to tenants. Each runs in the engine's transaction: rule, row and entry together or not at all.
#pragma once

#include "service/engine/work.h"

namespace engine {

// TenantExists also for a deleted one: ids are never given again.
Result<tenancy::Tenant> registerTenant(Work &work, const tenancy::TenantSpec &spec);

struct PatchOptions
{
    std::optional<qint64> ifVersion; // PreconditionFailed unless the record has it
    bool refuseOverQuota = false; // OverQuota instead of limits below use
};
// `makePatch` gets the record as it is, since a patch of labels depends on it. No difference: no entry, same version.
Result<tenancy::Tenant> patchTenant(Work &work, const TenantId &id,
    const std::function<Result<tenancy::TenantPatch>(const tenancy::Tenant &)> &makePatch, const PatchOptions &options);

// Suspending a suspended one, or resuming an active one, answers the record and makes no entry.
Result<tenancy::Tenant> suspendTenant(Work &work, const TenantId &id, const QString &reason);
Result<tenancy::Tenant> resumeTenant(Work &work, const TenantId &id);

struct DeleteOptions
{
    std::optional<qint64> ifVersion;
    bool cascade = false; // TenantNotEmpty without it while VMs are registered
};
// Its tokens are dead with it. Deleting a deleted one is NotFound.
Result<tenancy::Tenant> deleteTenant(Work &work, const TenantId &id, const DeleteOptions &options);

} // namespace engine
