// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A table that may be far bigger than memory: the row count is exact from the start, rows come in pages when somebody
// looks at them, and a dash stands where a page is still on its way. GUI thread.
//
// Rows have positions, which never change while the table grows at either end: [front, back), which may begin below 0.
// A position is a row counted from the front, or from the back where the model is reversed; so a page stays good
// whatever is added, but for the two at the ends.
#pragma once

#include "service/core/error.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qcache.h>
#include <QtCore/qhash.h>

#include <functional>

namespace models {

class PagedModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    static constexpr int PageSize = 256;
    static constexpr int CachedPages = 64;

    explicit PagedModel(QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const final;
    QVariant data(const QModelIndex &index, int role) const final;

    bool isReversed() const { return m_reversed; }
    // The same rows the other way round; whoever holds on to a row keeps it.
    void setReversed(bool reversed);

    // What can be asked for of a row, where its page is there.
    bool isLoaded(int row) const { return rowValue(positionOf(row)) != nullptr; }

    // Forgets the pages, so that they are asked for anew: after fetchFailed.
    void reload();

Q_SIGNALS:
    // The rows of that page are not to be had; they show as dashes until reload().
    void fetchFailed(const Error &error);

protected:
    // Ask for the rows at the positions [first, first + count), all in one page, and answer with deliver() or refuse(),
    // at once or later, giving `token` back.
    virtual void fetch(quint64 token, qint64 first, int count) = 0;
    // `row` is what deliver() gave, and valid.
    virtual QVariant cell(const QVariant &row, int column, int role) const = 0;
    // Of a row that is not there yet.
    virtual QVariant emptyCell(qint64 position, int column, int role) const;

    // In order of their positions; fewer than asked for means that the rest can't be had. Dropped when the question is
    // an old one.
    void deliver(quint64 token, qint64 first, QList<QVariant> rows);
    void refuse(quint64 token, qint64 first, const Error &error);

    // Other rows: positions [0, count). Answers to what was asked before are dropped. `change` makes the subclass ready
    // for them, at the moment when nobody looks.
    void restart(qint64 count, const std::function<void()> &change = {});
    // More rows at that end. While it is announced, those that were there are looked at under their old positions.
    void growFront(qint64 rows);
    void growBack(qint64 rows);

    qint64 front() const { return m_front; }
    qint64 back() const { return m_back; }
    qint64 positionOf(int row) const { return m_reversed ? m_back - 1 - row : m_front + row; }
    int rowOf(qint64 position) const { return int(m_reversed ? m_back - 1 - position : position - m_front); }
    // Null while the page is not there.
    const QVariant *rowValue(qint64 position) const;

private:
    struct Page
    {
        qint64 first = 0;
        QList<QVariant> rows; // an invalid one can't be had
    };

    void want(qint64 page) const;
    void ask(qint64 page);
    void askNext();
    void settle(quint64 token, qint64 first, QList<QVariant> rows);
    void insert(qint64 rows, bool atTop);
    void reportChanged(qint64 first, qint64 end);

    bool m_reversed = false;
    qint64 m_front = 0, m_back = 0;
    quint64 m_token = 0; // of the rows as they are now
    // Looking is const; what was looked at stays longest, and what is missing is asked for.
    mutable QCache<qint64, Page> m_pages{CachedPages};
    QHash<qint64, int> m_asked; // page to the number of rows asked for
    mutable QList<qint64> m_wanted; // the latest last; few, for what was scrolled past is not wanted any more
};

} // namespace models
