// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tokenmodel.h"

#include "models/format.h"
#include "service/crypto/publickeytext.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace models {

QString tokenStateText(tokens::TokenState state)
{
    switch (state) {
    case tokens::TokenState::Active:
        return TokenModel::tr("Active");
    case tokens::TokenState::Revoked:
        return TokenModel::tr("Revoked");
    case tokens::TokenState::Expired:
        return TokenModel::tr("Expired");
    }
    return {};
}

QString subjectText(const tokens::TokenRecord &token)
{
    return token.subjectKey ? QString::fromLatin1(crypto::keyThumbprint(*token.subjectKey)) : plainText(token.name);
}

void TokenModel::refresh(const engine::SharedState &state, Timestamp now)
{
    std::vector<tokens::TokenRecord> fresh;
    state.read([&](const engine::State &published) {
        for (const auto &[id, token] : published.tokens) {
            if (m_tenant.isEmpty() || token.tenant == m_tenant)
                fresh.push_back(token);
        }
    });
    // Ids are made in the order of time.
    std::ranges::sort(fresh, std::greater(), &tokens::TokenRecord::id);
    const bool sameIds = std::ranges::equal(fresh, m_rows, {}, &tokens::TokenRecord::id, &tokens::TokenRecord::id);
    if (sameIds) {
        const Timestamp before = std::exchange(m_now, now);
        for (size_t i = 0; i < fresh.size(); ++i) {
            const bool differs = tokens::stateOf(fresh[i], now) != tokens::stateOf(m_rows[i], before);
            m_rows[i] = std::move(fresh[i]);
            if (differs)
                Q_EMIT dataChanged(index(int(i), 0), index(int(i), ColumnCount - 1));
        }
        return;
    }
    // New ones come first and none ever goes, as long as the tenant stays the same.
    const auto added = fresh.size() - std::min(fresh.size(), m_rows.size());
    const bool grown = fresh.size() > m_rows.size() && !m_rows.empty()
        && std::ranges::equal(fresh.begin() + std::ptrdiff_t(added), fresh.end(), m_rows.begin(), m_rows.end(), {},
            &tokens::TokenRecord::id, &tokens::TokenRecord::id);
    m_now = now;
    if (grown) {
        beginInsertRows({}, 0, int(added) - 1);
        m_rows = std::move(fresh);
        endInsertRows();
        Q_EMIT dataChanged(index(int(added), 0), index(int(m_rows.size()) - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(fresh);
    endResetModel();
}

const tokens::TokenRecord *TokenModel::at(int row) const
{
    return row >= 0 && size_t(row) < m_rows.size() ? &m_rows[size_t(row)] : nullptr;
}

std::vector<tokens::TokenRecord> TokenModel::descendants(const TokenId &id) const
{
    std::vector<tokens::TokenRecord> family;
    std::vector<TokenId> parents{id};
    for (size_t next = 0; next < parents.size(); ++next) {
        const TokenId parent = parents[next];
        for (const auto &token : m_rows) {
            if (token.parent == parent) {
                family.push_back(token);
                parents.push_back(token.id);
            }
        }
    }
    return family;
}

int TokenModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int TokenModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString TokenModel::text(const tokens::TokenRecord &token, int column) const
{
    switch (column) {
    case StateColumn:
        return tokenStateText(tokens::stateOf(token, m_now));
    case TenantColumn:
        return token.tenant.isEmpty() ? tr("(installation)") : token.tenant.toString();
    case ScopeColumn:
        return QString::fromLatin1(token.scope.text());
    case TokenColumn:
        return shortHash(token.id.toString());
    case SubjectColumn:
        return shortHash(subjectText(token));
    case DepthColumn:
        return count(token.depth);
    case IssuedColumn:
        return localTime(fromSeconds(token.issuedAt));
    case ExpiresColumn:
        return relativeTime(fromSeconds(token.expiresAt), m_now);
    default:
        return {};
    }
}

QVariant TokenModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const tokens::TokenRecord &token = m_rows[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(token, index.column());
    case Qt::ToolTipRole:
        switch (index.column()) {
        case TokenColumn:
            return token.id.toString();
        case SubjectColumn:
            return subjectText(token);
        case IssuedColumn:
            return utcTime(fromSeconds(token.issuedAt));
        case ExpiresColumn:
            return utcTime(fromSeconds(token.expiresAt));
        default:
            return {};
        }
    case Qt::AccessibleTextRole:
        return headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString() + u' '
            + text(token, index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((index.column() == DepthColumn ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case IdRole:
        return token.id.toString();
    case TenantRole:
        return token.tenant.toString();
    case StateRole:
        return int(tokens::stateOf(token, m_now));
    case SortRole:
        switch (index.column()) {
        case DepthColumn:
            return token.depth;
        case IssuedColumn:
            return token.issuedAt;
        case ExpiresColumn:
            return token.expiresAt;
        default:
            return text(token, index.column());
        }
    default:
        return {};
    }
}

QVariant TokenModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
    case StateColumn:
        return tr("State");
    case TenantColumn:
        return tr("Tenant");
    case ScopeColumn:
        return tr("Scope");
    case TokenColumn:
        return tr("Token");
    case SubjectColumn:
        return tr("Holder's key");
    case DepthColumn:
        return tr("Depth");
    case IssuedColumn:
        return tr("Issued");
    case ExpiresColumn:
        return tr("Expires");
    default:
        return {};
    }
}

} // namespace models
