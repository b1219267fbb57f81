// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/api/tenantrecord.h"
#include "service/engine/tenantcommands.h"
#include "service/tenancy/tenantjson.h"

using namespace Qt::StringLiterals;

namespace api {

void registerTenant(Api &api, Exchange exchange)
{
    auto spec = jsonBody(exchange).and_then([](const json::Value &body) { return tenancy::readTenantSpec(body); });
    if (!spec)
        return api.answer(exchange, std::unexpected(std::move(spec.error())));
    api.write<tenancy::Tenant>(
        std::move(exchange),
        [spec = std::move(*spec)](engine::Work &work) { return engine::registerTenant(work, spec); },
        [](const tenancy::Tenant &tenant) {
            Reply reply = tenantReply(tenant);
            reply.status = 201;
            reply.headers.append({"Location"_ba, "/v1/tenants/" + tenant.id.text()});
            return reply;
        });
}

void listTenants(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(const qint64 limit, pageLimit(exchange));
        ASSIGN_OR_RETURN(const QByteArray after, readCursor(exchange));
        const auto named = exchange.queryValue("state");
        const QByteArray state = named.value_or(QByteArray());
        if (named && state != "all" && !tenantStateFromText(state))
            return fail(queryMistake("state", u"must be active, suspended, deleted or all"_s));
        const QString wanted = QString::fromUtf8(exchange.queryValue("q").value_or(QByteArray()));
        const engine::Caller &caller = *exchange.caller;

        json::Writer writer;
        writer.beginArray();
        TenantId last;
        bool more = false;
        api.state().read([&](const engine::State &published) {
            qint64 count = 0;
            for (auto at = published.tenants.upper_bound(TenantId(after)); at != published.tenants.end(); ++at) {
                const tenancy::Tenant &tenant = at->second;
                const bool shown = caller.isTenant() ? tenant.id == caller.tenant
                    : state.isEmpty()                ? tenant.state != TenantState::Deleted
                                                     : state == "all" || state == toText(tenant.state);
                if (!shown
                    || !(tenant.id.toString().contains(wanted, Qt::CaseInsensitive)
                        || tenant.displayName.contains(wanted, Qt::CaseInsensitive)))
                    continue;
                if (count == limit) {
                    more = true;
                    break;
                }
                tenancy::writeTenant(writer, tenant);
                last = tenant.id;
                ++count;
            }
        });
        writer.endArray();
        Reply reply{.body = writer.take()};
        if (more)
            reply.headers.append(nextLink(exchange, makeCursor(last.text())));
        return reply;
    }();
    api.answer(exchange, outcome);
}

void showTenant(Api &api, Exchange exchange)
{
    const TenantId id = tenantOf(exchange);
    const auto outcome = [&]() -> Result<Reply> {
        TRY(api.requireOwn(exchange, id));
        return api.state().read([&](const engine::State &state) -> Result<Reply> {
            const tenancy::Tenant *tenant = state.tenant(id);
            if (!tenant)
                return fail(ErrorCode::NotFound, u"There is no such tenant."_s);
            return tenantReply(*tenant);
        });
    }();
    api.answer(exchange, outcome);
}

void patchTenant(Api &api, Exchange exchange)
{
    const TenantId id = tenantOf(exchange);
    // RFC 7396 has a media type of its own; plain JSON means the same here.
    const auto read = [&]() -> Result<std::pair<json::Value, engine::PatchOptions>> {
        ASSIGN_OR_RETURN(json::Value body,
            exchange.request.mediaType() == "application/merge-patch+json" ? json::parse(exchange.request.body)
                                                                           : jsonBody(exchange));
        TRY(tenancy::readTenantPatch(body, {}));
        engine::PatchOptions options;
        ASSIGN_OR_RETURN(options.ifVersion, wantedVersion(api, exchange, id));
        if (const auto policy = exchange.queryValue("if_over")) {
            if (*policy != "refuse")
                return fail(queryMistake("if_over", u"must be refuse"_s));
            options.refuseOverQuota = true;
        }
        return std::pair(std::move(body), options);
    }();
    if (!read)
        return api.answer(exchange, std::unexpected(read.error()));
    const bool dryRun = exchange.dryRun;
    api.write<tenancy::Tenant>(
        std::move(exchange),
        [id, body = read->first, options = read->second](engine::Work &work) {
            return engine::patchTenant(
                work, id, [&](const tenancy::Tenant &tenant) { return tenancy::readTenantPatch(body, tenant.labels); },
                options);
        },
        [dryRun](const tenancy::Tenant &tenant) {
            Reply reply = tenantReply(tenant);
            // Of a change that is only tried the record says it too, under a name that can't be taken for a fact.
            if (dryRun)
                reply.body =
                    reply.body.chopped(1) + ",\"would_be_over\":" + (tenant.isOverQuota() ? "true}" : "false}");
            return reply;
        });
}

} // namespace api
