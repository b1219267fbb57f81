// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A tenant's life after its registration: suspend, resume, delete, undelete, purge.

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/api/tenantrecord.h"
#include "service/core/jsonreader.h"
#include "service/engine/lifecyclecommands.h"
#include "service/engine/tenantcommands.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

using Version = std::optional<qint64>;

// Where the body may be left out and says nothing.
Result<Version> readPlain(Api &api, const Exchange &exchange)
{
    if (exchange.route->body != BodyKind::None) {
        ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
        if (!body.isNull())
            TRY(json::ObjectReader(body).finish());
    }
    return wantedVersion(api, exchange, tenantOf(exchange));
}

void change(
    Api &api, Exchange exchange, engine::Command<tenancy::Tenant> command, Reply (*render)(const tenancy::Tenant &))
{
    api.write<tenancy::Tenant>(std::move(exchange), std::move(command), render);
}

// A change that is asked for by its path alone.
void changePlainly(Api &api, Exchange exchange,
    std::function<Result<tenancy::Tenant>(engine::Work &, const TenantId &, const Version &)> command,
    Reply (*render)(const tenancy::Tenant &))
{
    const auto version = readPlain(api, exchange);
    if (!version)
        return api.answer(exchange, std::unexpected(version.error()));
    const TenantId id = tenantOf(exchange);
    change(
        api, std::move(exchange),
        [id, version = *version, command = std::move(command)](
            engine::Work &work) { return command(work, id, version); },
        render);
}

} // namespace

void suspendTenant(Api &api, Exchange exchange)
{
    const TenantId id = tenantOf(exchange);
    const auto read = [&]() -> Result<std::pair<QString, Version>> {
        ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
        QString reason;
        if (!body.isNull()) {
            json::ObjectReader reader(body);
            reason = reader.optionalText("reason", 0, 500).value_or(QString());
            TRY(reader.finish());
        }
        ASSIGN_OR_RETURN(const Version version, wantedVersion(api, exchange, id));
        return std::pair(reason, version);
    }();
    if (!read)
        return api.answer(exchange, std::unexpected(read.error()));
    change(
        api, std::move(exchange),
        [id, reason = read->first, version = read->second](
            engine::Work &work) { return engine::suspendTenant(work, id, reason, version); },
        tenantReply);
}

void resumeTenant(Api &api, Exchange exchange)
{
    changePlainly(api, std::move(exchange), &engine::resumeTenant, tenantReply);
}

void deleteTenant(Api &api, Exchange exchange)
{
    const TenantId id = tenantOf(exchange);
    const auto options = [&]() -> Result<engine::DeleteOptions> {
        engine::DeleteOptions wanted;
        ASSIGN_OR_RETURN(wanted.ifVersion, wantedVersion(api, exchange, id));
        ASSIGN_OR_RETURN(wanted.cascade, queryFlag(exchange, "cascade"));
        return wanted;
    }();
    if (!options)
        return api.answer(exchange, std::unexpected(options.error()));
    change(
        api, std::move(exchange),
        [id, options = *options](engine::Work &work) { return engine::deleteTenant(work, id, options); }, goneReply);
}

void undeleteTenant(Api &api, Exchange exchange)
{
    changePlainly(
        api, std::move(exchange),
        [retention = api.engine().retention()](engine::Work &work, const TenantId &id, const Version &version) {
            return engine::undeleteTenant(work, id, version, retention);
        },
        goneReply);
}

void purgeTenant(Api &api, Exchange exchange)
{
    changePlainly(api, std::move(exchange), &engine::purgeTenant, goneReply);
}

} // namespace api
