// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What every command on a tenant asks first and does last. Engine thread, inside the command's transaction.
#pragma once

#include "service/engine/work.h"

namespace engine {

Result<tenancy::Tenant> existingTenant(const Work &work, const TenantId &id);
// PreconditionFailed unless the record has the version; none wanted: fine.
Result<void> checkVersion(const tenancy::Tenant &tenant, const std::optional<qint64> &wanted);
Result<void> checkNotDeleted(const tenancy::Tenant &tenant);

// Row and memory, as the next version and of now. Warns of quotas that the change brings near their end.
Result<tenancy::Tenant> saveTenant(Work &work, tenancy::Tenant tenant);

// QUOTA_WARNING for each level that `after` reaches and the tenant had not. Before the entries of the change that does
// it, so that a write's Ledger-Index names the change itself.
Result<void> warnOfQuotas(Work &work, const tenancy::Tenant &after);

} // namespace engine
