// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tenants: a list that filters as one types, the chosen one's detail beside it, and what can be done to it.
#pragma once

#include "models/tenantmodel.h"
#include "service/engine/job.h"
#include "views/confirmdialog.h"
#include "views/page.h"

#include <functional>

class QButtonGroup;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QSplitter;

namespace views {

class ListOrHint;
class ListView;
class TenantDetail;

class TenantsPage : public Page
{
    Q_OBJECT

public:
    TenantsPage(const PageContext &context, QWidget *parent);
    ~TenantsPage() override;

    QString title() const override { return tr("Tenants"); }
    QString iconName() const override { return QStringLiteral("tenants"); }
    void activate() override;
    void focusFilter() override;

Q_SIGNALS:
    void onboardingRequested();

private:
    QWidget *buildTitleRow();
    void refresh();
    void showState();
    void showSelected();
    void editSelected();
    void suspendSelected();
    void resumeSelected();
    void deleteSelected();
    // Asks, runs the command when confirmed, and shows a refusal in the dialog.
    void askAndChange(const Question &question, const QString &whatFailed,
        std::function<engine::Command<tenancy::Tenant>(const QString &reason)> command);
    const tenancy::Tenant *selected() const;

    models::EngineLink &m_link;
    models::TenantModel *m_model;
    QSortFilterProxyModel *m_shown;
    QLineEdit *m_filter;
    QButtonGroup *m_states;
    ListView *m_list;
    ListOrHint *m_listOrHint;
    QSplitter *m_splitter;
    TenantDetail *m_detail;
    TenantId m_selected; // stays when rows move
};

} // namespace views
