// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tokentree.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace models {

namespace {

TokenModel::Column cellOf(int column)
{
    switch (column) {
    case TokenTree::StateColumn:
        return TokenModel::StateColumn;
    case TokenTree::SubjectColumn:
        return TokenModel::SubjectColumn;
    case TokenTree::ExpiresColumn:
        return TokenModel::ExpiresColumn;
    case TokenTree::LastUsedColumn:
        return TokenModel::LastUsedColumn;
    default:
        return TokenModel::ScopeColumn;
    }
}

} // namespace

TokenTree::TokenTree(const TokenModel &cells, QObject *parent)
    : QAbstractItemModel(parent)
    , m_cells(cells)
{
}

// Whose child each token is: as long as the tokens are the same ones, so are their parents.
void TokenTree::learn()
{
    const auto &records = m_cells.records(); // by id
    m_ids.clear();
    m_parents.assign(records.size(), -1);
    for (size_t i = 0; i < records.size(); ++i) {
        m_ids.push_back(records[i].id);
        const TokenId &parent = records[i].parent;
        if (parent.isEmpty())
            continue;
        const auto found = std::ranges::lower_bound(records, parent, {}, &tokens::TokenRecord::id);
        if (found != records.end() && found->id == parent)
            m_parents[i] = int(found - records.begin());
    }
}

auto TokenTree::judge(const Filter &filter) const -> std::vector<Showing>
{
    const auto &records = m_cells.records();
    std::vector<Showing> shown(records.size(), Showing::Absent);
    for (size_t i = 0; i < records.size(); ++i) {
        if (!filter(records[i]))
            continue;
        shown[i] = Showing::Matching;
        for (int above = m_parents[i]; above >= 0 && shown[size_t(above)] == Showing::Absent;
             above = m_parents[size_t(above)])
            shown[size_t(above)] = Showing::ForItsPlace;
    }
    return shown;
}

void TokenTree::grow()
{
    const auto &records = m_cells.records();
    m_nodes.clear();
    m_roots.clear();
    std::vector<int> placeNow(records.size(), -1);
    for (size_t i = 0; i < records.size(); ++i) {
        if (m_shown[i] == Showing::Absent)
            continue;
        placeNow[i] = int(m_nodes.size());
        m_nodes.push_back({.record = records[i], .matches = m_shown[i] == Showing::Matching});
    }
    // Newest first: ids are made in the order of time.
    for (size_t i = records.size(); i-- > 0;) {
        if (placeNow[i] < 0)
            continue;
        Node &node = m_nodes[size_t(placeNow[i])];
        node.parent = m_parents[i] < 0 ? -1 : placeNow[size_t(m_parents[i])];
        auto &siblings = node.parent < 0 ? m_roots : m_nodes[size_t(node.parent)].children;
        node.row = int(siblings.size());
        siblings.push_back(placeNow[i]);
    }
    std::ranges::stable_sort(
        m_roots, {}, [&](int place) -> const TenantId & { return m_nodes[size_t(place)].record.tenant; });
    for (size_t row = 0; row < m_roots.size(); ++row)
        m_nodes[size_t(m_roots[row])].row = int(row);
}

// The same tokens in the same places: what became of some of them.
void TokenTree::update()
{
    size_t place = 0;
    for (size_t i = 0; i < m_shown.size(); ++i) {
        if (m_shown[i] == Showing::Absent)
            continue;
        Node &node = m_nodes[place];
        const tokens::TokenRecord &now = m_cells.records()[i];
        if (node.record.revokedAt != now.revokedAt || node.record.endsAt() != now.endsAt()) {
            node.record = now;
            Q_EMIT dataChanged(
                createIndex(node.row, 0, quintptr(place)), createIndex(node.row, ColumnCount - 1, quintptr(place)));
        }
        ++place;
    }
}

void TokenTree::show(const Filter &filter)
{
    const bool same = std::ranges::equal(m_ids, m_cells.records(), {}, {}, &tokens::TokenRecord::id);
    if (!same)
        learn();
    std::vector<Showing> shown = judge(filter);
    if (same && shown == m_shown)
        return update();
    beginResetModel();
    m_shown = std::move(shown);
    grow();
    endResetModel();
}

void TokenTree::clear()
{
    beginResetModel();
    m_ids.clear();
    m_parents.clear();
    m_shown.clear();
    m_nodes.clear();
    m_roots.clear();
    endResetModel();
}

const tokens::TokenRecord *TokenTree::at(const QModelIndex &index) const
{
    return index.isValid() ? &m_nodes[size_t(index.internalId())].record : nullptr;
}

QModelIndex TokenTree::indexOf(const TokenId &id) const
{
    const auto found =
        std::ranges::lower_bound(m_nodes, id, {}, [](const Node &node) -> const TokenId & { return node.record.id; });
    return found != m_nodes.end() && found->record.id == id
        ? createIndex(found->row, 0, quintptr(found - m_nodes.begin()))
        : QModelIndex();
}

const std::vector<int> &TokenTree::childrenOf(const QModelIndex &parent) const
{
    return parent.isValid() ? m_nodes[size_t(parent.internalId())].children : m_roots;
}

QModelIndex TokenTree::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, quintptr(childrenOf(parent)[size_t(row)]));
}

QModelIndex TokenTree::parent(const QModelIndex &index) const
{
    const int above = index.isValid() ? m_nodes[size_t(index.internalId())].parent : -1;
    return above < 0 ? QModelIndex() : createIndex(m_nodes[size_t(above)].row, 0, quintptr(above));
}

int TokenTree::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : int(childrenOf(parent).size());
}

int TokenTree::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QString TokenTree::text(const Node &node, int column) const
{
    if (column != FamilyColumn)
        return m_cells.cellText(node.record, cellOf(column));
    const QString scope = m_cells.cellText(node.record, TokenModel::ScopeColumn);
    const QString name =
        node.parent < 0 ? u"%1 · %2"_s.arg(m_cells.cellText(node.record, TokenModel::TenantColumn), scope) : scope;
    return node.matches ? name : tr("(%1)").arg(name);
}

QVariant TokenTree::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Node &node = m_nodes[size_t(index.internalId())];
    switch (role) {
    case Qt::DisplayRole:
        return text(node, index.column());
    case Qt::AccessibleTextRole: {
        const QString cell =
            headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString() + u' ' + text(node, index.column());
        return node.matches ? cell : tr("%1, does not match the filter").arg(cell);
    }
    case Qt::ToolTipRole:
        if (index.column() == FamilyColumn)
            return node.matches
                ? node.record.id.toString()
                : tr("%1: shown because a token that came from it matches the filter").arg(node.record.id.toString());
        break;
    case MatchesRole:
        return node.matches;
    default:
        break;
    }
    return m_cells.cellValue(node.record, cellOf(index.column()), role);
}

QVariant TokenTree::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractItemModel::headerData(section, orientation, role);
    return section == FamilyColumn ? tr("Family") : m_cells.headerData(cellOf(section), orientation, role);
}

} // namespace models
