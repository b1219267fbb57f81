// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Whether usage is what a recount says: counted from the rows of the VMs, against the sums that are kept of them, in
// the tables and in memory. It never differs; that it does not is what this proves.
#pragma once

#include "service/engine/engine.h"
#include "service/engine/querythread.h"

namespace engine {

struct QuotaDrift
{
    TenantId tenant;
    tenancy::Usage kept;
    tenancy::Usage counted;
};

struct QuotaReport
{
    qint64 tenants = 0; // that were looked at
    qint64 vms = 0; // that were counted
    std::vector<QuotaDrift> drifts = {}; // in the order of the tenants' ids

    bool isExact() const { return drifts.empty(); }
};

// From one state of the database; half a second for a million VMs. VMs of a tenant that there is not are drift too.
Result<QuotaReport> recountUsage(store::Database &database);

// Adds what memory has otherwise than the tables, and appends QUOTA_VERIFIED or QUOTA_FAILED.
Result<QuotaReport> recordRecount(Work &work, QuotaReport report);

// Both: the recount on the query thread, beside the writer, then the entry. `done` runs on either's thread. Any thread;
// both threads outlive the answer.
void verifyQuotas(
    QueryThread &queries, Engine &engine, Caller caller, std::move_only_function<void(Result<QuotaReport>)> done);

// `data` of the entry, and what the control socket answers.
QByteArray quotaReportData(const QuotaReport &report);

} // namespace engine
