// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// How cells look that are more than text: state pills, usage bars, an id above a name.
#pragma once

#include <QtGui/qcolor.h>
#include <QtGui/qfontmetrics.h>
#include <QtWidgets/qstyleditemdelegate.h>

#include <functional>

namespace views {

// A word on a rounded ground with a dot of its colour: colour never speaks alone.
class PillDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    // The dot's colour of a cell.
    using ColorOf = std::function<QColor(const QModelIndex &)>;

    PillDelegate(ColorOf colorOf, QObject *parent);
    // In which each of the words is whole.
    static int columnWidth(const QFontMetrics &metrics, const QStringList &words);
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    ColorOf m_colorOf;
};

// A bar with the cell's text beside it: warns at 80 percent, alarms at 95, hatched when over.
class UsageDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    static constexpr int BarWidth = 40, BarRoom = BarWidth + 8; // the latter of a cell, beside its text

    // The roles that hold what is used and the limit.
    UsageDelegate(int usedRole, int limitRole, QObject *parent);
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    int m_usedRole, m_limitRole;
};

QColor usageColor(qint64 used, qint64 limit);

// The cell's text in bold, the text of another role behind it, muted.
class NamedDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    NamedDelegate(int nameRole, QObject *parent);
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    int m_nameRole;
};

} // namespace views
