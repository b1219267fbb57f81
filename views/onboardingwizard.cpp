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
#include "views/unfinished.h"

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

QString wordOf(models::StepRecord::State state)
{
    using State = models::StepRecord::State;
    switch (state) {
    case State::Waiting:
        return OnboardingWizard::tr("open");
    case State::Running:
        return OnboardingWizard::tr("under way");
    case State::Passed:
        return OnboardingWizard::tr("done");
    case State::Failed:
        return OnboardingWizard::tr("failed");
    }
    return {};
}

} // namespace

OnboardingWizard::OnboardingWizard(models::EngineLink &link, const QUrl &server, QWidget *parent)
    : QDialog(parent)
    , m_link(link)
    , m_server(server)
    , m_onboarding(link, server)
    , m_list(new QListWidget(this))
    , m_pages(new QStackedWidget(this))
{
    setObjectName(u"onboardingWizard"_s);
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
    connect(&m_onboarding, &models::Onboarding::tokenLost, this, [this] {
        m_card = nullptr;
        m_steps[size_t(OnboardingStep::IssueToken)]->replaceForm(nullptr);
    });
    connect(m_register, &RegisterForm::changed, this, &OnboardingWizard::update);
    connect(m_register, &RegisterForm::resumeRequested, &m_onboarding, &models::Onboarding::resume);
    connect(m_root, &RootForm::changed, this, &OnboardingWizard::update);
    const QStringList unfinished = unfinishedOnboardings(m_link.state(), m_link.paths().root);
    m_register->offerToResume(tr("Begun and not handed over:"), unfinished);
    goTo(0);
}

QWidget *OnboardingWizard::buildSteps()
{
    m_list->setObjectName(u"navigation"_s); // looks and behaves as the window's
    m_list->setAccessibleName(tr("Steps"));
    m_list->setFixedWidth(NavigationWidth);
    m_list->setIconSize({20, 20});
    for (int i = 0; i < Handover; ++i)
        m_list->addItem(u"%1  %2"_s.arg(i + 1).arg(wordsOf(OnboardingStep(i)).entry));
    m_list->addItem(tr("Hand-over"));
    connect(m_list, &QListWidget::currentRowChanged, this, &OnboardingWizard::goTo);
    return m_list;
}

void OnboardingWizard::buildPages()
{
    m_register = new RegisterForm(this);
    addStep(OnboardingStep::Register, m_register, &OnboardingWizard::runRegister);
    m_root = new RootForm(this);
    addStep(OnboardingStep::IssueToken, m_root, &OnboardingWizard::runIssue);
    addStep(OnboardingStep::Isolation, nullptr, &OnboardingWizard::runIsolation);
    addStep(OnboardingStep::Quota, nullptr, &OnboardingWizard::runQuota);
    addStep(OnboardingStep::Ledger, nullptr, &OnboardingWizard::runLedger);
    m_handover = new HandoverPage(this);
    m_pages->addWidget(m_handover);
}

void OnboardingWizard::addStep(OnboardingStep step, QWidget *form, void (OnboardingWizard::*run)())
{
    auto *page = new OnboardingStepPage(wordsOf(step), form, this);
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
    update();
    focusPage(page);
}

void OnboardingWizard::focusPage(int page)
{
    if (page == 0 && !m_onboarding.tenant())
        m_register->setFocus();
    else if (page == 1 && !m_onboarding.token())
        m_root->setFocus();
    else if (page != Handover && !m_onboarding.passed(OnboardingStep(page)))
        m_steps[size_t(page)]->runButton()->setFocus();
    else
        m_next->setFocus();
}

void OnboardingWizard::update()
{
    const bool busy = m_onboarding.isRunning();
    const int page = m_pages->currentIndex();
    m_register->setEnabled(!busy && !m_onboarding.tenant());
    m_root->setEnabled(!busy && !m_onboarding.token());
    const bool issued = m_onboarding.token().has_value();
    const bool ready[] = {
        !m_onboarding.tenant() && m_register->isValid(), !issued && m_root->isValid(), issued, issued, true};
    for (int i = 0; i < models::OnboardingStepCount; ++i)
        m_steps[size_t(i)]->runButton()->setEnabled(ready[i] && !busy);
    for (int i = 0; i <= Handover; ++i) {
        QListWidgetItem *item = m_list->item(i);
        item->setFlags(isReachable(i) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags);
        using State = models::StepRecord::State;
        const State state = stateOf(i);
        const Colors &c = colors();
        item->setIcon(state == State::Passed ? icon(u"ok"_s, c.good)
                : state == State::Failed     ? icon(u"bad"_s, c.bad)
                : state == State::Running    ? icon(u"clock"_s, c.accent)
                                             : icon(i == Handover ? u"info"_s : u"clock"_s, c.muted));
        const QString word = wordOf(state);
        item->setData(Qt::AccessibleDescriptionRole, word);
        item->setToolTip(word);
    }
    m_back->setEnabled(page > 0);
    setWindowTitle(titleOf(page));
    m_next->setText(page == Handover ? tr("&Finish") : tr("&Next"));
    m_next->setEnabled(!busy && (page == Handover || m_onboarding.passed(OnboardingStep(page))));
    m_close->setVisible(page != Handover);
    // Return does what comes next.
    const bool run = page < Handover && m_steps[size_t(page)]->runButton()->isEnabled() && !m_next->isEnabled();
    (run ? m_steps[size_t(page)]->runButton() : m_next)->setDefault(true);
}

