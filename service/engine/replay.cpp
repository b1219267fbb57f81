// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/replay.h"

#include "service/core/encoding.h"
#include "service/fleet/vmjson.h"
#include "service/fleet/vmstore.h"
#include "service/store/statement.h"
#include "service/tenancy/tenantjson.h"
#include "service/tenancy/tenantstore.h"
#include "service/tokens/tokenstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

std::unexpected<Error> contradicts(const ledger::EntryFields &entry, const QString &why)
{
    return fail(ErrorCode::Corrupt,
        u"Entry %1 (%2) can't follow from those before it: %3."_s.arg(entry.index)
            .arg(QString::fromLatin1(entry.eventType), why));
}

std::unexpected<Error> differs(const QString &row)
{
    return fail(ErrorCode::Corrupt, u"%1 is not what the entries say."_s.arg(row));
}

QByteArray textOf(const json::Value &object, QByteArrayView name)
{
    const json::Value *value = object.find(name);
    return value && value->string() ? *value->string() : QByteArray();
}

qint64 numberOf(const json::Value &object, QByteArrayView name)
{
    const json::Value *value = object.find(name);
    return value && value->number() ? value->number()->whole().value_or(-1) : -1;
}

bool flagOf(const json::Value &object, QByteArrayView name)
{
    const json::Value *value = object.find(name);
    return value && value->boolean() && *value->boolean();
}

qint64 secondsOf(const json::Value &object, QByteArrayView name)
{
    const auto time = parseTime(textOf(object, name));
    return time ? toSeconds(*time) : -1;
}

tenancy::Labels labelsOf(const json::Value *object)
{
    tenancy::Labels labels;
    if (object && object->object()) {
        for (const json::Member &member : *object->object()) {
            if (member.value.string())
                labels.insert(QString::fromUtf8(member.name), QString::fromUtf8(*member.value.string()));
        }
    }
    return labels;
}

void takeDescription(tenancy::Tenant &tenant, const json::Value &data)
{
    tenant.displayName = QString::fromUtf8(textOf(data, "display_name"));
    tenant.limits = {
        numberOf(data, "max_vms"), numberOf(data, "storage_quota_gb"), numberOf(data, "api_rate_limit_rpm")};
    tenant.labels = labelsOf(data.find("labels"));
    tenant.plan = QString::fromUtf8(textOf(data, "plan"));
}

void takeChanges(tenancy::Tenant &tenant, const json::Value &changes)
{
    const auto number = [&](QByteArrayView name, qint64 &at) {
        if (const json::Value *change = changes.find(name))
            at = numberOf(*change, "new");
    };
    number("max_vms", tenant.limits.maxVms);
    number("storage_quota_gb", tenant.limits.storageQuotaGb);
    number("api_rate_limit_rpm", tenant.limits.apiRateLimitRpm);
    if (const json::Value *name = changes.find("display_name"))
        tenant.displayName = QString::fromUtf8(textOf(*name, "new"));
    if (const json::Value *labels = changes.find("labels"))
        tenant.labels = labelsOf(labels->find("new"));
}

// A row as one line of text: two rows are the same when their lines are.
QByteArray line(const tenancy::Tenant &tenant)
{
    return tenancy::tenantJson(tenant) + ' ' + QByteArray::number(tenant.version);
}

QByteArray line(tokens::TokenRecord token)
{
    token.revokedReason.clear(); // stands in the entry only
    return tokens::tokenEntryData(token) + ' ' + token.tenant.text() + ' '
        + (token.revokedAt ? formatTime(*token.revokedAt) : QByteArray());
}

QByteArray line(const fleet::Vm &vm)
{
    return fleet::vmJson(vm) + (vm.preferKvm ? " kvm" : "");
}

} // namespace

Result<void> Replay::apply(const ledger::EntryFields &entry)
{
    const QByteArray &type = entry.eventType;
    if (entry.outcome != ledger::Outcome::Ok)
        return {};
    if (type == "LEDGER_OPENED")
        return openLedger(entry);
    if (type == "TENANT_CREATED")
        return createTenant(entry);
    if (type == "TENANT_UPDATED" || type == "QUOTA_CHANGED" || type == "TENANT_SUSPENDED" || type == "TENANT_RESUMED"
        || type == "TENANT_DELETED")
        return changeTenant(entry);
    if (type == "TOKEN_ISSUED")
        return issueToken(entry);
    if (type == "TOKEN_REVOKED")
        return revokeToken(entry);
    if (type == "VM_REGISTERED")
        return registerVm(entry);
    if (type == "VM_DESTROYED")
        return destroyVm(entry);
    return {};
}

