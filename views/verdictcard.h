// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What follows from a step: a sign, a word and the reasons. Says what it waits for before there is a verdict.
#pragma once

#include "models/onboarding.h"

#include <QtWidgets/qframe.h>

class QLabel;
class QProgressBar;

namespace views {

class VerdictCard : public QFrame
{
    Q_OBJECT

public:
    VerdictCard(const QString &name, QWidget *parent);

    void showRecord(const models::StepRecord &record);

private:
    QLabel *m_text;
    QProgressBar *m_running;
};

} // namespace views
