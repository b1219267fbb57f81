// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Leaving an onboarding midway: says what exists by then, and offers to go on, to leave it as it is, or to remove it.
#pragma once

#include <QtWidgets/qdialog.h>

class QLabel;
class QPushButton;

namespace models {
class Onboarding;
}

namespace views {

class LeaveDialog : public QDialog
{
    Q_OBJECT

public:
    // The onboarding is borrowed from the assistant, which owns both. It has a tenant, or asks for one right now.
    LeaveDialog(models::Onboarding &onboarding, bool delivered, QWidget *parent);

Q_SIGNALS:
    // Everything stays as it is.
    void left();
    // The tenant is gone.
    void removed();

private:
    void update();

    models::Onboarding &m_onboarding;
    const bool m_delivered;
    QLabel *m_text, *m_mistake;
    QPushButton *m_continue, *m_leave, *m_remove;
};

} // namespace views
