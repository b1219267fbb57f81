// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the routes of a tenant share: its record as an answer, and the version that a caller wants to meet.
#pragma once

#include "service/api/exchange.h"
#include "service/tenancy/tenant.h"

namespace api {

class Api;

TenantId tenantOf(const Exchange &exchange); // of the path
Reply tenantReply(const tenancy::Tenant &tenant); // with its ETag
// 204, or the record where it is asked what would be.
Reply goneReply(const tenancy::Tenant &tenant);

// Of If-Match; nothing where there is none or it is "*". PreconditionFailed where it names no version.
Result<std::optional<qint64>> wantedVersion(Api &api, const Exchange &exchange, const TenantId &id);

} // namespace api
