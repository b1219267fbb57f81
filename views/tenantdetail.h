// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The chosen tenant: quota, tokens and VMs in tabs, and the buttons of what can be done to it.
#pragma once

#include "models/tokenmodel.h"
#include "models/vmmodel.h"
#include "service/tenancy/tenant.h"

#include <QtWidgets/qstackedwidget.h>

class QLabel;
class QProgressBar;
class QPushButton;
class QTabWidget;

namespace models {
class EngineLink;
}

namespace views {

class ListOrHint;

class TenantDetail : public QStackedWidget
{
    Q_OBJECT

public:
    TenantDetail(models::EngineLink &link, QWidget *parent);

    // Null shows the hint to choose one.
    void show(const tenancy::Tenant *tenant);

    // What can be done to the tenant shown; some are hidden.
    const QList<QPushButton *> &actions() const { return m_actions; }

Q_SIGNALS:
    void editRequested();
    void suspendRequested();
    void resumeRequested();
    void deleteRequested();

private:
    QWidget *buildButtons();
    QWidget *buildQuota();
    QWidget *buildTokens();
    QWidget *buildVms();
    void showVms(const TenantId &id);

    models::EngineLink &m_link;
    models::TokenModel *m_tokens;
    models::VmModel *m_vms;
    std::optional<tenancy::Tenant> m_shown;
    QLabel *m_id, *m_name, *m_state, *m_vmsText, *m_storageText, *m_rate, *m_created, *m_createdBy, *m_labels;
    QProgressBar *m_vmsBar, *m_storageBar;
    QList<QPushButton *> m_actions;
    QPushButton *m_suspend, *m_resume;
    QTabWidget *m_tabs;
    ListOrHint *m_tokenList, *m_vmList;
    quint64 m_vmQuestion = 0; // tells late answers from the one that was asked last
};

} // namespace views
