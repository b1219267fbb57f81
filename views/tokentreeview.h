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
    // A text in the filter opens what it finds, whatever was closed before; what is closed while it stands stays so.
    // search() before the tree is told to show it, settle() after.
    void search(const QString &text);
    void settle();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void restore();
    void fit();

    models::TokenTree *m_tree;
    std::vector<std::pair<int, int>> m_widths; // columns but the first: those that go last, and how wide they are
    using Asked = std::unordered_map<TokenId, bool, IdHash>; // open or closed by somebody's hand
    Asked m_asked, m_askedOfFound; // without a text, and under the one that stands
    QString m_text;
    bool m_restoring = false;
    bool m_isSettled = true;
};

} // namespace views
