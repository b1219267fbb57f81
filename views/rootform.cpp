// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/rootform.h"

#include "service/tokens/rules.h"
#include "views/formfield.h"
#include "views/keyfield.h"
#include "views/theme.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlineedit.h>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qint64 Hour = 3600; // seconds

} // namespace

RootForm::RootForm(QWidget *parent)
    : QWidget(parent)
    , m_key(new KeyField(this))
    , m_hours(new FormField(
          tr("&Valid for hours"), u"hoursEdit"_s, tr("1 to %1; 24 is a day").arg(tokens::LongestLife / Hour), this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(Gap);
    column->addWidget(m_key);
    column->addWidget(m_hours);
    m_hours->setMaximumWidth(320);
    m_hours->setCheck(FormField::wholeNumber(1, tokens::LongestLife / Hour));
    m_hours->setText(QString::number(tokens::DefaultLife / Hour));
    setFocusProxy(m_key);
    connect(m_key, &KeyField::changed, this, &RootForm::changed);
    connect(m_hours, &FormField::changed, this, &RootForm::changed);
}

bool RootForm::isValid() const
{
    const bool hours = m_hours->isValid();
    return m_key->key() && hours;
}

QString RootForm::publicKey() const
{
    return m_key->text();
}

qint64 RootForm::expiresInSeconds() const
{
    return m_hours->number() * Hour;
}

void RootForm::showRefusal(const Error &error)
{
    for (const FieldError &mistake : error.fields) {
        if (mistake.pointer == "/subject_pubkey"_L1)
            m_key->showMistake(mistake.detail);
        else if (mistake.pointer == "/expires_in_seconds"_L1)
            m_hours->showMistake(mistake.detail);
    }
}

} // namespace views
