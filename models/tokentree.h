// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The same tokens as families: what was issued by a token stands below it. Of a filter, what matches is shown with the
// tokens that it came from, which say that they are there for their place alone. GUI thread.
#pragma once

#include "models/tokenmodel.h"

namespace models {

class TokenTree : public QAbstractItemModel
{
    Q_OBJECT

public:
    enum Column
    {
        FamilyColumn, // tenant and scope of a root, scope of a descendant
        StateColumn,
        SubjectColumn,
        ExpiresColumn,
        LastUsedColumn,
        ColumnCount
    };
    Q_ENUM(Column)
    // TokenModel's, and:
    enum Role
    {
        MatchesRole = TokenModel::StateRole + 1 // bool
    };
    using Filter = std::function<bool(const tokens::TokenRecord &)>;

    // `cells` is borrowed and outlives this: its records are shown, in its words.
    explicit TokenTree(const TokenModel &cells, QObject *parent = nullptr);

    // Takes what `cells` holds now. Roots by tenant, newest first, and so are children. Views begin anew where the
    // tokens are others or stand elsewhere.
    void show(const Filter &filter);
    void clear();

    const tokens::TokenRecord *at(const QModelIndex &index) const; // null where there is none
    QModelIndex indexOf(const TokenId &id) const; // invalid where it is not shown
    int size() const { return int(m_nodes.size()); } // of all that is shown, at any depth

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    using QObject::parent;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node
    {
        tokens::TokenRecord record;
        int parent = -1; // place in m_nodes; -1: a root
        int row = 0; // among its siblings
        bool matches = true;
        std::vector<int> children = {};
    };
    enum class Showing : char
    {
        Absent,
        ForItsPlace, // of a descendant that matches
        Matching
    };

    void learn();
    std::vector<Showing> judge(const Filter &filter) const;
    void grow();
    void update();
    const std::vector<int> &childrenOf(const QModelIndex &parent) const;
    QString text(const Node &node, int column) const;

    const TokenModel &m_cells;
    // Of all its records, by id.
    std::vector<TokenId> m_ids;
    std::vector<int> m_parents; // places among them; -1: none
    std::vector<Showing> m_shown;
    std::vector<Node> m_nodes; // of those shown, by id
    std::vector<int> m_roots;
};

} // namespace models
