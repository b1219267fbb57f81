// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/listview.h"

#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtCore/qsettings.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

ListView::ListView(const QString &name, const QString &accessibleName, QWidget *parent)
    : QTableView(parent)
{
    setObjectName(name);
    setAccessibleName(accessibleName);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setWordWrap(false);
    setSortingEnabled(false);
    setTabKeyNavigation(false); // Tab leaves the list
    setVerticalScrollMode(ScrollPerPixel);
    setFrameShape(QFrame::StyledPanel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(RowHeight);
    horizontalHeader()->setFixedHeight(HeaderHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

ListView::~ListView()
{
    QSettings().setValue(u"columns/"_s + objectName(), horizontalHeader()->saveState());
}

void ListView::setColumnWidths(std::initializer_list<int> widths)
{
    int column = 0;
    for (const int width : widths) {
        if (width > 0)
            setColumnWidth(column, width);
        else
            horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
        ++column;
    }
    horizontalHeader()->restoreState(QSettings().value(u"columns/"_s + objectName()).toByteArray());
}

ListOrHint::ListOrHint(QWidget *list, QWidget *parent)
    : QStackedWidget(parent)
    , m_title(new PlainLabel(this))
    , m_sentence(new PlainLabel(this))
    , m_action(new QPushButton(this))
{
    setObjectName(list->objectName() + "OrHint"_L1);
    auto *hint = new QFrame(this);
    hint->setProperty("card", true);
    auto *column = new QVBoxLayout(hint);
    column->addStretch();
    m_title->setObjectName(u"hintTitle"_s);
    m_title->setFont(titleFont());
    m_title->setAlignment(Qt::AlignHCenter);
    m_sentence->setObjectName(u"hintSentence"_s);
    m_sentence->setProperty("muted", true);
    m_sentence->setAlignment(Qt::AlignHCenter);
    m_sentence->setWordWrap(true);
    m_action->setObjectName(u"hintAction"_s);
    m_action->hide(); // until it is called something
    m_action->setProperty("primary", true);
    m_action->hide();
    connect(m_action, &QPushButton::clicked, this, &ListOrHint::actionRequested);
    column->addWidget(m_title);
    column->addWidget(m_sentence);
    column->addSpacing(Gap);
    column->addWidget(m_action, 0, Qt::AlignHCenter);
    column->addStretch();
    addWidget(list);
    addWidget(hint);
}

void ListOrHint::showList()
{
    setCurrentIndex(0);
}

void ListOrHint::showHint(const QString &title, const QString &sentence, const QString &action)
{
    m_title->setText(title);
    m_sentence->setText(sentence);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    setCurrentIndex(1);
}

} // namespace views
