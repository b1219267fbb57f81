// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/onboardingstep.h"

#include "views/exchangepanel.h"
#include "views/icons.h"
#include "views/theme.h"
#include "views/verdictcard.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

namespace views {

OnboardingStepPage::OnboardingStepPage(const StepWords &words, QWidget *form, QWidget *parent)
    : QWidget(parent)
    , m_top(new QVBoxLayout)
    , m_form(form)
{
    setObjectName(words.name + "Step"_L1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(Gap);
    auto *title = new QLabel(words.title, this);
    title->setFont(titleFont());
    auto *intro = new QLabel(words.intro, this);
    intro->setProperty("muted", true);
    intro->setWordWrap(true);
    column->addWidget(title);
    column->addWidget(intro);
    column->addLayout(m_top);
    if (form)
        m_top->addWidget(form);
    m_run = new QPushButton(icon(u"verify"_s), words.verb, this);
    m_run->setObjectName(words.name + "Button"_L1);
    m_top->addWidget(m_run, 0, Qt::AlignLeft);
    m_panel = new ExchangePanel(words.name, this);
    column->addSpacing(Gap);
    column->addWidget(m_panel, 1);
    m_verdict = new VerdictCard(words.name, this);
    column->addWidget(m_verdict);
    connect(m_run, &QPushButton::clicked, this, &OnboardingStepPage::runRequested);
}

void OnboardingStepPage::showRecord(const models::StepRecord &record)
{
    m_panel->showExchanges(record.exchanges);
    m_verdict->showRecord(record);
}

void OnboardingStepPage::replaceForm(QWidget *widget)
{
    m_form->hide();
    m_run->hide();
    m_top->insertWidget(0, widget);
}

} // namespace views
