// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Issues a token of a tenant: whose key, which scope, how long, with a proof of possession or not. The text is then
// delivered once.
#pragma once

#include "service/tokens/rules.h"

#include <QtWidgets/qdialog.h>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;

namespace models {
class EngineLink;
}

namespace views {

class FormField;
class KeyField;

class IssueTokenDialog : public QDialog
{
    Q_OBJECT

public:
    // `like`: filled in with its tenant, its scope and the hours that are left of it, one at least.
    IssueTokenDialog(models::EngineLink &link, const std::optional<tokens::TokenRecord> &like, QWidget *parent);

    // Esc, the window's own button, "Cancel": not while a token is on its way.
    void reject() override;

private:
    void takeFrom(const tokens::TokenRecord &like);
    bool check();
    void issue();

    models::EngineLink &m_link;
    QComboBox *m_tenant;
    QComboBox *m_scope;
    FormField *m_hours;
    KeyField *m_key;
    QCheckBox *m_possession;
    QLabel *m_family;
    QLabel *m_mistake;
    QDialogButtonBox *m_buttons;
    bool m_busy = false;
};

} // namespace views
