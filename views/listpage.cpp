// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/listpage.h"

#include "views/filterbar.h"
#include "views/listview.h"
#include "views/theme.h"

#include <QtCore/qsettings.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qsplitter.h>
#include <QtWidgets/qstackedwidget.h>

using namespace Qt::StringLiterals;

namespace views {

ListPage::ListPage(const QString &name, const PageContext &context, FilterBar *bar, ListView *list, QWidget *parent)
    : Page(parent)
    , m_link(context.link)
    , m_bar(bar)
    , m_list(list)
    , m_listOrHint(new ListOrHint(list, this))
    , m_splitter(new QSplitter(this))
{
    setObjectName(name);
    m_bar->setParent(this); // now: Tab comes to it before what is made later
}

ListPage::~ListPage()
{
    QSettings().setValue(objectName() + "/splitter"_L1, m_splitter->saveState());
}

void ListPage::focusFilter()
{
    m_bar->focus();
}

void ListPage::arrange(QStackedWidget *detail)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Gap, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(m_bar);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_listOrHint);
    m_splitter->addWidget(detail);
    m_splitter->setSizes({850, DetailWidth});
    m_splitter->setStretchFactor(0, 3); // on a wide screen the detail gets its share
    m_splitter->setStretchFactor(1, 1);
    m_splitter->restoreState(QSettings().value(objectName() + "/splitter"_L1).toByteArray());
    column->addWidget(m_splitter, 1);
    m_bar->leadTo(m_list);
    // What was chosen has gone, a tenant deleted from here: the keyboard goes back to the list, not to a label.
    connect(detail, &QStackedWidget::currentChanged, this, [this, detail](int shown) {
        const QWidget *focused = window()->focusWidget();
        if (shown != 0 || !focused || !detail->isAncestorOf(focused))
            return;
        if (m_list->isVisibleTo(this))
            m_list->setFocus();
        else
            m_bar->focus();
    });
    followWhileShown(m_link);
}

void ListPage::offerInMenu(const QList<QPushButton *> &actions, QAbstractItemView *rows)
{
    rows->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(rows, &QWidget::customContextMenuRequested, rows, [rows, actions](const QPoint &place) {
        if (!rows->currentIndex().isValid())
            return;
        auto *menu = new QMenu(rows);
        menu->setObjectName(u"rowMenu"_s);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        for (QPushButton *button : actions) {
            if (button->isHidden())
                continue;
            QAction *action = menu->addAction(button->icon(), button->text(), button, &QPushButton::click);
            action->setShortcut(button->shortcut()); // to be read: the button's own is the one that works
            action->setShortcutContext(Qt::WidgetShortcut);
            action->setEnabled(button->isEnabled());
        }
        menu->popup(rows->viewport()->mapToGlobal(place));
    });
}

} // namespace views
