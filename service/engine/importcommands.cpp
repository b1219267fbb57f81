// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/importcommands.h"

#include "service/engine/plancommands.h"
#include "service/engine/tenantcommands.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

// What an existing tenant has otherwise than the row, as names of members.
QStringList differences(const tenancy::Tenant &tenant, const tenancy::TenantSpec &spec, const tenancy::Limits &limits)
{
    QStringList names;
    const auto compare = [&names](const QString &name, const auto &there, const auto &wanted) {
        if (there != wanted)
            names.append(name);
    };
    compare(u"display_name"_s, tenant.displayName, spec.displayName);
    compare(u"max_vms"_s, tenant.limits.maxVms, limits.maxVms);
    compare(u"storage_quota_gb"_s, tenant.limits.storageQuotaGb, limits.storageQuotaGb);
    compare(u"api_rate_limit_rpm"_s, tenant.limits.apiRateLimitRpm, limits.apiRateLimitRpm);
    compare(u"labels"_s, tenant.labels, spec.labels);
    compare(u"plan"_s, tenant.plan, spec.plan);
    return names;
}

// Nothing is written before the row is known to be good: what fails later is the ledger's failure, not the row's.
Result<ImportOutcome> importOne(Work &work, const tenancy::TenantSpec &spec)
{
    const tenancy::Tenant *known = work.tenant(spec.id);
    if (known && known->state != TenantState::Deleted) {
        tenancy::Limits limits = spec.limits;
        if (!spec.plan.isEmpty()) {
            ASSIGN_OR_RETURN(const tenancy::Plan *plan, namedPlan(work, spec.plan));
            limits = tenancy::chosen(limits, plan->limits);
        }
        const QStringList other = differences(*known, spec, limits);
        if (other.isEmpty())
            return ImportOutcome{.result = ImportResult::Unchanged};
        return fail(ErrorCode::TenantExists,
            u"%1 is there already, with another %2. An import changes no tenant; PATCH it."_s.arg(
                spec.id.toString(), other.join(u", "_s)));
    }
    TRY(registerTenant(work, spec));
    return ImportOutcome{.result = ImportResult::Created};
}

} // namespace

Result<std::vector<ImportOutcome>> importTenants(Work &work, std::span<const tenancy::ImportRow> rows)
{
    std::vector<ImportOutcome> outcomes;
    outcomes.reserve(rows.size());
    for (const tenancy::ImportRow &row : rows) {
        if (!row.spec) {
            outcomes.push_back({.error = row.spec.error()});
            continue;
        }
        auto outcome = importOne(work, *row.spec);
        if (outcome) {
            outcomes.push_back(std::move(*outcome));
            continue;
        }
        const ErrorCode code = outcome.error().code;
        if (code != ErrorCode::TenantExists && code != ErrorCode::InvalidField)
            return std::unexpected(std::move(outcome.error()));
        outcomes.push_back({.error = std::move(outcome.error())});
    }
    return outcomes;
}

} // namespace engine
