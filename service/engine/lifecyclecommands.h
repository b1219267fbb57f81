// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The end of a tenant, and the way back. Each runs in the engine's transaction, whole or not at all.
//
//     active, suspended --delete--> deleted --undelete, within the retention--> what it was
//                                   deleted --purge--> deleted and purged, for good
#pragma once

#include "service/engine/work.h"

namespace engine {

struct DeleteOptions
{
    std::optional<qint64> ifVersion;
    bool cascade = false; // TenantNotEmpty without it while VMs are registered
};
// Its tokens are dead with it. TenantDeleted for one that is deleted.
Result<tenancy::Tenant> deleteTenant(Work &work, const TenantId &id, const DeleteOptions &options);

// With its quotas, and with the VMs that the deletion destroyed: under their ids, to be placed anew. No token comes
// back. TenantNotDeleted; TenantDeleted once it was purged, or `retention` after the deletion.
Result<tenancy::Tenant> undeleteTenant(
    Work &work, const TenantId &id, const std::optional<qint64> &ifVersion, std::chrono::days retention);

// Forgets what the ledger does not need: the tenant's name, labels and plan, the rows of its tokens with their last
// use, and what Idempotency-Key remembers that names it. The id stays taken, and the entries stay as they are. Once
// more on one that is purged changes nothing. TenantNotDeleted.
Result<tenancy::Tenant> purgeTenant(Work &work, const TenantId &id, const std::optional<qint64> &ifVersion);

} // namespace engine
