// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Puts a new token in the place of one: same tenant, scope and key. The old one passes for a while yet, so that its
// holder can change over; the new one's text is then delivered once.
#pragma once

#include "service/tokens/rules.h"

#include <QtWidgets/qdialog.h>

class QLabel;
class QPushButton;

namespace models {
class EngineLink;
}

namespace views {

class FormField;

class RotateTokenDialog : public QDialog
{
    Q_OBJECT

public:
    // `descendants` of the token that are active: they end with it. The link is borrowed.
    RotateTokenDialog(
        models::EngineLink &link, const tokens::TokenRecord &token, qsizetype descendants, QWidget *parent);

    // Esc, the window's own button, "Cancel": not while a token is on its way.
    void reject() override;

private:
    bool check();
    void rotate();

    models::EngineLink &m_link;
    const TokenId m_token;
    FormField *m_overlap, *m_hours;
    QLabel *m_mistake;
    QPushButton *m_go;
    bool m_busy = false;
};

} // namespace views