Result<void> Replay::openLedger(const ledger::EntryFields &entry)
{
    if (!m_meta.empty())
        return contradicts(entry, u"the ledger is open already"_s);
    const json::Value *key = entry.data.find("token_key");
    if (!key)
        return contradicts(entry, u"it names no key"_s);
    m_meta = {
        {"installation_id"_ba, textOf(entry.data, "installation_id")}, {"origin"_ba, textOf(entry.data, "origin")}};
    m_keys.emplace(KeyId(textOf(*key, "kid")),
        textOf(*key, "public_key") + ' ' + QByteArray::number(toMilliseconds(entry.time)) + ' ');
    return {};
}

Result<void> Replay::createTenant(const ledger::EntryFields &entry)
{
    tenancy::Tenant tenant{.id = entry.tenant,
        .displayName = {},
        .limits = {},
        .labels = {},
        .plan = {},
        .createdAt = entry.time,
        .createdBy = entry.actor.tokenId,
        .updatedAt = entry.time,
        .usage = {}};
    takeDescription(tenant, entry.data);
    if (!m_tenants.emplace(entry.tenant, std::move(tenant)).second)
        return contradicts(entry, u"that tenant is there already"_s);
    return {};
}

Result<void> Replay::changeTenant(const ledger::EntryFields &entry)
{
    const auto found = m_tenants.find(entry.tenant);
    if (found == m_tenants.end())
        return contradicts(entry, u"there is no such tenant"_s);
    tenancy::Tenant &tenant = found->second;
    ++tenant.version;
    tenant.updatedAt = entry.time;
    if (entry.eventType == "TENANT_UPDATED")
        takeDescription(tenant, entry.data);
    else if (const json::Value *changes = entry.data.find("changes"); changes && entry.eventType == "QUOTA_CHANGED")
        takeChanges(tenant, *changes);
    else if (entry.eventType == "TENANT_SUSPENDED")
        tenant.state = TenantState::Suspended;
    else if (entry.eventType == "TENANT_RESUMED")
        tenant.state = TenantState::Active;
    else if (entry.eventType == "TENANT_DELETED")
        tenant.state = TenantState::Deleted;
    return {};
}

Result<void> Replay::issueToken(const ledger::EntryFields &entry)
{
    tokens::TokenRecord token;
    token.id = entry.token;
    token.tenant = entry.tenant;
    const auto scope = tokens::Scope::fromToken(textOf(entry.data, "scope"));
    if (!scope)
        return contradicts(entry, u"its scope is none"_s);
    token.scope = *scope;
    if (const QByteArray subject = textOf(entry.data, "subject_pubkey"); !subject.isEmpty()) {
        const auto bytes = fromBase64Url(subject);
        if (!bytes || bytes->size() != 32)
            return contradicts(entry, u"its key is none"_s);
        std::ranges::copy(*bytes, token.subjectKey.emplace().bytes.begin());
    }
    token.parent = TokenId(textOf(entry.data, "parent_id"));
    token.depth = int(numberOf(entry.data, "depth"));
    token.issuedAt = secondsOf(entry.data, "issued_at");
    token.notBefore = secondsOf(entry.data, "not_before");
    token.expiresAt = secondsOf(entry.data, "expires_at");
    token.proofOfPossession = flagOf(entry.data, "proof_of_possession");
    token.name = QString::fromUtf8(textOf(entry.data, "name"));
    token.keyId = KeyId(textOf(entry.data, "key_id"));
    if (!m_tokens.emplace(entry.token, std::move(token)).second)
        return contradicts(entry, u"that token is there already"_s);
    return {};
}

Result<void> Replay::revokeToken(const ledger::EntryFields &entry)
{
    const auto found = m_tokens.find(entry.token);
    if (found == m_tokens.end() || found->second.revokedAt)
        return contradicts(entry, u"no such token is active"_s);
    found->second.revokedAt = entry.time;
    return {};
}

Result<void> Replay::registerVm(const ledger::EntryFields &entry)
{
    const auto state = fleet::vmStateFromText(textOf(entry.data, "state"));
    const auto tenant = m_tenants.find(entry.tenant);
    if (!state || tenant == m_tenants.end())
        return contradicts(entry, u"there is no such tenant or state"_s);
    fleet::Vm vm{.id = entry.vm,
        .tenant = entry.tenant,
        .name = QString::fromUtf8(textOf(entry.data, "name")),
        .vmType = QString::fromUtf8(textOf(entry.data, "vm_type")),
        .ramMb = numberOf(entry.data, "ram_mb"),
        .vcpuCount = numberOf(entry.data, "vcpu_count"),
        .diskGb = numberOf(entry.data, "disk_gb"),
        .preferKvm = flagOf(entry.data, "prefer_kvm"),
        .state = *state,
        .node = NodeId(textOf(entry.data, "node_id")),
        .createdAt = entry.time,
        .startedAt = {}};
    ++tenant->second.usage.vms;
    tenant->second.usage.storageGb += vm.diskGb;
    if (!m_vms.emplace(entry.vm, std::move(vm)).second)
        return contradicts(entry, u"that VM is there already"_s);
    return {};
}

