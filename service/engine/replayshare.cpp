// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/replayshare.h"

using namespace Qt::StringLiterals;

namespace engine {

namespace {

QString cantFollow(const ledger::EntryView &entry, const QString &why)
{
    return u"Entry %1 (%2) can't follow from those before it: %3."_s.arg(entry.index)
        .arg(QString::fromLatin1(entry.eventType), why);
}

} // namespace

std::optional<QString> Replay::Share::take(const ledger::EntryView &entry)
{
    if (entry.outcome != ledger::Outcome::Ok)
        return {};
    const EventRule *rule = eventRule(entry.eventType);
    // Passed over in silence it could stand for any change of the state.
    if (!rule || !rule->isBuilt)
        return u"Entry %1 is a %2; this program can't tell what that changes. Verify with the version that wrote it, "
               u"or a "
               "newer one."_s.arg(entry.index)
                   .arg(QString::fromLatin1(entry.eventType));
    if (!rule->step)
        return {};
    const RowStep step = rule->step(m_key, entry);
    if (step.wrong)
        return cantFollow(entry, QLatin1StringView(step.wrong));
    if (step.id.isEmpty())
        return cantFollow(entry, u"it names no %1"_s.arg(QLatin1StringView(rowNoun(rule->table))));
    RowSums &sums = m_sums[std::size_t(rule->table)];
    const std::size_t bucket = RowSums::bucketOf(m_key, step.id);
    if (step.begins) {
        sums.add(bucket, *step.begins);
        m_begun[std::size_t(rule->table)] += 1;
    }
    if (step.ends)
        sums.remove(bucket, *step.ends);
    else if (step.endsUnseen)
        sums.remove(bucket, {1, 1}); // so that the bucket differs, and its rows are followed one by one
    if (rule->table == RowTable::Vm)
        charge(entry, step);
    return {};
}

bool Replay::Share::hasOrder(const ledger::EntryView &entry)
{
    if (entry.outcome != ledger::Outcome::Ok)
        return false;
    const EventRule *rule = eventRule(entry.eventType);
    return rule && rule->inOrder;
}

void Replay::Share::charge(const ledger::EntryView &entry, const RowStep &step)
{
    auto at = m_usage.find(entry.tenant);
    if (at == m_usage.end())
        at = m_usage.emplace(entry.tenant.toByteArray(), Usage{.firstIndex = entry.index}).first;
    Usage &usage = at->second;
    usage.firstIndex = std::min(usage.firstIndex, entry.index);
    const int sign = (step.begins ? 1 : 0) - (step.ends || step.endsUnseen ? 1 : 0);
    usage.vms += sign;
    usage.storageGb += sign * step.storageGb;
}

} // namespace engine
