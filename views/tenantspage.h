// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tenants: a list that filters as one types, the chosen one's detail beside it, and what can be done to it.
#pragma once

#include "models/tenantmodel.h"
#include "service/engine/job.h"
#include "views/confirmdialog.h"
#include "views/listpage.h"

#include <functional>

namespace views {

class TenantDetail;

class TenantsPage : public ListPage
{
    Q_OBJECT

public:
    TenantsPage(const PageContext &context, QWidget *parent);

    QString title() const override { return tr("Tenants"); }
    QString iconName() const override { return QStringLiteral("tenants"); }
    void activate() override;

Q_SIGNALS:
    void onboardingRequested();

private:
    void buildBar();
    void buildList();
    void applyFilter();
    void showState();
    void showSelected();
    void editSelected();
    void suspendSelected();
    void resumeSelected();
    void deleteSelected();
    // Asks, runs the command when confirmed, and shows a refusal in the dialog.
    void askAndChange(const Question &question, const QString &whatFailed,
        std::function<engine::Command<tenancy::Tenant>(const QString &reason)> command);
    void selectAgain();
    const tenancy::Tenant *selected() const; // null where none is

    models::TenantModel *m_model;
    TenantDetail *m_detail;
    TenantId m_selected; // stays when rows move
};

} // namespace views
