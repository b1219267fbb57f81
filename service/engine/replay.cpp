// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/replay.h"

#include "service/engine/replayshare.h"
#include "service/engine/replaytrail.h"
#include "service/tenancy/tenantjson.h"
#include "service/tenancy/tenantstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr qint64 RowsAtOnce = 2000; // of workAhead: some milliseconds

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

} // namespace

Replay::Replay() = default;
Replay::~Replay() = default;

Replay::Part &Replay::addPart()
{
    return *m_shares.emplace_back(std::make_unique<Share>(m_key));
}

Result<void> Replay::inOrder(const ledger::EntryFields &entry)
{
    const QByteArray &type = entry.eventType;
    if (type == "LEDGER_OPENED")
        return openLedger(entry);
    if (type == "KEY_ROTATED")
        return rotateKey(entry);
    if (type == "ROLLBACK_ACCEPTED")
        return renameLog(entry);
    if (type == "TENANT_CREATED")
        return createTenant(entry);
    return changeTenant(entry);
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

Result<void> Replay::rotateKey(const ledger::EntryFields &entry)
{
    if (textOf(entry.data, "key") != "token")
        return {}; // the ledger's has no row
    const QByteArray when = QByteArray::number(toMilliseconds(entry.time));
    if (const QByteArray old = textOf(entry.data, "old_kid"); !old.isEmpty()) {
        const auto found = m_keys.find(KeyId(old));
        if (found == m_keys.end() || !found->second.endsWith(' '))
            return contradicts(entry, u"no such key signs"_s);
        found->second += when;
    }
    m_keys.emplace(KeyId(textOf(entry.data, "new_kid")), textOf(entry.data, "public_key") + ' ' + when + ' ');
    return {};
}

Result<void> Replay::renameLog(const ledger::EntryFields &entry)
{
    QByteArray &origin = m_meta["origin"_ba];
    if (origin != textOf(entry.data, "old_origin"))
        return contradicts(entry, u"the log has another name"_s);
    origin = textOf(entry.data, "new_origin");
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
    if (!m_tenants.emplace(entry.tenant, Known{std::move(tenant), entry.index}).second)
        return contradicts(entry, u"that tenant is there already"_s);
    return {};
}

Result<void> Replay::changeTenant(const ledger::EntryFields &entry)
{
    const auto found = m_tenants.find(entry.tenant);
    if (found == m_tenants.end())
        return contradicts(entry, u"there is no such tenant"_s);
    tenancy::Tenant &tenant = found->second.tenant;
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

Result<bool> Replay::workAhead(store::Database &database)
{
    if (m_table >= RowTables.size())
        return false;
    const RowTable table = RowTables[m_table];
    qint64 count = 0;
    ASSIGN_OR_RETURN(auto rows, selectRows(database, table, m_after, RowsAtOnce));
    for (; rows.next(); ++count) {
        const StoredRow row = storedRow(m_key, table, rows);
        m_stored[m_table].add(RowSums::bucketOf(m_key, row.id), row.hash);
        if (count + 1 == RowsAtOnce)
            m_after = row.id.toByteArray();
    }
    TRY(rows.finish());
    if (count < RowsAtOnce) {
        ++m_table;
        m_after.clear();
    }
    return m_table < RowTables.size();
}

Result<std::optional<ledger::Finding>> Replay::conclude(store::Database &database)
{
    if (auto finding = takeUsage())
        return finding;
    for (const RowTable table : RowTables) {
        ASSIGN_OR_RETURN(auto finding, compareRows(database, table));
        if (finding)
            return finding;
    }
    for (const auto compare : {&Replay::compareInstallation, &Replay::compareTenants}) {
        if (const auto same = (this->*compare)(database); !same) {
            if (same.error().code != ErrorCode::Corrupt || same.error().sqlite != 0)
                return std::unexpected(same.error());
            return ledger::Finding{ledger::Damage::StateDiffers, {}, same.error().detail};
        }
    }
    return std::nullopt;
}

// What the VMs use, from the shares into the tenants.
std::optional<ledger::Finding> Replay::takeUsage()
{
    std::optional<ledger::Finding> first;
    for (const auto &share : m_shares) {
        for (const auto &[id, usage] : share->usage()) {
            const auto known = m_tenants.find(TenantId(id));
            const bool there = known != m_tenants.end() && known->second.index < usage.firstIndex;
            if (there) {
                known->second.tenant.usage.vms += usage.vms;
                known->second.tenant.usage.storageGb += usage.storageGb;
            } else if (!first || usage.firstIndex < *first->index) {
                first = ledger::Finding{ledger::Damage::StateDiffers, usage.firstIndex,
                    u"Entry %1 can't follow from those before it: there is no tenant %2."_s.arg(usage.firstIndex)
                        .arg(QString::fromUtf8(id))};
            }
        }
    }
    return first;
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
    auto known = m_tenants.begin();
    for (const auto &row : rows) { // both in the order of the ids
        if (known != m_tenants.end() && known->first < row.id)
            break;
        if (known == m_tenants.end() || known->first != row.id)
            return fail(ErrorCode::Corrupt, u"The row of tenant %1 is of no entry."_s.arg(row.id.toString()));
        if (line(known->second.tenant) != line(row))
            return differs(u"The row of tenant %1"_s.arg(row.id.toString()));
        ++known;
    }
    if (known != m_tenants.end())
        return fail(ErrorCode::Corrupt, u"The row of tenant %1 is missing."_s.arg(known->first.toString()));
    return {};
}

Result<std::optional<ledger::Finding>> Replay::compareRows(store::Database &database, RowTable table)
{
    RowSums told;
    std::uint64_t begun = 0;
    for (const auto &share : m_shares) {
        told.merge(share->sums(table));
        begun += share->begun(table);
    }
    const auto differing = told.differing(m_stored[std::size_t(table)]);
    if (std::ranges::none_of(differing, std::identity()))
        return std::nullopt;
    return RowTrail(m_key, table).firstDifference(database, differing, begun);
}

} // namespace engine
