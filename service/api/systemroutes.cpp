// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/api/openapi.h"
#include "service/core/jsonwriter.h"
#include "service/store/statement.h"
#include "service/tenancy/tenantjson.h"
#include "service/tokens/jwks.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

struct TenantLedger
{
    qint64 entries = 0;
    std::optional<qint64> lastIndex;
};

Result<TenantLedger> ledgerOf(store::Database &database, const TenantId &tenant)
{
    TenantLedger found;
    ASSIGN_OR_RETURN(auto count, database.prepared("SELECT next FROM ledger_seq WHERE tenant_id = ?"));
    TRY(count.run(tenant));
    if (count.next())
        found.entries = count.integer(0);
    ASSIGN_OR_RETURN(auto last, database.prepared("SELECT max(idx) FROM ledger_entry WHERE tenant_id = ?"));
    TRY(last.run(tenant));
    if (last.next() && !last.isNull(0))
        found.lastIndex = last.integer(0);
    return found;
}

} // namespace

void showStatus(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        if (!exchange.caller->isTenant())
            return fail(ErrorCode::InsufficientScope, u"The status is a tenant's; this token belongs to none."_s);
        const TenantId &id = exchange.caller->tenant;
        ASSIGN_OR_RETURN(store::Database * reader, api.reader());
        ASSIGN_OR_RETURN(const TenantLedger entries, ledgerOf(*reader, id));
        const auto tenant = api.state().read([&](const engine::State &state) {
            const auto *found = state.tenant(id);
            return found ? std::optional(*found) : std::nullopt;
        });
        if (!tenant)
            return fail(ErrorCode::NotFound, u"There is no such tenant."_s);
        json::Writer writer;
        writer.beginObject().member("tenant_id", id.text()).member("state", toText(tenant->state));
        writer.key("limits")
            .beginObject()
            .member("max_vms", tenant->limits.maxVms)
            .member("storage_quota_gb", tenant->limits.storageQuotaGb)
            .member("api_rate_limit_rpm", tenant->limits.apiRateLimitRpm)
            .endObject();
        writer.key("usage")
            .beginObject()
            .member("vms", tenant->usage.vms)
            .member("storage_gb", tenant->usage.storageGb)
            .endObject();
        writer.key("remaining")
            .beginObject()
            .member("vms", std::max<qint64>(0, tenant->limits.maxVms - tenant->usage.vms))
            .member("storage_gb", std::max<qint64>(0, tenant->limits.storageQuotaGb - tenant->usage.storageGb))
            .endObject()
            .member("over_quota", tenant->isOverQuota());
        tenancy::writeWarnings(writer, *tenant);
        writer.key("rate")
            .beginObject()
            .member("limit", exchange.rate->limit)
            .member("remaining", exchange.rate->remaining)
            .member("reset_seconds", exchange.rate->resetSeconds)
            .endObject();
        writer.key("ledger")
            .beginObject()
            .member("entries", entries.entries)
            .member("last_index", entries.lastIndex)
            .endObject()
            .endObject();
        return Reply{.body = writer.take()};
    }();
    api.answer(exchange, outcome);
}

void showKeys(Api &api, Exchange exchange)
{
    const Timestamp now = api.authenticator().now();
    std::vector<engine::TokenKey> keys;
    api.state().read([&](const engine::State &state) {
        for (const auto &[id, key] : state.keys) {
            if (key.verifiesAt(now))
                keys.push_back(key);
        }
    });
    // The one that signs stands first, then the newest.
    std::ranges::sort(keys, {}, [](const engine::TokenKey &key) {
        return std::pair(key.retiredAt.has_value(), -toMilliseconds(key.createdAt));
    });
    QList<crypto::PublicKey> list;
    for (const auto &key : keys)
        list.append(key.key);
    api.answer(exchange, Reply{.body = tokens::jwkSet(list), .contentType = "application/jwk-set+json"_ba});
}

void showHealth(Api &api, Exchange exchange)
{
    api.answer(exchange, Reply{.body = R"({"status":"ok"})"_ba});
}

void showReadiness(Api &api, Exchange exchange)
{
    const QString why = api.state().read([](const engine::State &state) { return state.trouble.why; });
    if (!why.isEmpty())
        return api.answer(exchange,
            fail(ErrorCode::LedgerUnavailable,
                u"The ledger can't be written now: writes are refused, reading goes on. "_s + why));
    api.answer(exchange, Reply{.body = R"({"status":"ready"})"_ba});
}

void showOpenApi(Api &api, Exchange exchange)
{
    static const QByteArray document = openApiDocument();
    api.answer(exchange, Reply{.body = document});
}

} // namespace api
