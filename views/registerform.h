// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The fields of a new tenant, each checked while it is typed by the rules that the server has.
#pragma once

#include "service/tenancy/tenant.h"

#include <QtWidgets/qwidget.h>

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

Q_SIGNALS:
    void changed();

private:
    FormField *m_id, *m_name, *m_vms, *m_storage, *m_rate;
};

} // namespace views
