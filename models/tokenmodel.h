// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tokens of the installation as a table, from the published state; texts of tokens are nowhere. GUI thread.
#pragma once

#include "models/recordmodel.h"
#include "service/engine/state.h"
#include "service/tokens/tokenstore.h"

namespace models {

using TokenUses = std::unordered_map<TokenId, Timestamp, IdHash>;

class TokenModel : public RecordModel<tokens::TokenRecord, &tokens::TokenRecord::id>
{
    Q_OBJECT

public:
    enum Column
    {
        StateColumn,
        TenantColumn,
        ScopeColumn,
        TokenColumn,
        SubjectColumn,
        DepthColumn,
        IssuedColumn,
        ExpiresColumn,
        LastUsedColumn,
        ColumnCount
    };
    Q_ENUM(Column)
    enum Role
    {
        IdRole = Qt::UserRole, // QString
        TenantRole, // QString, empty for administrators
        StateRole // tokens::TokenState as int
    };

    // Newest first: ids are made in the order of time.
    explicit TokenModel(QObject *parent = nullptr);

    // Only the tokens of one tenant; all of them when it is empty.
    void setTenant(TenantId tenant) { m_tenant = std::move(tenant); }
    void refresh(const engine::SharedState &state, Timestamp now);
    // When tokens were used last, which the published state does not say; unknown until this is called.
    void setUses(TokenUses uses);
    const std::optional<TokenUses> &uses() const { return m_uses; }
    bool isUnused(const tokens::TokenRecord &token) const { return m_uses && !m_uses->contains(token.id); }

    Timestamp now() const { return m_now; } // of the last refresh, which states are judged by
    // The token's descendants, nearest first, also those that the filter hides.
    std::vector<tokens::TokenRecord> descendants(const TokenId &id) const;

    // A cell of any record, as this model shows it, for other views of the same tokens.
    QString cellText(const tokens::TokenRecord &token, int column) const { return text(token, column); }
    QVariant cellValue(const tokens::TokenRecord &token, int column, int role) const
    {
        return value(token, column, role);
    }

    int columnCount(const QModelIndex &parent = {}) const override;

protected:
    QString heading(int column) const override;
    QString text(const tokens::TokenRecord &token, int column) const override;
    QVariant value(const tokens::TokenRecord &token, int column, int role) const override;
    bool isNumber(int column) const override;
    bool isLess(const tokens::TokenRecord &a, const tokens::TokenRecord &b, int column) const override;
    bool looksAlike(const tokens::TokenRecord &before, const tokens::TokenRecord &after) const override;

private:
    TenantId m_tenant;
    Timestamp m_now;
    Timestamp m_before; // of the refresh before
    std::optional<TokenUses> m_uses;
};

// In words that count: "1 token", "3 tokens".
QString tokenCount(qint64 number);
QString tokenStateText(tokens::TokenState state);
// The thumbprint of the subject key, or the administrator's name.
QString subjectText(const tokens::TokenRecord &token);

} // namespace models
