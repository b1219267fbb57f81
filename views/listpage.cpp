// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/listpage.h"

#include "views/filterbar.h"
#include "views/listview.h"
#include "views/theme.h"

#include <QtCore/qsettings.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qsplitter.h>

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

void ListPage::arrange(QWidget *detail)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Gap, Margin, Margin);
    column->setSpacing(Gap);
    column->addWidget(m_bar);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_listOrHint);
    m_splitter->addWidget(detail);
    m_splitter->setSizes({850, DetailWidth});
    m_splitter->setStretchFactor(0, 1);
    m_splitter->restoreState(QSettings().value(objectName() + "/splitter"_L1).toByteArray());
    column->addWidget(m_splitter, 1);
    m_bar->leadTo(m_list);
    followWhileShown(m_link);
}

} // namespace views
