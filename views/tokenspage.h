// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tokens of the installation: who holds what, since when and until when; issue one, revoke one with all that came
// from it. Texts of tokens are shown once, at their delivery.
#pragma once

#include "models/tokenmodel.h"
#include "views/page.h"

class QButtonGroup;
class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QSplitter;

namespace views {

class ListOrHint;
class ListView;

class TokensPage : public Page
{
    Q_OBJECT

public:
    TokensPage(const PageContext &context, QWidget *parent);
    ~TokensPage() override;

    QString title() const override { return tr("Tokens"); }
    QString iconName() const override { return QStringLiteral("tokens"); }
    void activate() override;
    void focusFilter() override;

private:
    QWidget *buildTitleRow();
    QWidget *buildDetail();
    void refresh();
    void showState();
    void showSelected();
    void issue();
    void revoke();

    models::EngineLink &m_link;
    models::TokenModel *m_model;
    QSortFilterProxyModel *m_shown;
    QLineEdit *m_filter;
    QButtonGroup *m_states;
    ListView *m_list;
    ListOrHint *m_listOrHint;
    QSplitter *m_splitter;
    QLabel *m_heading;
    QLabel *m_facts;
    QPushButton *m_revoke;
    QPushButton *m_copyId;
    TokenId m_selected;
};

} // namespace views
