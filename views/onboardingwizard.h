// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The onboarding assistant: five steps on the left, one on the right, each proved against the running server before the
// next opens; at the end the hand-over. Leaving midway says what exists and offers to remove it.
#pragma once

#include "models/onboarding.h"

#include <QtWidgets/qdialog.h>

class QListWidget;
class QStackedWidget;

namespace views {

class HandoverPage;
class OnboardingStepPage;
class RegisterForm;
class RootForm;
class TokenCard;

class OnboardingWizard : public QDialog
{
    Q_OBJECT

public:
    // The link is borrowed and outlives the window. `server` is where the running server listens.
    OnboardingWizard(models::EngineLink &link, const QUrl &server, QWidget *parent);

    void reject() override;

protected:
    void changeEvent(QEvent *event) override;

private:
    void buildPages();
    QWidget *buildSteps();
    QWidget *buildButtons();
    void addStep(models::OnboardingStep step, QWidget *form, void (OnboardingWizard::*run)());
    void runRegister();
    void runIssue();
    void runIsolation();
    void runQuota();
    void runLedger();
    void onChanged(models::OnboardingStep step);
    void showRegisterRefusal(const Error &error);
    void deliver(const engine::IssuedToken &issued);
    void goTo(int page);
    void focusPage(int page);
    void update();
    bool isReachable(int page) const;
    bool isFinished() const;
    models::StepRecord::State stateOf(int page) const;
    QString titleOf(int page) const;

    models::EngineLink &m_link;
    const QUrl m_server;
    models::Onboarding m_onboarding;
    RegisterForm *m_register;
    RootForm *m_root;
    std::array<OnboardingStepPage *, models::OnboardingStepCount> m_steps = {};
    HandoverPage *m_handover;
    TokenCard *m_card = nullptr; // once the token is issued
    QListWidget *m_list;
    QStackedWidget *m_pages;
    QPushButton *m_back, *m_next, *m_close;
};

} // namespace views
