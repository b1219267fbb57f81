// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tokens of the installation: who holds what, since when and until when; issue one, revoke one with all that came
// from it. Texts of tokens are shown once, at their delivery.
#pragma once

#include "models/tokenmodel.h"
#include "views/listpage.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace views {

class TokensPage : public ListPage
{
    Q_OBJECT

public:
    TokensPage(const PageContext &context, QWidget *parent);

    QString title() const override { return tr("Tokens"); }
    QString iconName() const override { return QStringLiteral("tokens"); }
    void activate() override;

private:
    void buildBar();
    void buildList();
    QWidget *buildDetail();
    QWidget *buildFacts(QWidget *card);
    void applyFilter();
    void showState();
    void showSelected();
    void selectAgain();
    void showFacts(const tokens::TokenRecord &token);
    void issue();
    void revoke();

    models::TokenModel *m_model;
    QLabel *m_heading;
    QLabel *m_state;
    QLabel *m_token;
    QLabel *m_holder;
    QLabel *m_issued;
    QLabel *m_expires;
    QLabel *m_issuedBy;
    QLabel *m_descendants;
    QStackedWidget *m_detail; // a hint, or the card with the fields above
    QPushButton *m_revoke;
    QPushButton *m_copyId;
    QPushButton *m_copyHolder;
    QString m_holderText; // whole, for the clipboard
    TokenId m_selected;
};

} // namespace views
