// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/onboardingwizard.h"

#include "views/exchangepanel.h"
#include "views/handoverpage.h"
#include "views/icons.h"
#include "views/leavedialog.h"
#include "views/onboardingstep.h"
#include "views/registerform.h"
#include "views/rootform.h"
#include "views/theme.h"
#include "views/tokencard.h"

#include <QtGui/qevent.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstackedwidget.h>

using namespace Qt::StringLiterals;
using models::OnboardingStep;

namespace views {

namespace {

constexpr int Handover = models::OnboardingStepCount; // the page after the steps

StepWords wordsOf(OnboardingStep step, const QString &name)
{
    const auto tr = [](const char *text) { return OnboardingWizard::tr(text); };
    switch (step) {
    case OnboardingStep::Register:
        return {name, tr("Register the tenant"),
            tr("Makes the tenant with its quota. The id is for ever; the creation becomes an entry of the ledger."),
            tr("Register tenant")};
    case OnboardingStep::IssueToken:
        return {name, tr("Issue the root token"),
            tr("The tenant's first administrator acts with it and issues further tokens. It is bound to the holder's "
               "public "
               "key and shown once."),
            tr("Issue token")};
    case OnboardingStep::Isolation:
        return {name, tr("Verify isolation"),
            tr("With the new token: the list holds the tenant's own VMs only, a VM made for the check is among them, "
               "and a "
               "foreign id answers as one that never existed."),
            tr("Verify isolation")};
    case OnboardingStep::Quota:
        return {name, tr("Verify the quota"),
            tr("Asks with the new token for one VM more than is left. It must be refused with 429 quota-exceeded, and "
               "nothing "
               "may be made."),
            tr("Verify quota")};
    case OnboardingStep::Ledger:
        return {name, tr("Confirm the ledger entry"),
            tr("Fetches the entry of the creation with its inclusion proof, and verifies path and signature here, with "
               "the "
               "ledger's public key."),
            tr("Confirm entry")};
    }
    return {};
}

} // namespace

OnboardingWizard::OnboardingWizard(models::EngineLink &link, const QUrl &server, QWidget *parent)
    : QDialog(parent)
    , m_server(server)
    , m_onboarding(link, server)
    , m_list(new QListWidget(this))
    , m_pages(new QStackedWidget(this))
{
    setObjectName(u"onboardingWizard"_s);
    setWindowTitle(tr("Onboard a tenant"));
    setModal(false);
    setMinimumSize(920, 660);
    resize(1120, 780);
    buildPages();
    auto *right = new QWidget(this);
    auto *column = new QVBoxLayout(right);
    column->setContentsMargins(Margin, Margin, Margin, Margin);
    column->setSpacing(Margin);
    column->addWidget(m_pages, 1);
    column->addWidget(buildButtons());
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(buildSteps());
    row->addWidget(right, 1);
    connect(&m_onboarding, &models::Onboarding::changed, this, &OnboardingWizard::onChanged);
    connect(&m_onboarding, &models::Onboarding::tokenIssued, this, &OnboardingWizard::deliver);
    connect(m_register, &RegisterForm::changed, this, &OnboardingWizard::update);
    connect(m_root, &RootForm::changed, this, &OnboardingWizard::update);
    goTo(0);
}

QWidget *OnboardingWizard::buildSteps()
{
    m_list->setObjectName(u"navigation"_s); // looks and behaves as the window's
    m_list->setAccessibleName(tr("Steps"));
    m_list->setFixedWidth(NavigationWidth);
    m_list->setIconSize({20, 20});
    for (const QString &text : {tr("1  Register"), tr("2  Root token"), tr("3  Isolation"), tr("4  Quota"),
             tr("5  Ledger entry"), tr("Hand-over")})
        m_list->addItem(new QListWidgetItem(text));
    connect(m_list, &QListWidget::currentRowChanged, this, &OnboardingWizard::goTo);
    return m_list;
}

void OnboardingWizard::buildPages()
{
    m_register = new RegisterForm(this);
    addStep(OnboardingStep::Register, u"register"_s, m_register, &OnboardingWizard::runRegister);
    m_root = new RootForm(this);
    addStep(OnboardingStep::IssueToken, u"issue"_s, m_root, &OnboardingWizard::runIssue);
    addStep(OnboardingStep::Isolation, u"isolation"_s, nullptr, &OnboardingWizard::runIsolation);
    addStep(OnboardingStep::Quota, u"quota"_s, nullptr, &OnboardingWizard::runQuota);
    addStep(OnboardingStep::Ledger, u"ledger"_s, nullptr, &OnboardingWizard::runLedger);
    m_handover = new HandoverPage(this);
    m_pages->addWidget(m_handover);
}

void OnboardingWizard::addStep(OnboardingStep step, const QString &name, QWidget *form, void (OnboardingWizard::*run)())
{
    auto *page = new OnboardingStepPage(wordsOf(step, name), form, this);
    m_steps[size_t(step)] = page;
    m_pages->addWidget(page);
    connect(page, &OnboardingStepPage::runRequested, this, run);
}

QWidget *OnboardingWizard::buildButtons()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Gap);
    m_close = new QPushButton(tr("Close"), row);
    m_close->setObjectName(u"closeButton"_s);
    m_back = new QPushButton(tr("&Back"), row);
    m_back->setObjectName(u"backButton"_s);
    m_next = new QPushButton(tr("&Next"), row);
    m_next->setObjectName(u"nextButton"_s);
    for (QPushButton *button : {m_close, m_back, m_next})
        button->setAutoDefault(false);
    layout->addWidget(m_close);
    layout->addStretch();
    layout->addWidget(m_back);
    layout->addWidget(m_next);
    connect(m_close, &QPushButton::clicked, this, &OnboardingWizard::reject);
    connect(m_back, &QPushButton::clicked, this, [this] { goTo(m_pages->currentIndex() - 1); });
    connect(m_next, &QPushButton::clicked, this, [this] {
        if (m_pages->currentIndex() == Handover)
            reject();
        else
            goTo(m_pages->currentIndex() + 1);
    });
    return row;
}

