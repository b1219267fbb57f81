// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A page of one list: the filter above, the list or a sentence in its place on the left, the detail of what is chosen
// on the right. Where the two meet is remembered.
#pragma once

#include "views/listview.h"
#include "views/page.h"

class QPushButton;
class QSplitter;
class QStackedWidget;

namespace views {

class FilterBar;
class ListOrHint;
class ListView;

class ListPage : public Page
{
    Q_OBJECT

public:
    ~ListPage() override;

    void focusFilter() override;

protected:
    // `name` is the object name; bar and list are made for this page, which owns them.
    ListPage(const QString &name, const PageContext &context, FilterBar *bar, ListView *list, QWidget *parent);
    // Once bar, list and detail are complete. The detail's first widget is the hint that nothing is chosen.
    void arrange(QStackedWidget *detail);
    // What can be done to the chosen row, for its context menu too. The buttons belong to the detail.
    void offerInMenu(const QList<QPushButton *> &actions) { offerInMenu(actions, m_list); }
    static void offerInMenu(const QList<QPushButton *> &actions, QAbstractItemView *rows);

    models::EngineLink &m_link;
    FilterBar *m_bar;
    ListView *m_list;
    ListOrHint *m_listOrHint;

private:
    QSplitter *m_splitter;
};

} // namespace views
