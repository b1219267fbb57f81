// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One step of the assistant: form and its button above, request and answer side by side below, the verdict at the
// bottom.
#pragma once

#include "models/onboarding.h"

#include <QtWidgets/qwidget.h>

class QPushButton;
class QVBoxLayout;

namespace views {

class ExchangePanel;
class VerdictCard;

struct StepWords
{
    QString name; // object names begin with it: "register"
    QString entry; // in the list of steps: "Register"
    QString title;
    QString intro;
    QString verb; // of the button
};

StepWords wordsOf(models::OnboardingStep step);

class OnboardingStepPage : public QWidget
{
    Q_OBJECT

public:
    // `form` may be null: the step asks nothing.
    OnboardingStepPage(const StepWords &words, QWidget *form, QWidget *parent);

    QPushButton *runButton() const { return m_run; }
    ExchangePanel *panel() const { return m_panel; }
    // `preamble` as ExchangePanel has it.
    void showRecord(const models::StepRecord &record, const QString &preamble);
    // The widget takes the place of the form and its button; null brings them back.
    void replaceForm(QWidget *widget);

Q_SIGNALS:
    void runRequested();

private:
    QVBoxLayout *m_top;
    QWidget *m_form;
    QWidget *m_replacement = nullptr;
    QPushButton *m_run;
    ExchangePanel *m_panel;
    VerdictCard *m_verdict;
};

} // namespace views
