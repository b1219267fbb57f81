// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Hands over a token that has just been issued: the only time that its text can be had. Closes with the tick; closing
// it without asks once.
#pragma once

#include "views/tokencard.h"

#include <QtWidgets/qdialog.h>

namespace views {

class TokenDelivery : public QDialog
{
    Q_OBJECT

public:
    TokenDelivery(engine::IssuedToken issued, QWidget *parent, DeliveryTimes times = {});

    // Esc, the window's own button, "Close".
    void reject() override;

private:
    TokenCard *m_card;
    QLabel *m_question;
    QPushButton *m_close;
    bool m_asked = false;
};

} // namespace views
