// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/replaytrail.h"

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr std::uint64_t RowsInMemory = 100'000; // about 20 MB

} // namespace

Result<std::optional<ledger::Finding>> RowTrail::firstDifference(
    store::Database &database, const std::vector<bool> &differing, std::uint64_t begun)
{
    const std::uint64_t perBucket = std::max<std::uint64_t>(begun / RowSums::Buckets, 1);
    const std::uint64_t atOnce = std::max<std::uint64_t>(RowsInMemory / perBucket, 1);
    for (std::size_t bucket = 0; bucket < differing.size();) {
        m_buckets.assign(differing.size(), false);
        for (std::uint64_t count = 0; bucket < differing.size() && count < atOnce; ++bucket) {
            m_buckets[bucket] = differing[bucket];
            count += differing[bucket] ? 1U : 0U;
        }
        m_rows.clear();
        ASSIGN_OR_RETURN(auto finding, follow(database));
        if (!finding) {
            ASSIGN_OR_RETURN(finding, compare(database));
        }
        if (finding)
            return finding;
    }
    return std::nullopt;
}

Result<std::optional<ledger::Finding>> RowTrail::follow(store::Database &database)
{
    ASSIGN_OR_RETURN(auto find, database.prepared("SELECT bytes FROM ledger_entry ORDER BY idx"));
    TRY(find.run());
    ledger::EntryScanner scanner;
    while (find.next()) {
        const ledger::EntryView *entry = scanner.scan(find.bytesView(0));
        std::optional<ledger::EntryFields> fields;
        if (!entry) {
            ASSIGN_OR_RETURN(fields, ledger::parseEntry(find.bytesView(0)));
            entry = scanner.view(*fields);
        }
        if (const auto why = take(*entry))
            return ledger::Finding{ledger::Damage::StateDiffers, entry->index,
                u"Entry %1 (%2) can't follow from those before it: %3."_s.arg(entry->index)
                    .arg(QString::fromLatin1(entry->eventType), *why)};
    }
    TRY(find.finish());
    return std::nullopt;
}

std::optional<QString> RowTrail::take(const ledger::EntryView &entry)
{
    const EventRule *rule = entry.outcome == ledger::Outcome::Ok ? eventRule(entry.eventType) : nullptr;
    if (!rule || !rule->step || rule->table != m_table)
        return {};
    if (m_table == RowTable::Token && !m_purged.empty() && m_purged.contains(TenantId(entry.tenant.toByteArray())))
        return {};
    const RowStep step = rule->step(m_key, entry);
    if (!m_buckets[RowSums::bucketOf(m_key, step.id)])
        return {};
    const auto noun = QLatin1StringView(rowNoun(m_table));
    const auto row = m_rows.find(step.id.toByteArray());
    if (step.ends || step.endsUnseen) {
        if (row == m_rows.end())
            return u"there is no such %1"_s.arg(noun);
        if (step.ends && *step.ends != row->second.hash)
            return u"the %1 was not what it says"_s.arg(noun);
        m_rows.erase(row);
    } else if (row != m_rows.end()) {
        return u"that %1 is there already"_s.arg(noun);
    }
    if (step.begins)
        m_rows.emplace(step.id.toByteArray(), Trail{*step.begins, entry.index});
    return {};
}

// Both in the order of the ids.
Result<std::optional<ledger::Finding>> RowTrail::compare(store::Database &database) const
{
    const auto differs = [](const QString &sentence) {
        return ledger::Finding{ledger::Damage::StateDiffers, {}, sentence};
    };
    auto told = m_rows.begin();
    const auto missing = [&] {
        return differs(
            u"%1 is missing; entry %2 says that it is there."_s.arg(rowName(told->first)).arg(told->second.index));
    };
    ASSIGN_OR_RETURN(auto rows, selectRows(database, m_table, {}, std::numeric_limits<qint64>::max()));
    while (rows.next()) {
        const StoredRow row = storedRow(m_key, m_table, rows);
        if (!m_buckets[RowSums::bucketOf(m_key, row.id)])
            continue;
        if (told != m_rows.end() && told->first < row.id)
            return missing();
        if (told == m_rows.end() || told->first != row.id)
            return differs(u"%1 is of no entry."_s.arg(rowName(row.id)));
        if (told->second.hash != row.hash)
            return differs(u"%1 is not what entry %2 says."_s.arg(rowName(row.id)).arg(told->second.index));
        ++told;
    }
    TRY(rows.finish());
    if (told != m_rows.end())
        return missing();
    return std::nullopt;
}

QString RowTrail::rowName(QByteArrayView id) const
{
    return u"The row of %1 %2"_s.arg(QLatin1StringView(rowNoun(m_table)), QString::fromUtf8(id));
}

} // namespace engine
