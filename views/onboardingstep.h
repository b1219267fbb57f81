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
    QString title;
    QString intro;
    QString verb; // of the button
};

class OnboardingStepPage : public QWidget
{
    Q_OBJECT

public:
    // `form` may be null: the step asks nothing.
    OnboardingStepPage(const StepWords &words, QWidget *form, QWidget *parent);

    QPushButton *runButton() const { return m_run; }
    ExchangePanel *panel() const { return m_panel; }
    void showRecord(const models::StepRecord &record);
    // Takes the place of the form.
    void replaceForm(QWidget *widget);

Q_SIGNALS:
    void runRequested();

private:
    QVBoxLayout *m_top;
    QWidget *m_form;
    QPushButton *m_run;
    ExchangePanel *m_panel;
    VerdictCard *m_verdict;
};

} // namespace views
