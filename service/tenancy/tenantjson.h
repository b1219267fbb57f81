// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tenants as JSON: request bodies in, records and ledger data out. The bounds of every member stand here and nowhere
// else.
#pragma once

#include "service/core/json.h"
#include "service/core/jsonwriter.h"
#include "service/tenancy/tenant.h"

namespace tenancy {

constexpr qint64 MostVms = 100'000, MostStorageGb = 1'000'000'000, MostRpm = 10'000'000;

// Without a plan all limits are required.
Result<TenantSpec> readTenantSpec(const json::Value &body);

// A merge patch (RFC 7396). ImmutableField for tenant_id and what the server sets; a label set to null is removed.
Result<TenantPatch> readTenantPatch(const json::Value &body, const Labels &labels);

// What is wrong with an id, as a sentence for the field; empty when it is fine.
QString tenantIdMistake(QStringView text);

void writeTenant(json::Writer &writer, const Tenant &tenant);
QByteArray tenantJson(const Tenant &tenant);
// The member `warnings`.
void writeWarnings(json::Writer &writer, const Tenant &tenant);
// `data` of QUOTA_WARNING.
QByteArray quotaWarningData(const QuotaWarning &warning);

// The object of labels, names in order: also what the store keeps.
QByteArray labelsJson(const Labels &labels);
Result<Labels> labelsFromJson(QByteArrayView text);

// `data` of TENANT_CREATED and TENANT_UPDATED, and what replay reads back.
QByteArray tenantEntryData(const Tenant &tenant);

// `data` of QUOTA_CHANGED: every member that differs, with old and new.
QByteArray changesEntryData(const Tenant &before, const Tenant &after);

} // namespace tenancy
