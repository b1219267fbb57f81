// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The one look of every list: a table with rows of one height, no grid, whole rows selected. Its columns fit: one takes
// what the others leave, and where there is too little room the least important ones go. Widths that somebody dragged,
// and the order of the rows, are remembered.
#pragma once

#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qtableview.h>

#include <vector>

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

    struct Column
    {
        int width; // pixels, to begin with; at least its heading is shown. 0: never shown
        int goes = 0; // where there is too little room, the highest first; 0: never
        bool takesRest = false; // and has at least `width`: one column of a list
    };
    // Once the model is set, and the order of its rows.
    void setColumns(std::initializer_list<Column> columns);
    // Of a column whose widest text is this one.
    int widthFor(const QString &text) const;
    // Where the chosen row goes nothing is chosen: no other row may come under what is done to this one.
    void setModel(QAbstractItemModel *model) override;

protected:
    // Whole rows are chosen, so Home and End go to the first and the last one.
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void resizeEvent(QResizeEvent *event) override;
    // Of what went, the tool tip of the row tells.
    bool viewportEvent(QEvent *event) override;

private:
    void restore();
    void fit();
    QString toolTipOf(const QModelIndex &index) const;

    std::vector<Column> m_columns; // none: as Qt has them
    std::vector<int> m_usualWidths;
    bool m_isFitting = false;
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
