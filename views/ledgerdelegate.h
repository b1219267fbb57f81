// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Events and outcomes of the ledger: a coloured word with its icon before it, since colour never speaks alone.
#pragma once

#include <QtGui/qcolor.h>
#include <QtWidgets/qstyleditemdelegate.h>

#include <functional>

namespace views {

struct Mark
{
    QString icon; // in resources/icons
    QColor color;
};

// What a thing of this kind looks like: "TOKEN_REVOKED" has the key, in the colour of what goes away.
Mark eventMark(const QString &event);
// ledger::Outcome as int; -1 for an unreadable entry.
Mark outcomeMark(int outcome);

class MarkDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    // Of a cell; without an icon only its text is painted.
    using MarkOf = std::function<Mark(const QModelIndex &)>;

    MarkDelegate(MarkOf markOf, QObject *parent);
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    MarkOf m_markOf;
};

// A number at the right of its column, muted, with room to the next one.
class NumberDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace views
