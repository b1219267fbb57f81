// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/onboardingstep.h"

#include "views/exchangepanel.h"
#include "views/icons.h"
#include "views/theme.h"
#include "views/valuelabel.h"
#include "views/verdictcard.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;
using models::OnboardingStep;

namespace views {

StepWords wordsOf(OnboardingStep step)
{
    const auto tr = [](const char *text) { return OnboardingStepPage::tr(text); };
    switch (step) {
    case OnboardingStep::Register:
        return {u"register"_s, tr("Register"), tr("Register the tenant"),
            tr("Makes the tenant with its quota. The id is for ever; the creation becomes an entry of the ledger."),
            tr("Register tenant")};
    case OnboardingStep::IssueToken:
        return {u"issue"_s, tr("Root token"), tr("Issue the root token"),
            tr("The tenant's first administrator acts with it and issues further tokens. It is bound to the holder's "
               "public key and shown once."),
            tr("Issue token")};
    case OnboardingStep::Isolation:
        return {u"isolation"_s, tr("Isolation"), tr("Verify isolation"),
            tr("With the new token: the list holds the tenant's own VMs only, a VM made for the check is among them, "
               "and a foreign id answers as one that never existed."),
            tr("Verify isolation")};
    case OnboardingStep::Quota:
        return {u"quota"_s, tr("Quota"), tr("Verify the quota"),
            tr("Asks with the new token for one VM more than is left. It must be refused with 429 quota-exceeded, and "
               "nothing may be made."),
            tr("Verify quota")};
    case OnboardingStep::Ledger:
        return {u"ledger"_s, tr("Ledger entry"), tr("Confirm the ledger entry"),
            tr("Fetches the entry of the creation with its inclusion proof, and verifies path and signature here, with "
               "the ledger's public key."),
            tr("Confirm entry")};
    }
    return {};
}

OnboardingStepPage::OnboardingStepPage(const StepWords &words, QWidget *form, QWidget *parent)
    : QWidget(parent)
    , m_top(new QVBoxLayout)
    , m_form(form)
{
    setObjectName(words.name + "Step"_L1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(Gap);
    auto *title = new PlainLabel(words.title, this);
    title->setFont(titleFont());
    auto *intro = new PlainLabel(words.intro, this);
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

void OnboardingStepPage::showRecord(const models::StepRecord &record, const QString &preamble)
{
    m_panel->showExchanges(preamble, record.exchanges);
    m_verdict->showRecord(record);
}

void OnboardingStepPage::replaceForm(QWidget *widget)
{
    delete std::exchange(m_replacement, widget);
    m_form->setVisible(!widget);
    m_run->setVisible(!widget);
    if (widget)
        m_top->insertWidget(0, widget);
}

} // namespace views
