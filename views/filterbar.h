// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The row above a list: what to look for, which states, and on the right what can be done.
#pragma once

#include <QtWidgets/qbuttongroup.h>
#include <QtWidgets/qwidget.h>

class QAbstractItemView;
class QHBoxLayout;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace views {

// States of which one is chosen, side by side; the arrow keys go from one to the next. The first one added is chosen.
class Chips : public QButtonGroup
{
    Q_OBJECT

public:
    // `noun`: what is chosen among, said before each to those who can't see what stands beside it.
    Chips(const QString &noun, QObject *parent);

    // To be put into a layout by the caller. `id` is not -1, which QButtonGroup gives away itself.
    QToolButton *add(int id, const QString &text, const QString &name, QWidget *parent);
    void choose(int id);

private:
    const QString m_noun;
};

class FilterBar : public QWidget
{
    Q_OBJECT

public:
    // `name` is the field's object name.
    FilterBar(const QString &name, const QString &accessibleName, const QString &hint, QWidget *parent);

    void addChip(int id, const QString &text, const QString &name);
    QPushButton *addAction(const QString &text, const QString &name);

    QString text() const; // without blanks around it
    int chip() const { return m_chips->checkedId(); }
    // Back to no text and this chip: changed() comes once.
    void reset(int chip);
    void focus();
    // Tab goes through the bar and on to `next`, Down in the field straight to its rows.
    void leadTo(QAbstractItemView *next);
    // Down alone, where a page has two views of its rows.
    void downTo(QAbstractItemView *rows) { m_list = rows; }
    QWidget *lastStop() const; // of Tab

Q_SIGNALS:
    void changed();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QAbstractItemView *m_list = nullptr; // of the page
    QHBoxLayout *m_row;
    QLineEdit *m_field;
    Chips *m_chips;
    QList<QPushButton *> m_actions; // owned by the bar
};

} // namespace views
