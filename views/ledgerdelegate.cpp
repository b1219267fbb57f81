// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/ledgerdelegate.h"

#include "service/ledger/entry.h"
#include "views/icons.h"
#include "views/theme.h"

#include <QtGui/qpainter.h>
#include <QtGui/qpixmapcache.h>
#include <QtWidgets/qapplication.h>

#include <array>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr int IconSize = 16;

// Drawing an SVG anew for each cell would make scrolling stutter.
QPixmap pixmapOf(const Mark &mark, double ratio)
{
    const QString key = u"mark/%1/%2/%3"_s.arg(mark.icon, mark.color.name()).arg(ratio);
    QPixmap pixmap;
    if (!QPixmapCache::find(key, &pixmap)) {
        pixmap = icon(mark.icon, mark.color).pixmap(QSize(IconSize, IconSize), ratio);
        QPixmapCache::insert(key, pixmap);
    }
    return pixmap;
}

bool endsWithAny(const QString &event, std::initializer_list<QLatin1StringView> ends)
{
    return std::ranges::any_of(ends, [&](QLatin1StringView end) { return event.endsWith(end); });
}

QString iconOf(const QString &event)
{
    static constexpr std::array<std::pair<QLatin1StringView, QLatin1StringView>, 11> Families{{
        {"TENANT_"_L1, "tenants"_L1},
        {"TOKEN_"_L1, "tokens"_L1},
        {"KEY_"_L1, "key"_L1},
        {"VM_"_L1, "vm"_L1},
        {"NODE_"_L1, "server"_L1},
        {"SERVER_"_L1, "server"_L1},
        {"ACCESS_"_L1, "shield"_L1},
        {"ISOLATION_"_L1, "shield"_L1},
        {"QUOTA_"_L1, "overview"_L1},
        {"PLAN_"_L1, "overview"_L1},
        {"BACKUP_"_L1, "save"_L1},
    }};
    for (const auto &[family, name] : Families) {
        if (event.startsWith(family))
            return name;
    }
    return u"ledger"_s;
}

} // namespace

Mark eventMark(const QString &event)
{
    QColor color = colors().text;
    if (endsWithAny(event, {"_DENIED"_L1, "_FAILED"_L1, "_LOST"_L1, "_UNKNOWN"_L1}) || event == "ROLLBACK_ACCEPTED"_L1)
        color = colors().bad;
    else if (endsWithAny(event,
                 {"_DELETED"_L1, "_PURGED"_L1, "_REVOKED"_L1, "_SUSPENDED"_L1, "_DESTROYED"_L1, "_REMOVED"_L1,
                     "_STALE"_L1, "_WARNING"_L1, "_EXPIRING"_L1, "_DRAINED"_L1}))
        color = colors().warn;
    else if (endsWithAny(event, {"_VERIFIED"_L1, "_RESUMED"_L1, "_UNDELETED"_L1, "_RETURNED"_L1}))
        color = colors().good;
    else if (endsWithAny(event, {"_CREATED"_L1, "_ISSUED"_L1, "_REGISTERED"_L1, "_ENROLLED"_L1}))
        color = colors().accent;
    return {iconOf(event), color};
}

Mark outcomeMark(int outcome)
{
    if (outcome == int(ledger::Outcome::Ok))
        return {u"ok"_s, colors().good};
    if (outcome == int(ledger::Outcome::Denied))
        return {u"shield"_s, colors().warn};
    return {outcome == int(ledger::Outcome::Failed) ? u"bad"_s : u"warn"_s, colors().bad};
}

MarkDelegate::MarkDelegate(MarkOf markOf, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_markOf(std::move(markOf))
{
}

void MarkDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    Mark mark = m_markOf(index);
    if (mark.icon.isEmpty()) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    // Background, selection and focus as the style has them.
    QStyleOptionViewItem ground = option;
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &ground, painter, option.widget);
    if (option.state & QStyle::State_Selected)
        mark.color = option.palette.color(QPalette::HighlightedText);

    const QRect rect = option.rect.adjusted(4, 0, -4, 0);
    const double ratio = painter->device()->devicePixelRatio();
    painter->drawPixmap(rect.left(), rect.center().y() - IconSize / 2 + 1, pixmapOf(mark, ratio));
    painter->save();
    painter->setPen(mark.color);
    const QRect rest = rect.adjusted(IconSize + 6, 0, 0, 0);
    painter->drawText(rest, Qt::AlignVCenter | Qt::AlignLeft,
        option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, rest.width()));
    painter->restore();
}

void NumberDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem ground = option;
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &ground, painter, option.widget);
    const bool selected = option.state & QStyle::State_Selected;
    painter->save();
    painter->setPen(selected ? option.palette.color(QPalette::HighlightedText) : colors().muted);
    painter->drawText(option.rect.adjusted(0, 0, -12, 0), Qt::AlignVCenter | Qt::AlignRight, index.data().toString());
    painter->restore();
}

} // namespace views
