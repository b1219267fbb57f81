// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tokens as families, with the look of every list. What somebody opened or closed stays so while the tokens change
// beneath it. Where there are few, all is open at first; where there are many, only what is asked for.
#pragma once

#include "models/tokentree.h"

#include <QtWidgets/qtreeview.h>

namespace views {

class TokenTreeView : public QTreeView
{
    Q_OBJECT

public:
    // The model is borrowed.
    TokenTreeView(models::TokenTree *tree, QWidget *parent);

    // Makes this token current, its ancestors open; nothing is current where it is not shown.
    void choose(const TokenId &id);
    TokenId chosen() const;
    void openAll();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void restore();
    void fit();

    models::TokenTree *m_tree;
    std::vector<std::pair<int, int>> m_widths; // columns but the first: those that go last, and how wide they are
    std::unordered_map<TokenId, bool, IdHash> m_asked; // open or closed by somebody's hand
    bool m_restoring = false;
};

} // namespace views