Result<void> Replay::destroyVm(const ledger::EntryFields &entry)
{
    const auto found = m_vms.find(entry.vm);
    const auto tenant = m_tenants.find(entry.tenant);
    if (found == m_vms.end() || tenant == m_tenants.end())
        return contradicts(entry, u"there is no such VM"_s);
    --tenant->second.usage.vms;
    tenant->second.usage.storageGb -= found->second.diskGb;
    m_vms.erase(found);
    return {};
}

Result<void> Replay::compare(store::Database &database) const
{
    TRY(compareInstallation(database));
    TRY(compareTenants(database));
    TRY(compareTokens(database));
    return compareVms(database);
}

// The keys that tokens verify with, and which log this is.
Result<void> Replay::compareInstallation(store::Database &database) const
{
    ASSIGN_OR_RETURN(auto meta, database.prepared("SELECT key, value FROM meta WHERE key <> 'probe'"));
    TRY(meta.run());
    size_t count = 0;
    while (meta.next()) {
        ++count;
        const auto found = m_meta.find(meta.bytes(0));
        if (found == m_meta.end() || found->second != meta.bytes(1))
            return differs(u"The row %1 of meta"_s.arg(meta.text(0)));
    }
    TRY(meta.finish());
    if (count != m_meta.size())
        return differs(u"The number of rows in meta (%1 instead of %2)"_s.arg(count).arg(m_meta.size()));

    ASSIGN_OR_RETURN(
        auto keys, database.prepared("SELECT key_id, public_key, created_at, retired_at FROM signing_key"));
    TRY(keys.run());
    count = 0;
    while (keys.next()) {
        ++count;
        const auto found = m_keys.find(KeyId(keys.bytes(0)));
        if (found == m_keys.end()
            || found->second != keys.bytes(1) + ' ' + QByteArray::number(keys.integer(2)) + ' ' + keys.bytes(3))
            return differs(u"The row of the token key %1"_s.arg(keys.text(0)));
    }
    TRY(keys.finish());
    if (count != m_keys.size())
        return differs(u"The number of token keys (%1 instead of %2)"_s.arg(count).arg(m_keys.size()));
    return {};
}

Result<void> Replay::compareTenants(store::Database &database) const
{
    ASSIGN_OR_RETURN(const auto rows, tenancy::loadTenants(database));
    for (const auto &row : rows) {
        const auto found = m_tenants.find(row.id);
        if (found == m_tenants.end() || line(found->second) != line(row))
            return differs(u"The row of tenant %1"_s.arg(row.id.toString()));
    }
    if (rows.size() != m_tenants.size())
        return differs(u"The number of tenants (%1 instead of %2)"_s.arg(rows.size()).arg(m_tenants.size()));
    return {};
}

Result<void> Replay::compareTokens(store::Database &database) const
{
    size_t count = 0;
    std::optional<TokenId> bad;
    TRY(tokens::loadTokens(database, [&](const tokens::TokenRecord &row) {
        ++count;
        const auto found = m_tokens.find(row.id);
        if (!bad && (found == m_tokens.end() || line(found->second) != line(row)))
            bad = row.id;
    }));
    if (bad)
        return differs(u"The row of token %1"_s.arg(bad->toString()));
    if (count != m_tokens.size())
        return differs(u"The number of tokens (%1 instead of %2)"_s.arg(count).arg(m_tokens.size()));
    return {};
}

Result<void> Replay::compareVms(store::Database &database) const
{
    constexpr qint64 AtOnce = 1000;
    size_t count = 0;
    VmId after;
    while (true) {
        ASSIGN_OR_RETURN(const auto rows, fleet::listVms(database, {}, after, AtOnce));
        for (const fleet::Vm &row : rows) {
            const auto found = m_vms.find(row.id);
            if (found == m_vms.end() || line(found->second) != line(row))
                return differs(u"The row of VM %1"_s.arg(row.id.toString()));
        }
        count += rows.size();
        if (qint64(rows.size()) < AtOnce)
            break;
        after = rows.back().id;
    }
    if (count != m_vms.size())
        return differs(u"The number of VMs (%1 instead of %2)"_s.arg(count).arg(m_vms.size()));
    return {};
}

} // namespace engine
