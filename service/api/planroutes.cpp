// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/engine/plancommands.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

struct Following
{
    qint64 followers = 0;
    qint64 differing = 0;
};

// The plan, and each tenant that has it: what the change did to it, or would.
QByteArray changeJson(const engine::PlanChange &change)
{
    json::Writer writer;
    writer.beginObject();
    tenancy::writePlan(writer, change.plan, qint64(change.followers.size()),
        std::ranges::count(change.followers, true, &engine::PlanFollower::differs));
    writer.key("tenants").beginArray();
    for (const engine::PlanFollower &follower : change.followers) {
        const tenancy::Tenant &tenant = follower.tenant;
        writer.beginObject()
            .member("tenant_id", tenant.id.text())
            .member("changed", follower.changed)
            .member("differs", follower.differs)
            .member("would_be_over", tenant.isOverQuota())
            .member("max_vms", tenant.limits.maxVms)
            .member("storage_quota_gb", tenant.limits.storageQuotaGb)
            .member("api_rate_limit_rpm", tenant.limits.apiRateLimitRpm)
            .endObject();
    }
    writer.endArray().endObject();
    return writer.take();
}

Result<QString> planOf(const Exchange &exchange)
{
    const QByteArray name = exchange.param("name");
    if (isTenantId(name))
        return QString::fromLatin1(name);
    return fail(Error{.code = ErrorCode::InvalidField,
        .detail = u"A plan's name has 1 to 63 of a-z, 0-9 and '-', first a letter, last not '-'."_s,
        .fields = {{u"name"_s, u"can't be a plan's name"_s}}});
}

} // namespace

void listPlans(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(const qint64 limit, pageLimit(exchange));
        ASSIGN_OR_RETURN(const QByteArray after, readCursor(exchange));
        json::Writer writer;
        writer.beginArray();
        QString last;
        bool more = false;
        api.state().read([&](const engine::State &state) {
            std::map<QString, Following> counts;
            for (const auto &[id, tenant] : state.tenants) {
                const tenancy::Plan *plan = tenant.plan.isEmpty() ? nullptr : state.plan(tenant.plan);
                if (!plan || tenant.state == TenantState::Deleted)
                    continue;
                Following &count = counts[tenant.plan];
                ++count.followers;
                count.differing += tenant.limits != plan->limits ? 1 : 0;
            }
            qint64 written = 0;
            for (auto at = state.plans.upper_bound(QString::fromUtf8(after)); at != state.plans.end(); ++at) {
                if (written == limit) {
                    more = true;
                    break;
                }
                const Following count = counts[at->first];
                writer.beginObject();
                tenancy::writePlan(writer, at->second, count.followers, count.differing);
                writer.endObject();
                last = at->first;
                ++written;
            }
        });
        writer.endArray();
        Reply reply{.body = writer.take()};
        if (more)
            reply.headers.append(nextLink(exchange, makeCursor(last.toUtf8())));
        return reply;
    }();
    api.answer(exchange, outcome);
}

void putPlan(Api &api, Exchange exchange)
{
    const auto read = [&]() -> Result<std::pair<QString, tenancy::Limits>> {
        ASSIGN_OR_RETURN(QString name, planOf(exchange));
        ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
        ASSIGN_OR_RETURN(const tenancy::Limits limits, tenancy::readPlanLimits(body));
        return std::pair(std::move(name), limits);
    }();
    if (!read)
        return api.answer(exchange, std::unexpected(read.error()));
    api.write<engine::PlanChange>(
        std::move(exchange),
        [name = read->first, limits = read->second](engine::Work &work) { return engine::putPlan(work, name, limits); },
        [](const engine::PlanChange &change) { return Reply{.body = changeJson(change)}; });
}

void deletePlan(Api &api, Exchange exchange)
{
    const auto name = planOf(exchange);
    if (!name)
        return api.answer(exchange, std::unexpected(name.error()));
    api.write<engine::PlanChange>(
        std::move(exchange), [name = *name](engine::Work &work) { return engine::deletePlan(work, name); },
        [](const engine::PlanChange &change) { return Reply{.status = 204, .body = changeJson(change)}; });
}

} // namespace api
