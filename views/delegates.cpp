// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/delegates.h"

#include "views/theme.h"

#include <QtGui/qpainter.h>
#include <QtWidgets/qapplication.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace views {

namespace {

// Background, selection and focus as the style has them, without the text.
QColor paintGround(QPainter *painter, QStyleOptionViewItem option, const QModelIndex &index)
{
    option.text.clear();
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);
    Q_UNUSED(index)
    const bool selected = option.state & QStyle::State_Selected;
    return option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
}

constexpr int PillExtra = 30; // a pill is wider than its word by the dot and its ends
constexpr int PillMargins = 8; // within the cell

} // namespace

int PillDelegate::columnWidth(const QFontMetrics &metrics, const QStringList &words)
{
    int widest = 0;
    for (const QString &word : words)
        widest = std::max(widest, metrics.horizontalAdvance(word));
    return widest + PillExtra + PillMargins;
}

PillDelegate::PillDelegate(ColorOf colorOf, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_colorOf(std::move(colorOf))
{
}

void PillDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    paintGround(painter, option, index);
    const QString text = index.data().toString();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const int width =
        std::min(option.fontMetrics.horizontalAdvance(text) + PillExtra, option.rect.width() - PillMargins);
    const QRectF pill(option.rect.left() + 6, option.rect.center().y() - 9.5, width, 20);
    painter->setPen(Qt::NoPen);
    painter->setBrush(colors().pill);
    painter->drawRoundedRect(pill, 10, 10);
    painter->setBrush(m_colorOf(index));
    painter->drawEllipse(QPointF(pill.left() + 11, pill.center().y()), 4, 4);
    painter->setPen(colors().text);
    const QRectF words = pill.adjusted(20, 0, -6, 0);
    painter->drawText(words, Qt::AlignVCenter | Qt::AlignLeft,
        option.fontMetrics.elidedText(text, Qt::ElideRight, int(words.width()) + 1));
    painter->restore();
}

QColor usageColor(qint64 used, qint64 limit)
{
    if (used > limit || (limit > 0 && used * 100 >= limit * 95))
        return colors().bad;
    return limit > 0 && used * 100 >= limit * 80 ? colors().warn : colors().good;
}

UsageDelegate::UsageDelegate(int usedRole, int limitRole, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_usedRole(usedRole)
    , m_limitRole(limitRole)
{
}

void UsageDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QColor ink = paintGround(painter, option, index);
    const qint64 used = index.data(m_usedRole).toLongLong(), limit = index.data(m_limitRole).toLongLong();
    constexpr int BarHeight = 8;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF bar(option.rect.left() + 6, option.rect.center().y() - BarHeight / 2 + 0.5, BarWidth, BarHeight);
    painter->setPen(Qt::NoPen);
    painter->setBrush(colors().pill);
    painter->drawRoundedRect(bar, 4, 4);
    const double share = limit > 0 ? std::min(1.0, double(used) / double(limit)) : (used > 0 ? 1.0 : 0.0);
    if (share > 0) {
        QRectF filled = bar;
        filled.setWidth(std::max(double(BarHeight), bar.width() * share));
        painter->setBrush(usageColor(used, limit));
        painter->drawRoundedRect(filled, 4, 4);
        if (used > limit) {
            painter->setBrush(QBrush(colors().base, Qt::BDiagPattern));
            painter->drawRoundedRect(filled, 4, 4);
        }
    }
    painter->setPen(ink);
    painter->drawText(option.rect.adjusted(BarWidth + 14, 0, -4, 0), Qt::AlignVCenter | Qt::AlignLeft,
        option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, option.rect.width() - BarWidth - 18));
    painter->restore();
}

NamedDelegate::NamedDelegate(int nameRole, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_nameRole(nameRole)
{
}

void NamedDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QColor ink = paintGround(painter, option, index);
    const bool selected = option.state & QStyle::State_Selected;
    painter->save();
    QFont bold = option.font;
    bold.setWeight(QFont::DemiBold);
    const QString id = index.data().toString();
    const int idWidth = std::min(QFontMetrics(bold).horizontalAdvance(id), option.rect.width() - 12);
    painter->setFont(bold);
    painter->setPen(ink);
    const QRect rect = option.rect.adjusted(6, 0, -6, 0);
    painter->drawText(
        rect, Qt::AlignVCenter | Qt::AlignLeft, QFontMetrics(bold).elidedText(id, Qt::ElideRight, rect.width()));
    painter->setFont(option.font);
    painter->setPen(selected ? ink : colors().muted);
    const QRect rest = rect.adjusted(idWidth + 10, 0, 0, 0);
    if (rest.width() > 20)
        painter->drawText(rest, Qt::AlignVCenter | Qt::AlignLeft,
            option.fontMetrics.elidedText(index.data(m_nameRole).toString(), Qt::ElideRight, rest.width()));
    painter->restore();
}

} // namespace views
