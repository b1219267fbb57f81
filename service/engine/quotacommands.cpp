// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/quotacommands.h"

#include "service/store/statement.h"
#include "service/tenancy/tenantstore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr size_t MostNamed = 20; // of an entry: its bytes are bounded

using Counts = std::map<TenantId, tenancy::Usage>;

Result<Counts> countVms(store::Database &database)
{
    ASSIGN_OR_RETURN(auto count,
        database.prepared("SELECT tenant_id, count(*), sum(disk_gb) FROM vm GROUP BY tenant_id ORDER BY tenant_id"));
    TRY(count.run());
    Counts counts;
    while (count.next())
        counts.emplace(TenantId(count.bytes(0)), tenancy::Usage{count.integer(1), count.integer(2)});
    TRY(count.finish());
    return counts;
}

Result<QuotaReport> compare(store::Database &database)
{
    ASSIGN_OR_RETURN(Counts counts, countVms(database));
    ASSIGN_OR_RETURN(const auto tenants, tenancy::loadTenants(database));
    QuotaReport report{.tenants = qint64(tenants.size())};
    for (const auto &[id, counted] : counts)
        report.vms += counted.vms;
    for (const tenancy::Tenant &tenant : tenants) {
        const auto counted = counts.extract(tenant.id);
        const tenancy::Usage usage = counted ? counted.mapped() : tenancy::Usage();
        if (usage != tenant.usage)
            report.drifts.push_back({tenant.id, tenant.usage, usage});
    }
    for (const auto &[id, counted] : counts) // of no tenant
        report.drifts.push_back({id, {}, counted});
    std::ranges::sort(report.drifts, {}, &QuotaDrift::tenant);
    return report;
}

} // namespace

Result<QuotaReport> recountUsage(store::Database &database)
{
    TRY(database.begin());
    auto report = compare(database);
    database.rollback();
    return report;
}

Result<QuotaReport> recordRecount(Work &work, QuotaReport report)
{
    ASSIGN_OR_RETURN(const auto rows, tenancy::loadTenants(work.database()));
    for (const tenancy::Tenant &row : rows) {
        const tenancy::Tenant *known = work.tenant(row.id);
        const bool told = std::ranges::contains(report.drifts, row.id, &QuotaDrift::tenant);
        if (!told && !work.isUsagePending(row.id) && (!known || known->usage != row.usage))
            report.drifts.push_back({row.id, known ? known->usage : tenancy::Usage(), row.usage});
    }
    ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
        work.append(report.isExact() ? "QUOTA_VERIFIED" : "QUOTA_FAILED", {}, quotaReportData(report), {},
            report.isExact() ? ledger::Outcome::Ok : ledger::Outcome::Failed));
    return report;
}

void verifyQuotas(
    QueryThread &queries, Engine &engine, Caller caller, std::move_only_function<void(Result<QuotaReport>)> done)
{
    queries.post(
        [&engine, caller = std::move(caller), done = std::move(done)](Result<store::Database *> database) mutable {
            auto report = database ? recountUsage(**database) : std::unexpected(database.error());
            if (!report)
                return done(std::move(report));
            engine.post<QuotaReport>(
                std::move(caller), [report = std::move(*report)](Work &work) { return recordRecount(work, report); },
                [done = std::move(done)](Result<Committed<QuotaReport>> recorded) mutable {
                    done(std::move(recorded).transform(
                        [](Committed<QuotaReport> &&made) { return std::move(made.value); }));
                });
        });
}

QByteArray quotaReportData(const QuotaReport &report)
{
    const auto write = [](json::Writer &writer, QByteArrayView name, const tenancy::Usage &usage) {
        writer.key(name).beginObject().member("vms", usage.vms).member("storage_gb", usage.storageGb).endObject();
    };
    json::Writer writer;
    writer.beginObject()
        .member("tenants", report.tenants)
        .member("vms", report.vms)
        .member("differing", qint64(report.drifts.size()));
    writer.key("first").beginArray();
    for (size_t i = 0; i < std::min(report.drifts.size(), MostNamed); ++i) {
        writer.beginObject().member("tenant_id", report.drifts[i].tenant.text());
        write(writer, "stored", report.drifts[i].kept);
        write(writer, "counted", report.drifts[i].counted);
        writer.endObject();
    }
    writer.endArray().endObject();
    return writer.take();
}

} // namespace engine