bool OnboardingWizard::isReachable(int page) const
{
    for (int before = 0; before < page && before < models::OnboardingStepCount; ++before) {
        if (!m_onboarding.passed(OnboardingStep(before)))
            return false;
    }
    return true;
}

bool OnboardingWizard::isFinished() const
{
    return isReachable(Handover) && m_card && m_card->isDelivered();
}

void OnboardingWizard::goTo(int page)
{
    if (page < 0 || page > Handover || !isReachable(page)) {
        m_list->setCurrentRow(m_pages->currentIndex());
        return;
    }
    m_pages->setCurrentIndex(page);
    m_list->setCurrentRow(page);
    if (page == Handover)
        m_handover->showSummary(m_onboarding, m_server, m_card->isDelivered());
    else if (OnboardingStepPage *step = m_steps[size_t(page)]; page == 0 && !m_onboarding.tenant())
        m_register->setFocus();
    else if (page == 1 && !m_onboarding.token())
        m_root->setFocus();
    else if (step->runButton()->isEnabled())
        step->runButton()->setFocus();
    update();
}

void OnboardingWizard::update()
{
    const bool busy = m_onboarding.isRunning();
    const int page = m_pages->currentIndex();
    m_register->setEnabled(!busy && !m_onboarding.tenant());
    m_root->setEnabled(!busy && !m_onboarding.token());
    const bool ready[] = {
        !m_onboarding.tenant() && m_register->isValid(), !m_onboarding.token() && m_root->isValid(), true, true, true};
    for (int i = 0; i < models::OnboardingStepCount; ++i)
        m_steps[size_t(i)]->runButton()->setEnabled(ready[i] && !busy);
    for (int i = 0; i <= Handover; ++i) {
        QListWidgetItem *item = m_list->item(i);
        item->setFlags(isReachable(i) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags);
        using State = models::StepRecord::State;
        const State state = i < Handover ? m_onboarding.record(OnboardingStep(i)).state : State::Waiting;
        const Colors &c = colors();
        item->setIcon(state == State::Passed ? icon(u"ok"_s, c.good)
                : state == State::Failed     ? icon(u"bad"_s, c.bad)
                : state == State::Running    ? icon(u"clock"_s, c.accent)
                                             : icon(i == Handover ? u"info"_s : u"clock"_s, c.muted));
        const QString word = state == State::Passed ? tr("done")
            : state == State::Failed                ? tr("failed")
            : state == State::Running               ? tr("under way")
                                                    : tr("open");
        item->setData(Qt::AccessibleDescriptionRole, word);
        item->setToolTip(word);
    }
    m_back->setEnabled(page > 0);
    m_next->setText(page == Handover ? tr("&Finish") : tr("&Next"));
    m_next->setEnabled(!busy && (page == Handover || m_onboarding.passed(OnboardingStep(page))));
    m_close->setVisible(page != Handover);
    // Return does what comes next.
    const bool run = page < Handover && m_steps[size_t(page)]->runButton()->isEnabled() && !m_next->isEnabled();
    (run ? m_steps[size_t(page)]->runButton() : m_next)->setDefault(true);
}

