// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The detail of one token: whose it is, until when, where it came from, and what can be done to it.
#pragma once

#include "models/tokenmodel.h"

#include <QtWidgets/qstackedwidget.h>

class QLabel;
class QPushButton;

namespace views {

class TokenDetail : public QStackedWidget
{
    Q_OBJECT

public:
    // The model is borrowed.
    TokenDetail(const models::TokenModel *model, QWidget *parent);

    // Nothing shows the hint to choose one.
    void show(const std::optional<tokens::TokenRecord> &token, Timestamp now);

    const QList<QPushButton *> &actions() const { return m_actions; } // in the order of Tab

Q_SIGNALS:
    void issueRequested();
    void rotateRequested();
    void explainRequested();
    void revokeRequested();

private:
    QWidget *buildButtons(QWidget *card);
    QWidget *buildFacts(QWidget *card);
    void showFacts(const tokens::TokenRecord &token, Timestamp now);

    const models::TokenModel *m_model;
    QLabel *m_heading, *m_state, *m_token, *m_holder, *m_issued, *m_expires, *m_lastUsed, *m_issuedBy, *m_descendants,
        *m_possession;
    QList<QPushButton *> m_actions;
    QPushButton *m_issue, *m_rotate, *m_revoke;
    QString m_id, m_holderText; // whole, for the clipboard
};

} // namespace views
