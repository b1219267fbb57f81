// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/pagedmodel.h"

#include <algorithm>

namespace models {

namespace {

// More pages than a screen shows, so that what is visible is always among them.
constexpr int MostAsked = 4;
constexpr int MostWanted = 4;

qint64 pageOf(qint64 position)
{
    return position >= 0 ? position / PagedModel::PageSize : -((-position - 1) / PagedModel::PageSize) - 1;
}

} // namespace

PagedModel::PagedModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

int PagedModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_back - m_front);
}

QVariant PagedModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const qint64 position = positionOf(index.row());
    if (const QVariant *row = rowValue(position))
        return cell(*row, index.column(), role);
    // Only what is painted or read aloud is worth a question.
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole) {
        const Page *page = m_pages.object(pageOf(position));
        const bool unavailable = page && position >= page->first && position < page->first + page->rows.size();
        if (!unavailable)
            want(pageOf(position));
    }
    return emptyCell(position, index.column(), role);
}

QVariant PagedModel::emptyCell(qint64, int, int role) const
{
    return role == Qt::DisplayRole ? QVariant(QStringLiteral("–")) : QVariant();
}

const QVariant *PagedModel::rowValue(qint64 position) const
{
    const Page *page = m_pages.object(pageOf(position));
    if (!page || position < page->first || position >= page->first + page->rows.size())
        return nullptr;
    const QVariant &row = page->rows[position - page->first];
    return row.isValid() ? &row : nullptr;
}

void PagedModel::want(qint64 page) const
{
    if (m_asked.contains(page))
        return;
    const bool known = m_wanted.removeOne(page);
    m_wanted.append(page);
    if (known)
        return;
    if (m_wanted.size() > MostWanted)
        m_wanted.removeFirst();
    // A view must not be told of changes while it paints.
    QMetaObject::invokeMethod(const_cast<PagedModel *>(this), &PagedModel::askNext, Qt::QueuedConnection);
}

void PagedModel::askNext()
{
    while (!m_wanted.isEmpty() && m_asked.size() < MostAsked)
        ask(m_wanted.takeLast());
}

void PagedModel::ask(qint64 page)
{
    const qint64 first = std::max(page * PageSize, m_front);
    const qint64 end = std::min((page + 1) * PageSize, m_back);
    if (first >= end || m_asked.contains(page))
        return;
    m_asked.insert(page, int(end - first));
    fetch(m_token, first, int(end - first));
}

void PagedModel::deliver(quint64 token, qint64 first, QList<QVariant> rows)
{
    settle(token, first, std::move(rows));
}

void PagedModel::refuse(quint64 token, qint64 first, const Error &error)
{
    if (token != m_token)
        return;
    settle(token, first, {});
    Q_EMIT fetchFailed(error);
}

void PagedModel::settle(quint64 token, qint64 first, QList<QVariant> rows)
{
    const auto asked = m_asked.find(pageOf(first));
    if (token != m_token || asked == m_asked.end())
        return;
    rows.resize(asked.value());
    m_asked.erase(asked);
    const qint64 end = first + rows.size();
    m_pages.insert(pageOf(first), new Page{first, std::move(rows)});
    reportChanged(first, end);
    askNext();
}

void PagedModel::reportChanged(qint64 first, qint64 end)
{
    const auto [top, bottom] = std::minmax({rowOf(first), rowOf(end - 1)});
    Q_EMIT dataChanged(index(top, 0), index(bottom, columnCount() - 1));
}

void PagedModel::setReversed(bool reversed)
{
    if (reversed == m_reversed)
        return;
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    m_reversed = reversed;
    QModelIndexList after;
    after.reserve(before.size());
    for (const QModelIndex &held : before)
        after.append(index(rowCount() - 1 - held.row(), held.column()));
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

void PagedModel::reload()
{
    ++m_token;
    m_pages.clear();
    m_asked.clear();
    m_wanted.clear();
    if (m_back > m_front)
        reportChanged(m_front, m_back);
}

void PagedModel::restart(qint64 count, const std::function<void()> &change)
{
    beginResetModel();
    ++m_token;
    m_pages.clear();
    m_asked.clear();
    m_wanted.clear();
    m_front = 0;
    m_back = count;
    if (change)
        change();
    endResetModel();
}

void PagedModel::insert(qint64 rows, bool atTop)
{
    const int first = atTop ? 0 : rowCount();
    beginInsertRows({}, first, first + int(rows) - 1);
}

void PagedModel::growFront(qint64 rows)
{
    if (rows <= 0)
        return;
    insert(rows, !m_reversed);
    m_front -= rows;
    endInsertRows();
}

void PagedModel::growBack(qint64 rows)
{
    if (rows <= 0)
        return;
    insert(rows, m_reversed);
    m_back += rows;
    endInsertRows();
}

} // namespace models
