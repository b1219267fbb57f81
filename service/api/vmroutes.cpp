// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/engine/vmcommands.h"
#include "service/fleet/vmjson.h"
#include "service/fleet/vmstore.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// The tenant that the VMs are for: a tenant's caller may name its own only, an administrator must name one.
Result<TenantId> targetTenant(Api &api, const Exchange &exchange, const TenantId &named)
{
    const engine::Caller &caller = *exchange.caller;
    if (caller.isTenant()) {
        if (!named.isEmpty() && named != caller.tenant) {
            api.recordForeign(exchange, ErrorCode::InsufficientScope);
            return fail(ErrorCode::InsufficientScope, u"This token registers VMs of its own tenant only."_s);
        }
        return caller.tenant;
    }
    if (named.isEmpty())
        return fail(Error{.code = ErrorCode::InvalidField,
            .detail = u"One field can't be taken."_s,
            .fields = {{u"/tenant_id"_s, u"is required of an administrator"_s}}});
    return named;
}

} // namespace

void registerVms(Api &api, Exchange exchange)
{
    TenantId tenant;
    auto spec = [&]() -> Result<fleet::VmSpec> {
        ASSIGN_OR_RETURN(json::Value body, jsonBody(exchange));
        if (body.isNull() && exchange.request.body.isEmpty())
            body = json::Value(json::Object());
        ASSIGN_OR_RETURN(fleet::VmSpec read, fleet::readVmSpec(body));
        ASSIGN_OR_RETURN(tenant, targetTenant(api, exchange, read.tenant));
        return read;
    }();
    if (!spec)
        return api.answer(exchange, std::unexpected(std::move(spec.error())));
    const bool many = spec->count.has_value();
    api.write<std::vector<fleet::Vm>>(
        std::move(exchange),
        [tenant, spec = std::move(*spec)](engine::Work &work) { return engine::registerVms(work, tenant, spec); },
        [many](const std::vector<fleet::Vm> &vms) {
            if (!many) {
                return Reply{.status = 201,
                    .body = fleet::vmJson(vms.front()),
                    .headers = {{"Location"_ba, "/v1/vms/" + vms.front().id.text()}}};
            }
            json::Writer writer;
            writer.beginArray();
            for (const fleet::Vm &vm : vms)
                fleet::writeVm(writer, vm);
            writer.endArray();
            return Reply{.status = 201, .body = writer.take()};
        });
}

void listVms(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        const engine::Caller &caller = *exchange.caller;
        const auto named = exchange.queryValue("tenant_id");
        TenantId tenant(named.value_or(QByteArray()));
        if (named && !isTenantId(*named))
            return fail(queryMistake("tenant_id", u"is no tenant id"_s));
        if (caller.isTenant()) {
            if (!tenant.isEmpty() && tenant != caller.tenant) {
                api.recordForeign(exchange, ErrorCode::InsufficientScope);
                return fail(ErrorCode::InsufficientScope, u"This token sees VMs of its own tenant only."_s);
            }
            tenant = caller.tenant;
        }
        ASSIGN_OR_RETURN(const qint64 limit, pageLimit(exchange));
        ASSIGN_OR_RETURN(const QByteArray after, readCursor(exchange));
        return api.vmPage(exchange, tenant, VmId(after), limit);
    }();
    api.answer(exchange, outcome);
}

void showVm(Api &api, Exchange exchange)
{
    const VmId id(exchange.param("vm_id"));
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(store::Database * reader, api.reader());
        ASSIGN_OR_RETURN(const auto vm, fleet::findVm(*reader, id));
        const bool foreign = vm && exchange.caller->isTenant() && vm->tenant != exchange.caller->tenant;
        if (foreign)
            api.recordForeign(exchange, ErrorCode::NotFound);
        if (!vm || foreign)
            return fail(ErrorCode::NotFound, u"There is no such VM."_s);
        return Reply{.body = fleet::vmJson(*vm)};
    }();
    api.answer(exchange, outcome);
}

void destroyVm(Api &api, Exchange exchange)
{
    const VmId id(exchange.param("vm_id"));
    api.write<fleet::Vm>(
        std::move(exchange), [id](engine::Work &work) { return engine::destroyVm(work, id); },
        [](const fleet::Vm &vm) { return Reply{.status = 204, .body = fleet::vmJson(vm)}; });
}

} // namespace api
