// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/ledgermodel.h"

#include "models/format.h"
#include "service/ledger/reader.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace models {

namespace {

// Entries looked at in one question: some ten milliseconds where no index helps.
constexpr LeafIndex SearchStep = 65'536;

} // namespace

LedgerModel::LedgerModel(EngineLink &link, QObject *parent)
    : PagedModel(parent)
    , m_link(link)
{
    setReversed(true);
    connect(&m_link, &EngineLink::changed, this, &LedgerModel::follow);
    follow();
}

void LedgerModel::follow()
{
    m_size = std::max(m_size, m_link.state().read([](const engine::State &state) { return state.ledgerSize; }));
    if (m_filter.isEmpty())
        growBack(std::min(qint64(m_size), MostRows) - back());
    else
        search();
}

void LedgerModel::setFilter(const LedgerFilter &filter)
{
    if (filter == m_filter)
        return;
    start(filter);
}

void LedgerModel::retry()
{
    start(m_filter);
}

void LedgerModel::start(const LedgerFilter &filter)
{
    restart(filter.isEmpty() ? std::min(qint64(m_size), MostRows) : 0, [this, filter] {
        m_filter = filter;
        m_matches.clear();
        m_firstMatch = 0;
    });
    ++m_search;
    m_isAsking = false;
    m_hasFailed = false;
    // What is shown first is searched first.
    m_searchedFrom = m_searchedEnd = isReversed() ? m_size : 0;
    follow();
    Q_EMIT searchAdvanced();
}

bool LedgerModel::isBehind() const
{
    return !m_filter.isEmpty() && !m_hasFailed && (m_searchedFrom > 0 || m_searchedEnd < m_size);
}

bool LedgerModel::isSearching() const
{
    // Before the first answer nothing has been searched, however small the ledger.
    return isBehind() && (m_searchedFrom > 0 || m_size - m_searchedEnd > SearchStep || m_searchedEnd == m_searchedFrom);
}

int LedgerModel::searched() const
{
    return m_size == 0 || m_filter.isEmpty() ? 100 : int((m_searchedEnd - m_searchedFrom) * 100 / m_size);
}

void LedgerModel::search()
{
    if (m_isAsking || !isBehind())
        return;
    LeafIndex first = m_searchedEnd, end = std::min(first + SearchStep, m_size);
    if (first == m_size) {
        end = m_searchedFrom;
        first = end > SearchStep ? end - SearchStep : 0;
    }
    ledger::EntryFilter filter = entryFilter();
    filter.from = first;
    filter.before = end;
    m_isAsking = true;
    m_link.ask<std::vector<LeafIndex>>(
        this, [filter](store::Database &database) { return ledger::LedgerReader(database).indices(filter); },
        [this, question = m_search, first, end](const Result<std::vector<LeafIndex>> &found) {
            if (question != m_search)
                return;
            m_isAsking = false;
            if (!found) {
                m_hasFailed = true;
                Q_EMIT fetchFailed(found.error());
                return;
            }
            onFound(first, end, *found);
        });
}

void LedgerModel::onFound(LeafIndex first, LeafIndex end, const std::vector<LeafIndex> &found)
{
    if (first == m_searchedEnd) {
        m_searchedEnd = end;
        m_matches.insert(m_matches.end(), found.begin(), found.end());
        growBack(qint64(found.size()));
    } else {
        m_searchedFrom = first;
        m_matches.insert(m_matches.begin(), found.begin(), found.end());
        m_firstMatch -= qint64(found.size());
        growFront(qint64(found.size()));
    }
    search();
    Q_EMIT searchAdvanced();
}

ledger::EntryFilter LedgerModel::entryFilter() const
{
    ledger::EntryFilter filter;
    if (!m_filter.tenant.isEmpty())
        filter.terms.append({ledger::FilterKey::TenantId, m_filter.tenant.text()});
    if (m_filter.outcome)
        filter.terms.append({ledger::FilterKey::Outcome, ledger::outcomeName(*m_filter.outcome).toByteArray()});
    if (!m_filter.eventType.isEmpty())
        filter.eventTypes.append(m_filter.eventType);
    return filter;
}

