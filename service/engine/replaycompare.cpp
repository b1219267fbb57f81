// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The end of a replay: what the entries say against what the tables hold.

#include "service/engine/replay.h"
#include "service/engine/replayshare.h"
#include "service/engine/replaytrail.h"
#include "service/tenancy/planstore.h"
#include "service/tenancy/tenantjson.h"
#include "service/tenancy/tenantstore.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

std::unexpected<Error> differs(const QString &row)
{
    return fail(ErrorCode::Corrupt, u"%1 is not what the entries say."_s.arg(row));
}

// A row as one line of text: two rows are the same when their lines are.
QByteArray line(const tenancy::Tenant &tenant)
{
    return tenancy::tenantJson(tenant) + ' ' + QByteArray::number(tenant.version) + ' ' + toText(tenant.deletedFrom);
}

} // namespace

Result<std::optional<ledger::Finding>> Replay::conclude(store::Database &database)
{
    if (auto finding = takeUsage())
        return finding;
    for (const RowTable table : RowTables) {
        ASSIGN_OR_RETURN(auto finding, compareRows(database, table));
        if (finding)
            return finding;
    }
    for (const auto compare : {&Replay::compareInstallation, &Replay::compareTenants, &Replay::comparePlans}) {
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

Result<void> Replay::comparePlans(store::Database &database) const
{
    ASSIGN_OR_RETURN(const auto rows, tenancy::loadPlans(database));
    for (const auto &row : rows) {
        const auto known = m_plans.find(row.name);
        if (known == m_plans.end())
            return fail(ErrorCode::Corrupt, u"The row of plan %1 is of no entry."_s.arg(row.name));
        const tenancy::Plan &told = known->second;
        if (told.limits != row.limits || told.createdAt != row.createdAt || told.updatedAt != row.updatedAt)
            return differs(u"The row of plan %1"_s.arg(row.name));
    }
    if (rows.size() != m_plans.size())
        return differs(u"The number of plans (%1 instead of %2)"_s.arg(rows.size()).arg(m_plans.size()));
    return {};
}

std::set<TenantId> Replay::purgedTenants() const
{
    std::set<TenantId> purged;
    for (const auto &[id, known] : m_tenants) {
        if (known.tenant.purgedAt)
            purged.insert(purged.end(), id);
    }
    return purged;
}

// A purge ends the rows of all tokens of its tenant, which its entry does not tell: what their own entries did to the
// sums is taken back. They are found by an index that was compared with the entries before.
Result<void> Replay::forgetPurged(store::Database &database, RowSums &tokens) const
{
    ledger::EntryScanner scanner;
    for (const TenantId &tenant : purgedTenants()) {
        ASSIGN_OR_RETURN(auto find,
            database.prepared("SELECT bytes FROM ledger_entry WHERE tenant_id = ? AND event_type >= 'TOKEN_'"
                              " AND event_type < 'TOKEN`'"));
        TRY(find.run(tenant));
        while (find.next()) {
            const ledger::EntryView *entry = scanner.scan(find.bytesView(0));
            std::optional<ledger::EntryFields> fields;
            if (!entry) {
                ASSIGN_OR_RETURN(fields, ledger::parseEntry(find.bytesView(0)));
                entry = scanner.view(*fields);
            }
            const EventRule *rule = entry->outcome == ledger::Outcome::Ok ? eventRule(entry->eventType) : nullptr;
            if (!rule || !rule->step || rule->table != RowTable::Token)
                continue;
            const RowStep step = rule->step(m_key, *entry);
            const std::size_t bucket = RowSums::bucketOf(m_key, step.id);
            if (step.begins)
                tokens.remove(bucket, *step.begins);
            if (step.ends)
                tokens.add(bucket, *step.ends);
        }
        TRY(find.finish());
    }
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
    if (table == RowTable::Token)
        TRY(forgetPurged(database, told));
    const auto differing = told.differing(m_stored[std::size_t(table)]);
    if (std::ranges::none_of(differing, std::identity()))
        return std::nullopt;
    return RowTrail(m_key, table, purgedTenants()).firstDifference(database, differing, begun);
}

} // namespace engine
