// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tokenmodel.h"

#include "models/format.h"
#include "service/crypto/publickeytext.h"

#include <algorithm>
#include <unordered_set>

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

QString tokenCount(qint64 number)
{
    return number == 1 ? TokenModel::tr("1 token") : TokenModel::tr("%1 tokens").arg(count(number));
}

QString subjectText(const tokens::TokenRecord &token)
{
    return token.subjectKey ? QString::fromLatin1(crypto::keyThumbprint(*token.subjectKey)) : plainText(token.name);
}

TokenModel::TokenModel(QObject *parent)
    : RecordModel(parent)
{
    sort(-1, Qt::DescendingOrder);
}

void TokenModel::refresh(const engine::SharedState &state, Timestamp now)
{
    std::vector<tokens::TokenRecord> fresh;
    state.read([&](const engine::State &published) {
        // Mostly the same tokens as before: then they need not be put in order again.
        if (m_tenant.isEmpty() && published.tokens.size() == records().size()) {
            fresh.reserve(records().size());
            for (const tokens::TokenRecord &before : records()) {
                if (const tokens::TokenRecord *token = published.token(before.id))
                    fresh.push_back(*token);
            }
            if (fresh.size() == published.tokens.size())
                return;
            fresh.clear();
        }
        std::vector<const tokens::TokenRecord *> found;
        for (const auto &[id, token] : published.tokens) {
            if (m_tenant.isEmpty() || token.tenant == m_tenant)
                found.push_back(&token);
        }
        std::ranges::sort(found, {}, &tokens::TokenRecord::id);
        fresh.reserve(found.size());
        for (const tokens::TokenRecord *token : found)
            fresh.push_back(*token);
    });
    m_before = std::exchange(m_now, now);
    change(std::move(fresh));
}

void TokenModel::setUses(TokenUses uses)
{
    if (m_uses == uses)
        return;
    m_uses = std::move(uses);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, LastUsedColumn), index(rowCount() - 1, LastUsedColumn));
}

std::vector<tokens::TokenRecord> TokenModel::descendants(const TokenId &id) const
{
    std::vector<tokens::TokenRecord> family;
    std::unordered_set<TokenId, IdHash> parents{id};
    // A generation at a time: most tokens have no child, and that is asked with every change.
    while (!parents.empty()) {
        std::unordered_set<TokenId, IdHash> children;
        for (const auto &token : records()) {
            if (!token.parent.isEmpty() && parents.contains(token.parent)) {
                family.push_back(token);
                children.insert(token.id);
            }
        }
        parents = std::move(children);
    }
    return family;
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
        return relativeTime(fromSeconds(token.endsAt()), m_now);
    case LastUsedColumn: {
        if (!m_uses)
            return tr("–");
        const auto used = m_uses->find(token.id);
        return used != m_uses->end() ? relativeTime(used->second, m_now) : tr("never");
    }
    default:
        return {};
    }
}

QVariant TokenModel::value(const tokens::TokenRecord &token, int column, int role) const
{
    switch (role) {
    case Qt::ToolTipRole:
        switch (column) {
        case TokenColumn:
            return token.id.toString();
        case SubjectColumn:
            return toolTipText(subjectText(token));
        case IssuedColumn:
            return utcTime(fromSeconds(token.issuedAt));
        case ExpiresColumn:
            return utcTime(fromSeconds(token.endsAt()));
        case LastUsedColumn: {
            const auto used = m_uses ? m_uses->find(token.id) : TokenUses::const_iterator();
            return m_uses && used != m_uses->end() ? utcTime(used->second) : QVariant();
        }
        case TenantColumn:
        case ScopeColumn:
            return text(token, column); // whole, where the column is too narrow
        default:
            return {};
        }
    case IdRole:
        return token.id.toString();
    case TenantRole:
        return token.tenant.toString();
    case StateRole:
        return int(tokens::stateOf(token, m_now));
    default:
        return {};
    }
}

bool TokenModel::isNumber(int column) const
{
    return column == DepthColumn;
}

bool TokenModel::isLess(const tokens::TokenRecord &a, const tokens::TokenRecord &b, int column) const
{
    switch (column) {
    case StateColumn:
        return tokens::stateOf(a, m_now) < tokens::stateOf(b, m_now);
    case TenantColumn:
        return a.tenant < b.tenant;
    case ScopeColumn:
        return a.scope.text() < b.scope.text();
    case SubjectColumn:
        // Alike beside alike, at no cost of a hash for every comparison.
        return a.subjectKey && b.subjectKey ? a.subjectKey->bytes < b.subjectKey->bytes
            : a.subjectKey || b.subjectKey  ? !a.subjectKey
                                            : a.name < b.name;
    case DepthColumn:
        return a.depth < b.depth;
    case IssuedColumn:
        return a.issuedAt < b.issuedAt;
    case ExpiresColumn:
        return a.endsAt() < b.endsAt();
    case LastUsedColumn: {
        const auto used = [this](const tokens::TokenRecord &token) {
            const auto found = m_uses ? m_uses->find(token.id) : TokenUses::const_iterator();
            return m_uses && found != m_uses->end() ? found->second : Timestamp();
        };
        return used(a) < used(b);
    }
    default:
        return a.id < b.id;
    }
}

bool TokenModel::looksAlike(const tokens::TokenRecord &before, const tokens::TokenRecord &after) const
{
    return tokens::stateOf(before, m_before) == tokens::stateOf(after, m_now) && before.endsAt() == after.endsAt();
}

QString TokenModel::heading(int column) const
{
    switch (column) {
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
    case LastUsedColumn:
        return tr("Last used");
    default:
        return {};
    }
}

} // namespace models
