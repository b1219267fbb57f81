// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/confirmdialog.h"

#include "views/makeroom.h"
#include "views/primarybutton.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

ConfirmDialog::ConfirmDialog(const Question &question, QWidget *parent)
    : QDialog(parent)
    , m_wanted(question.typed)
    , m_mistake(new PlainLabel(this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel, this))
{
    setObjectName(u"confirmDialog"_s);
    setWindowTitle(question.title);
    setMinimumWidth(440);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Gap);
    auto *text = new PlainLabel(question.text, this);
    text->setObjectName(u"confirmText"_s);
    text->setWordWrap(true);
    column->addWidget(text);
    const auto addField = [&](const QString &label, const QString &name) {
        auto *field = new QLineEdit(this);
        field->setObjectName(name);
        auto *buddy = new PlainLabel(label, this);
        buddy->setBuddy(field);
        field->setAccessibleName(QString(label).remove(u'&'));
        column->addSpacing(Gap);
        column->addWidget(buddy);
        column->addWidget(field);
        connect(field, &QLineEdit::textChanged, this, &ConfirmDialog::update);
        return field;
    };
    if (!question.reasonLabel.isEmpty()) {
        m_reason = addField(question.reasonLabel, u"reasonEdit"_s);
        m_reason->setMaxLength(500);
    }
    if (!m_wanted.isEmpty()) {
        m_typed = addField(tr("Type %1 to go on").arg(m_wanted), u"typedEdit"_s);
        m_typedNote = new PlainLabel(this);
        m_typedNote->setObjectName(u"typedEditNote"_s);
        m_typedNote->setProperty("mistake", true);
        column->addWidget(m_typedNote);
    }
    m_mistake->setObjectName(u"mistakeLabel"_s);
    m_mistake->setProperty("mistake", true);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    column->addWidget(m_mistake);
    column->addSpacing(Gap);
    QPushButton *go = m_buttons->addButton(question.verb, QDialogButtonBox::AcceptRole);
    go->setObjectName(u"confirmButton"_s);
    makePrimary(go);
    column->addWidget(m_buttons);
    // What is typed goes into the first field at once; the buttons, made before, come after the fields.
    QWidget *last = nullptr;
    for (QLineEdit *field : {m_reason, m_typed}) {
        if (!field)
            continue;
        if (last)
            setTabOrder(last, field);
        else
            field->setFocus();
        last = field;
    }
    if (last)
        setTabOrder(last, go);
    setTabOrder(go, m_buttons->button(QDialogButtonBox::Cancel));
    connect(m_buttons, &QDialogButtonBox::accepted, this, &ConfirmDialog::confirmed);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    update();
}

QString ConfirmDialog::reason() const
{
    return m_reason ? m_reason->text() : QString();
}

void ConfirmDialog::showMistake(const QString &text)
{
    setBusy(false);
    m_mistake->setText(text);
    m_mistake->setVisible(!text.isEmpty());
    makeRoom(this);
}

void ConfirmDialog::setBusy(bool busy)
{
    m_busy = busy;
    update();
}

void ConfirmDialog::update()
{
    const bool typed = !m_typed || m_typed->text() == m_wanted;
    if (m_typed) {
        // Wrong only once it can't become right any more.
        const bool wrong = !m_wanted.startsWith(m_typed->text());
        m_typedNote->setText(wrong ? tr("✖ this is not %1").arg(m_wanted) : QString());
        m_typed->setAccessibleDescription(m_typedNote->text());
    }
    for (QAbstractButton *button : m_buttons->buttons()) {
        if (m_buttons->buttonRole(button) == QDialogButtonBox::AcceptRole)
            button->setEnabled(typed && !m_busy);
    }
}

} // namespace views
