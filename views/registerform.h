// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The fields of a new tenant, each checked while it is typed by the rules that the server has.
#pragma once

#include "service/tenancy/tenant.h"

#include <QtWidgets/qwidget.h>

class QComboBox;
class QLabel;

namespace views {

class FormField;

class RegisterForm : public QWidget
{
    Q_OBJECT

public:
    explicit RegisterForm(QWidget *parent);

    bool isValid() const;
    tenancy::TenantSpec spec() const; // of a valid form
    // The server's refusal at the fields it speaks of.
    void showRefusal(const Error &error);
    // Tenants that exist and can be gone on with; none: nothing is offered.
    void offerToResume(const QString &why, const QStringList &tenants);

Q_SIGNALS:
    void changed();
    void resumeRequested(const TenantId &tenant);

private:
    QWidget *buildOffer();

    FormField *m_id, *m_name, *m_vms, *m_storage, *m_rate;
    QWidget *m_offer = nullptr;
    QLabel *m_offerWhy = nullptr;
    QComboBox *m_offered = nullptr;
};

} // namespace views
