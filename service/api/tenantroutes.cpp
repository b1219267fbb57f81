// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/core/encoding.h"
#include "service/core/jsonreader.h"
#include "service/engine/tenantcommands.h"
#include "service/tenancy/tenantjson.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

http::Header etag(const tenancy::Tenant &tenant)
{
    return {"ETag"_ba, '"' + QByteArray::number(tenant.version) + '"'};
}

Reply record(const tenancy::Tenant &tenant)
{
    return {.body = tenancy::tenantJson(tenant), .headers = {etag(tenant)}};
}

// RFC 9110, 13.1.1: "*", or a list of strong tags. Of a list, the one that the record has now, so that the engine
// compares with it again; a tag that we can't have made matches nothing.
Result<std::optional<qint64>> wantedVersion(Api &api, const Exchange &exchange, const TenantId &id)
{
    const QByteArrayView field = exchange.request.headers.value("If-Match");
    if (field.isNull() || field.trimmed() == "*")
        return std::optional<qint64>();
    const qint64 current = api.state().read([&](const engine::State &state) {
        const auto *tenant = state.tenant(id);
        return tenant ? tenant->version : 0;
    });
    std::optional<qint64> wanted;
    for (const QByteArray &part : field.toByteArray().split(',')) {
        const QByteArray tag = part.trimmed();
        if (tag.size() <= 2 || !tag.startsWith('"') || !tag.endsWith('"'))
            continue;
        const auto version = parseDecimal(QByteArrayView(tag).sliced(1, tag.size() - 2), INT64_MAX);
        if (version && (!wanted || qint64(*version) == current))
            wanted = qint64(*version);
    }
    if (!wanted)
        return fail(ErrorCode::PreconditionFailed,
            u"If-Match names no version of this record. Read it again and send its ETag."_s);
    return wanted;
}

TenantId idOf(const Exchange &exchange)
{
    return TenantId(exchange.param("id"));
}

} // namespace

void registerTenant(Api &api, Exchange exchange)
{
    auto spec = jsonBody(exchange).and_then([](const json::Value &body) { return tenancy::readTenantSpec(body); });
    if (!spec)
        return api.answer(exchange, std::unexpected(std::move(spec.error())));
    api.write<tenancy::Tenant>(
        std::move(exchange),
        [spec = std::move(*spec)](engine::Work &work) { return engine::registerTenant(work, spec); },
        [](const tenancy::Tenant &tenant) {
            Reply reply = record(tenant);
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
    const TenantId id = idOf(exchange);
    const auto outcome = [&]() -> Result<Reply> {
        TRY(api.requireOwn(exchange, id));
        return api.state().read([&](const engine::State &state) -> Result<Reply> {
            const tenancy::Tenant *tenant = state.tenant(id);
            if (!tenant)
                return fail(ErrorCode::NotFound, u"There is no such tenant."_s);
            return record(*tenant);
        });
    }();
    api.answer(exchange, outcome);
}

void patchTenant(Api &api, Exchange exchange)
{
    const TenantId id = idOf(exchange);
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
    api.write<tenancy::Tenant>(
        std::move(exchange),
        [id, body = read->first, options = read->second](engine::Work &work) {
            return engine::patchTenant(
                work, id, [&](const tenancy::Tenant &tenant) { return tenancy::readTenantPatch(body, tenant.labels); },
                options);
        },
        record);
}

void suspendTenant(Api &api, Exchange exchange)
{
    const auto reason = [&]() -> Result<QString> {
        ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
        if (body.isNull())
            return QString();
        json::ObjectReader reader(body);
        auto text = reader.optionalText("reason", 0, 500);
        TRY(reader.finish());
        return text.value_or(QString());
    }();
    if (!reason)
        return api.answer(exchange, std::unexpected(reason.error()));
    const TenantId id = idOf(exchange);
    api.write<tenancy::Tenant>(
        std::move(exchange),
        [id, reason = *reason](engine::Work &work) { return engine::suspendTenant(work, id, reason); }, record);
}

void resumeTenant(Api &api, Exchange exchange)
{
    const auto read = [&]() -> Result<void> {
        ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
        return body.isNull() ? Result<void>() : json::ObjectReader(body).finish();
    }();
    if (!read)
        return api.answer(exchange, std::unexpected(read.error()));
    const TenantId id = idOf(exchange);
    api.write<tenancy::Tenant>(
        std::move(exchange), [id](engine::Work &work) { return engine::resumeTenant(work, id); }, record);
}

void deleteTenant(Api &api, Exchange exchange)
{
    const TenantId id = idOf(exchange);
    const auto options = [&]() -> Result<engine::DeleteOptions> {
        engine::DeleteOptions wanted;
        ASSIGN_OR_RETURN(wanted.ifVersion, wantedVersion(api, exchange, id));
        ASSIGN_OR_RETURN(wanted.cascade, queryFlag(exchange, "cascade"));
        return wanted;
    }();
    if (!options)
        return api.answer(exchange, std::unexpected(options.error()));
    const bool dryRun = exchange.dryRun;
    api.write<tenancy::Tenant>(
        std::move(exchange),
        [id, options = *options](engine::Work &work) { return engine::deleteTenant(work, id, options); },
        [dryRun](const tenancy::Tenant &tenant) { return dryRun ? record(tenant) : Reply{.status = 204}; });
}

} // namespace api
