// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A table over records that fit into memory (some ten thousand): refilled as a whole, told to the views as what
// differs, so that selection and scroll position stay. It filters and sorts the records themselves, for a proxy above
// would ask for every cell as a QVariant. GUI thread.
//
// KeyOf gives a record's key: unique, and the order of the rows where no column sorts. A subclass gives the cells.
#pragma once

#include <QtCore/qabstractitemmodel.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace models {

template <typename Record, auto KeyOf>
class RecordModel : public QAbstractTableModel
{
public:
    using Key = std::remove_cvref_t<std::invoke_result_t<decltype(KeyOf), const Record &>>;
    using Filter = std::function<bool(const Record &)>;

    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex &parent = {}) const final { return parent.isValid() ? 0 : int(m_rows.size()); }
    const std::vector<Record> &records() const { return m_records; } // by key, also those that the filter hides

    const Record *at(int row) const // null where there is no such row
    {
        return row >= 0 && size_t(row) < m_rows.size() ? &m_records[m_rows[size_t(row)]] : nullptr;
    }
    const Record *find(const Key &key) const // null where there is none; also of those that the filter hides
    {
        const size_t place = placeOf(key);
        return place != Nowhere ? &m_records[place] : nullptr;
    }
    int rowOf(const Key &key) const // -1 where it is not shown
    {
        const auto found = std::ranges::find(m_rows, placeOf(key));
        return found != m_rows.end() ? int(found - m_rows.begin()) : -1;
    }

    void setFilter(Filter filter)
    {
        m_filter = std::move(filter);
        change(std::vector<Record>(m_records));
    }
    // By key for column -1.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) final
    {
        m_column = column;
        m_order = order;
        change(std::vector<Record>(m_records));
    }

    QVariant data(const QModelIndex &index, int role) const final
    {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
            return {};
        const Record &record = *at(index.row());
        switch (role) {
        case Qt::DisplayRole:
            return text(record, index.column());
        case Qt::AccessibleTextRole:
            return heading(index.column()) + QLatin1Char(' ') + text(record, index.column());
        case Qt::TextAlignmentRole:
            return alignment(index.column());
        default:
            return value(record, index.column(), role);
        }
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const final
    {
        if (orientation == Qt::Horizontal && role == Qt::DisplayRole)
            return heading(section);
        if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
            return alignment(section);
        return QAbstractTableModel::headerData(section, orientation, role);
    }

protected:
    virtual QString heading(int column) const = 0;
    virtual QString text(const Record &record, int column) const = 0;
    virtual QVariant value(const Record &record, int column, int role) const = 0; // of the other roles
    virtual bool isNumber(int column) const = 0;
    virtual bool isLess(const Record &a, const Record &b, int column) const = 0;
    virtual bool looksAlike(const Record &before, const Record &after) const = 0;

    // `records` in the order of their keys.
    void change(std::vector<Record> records);

private:
    using Rows = std::vector<size_t>; // places in the records

    static constexpr size_t Nowhere = size_t(-1);
    // What is told one by one, in runs of neighbours; beyond that the views begin anew.
    static constexpr int MostRuns = 64;

    static const Key &keyOf(const Record &record) { return std::invoke(KeyOf, record); }
    size_t placeOf(const Key &key) const
    {
        const auto found = std::ranges::lower_bound(m_records, key, {}, keyOf);
        return found != m_records.end() && keyOf(*found) == key ? size_t(found - m_records.begin()) : Nowhere;
    }
    QVariant alignment(int column) const
    {
        return QVariant::fromValue((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }

    // `placeNow`: where the records of now are in these.
    Rows ordered(const std::vector<Record> &records, const Rows &placeNow) const;
    static int runs(const std::vector<bool> &marked);
    void removeRows(const std::vector<bool> &leaving);
    void insertRows(const Rows &rows, const std::vector<bool> &coming);

    std::vector<Record> m_records;
    Rows m_rows;
    Filter m_filter;
    int m_column = -1;
    Qt::SortOrder m_order = Qt::AscendingOrder;
};

template <typename Record, auto KeyOf>
auto RecordModel<Record, KeyOf>::ordered(const std::vector<Record> &records, const Rows &placeNow) const -> Rows
{
    std::vector<bool> shown(records.size());
    Rows rows;
    rows.reserve(records.size());
    for (size_t place = 0; place < records.size(); ++place) {
        shown[place] = !m_filter || m_filter(records[place]);
        if (shown[place])
            rows.push_back(place);
    }
    const bool falling = m_order == Qt::DescendingOrder;
    if (m_column < 0) {
        if (falling)
            std::ranges::reverse(rows);
        return rows;
    }
    // Mostly the same rows in the same order as before: then nothing has to be sorted.
    Rows before;
    before.reserve(rows.size());
    for (const size_t row : m_rows) {
        if (placeNow[row] != Nowhere && shown[placeNow[row]])
            before.push_back(placeNow[row]);
    }
    if (before.size() == rows.size())
        rows = std::move(before);
    const auto comesFirst = [&](size_t a, size_t b) {
        const Record &first = records[falling ? b : a], &second = records[falling ? a : b];
        return isLess(first, second, m_column) || (a < b && !isLess(second, first, m_column));
    };
    if (!std::ranges::is_sorted(rows, comesFirst))
        std::ranges::sort(rows, comesFirst);
    return rows;
}

template <typename Record, auto KeyOf>
void RecordModel<Record, KeyOf>::change(std::vector<Record> records)
{
    // Where each record is now; both are in the order of their keys.
    Rows placeNow(m_records.size(), Nowhere);
    for (size_t before = 0, now = 0; before < m_records.size() && now < records.size();) {
        const auto order = keyOf(m_records[before]) <=> keyOf(records[now]);
        if (order == 0)
            placeNow[before] = now;
        if (order <= 0)
            ++before;
        if (order >= 0)
            ++now;
    }

    const Rows rows = ordered(records, placeNow);
    Rows rowOfPlace(records.size(), Nowhere);
    for (size_t row = 0; row < rows.size(); ++row)
        rowOfPlace[rows[row]] = row;

    // What becomes of each row.
    std::vector<bool> leaving(m_rows.size()), coming(rows.size(), true), altered(rows.size());
    Rows staying;
    for (size_t row = 0; row < m_rows.size(); ++row) {
        const Record &before = m_records[m_rows[row]];
        const size_t place = placeNow[m_rows[row]];
        const size_t after = place != Nowhere ? rowOfPlace[place] : Nowhere;
        leaving[row] = after == Nowhere;
        if (leaving[row])
            continue;
        staying.push_back(place);
        coming[after] = false;
        altered[after] = !looksAlike(before, records[place]);
    }
    if (runs(leaving) + runs(coming) > MostRuns) {
        this->beginResetModel();
        m_records = std::move(records);
        m_rows = rows;
        this->endResetModel();
        return;
    }
    removeRows(leaving);
    m_records = std::move(records);
    m_rows = std::move(staying);
    const auto rowWanted = [&](size_t place) { return rowOfPlace[place]; };
    if (!std::ranges::is_sorted(m_rows, {}, rowWanted)) {
        Q_EMIT this->layoutAboutToBeChanged();
        const QModelIndexList held = this->persistentIndexList();
        Rows places;
        for (const QModelIndex &index : held)
            places.push_back(m_rows[size_t(index.row())]);
        std::ranges::sort(m_rows, {}, rowWanted);
        QModelIndexList now;
        for (size_t i = 0; i < places.size(); ++i) {
            const auto row = std::ranges::lower_bound(m_rows, rowWanted(places[i]), {}, rowWanted) - m_rows.begin();
            now.append(this->index(int(row), held[qsizetype(i)].column()));
        }
        this->changePersistentIndexList(held, now);
        Q_EMIT this->layoutChanged();
    }
    insertRows(rows, coming);
    for (size_t row = 0; row < altered.size(); ++row) {
        const size_t first = row;
        while (row < altered.size() && altered[row])
            ++row;
        if (row > first)
            Q_EMIT this->dataChanged(this->index(int(first), 0), this->index(int(row) - 1, this->columnCount() - 1));
    }
}

template <typename Record, auto KeyOf>
int RecordModel<Record, KeyOf>::runs(const std::vector<bool> &marked)
{
    int count = 0;
    for (size_t i = 0; i < marked.size(); ++i)
        count += marked[i] && (i == 0 || !marked[i - 1]) ? 1 : 0;
    return count;
}

template <typename Record, auto KeyOf>
void RecordModel<Record, KeyOf>::removeRows(const std::vector<bool> &leaving)
{
    for (size_t end = leaving.size(); end > 0; --end) {
        size_t first = end;
        while (first > 0 && leaving[first - 1])
            --first;
        if (first == end)
            continue;
        this->beginRemoveRows({}, int(first), int(end) - 1);
        m_rows.erase(m_rows.begin() + std::ptrdiff_t(first), m_rows.begin() + std::ptrdiff_t(end));
        this->endRemoveRows();
        end = first + 1;
    }
}

template <typename Record, auto KeyOf>
void RecordModel<Record, KeyOf>::insertRows(const Rows &rows, const std::vector<bool> &coming)
{
    for (size_t first = 0; first < coming.size(); ++first) {
        size_t end = first;
        while (end < coming.size() && coming[end])
            ++end;
        if (first == end)
            continue;
        this->beginInsertRows({}, int(first), int(end) - 1);
        m_rows.insert(m_rows.begin() + std::ptrdiff_t(first), rows.begin() + std::ptrdiff_t(first),
            rows.begin() + std::ptrdiff_t(end));
        this->endInsertRows();
        first = end;
    }
}

} // namespace models
