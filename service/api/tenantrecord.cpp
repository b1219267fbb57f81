// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/tenantrecord.h"

#include "service/api/api.h"
#include "service/core/encoding.h"
#include "service/tenancy/tenantjson.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

http::Header etag(const tenancy::Tenant &tenant)
{
    return {"ETag"_ba, '"' + QByteArray::number(tenant.version) + '"'};
}

} // namespace

Reply tenantReply(const tenancy::Tenant &tenant)
{
    return {.body = tenancy::tenantJson(tenant), .headers = {etag(tenant)}};
}

Reply goneReply(const tenancy::Tenant &tenant)
{
    Reply reply = tenantReply(tenant);
    reply.status = 204;
    return reply;
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

TenantId tenantOf(const Exchange &exchange)
{
    return TenantId(exchange.param("id"));
}

} // namespace api
