// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/replay.h"

#include "service/engine/replayshare.h"

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
    if (const json::Value *plan = changes.find("plan"))
        tenant.plan = QString::fromUtf8(textOf(*plan, "new"));
}

std::optional<tenancy::Limits> limitsOf(const json::Value *object)
{
    if (!object || !object->object())
        return {};
    return tenancy::Limits{
        numberOf(*object, "max_vms"), numberOf(*object, "storage_quota_gb"), numberOf(*object, "api_rate_limit_rpm")};
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
    if (type == "PLAN_CHANGED")
        return changePlan(entry);
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
    else if (entry.eventType == "TENANT_DELETED") {
        tenant.deletedFrom = std::exchange(tenant.state, TenantState::Deleted);
        tenant.deletedAt = entry.time;
    } else if (entry.eventType == "TENANT_UNDELETED") {
        if (tenant.state != TenantState::Deleted || tenant.purgedAt)
            return contradicts(entry, u"that tenant can't be brought back"_s);
        tenant.state = std::exchange(tenant.deletedFrom, TenantState::Active);
        tenant.deletedAt.reset();
    } else if (entry.eventType == "TENANT_PURGED") {
        if (tenant.state != TenantState::Deleted || tenant.purgedAt)
            return contradicts(entry, u"that tenant can't be purged"_s);
        tenant.purgedAt = entry.time;
        tenant.displayName = tenant.id.toString();
        tenant.labels.clear();
        tenant.plan.clear();
    }
    return {};
}

Result<void> Replay::changePlan(const ledger::EntryFields &entry)
{
    const QString name = QString::fromUtf8(textOf(entry.data, "name"));
    const auto before = limitsOf(entry.data.find("old")), after = limitsOf(entry.data.find("new"));
    const auto known = m_plans.find(name);
    const bool follows = before ? known != m_plans.end() && known->second.limits == *before : known == m_plans.end();
    if (name.isEmpty() || !follows || (!before && !after))
        return contradicts(entry, u"the plan was another"_s);
    if (!after) {
        m_plans.erase(known);
        return {};
    }
    tenancy::Plan &plan = m_plans.emplace(name, tenancy::Plan{name, *after, entry.time, entry.time}).first->second;
    plan.limits = *after;
    plan.updatedAt = entry.time;
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

} // namespace engine
