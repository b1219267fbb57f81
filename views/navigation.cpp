// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/navigation.h"

#include "models/format.h"
#include "views/icons.h"
#include "views/theme.h"

#include <QtCore/qsettings.h>
#include <QtGui/qpainter.h>
#include <QtWidgets/qstyleditemdelegate.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr int CollapsedWidth = 52;
constexpr const char *CollapsedKey = "window/navigationCollapsed";

enum Role
{
    TitleRole = Qt::UserRole,
    CountRole,
    SentenceRole
};

class BadgeDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        const int count = index.data(CountRole).toInt();
        if (count == 0)
            return;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors().warn);
        if (index.data().toString().isEmpty()) { // collapsed: a dot at the icon
            painter->drawEllipse(QPointF(option.rect.right() - 11, option.rect.top() + 11), 4, 4);
        } else {
            const QString text = models::count(count);
            const int width = std::max(20, option.fontMetrics.horizontalAdvance(text) + 12);
            const QRectF pill(option.rect.right() - width - 10, option.rect.center().y() - 9.5, width, 20);
            painter->drawRoundedRect(pill, 10, 10);
            painter->setPen(colors().base);
            painter->drawText(pill, Qt::AlignCenter, text);
        }
        painter->restore();
    }
};

} // namespace

Navigation::Navigation(QWidget *parent)
    : QListWidget(parent)
{
    setObjectName(u"navigation"_s);
    setAccessibleName(tr("Pages"));
    setIconSize({20, 20});
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setItemDelegate(new BadgeDelegate(this));
    setCollapsed(QSettings().value(QLatin1StringView(CollapsedKey)).toBool());
}

void Navigation::addPage(const QString &iconName, const QString &title)
{
    auto *item = new QListWidgetItem(icon(iconName), QString(), this);
    item->setData(TitleRole, title);
    describe(count() - 1);
}

void Navigation::setBadge(int row, int count, const QString &sentence)
{
    if (item(row)->data(CountRole).toInt() == count)
        return;
    item(row)->setData(CountRole, count);
    item(row)->setData(SentenceRole, sentence);
    describe(row);
}

void Navigation::setCollapsed(bool collapsed)
{
    m_collapsed = collapsed;
    setFixedWidth(collapsed ? CollapsedWidth : NavigationWidth);
    for (int row = 0; row < count(); ++row)
        describe(row);
    QSettings().setValue(QLatin1StringView(CollapsedKey), collapsed);
}

void Navigation::describe(int row)
{
    QListWidgetItem *page = item(row);
    const QString title = page->data(TitleRole).toString();
    const QString needed = page->data(CountRole).toInt() > 0 ? page->data(SentenceRole).toString() : QString();
    page->setText(m_collapsed ? QString() : title);
    page->setData(Qt::AccessibleTextRole, needed.isEmpty() ? title : title + u". "_s + needed);
    const QString shortcut = u"%1 (Ctrl+%2)"_s.arg(title).arg(row + 1);
    page->setToolTip(needed.isEmpty() ? shortcut : shortcut + u'\n' + needed);
}

} // namespace views