void OnboardingWizard::runRegister()
{
    m_onboarding.registerTenant(m_register->spec());
}

void OnboardingWizard::runIssue()
{
    m_onboarding.issueToken(m_root->publicKey(), m_root->expiresInSeconds());
}

void OnboardingWizard::runIsolation()
{
    m_onboarding.verifyIsolation();
}

void OnboardingWizard::runQuota()
{
    m_onboarding.verifyQuota();
}

void OnboardingWizard::runLedger()
{
    m_steps[size_t(OnboardingStep::Ledger)]->panel()->setShellLine(
        models::Onboarding::readLine(m_onboarding.tenant()->id));
    m_onboarding.confirmLedger();
}

void OnboardingWizard::onChanged(OnboardingStep step)
{
    using State = models::StepRecord::State;
    const models::StepRecord &record = m_onboarding.record(step);
    m_steps[size_t(step)]->showRecord(record);
    update();
    if (record.state == State::Failed) {
        // After update(): it checks the fields, which takes the server's words away.
        if (step == OnboardingStep::Register)
            m_register->showRefusal(record.error);
        else if (step == OnboardingStep::IssueToken)
            m_root->showRefusal(record.error);
    }
    if (record.state == State::Passed && int(step) == m_pages->currentIndex() && step != OnboardingStep::IssueToken)
        m_next->setFocus();
}

void OnboardingWizard::deliver(const engine::IssuedToken &issued)
{
    m_card = new TokenCard(issued, this);
    m_steps[size_t(OnboardingStep::IssueToken)]->replaceForm(m_card);
    connect(m_card, &TokenCard::delivered, this, [this] {
        update();
        m_next->setFocus();
    });
    update();
}

void OnboardingWizard::reject()
{
    if (isFinished() || (!m_onboarding.tenant() && !m_onboarding.isRunning() && !m_onboarding.lost()))
        return QDialog::reject();
    if (findChild<LeaveDialog *>())
        return;
    auto *leave = new LeaveDialog(m_onboarding, m_card && m_card->isDelivered(), this);
    leave->setAttribute(Qt::WA_DeleteOnClose);
    const auto close = [this, leave] {
        leave->accept();
        QDialog::reject();
    };
    connect(leave, &LeaveDialog::left, this, close);
    connect(leave, &LeaveDialog::removed, this, close);
    leave->open();
}

void OnboardingWizard::changeEvent(QEvent *event)
{
    // Colours of another theme.
    if (event->type() == QEvent::PaletteChange && m_list && m_list->count() > Handover) {
        for (int i = 0; i < models::OnboardingStepCount; ++i)
            m_steps[size_t(i)]->showRecord(m_onboarding.record(OnboardingStep(i)));
        update();
    }
    QDialog::changeEvent(event);
}

} // namespace views
