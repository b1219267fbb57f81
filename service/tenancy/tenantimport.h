// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Many tenants in one body: a JSON array of what POST /v1/tenants takes, the same one a line, or CSV (RFC 4180). Pure
// functions; any thread.
//
// CSV has a first line with the names of the members, in any order: tenant_id, display_name, max_vms, storage_quota_gb,
// api_rate_limit_rpm, plan, and labels.NAME for a label. An empty cell is a member left out.
//
//     tenant_id,display_name,max_vms,storage_quota_gb,api_rate_limit_rpm,labels.tier
//     acme-corp,"Acme, Inc.",10,1000,600,gold
#pragma once

#include "service/tenancy/tenant.h"

namespace tenancy {

enum class ImportFormat
{
    Json,
    JsonLines, // blank lines are passed over
    Csv // a byte order mark at the start is, too
};

constexpr qsizetype MostImportRows = 10'000;

struct ImportRow
{
    qint64 number = 0; // from 1, without the names of CSV
    QByteArray id; // as it is written; empty where there is none to be read
    Result<TenantSpec> spec; // MalformedJson or InvalidField: then this row alone can't be taken
};

// MalformedJson or InvalidField where the body as a whole can't be taken: no rows in it, or too many. A row whose id
// stands in an earlier one is refused, so that what is imported does not hang on the order.
Result<std::vector<ImportRow>> readImport(ImportFormat format, const QByteArray &body);

} // namespace tenancy
