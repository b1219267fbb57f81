// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/tokentreeview.h"

#include "views/delegates.h"
#include "views/theme.h"
#include "views/tokenstate.h"

#include <QtGui/qevent.h>
#include <QtWidgets/qheaderview.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr int OpenAtFirst = 1000; // tokens
constexpr int LeastFamily = 200; // pixels of its column

class RowDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        return {QStyledItemDelegate::sizeHint(option, index).width(), RowHeight};
    }
};

} // namespace

TokenTreeView::TokenTreeView(models::TokenTree *tree, QWidget *parent)
    : QTreeView(parent)
    , m_tree(tree)
{
    setObjectName(u"tokenTree"_s);
    setAccessibleName(tr("Families of tokens"));
    setModel(tree);
    setUniformRowHeights(true); // or every row would be asked for its height
    setItemDelegate(new RowDelegate(this));
    setItemDelegateForColumn(models::TokenTree::StateColumn, tokenStateDelegate(this));
    setAllColumnsShowFocus(true);
    setFrameShape(QFrame::StyledPanel);
    setExpandsOnDoubleClick(true);
    header()->setFixedHeight(HeaderHeight);
    header()->setStretchLastSection(false);
    header()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header()->setSectionResizeMode(models::TokenTree::FamilyColumn, QHeaderView::Stretch);
    using Tree = models::TokenTree;
    const auto width = [this](const QString &text) { return fontMetrics().horizontalAdvance(text) + 2 * Gap; };
    m_widths = {{Tree::StateColumn, tokenStateWidth(fontMetrics())}, {Tree::ExpiresColumn, width(u"365 days ago"_s)},
        {Tree::LastUsedColumn, width(u"365 days ago"_s)}, {Tree::SubjectColumn, width(u"MMMMMMMM…mmmmmmmm"_s)}};
    connect(tree, &QAbstractItemModel::modelReset, this, &TokenTreeView::restore);
    const auto remember = [this](const QModelIndex &index, bool open) {
        if (const auto *token = m_tree->at(index); token && !m_restoring)
            (m_text.isEmpty() ? m_asked : m_askedOfFound)[token->id] = open;
    };
    connect(this, &QTreeView::expanded, this, [remember](const QModelIndex &index) { remember(index, true); });
    connect(this, &QTreeView::collapsed, this, [remember](const QModelIndex &index) { remember(index, false); });
    restore();
}

void TokenTreeView::restore()
{
    m_restoring = true;
    const bool all = !m_text.isEmpty() || m_tree->size() <= OpenAtFirst;
    if (all)
        expandAll();
    for (const auto &[id, open] : m_text.isEmpty() ? m_asked : m_askedOfFound) {
        if (open != all)
            setExpanded(m_tree->indexOf(id), open);
    }
    m_restoring = false;
    m_isSettled = true;
}

void TokenTreeView::search(const QString &text)
{
    if (text == m_text)
        return;
    m_text = text;
    m_askedOfFound.clear();
    m_isSettled = false;
}

// Where all that was shown matches, the tree has nothing to tell.
void TokenTreeView::settle()
{
    if (!m_isSettled)
        restore();
}

void TokenTreeView::choose(const TokenId &id)
{
    const QModelIndex index = m_tree->indexOf(id);
    m_restoring = true; // what is above it opens for it
    setCurrentIndex(index);
    if (index.isValid())
        scrollTo(index);
    m_restoring = false;
}

TokenId TokenTreeView::chosen() const
{
    const auto *token = m_tree->at(currentIndex());
    return token ? token->id : TokenId();
}

// The least important columns go where there is too little room.
void TokenTreeView::fit()
{
    int left = viewport()->width() - LeastFamily;
    for (const auto &[column, width] : m_widths) {
        left -= width;
        setColumnHidden(column, left < 0);
        if (left >= 0)
            setColumnWidth(column, width);
    }
}

void TokenTreeView::resizeEvent(QResizeEvent *event)
{
    QTreeView::resizeEvent(event);
    fit();
}

} // namespace views
