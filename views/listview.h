// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The one look of every list: a table with rows of one height, no grid, whole rows selected, columns remembered.
#pragma once

#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qtableview.h>

class QLabel;
class QPushButton;

namespace views {

class ListView : public QTableView
{
    Q_OBJECT

public:
    // `name` is the object name, and under it the columns are remembered.
    ListView(const QString &name, const QString &accessibleName, QWidget *parent);
    ~ListView() override;

    // Once the model is set: the widths to begin with; 0 takes what is left.
    void setColumnWidths(std::initializer_list<int> widths);
};

// A list, or a sentence in its place: what would be here, and the first step.
class ListOrHint : public QStackedWidget
{
    Q_OBJECT

public:
    ListOrHint(QWidget *list, QWidget *parent);

    void showList();
    // An empty `action` shows no button.
    void showHint(const QString &title, const QString &sentence, const QString &action = {});

Q_SIGNALS:
    void actionRequested();

private:
    QLabel *m_title;
    QLabel *m_sentence;
    QPushButton *m_action;
};

} // namespace views
