// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/filterbar.h"

#include "views/theme.h"

#include <QtGui/qevent.h>
#include <QtWidgets/qabstractitemview.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtoolbutton.h>

namespace views {

Chips::Chips(const QString &noun, QObject *parent)
    : QButtonGroup(parent)
    , m_noun(noun)
{
    setExclusive(true);
}

QToolButton *Chips::add(int id, const QString &text, const QString &name, QWidget *parent)
{
    auto *chip = new QToolButton(parent);
    chip->setText(text);
    chip->setObjectName(name);
    chip->setCheckable(true);
    chip->setProperty("chip", true);
    chip->setChecked(buttons().isEmpty());
    chip->setAccessibleName(tr("%1: %2").arg(m_noun, text));
    chip->setFocusPolicy(Qt::StrongFocus); // a tool button leaves the Tab order otherwise
    addButton(chip, id);
    return chip;
}

void Chips::choose(int id)
{
    button(id)->setChecked(true);
}

FilterBar::FilterBar(const QString &name, const QString &accessibleName, const QString &hint, QWidget *parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this))
    , m_field(new QLineEdit(this))
    , m_chips(new Chips(tr("Show"), this))
{
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(Gap);
    m_field->setObjectName(name);
    m_field->setAccessibleName(accessibleName);
    m_field->setPlaceholderText(hint);
    m_field->setClearButtonEnabled(true);
    m_field->setMaximumWidth(320);
    m_row->addWidget(m_field, 1);
    m_row->addStretch();
    connect(m_field, &QLineEdit::textChanged, this, &FilterBar::changed);
    connect(m_chips, &QButtonGroup::idClicked, this, &FilterBar::changed);
}

void FilterBar::addChip(int id, const QString &text, const QString &name)
{
    const int place = 1 + int(m_chips->buttons().size()); // behind the field and those that are there
    m_row->insertWidget(place, m_chips->add(id, text, name, this));
}

QPushButton *FilterBar::addAction(const QString &text, const QString &name)
{
    auto *action = new QPushButton(text, this);
    action->setObjectName(name);
    action->setProperty("primary", true);
    m_row->addWidget(action);
    m_actions.append(action);
    return action;
}

QString FilterBar::text() const
{
    return m_field->text().trimmed();
}

void FilterBar::reset(int chip)
{
    {
        const QSignalBlocker quiet(m_field);
        m_field->clear();
    }
    m_chips->choose(chip);
    Q_EMIT changed();
}

void FilterBar::focus()
{
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

// What the field itself has no use for comes here.
void FilterBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Down || !m_field->hasFocus() || !m_list || !m_list->isVisible())
        return QWidget::keyPressEvent(event);
    m_list->setFocus(Qt::TabFocusReason);
    if (!m_list->currentIndex().isValid())
        m_list->setCurrentIndex(m_list->model()->index(0, 0));
}

QWidget *FilterBar::lastStop() const
{
    if (!m_actions.isEmpty())
        return m_actions.last();
    return m_chips->buttons().isEmpty() ? static_cast<QWidget *>(m_field) : m_chips->buttons().last();
}

void FilterBar::leadTo(QAbstractItemView *next)
{
    m_list = next;
    QWidget *last = m_field;
    for (QAbstractButton *chip : m_chips->buttons())
        setTabOrder(std::exchange(last, chip), chip);
    for (QPushButton *action : m_actions)
        setTabOrder(std::exchange(last, action), action);
    setTabOrder(last, next);
}

} // namespace views
