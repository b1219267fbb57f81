// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger as a table, newest or oldest entry first. GUI thread; reads on the link's query thread and never changes
// anything.
//
// Unfiltered, the position of a row is the index of its entry. With a filter the indices of what matches are searched
// first, in steps, so that pages asked for meanwhile need not wait; the count is exact as soon as the search has ended,
// and follows the ledger from then on.
#pragma once

#include "models/enginelink.h"
#include "models/entryrow.h"
#include "models/pagedmodel.h"
#include "service/ledger/filter.h"

#include <deque>

namespace models {

struct LedgerFilter
{
    TenantId tenant = {};
    QByteArray eventType = {};
    std::optional<ledger::Outcome> outcome = {};

    bool isEmpty() const { return tenant.isEmpty() && eventType.isEmpty() && !outcome; }
    friend bool operator==(const LedgerFilter &, const LedgerFilter &) = default;
};

class LedgerModel : public PagedModel
{
    Q_OBJECT

public:
    enum Column
    {
        IndexColumn,
        TimeColumn,
        EventColumn,
        TenantColumn,
        ActorColumn,
        OutcomeColumn,
        ColumnCount
    };
    Q_ENUM(Column)
    enum Role
    {
        OutcomeRole = Qt::UserRole // ledger::Outcome as int, -1 for an unreadable entry; invalid until the row is there
    };

    // A view counts pixels in int: beyond this many rows of 28 pixels the newest are reached through filters.
    static constexpr qint64 MostRows = 70'000'000;

    // The link is borrowed.
    explicit LedgerModel(EngineLink &link, QObject *parent = nullptr);

    const LedgerFilter &filter() const { return m_filter; }
    void setFilter(const LedgerFilter &filter);

    // What the rows are: the filter, in the order they stand in.
    ledger::EntryFilter shown() const;

    // Entries there are, whatever the filter says.
    TreeSize ledgerSize() const { return m_size; }

    // Whether rows may be missing from the count, other than those of the last moment.
    bool isSearching() const;
    // Of the search, in percent of the ledger.
    int searched() const;

    // After a failure: everything is asked for again.
    void retry();

    LeafIndex entryAt(int row) const;
    // -1 where it is not among the rows.
    int rowOfEntry(LeafIndex index) const;

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void searchAdvanced();

protected:
    void fetch(quint64 token, qint64 first, int count) override;
    QVariant cell(const QVariant &row, int column, int role) const override;
    QVariant emptyCell(qint64 position, int column, int role) const override;

private:
    void start(const LedgerFilter &filter);
    void follow();
    bool isBehind() const; // there is something to search yet
    void search();
    void onFound(LeafIndex first, LeafIndex end, const std::vector<LeafIndex> &found);
    ledger::EntryFilter entryFilter() const;
    LeafIndex entryOf(qint64 position) const;

    EngineLink &m_link;
    LedgerFilter m_filter;
    TreeSize m_size = 0; // of the ledger
    std::deque<LeafIndex> m_matches; // with a filter; in order
    qint64 m_firstMatch = 0; // position of the first of them
    LeafIndex m_searchedFrom = 0, m_searchedEnd = 0; // what lies between has been searched
    quint64 m_search = 0; // tells late answers from those to the filter as it is
    bool m_isAsking = false;
    bool m_hasFailed = false;
};

} // namespace models