models::StepRecord::State OnboardingWizard::stateOf(int page) const
{
    return page < Handover ? m_onboarding.record(OnboardingStep(page)).state : models::StepRecord::State::Waiting;
}

// Says from outside, in the task bar and to a screen reader, how far it is: a check may take minutes at a small rate.
QString OnboardingWizard::titleOf(int page) const
{
    const QString what =
        m_onboarding.tenant() ? tr("Onboard %1").arg(m_onboarding.tenant()->id.toString()) : tr("Onboard a tenant");
    if (page == Handover)
        return tr("%1: hand-over").arg(what);
    return tr("%1: step %2 of %3, %4")
        .arg(what)
        .arg(page + 1)
        .arg(models::OnboardingStepCount)
        .arg(wordOf(stateOf(page)));
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
    m_steps[size_t(OnboardingStep::Ledger)]->panel()->setShellLine(m_onboarding.readLine());
    m_onboarding.confirmLedger();
}

void OnboardingWizard::onChanged(OnboardingStep step)
{
    using State = models::StepRecord::State;
    const models::StepRecord &record = m_onboarding.record(step);
    m_steps[size_t(step)]->showRecord(record, m_onboarding.shellPreamble(step));
    if (record.state == State::Failed) {
        if (step == OnboardingStep::Register)
            showRegisterRefusal(record.error);
        else if (step == OnboardingStep::IssueToken)
            m_root->showRefusal(record.error);
    }
    if (record.state == State::Passed && step == OnboardingStep::Register)
        rememberUnfinished(m_link.paths().root, m_onboarding.tenant()->id);
    update();
    if (int(step) != m_pages->currentIndex())
        return;
    // What had the keyboard was disabled meanwhile.
    if (record.state == State::Passed && step != OnboardingStep::IssueToken)
        m_next->setFocus();
    else if (record.state == State::Failed)
        focusPage(m_pages->currentIndex());
}

void OnboardingWizard::showRegisterRefusal(const Error &error)
{
    m_register->showRefusal(error);
    if (error.code != ErrorCode::TenantExists)
        return;
    const TenantId id = m_register->spec().id;
    const bool active = m_link.state().read([&](const engine::State &state) {
        const tenancy::Tenant *tenant = state.tenant(id);
        return tenant && tenant->state == TenantState::Active;
    });
    m_register->offerToResume(tr("It exists already:"), active ? QStringList{id.toString()} : QStringList());
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
    m_card->takeFocus();
}

void OnboardingWizard::reject()
{
    if (isFinished()) {
        forgetUnfinished(m_link.paths().root, m_onboarding.tenant()->id);
        return QDialog::reject();
    }
    if (!m_onboarding.tenant() && !m_onboarding.isRunning() && !m_onboarding.lost())
        return QDialog::reject();
    if (findChild<LeaveDialog *>())
        return;
    auto *leave = new LeaveDialog(m_onboarding, m_card && m_card->isDelivered(), this);
    leave->setAttribute(Qt::WA_DeleteOnClose);
    connect(leave, &LeaveDialog::left, this, [this, leave] {
        m_onboarding.stopWaiting();
        leave->accept();
        QDialog::reject();
    });
    connect(leave, &LeaveDialog::removed, this, [this, leave] {
        forgetUnfinished(m_link.paths().root, m_onboarding.tenant()->id);
        leave->accept();
        QDialog::reject();
    });
    leave->open();
}

void OnboardingWizard::changeEvent(QEvent *event)
{
    // Colours of another theme.
    if (event->type() == QEvent::PaletteChange && m_list && m_list->count() > Handover) {
        for (int i = 0; i < models::OnboardingStepCount; ++i)
            m_steps[size_t(i)]->showRecord(
                m_onboarding.record(OnboardingStep(i)), m_onboarding.shellPreamble(OnboardingStep(i)));
        update();
    }
    QDialog::changeEvent(event);
}

} // namespace views
