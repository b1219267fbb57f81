// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tokens of the installation, as a list or as families: who holds what, since when and until when; issue, rotate
// and revoke them, change the tiers of many, ask why one may and may not. Texts of tokens are shown once, at their
// delivery.
#pragma once

#include "models/tokentree.h"
#include "views/listpage.h"

class QLabel;
class QPushButton;

namespace views {

class Chips;
class TokenDetail;
class TokenTreeView;

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
    QWidget *buildSecondRow();
    void buildList();
    void buildTree();
    void askUses();
    bool isShown(const tokens::TokenRecord &token, int chip, const QString &text) const;
    void applyFilter();
    void showAs(int view);
    bool isTree() const;
    void showState();
    void showWarning();
    void choose(const TokenId &id);
    void selectAgain();
    void showSelected();
    std::optional<tokens::TokenRecord> selected() const;
    void issue(bool likeSelected);
    void rotate();
    void explain();
    void changeTiers();

    models::TokenModel *m_model;
    models::TokenTree *m_tree;
    TokenTreeView *m_treeView;
    TokenDetail *m_detail;
    Chips *m_views;
    QLabel *m_warning;
    QPushButton *m_showExpiring, *m_tiers;
    TokenId m_selected;
    bool m_asksUses = false;
    bool m_choosing = false; // a view is told what is chosen, not asked
};

} // namespace views