ledger::EntryFilter LedgerModel::shown() const
{
    ledger::EntryFilter filter = entryFilter();
    filter.reverse = isReversed();
    return filter;
}

LeafIndex LedgerModel::entryOf(qint64 position) const
{
    return m_filter.isEmpty() ? LeafIndex(position) : m_matches[size_t(position - m_firstMatch)];
}

LeafIndex LedgerModel::entryAt(int row) const
{
    return entryOf(positionOf(row));
}

int LedgerModel::rowOfEntry(LeafIndex index) const
{
    if (m_filter.isEmpty())
        return qint64(index) < back() ? rowOf(qint64(index)) : -1;
    const auto found = std::ranges::lower_bound(m_matches, index);
    return found != m_matches.end() && *found == index ? rowOf(m_firstMatch + (found - m_matches.begin())) : -1;
}

void LedgerModel::fetch(quint64 token, qint64 first, int count)
{
    std::vector<LeafIndex> wanted;
    wanted.reserve(size_t(count));
    for (qint64 position = first; position < first + count; ++position)
        wanted.push_back(entryOf(position));
    ledger::EntryFilter filter = entryFilter();
    filter.from = wanted.front();
    filter.before = wanted.back() + 1;
    m_link.ask<QList<QVariant>>(
        this,
        [filter, wanted = std::move(wanted)](store::Database &database) -> Result<QList<QVariant>> {
            // By index, so that a missing entry leaves a gap in its own place.
            QList<QVariant> rows(qsizetype(wanted.size()));
            TRY(ledger::LedgerReader(database).read(filter, [&](LeafIndex index, const QByteArray &bytes) {
                const auto place = std::ranges::lower_bound(wanted, index);
                if (place != wanted.end() && *place == index)
                    rows[place - wanted.begin()] = QVariant::fromValue(entryRow(index, bytes));
                return true;
            }));
            return rows;
        },
        [this, token, first](Result<QList<QVariant>> rows) {
            if (rows)
                deliver(token, first, std::move(*rows));
            else
                refuse(token, first, rows.error());
        });
}

QVariant LedgerModel::cell(const QVariant &value, int column, int role) const
{
    const EntryRow &row = *get_if<EntryRow>(&value);
    if (role == OutcomeRole)
        return row.outcome ? int(*row.outcome) : -1;
    if (role == Qt::TextAlignmentRole)
        return emptyCell(0, column, role);
    if (role == Qt::ToolTipRole) {
        if (column == TimeColumn)
            return row.utc;
        return column == ActorColumn ? QVariant(toolTipText(row.actorWhole)) : QVariant();
    }
    if (role == Qt::AccessibleTextRole)
        return headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() + u' '
            + cell(value, column, Qt::DisplayRole).toString();
    if (role != Qt::DisplayRole)
        return {};
    switch (column) {
    case IndexColumn:
        return count(qint64(row.index));
    case TimeColumn:
        return row.time;
    case EventColumn:
        return row.event;
    case TenantColumn:
        return row.tenant.isEmpty() ? u"–"_s : row.tenant;
    case ActorColumn:
        return row.actor;
    case OutcomeColumn:
        return outcomeText(row.outcome);
    default:
        return {};
    }
}

QVariant LedgerModel::emptyCell(qint64 position, int column, int role) const
{
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((column == IndexColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    // The number is known before the page is.
    if (role == Qt::DisplayRole && column == IndexColumn)
        return count(qint64(entryOf(position)));
    return PagedModel::emptyCell(position, column, role);
}

int LedgerModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant LedgerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return QAbstractTableModel::headerData(section, orientation, role);
    if (role == Qt::TextAlignmentRole)
        return emptyCell(0, section, role);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case IndexColumn:
        return tr("#");
    case TimeColumn:
        return tr("Time");
    case EventColumn:
        return tr("Event");
    case TenantColumn:
        return tr("Tenant");
    case ActorColumn:
        return tr("Actor");
    case OutcomeColumn:
        return tr("Outcome");
    default:
        return {};
    }
}

} // namespace models
