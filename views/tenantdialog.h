// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Edits one tenant: name, limits, labels. Every field says what is wrong while it is typed; a refusal of the engine
// appears at its field. The change is made against the version that was shown, so that nobody else's is overwritten.
#pragma once

#include "service/tenancy/tenant.h"

#include <QtWidgets/qdialog.h>

class QDialogButtonBox;
class QLabel;

namespace models {
class EngineLink;
}

namespace views {

class FormField;

class TenantDialog : public QDialog
{
    Q_OBJECT

public:
    TenantDialog(models::EngineLink &link, const tenancy::Tenant &tenant, QWidget *parent);

private:
    bool check();
    void save();
    tenancy::TenantPatch patch() const;

    models::EngineLink &m_link;
    const tenancy::Tenant m_tenant;
    FormField *m_name, *m_vms, *m_storage, *m_rate;
    QLabel *m_effect; // what the limits mean for what is used
    QLabel *m_mistake;
    QDialogButtonBox *m_buttons;
    bool m_busy = false;
};

} // namespace views
