// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/formfield.h"

#include "service/core/encoding.h"
#include "views/theme.h"
#include "views/valuelabel.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qstyle.h>

using namespace Qt::StringLiterals;

namespace views {

FormField::FormField(const QString &label, const QString &name, const QString &hint, QWidget *parent)
    : QWidget(parent)
    , m_edit(new QLineEdit(this))
    , m_note(new PlainLabel(hint, this))
    , m_hint(hint)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto *buddy = new PlainLabel(label, this);
    buddy->setBuddy(m_edit);
    m_edit->setObjectName(name);
    m_edit->setAccessibleName(QString(label).remove(u'&'));
    m_note->setObjectName(name + "Note"_L1);
    m_note->setWordWrap(true);
    column->addWidget(buddy);
    column->addWidget(m_edit);
    column->addWidget(m_note);
    setFocusProxy(m_edit);
    showState({});
    connect(m_edit, &QLineEdit::textEdited, this, [this] { m_touched = true; });
    connect(m_edit, &QLineEdit::textChanged, this, [this] {
        m_refusal.clear();
        isValid();
        Q_EMIT changed();
    });
}

QString FormField::text() const
{
    return m_edit->text().trimmed();
}

void FormField::setText(const QString &text)
{
    m_edit->setText(text);
}

bool FormField::isValid()
{
    const QString mistake = m_check ? m_check(text()) : QString();
    // What the server refused may be sent again: it may have been asked at a bad moment.
    if (mistake.isEmpty())
        showState(m_refusal);
    else
        showState(m_touched || !text().isEmpty() ? mistake : QString());
    return mistake.isEmpty();
}

void FormField::showMistake(const QString &mistake)
{
    m_refusal = mistake;
    showState(mistake);
}

void FormField::showState(const QString &mistake)
{
    // The word, not colour alone, says that something is wrong.
    m_note->setText(mistake.isEmpty() ? m_hint : u"✖ "_s + mistake);
    m_note->setProperty("mistake", !mistake.isEmpty());
    m_note->setProperty("muted", mistake.isEmpty());
    m_note->style()->unpolish(m_note);
    m_note->style()->polish(m_note);
    m_edit->setAccessibleDescription(m_note->text());
}

FormField::Check FormField::wholeNumber(qint64 least, qint64 most)
{
    return [least, most](const QString &text) {
        const auto number = parseDecimal(text.toUtf8(), std::uint64_t(most));
        return number && qint64(*number) >= least ? QString()
                                                  : tr("must be a whole number from %1 to %2").arg(least).arg(most);
    };
}

qint64 FormField::number() const
{
    return qint64(parseDecimal(text().toUtf8()).value_or(0));
}

} // namespace views
