// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Issues a token of a tenant: whose key, which scope, how long. The text is then delivered once.
#pragma once

#include <QtWidgets/qdialog.h>

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
    IssueTokenDialog(models::EngineLink &link, QWidget *parent);

private:
    bool check();
    void issue();

    models::EngineLink &m_link;
    QComboBox *m_tenant;
    QComboBox *m_scope;
    FormField *m_hours;
    KeyField *m_key;
    QLabel *m_mistake;
    QDialogButtonBox *m_buttons;
    bool m_busy = false;
};

} // namespace views
