// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tokens of the installation as a table, from the published state; texts of tokens are nowhere. GUI thread.
#pragma once

#include "service/engine/state.h"
#include "service/tokens/tokenstore.h"

#include <QtCore/qabstractitemmodel.h>

#include <vector>

namespace models {

class TokenModel : public QAbstractTableModel
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
        ColumnCount
    };
    Q_ENUM(Column)
    enum Role
    {
        IdRole = Qt::UserRole, // QString
        TenantRole, // QString, empty for administrators
        StateRole, // tokens::TokenState as int
        SortRole
    };

    using QAbstractTableModel::QAbstractTableModel;

    // Only the tokens of one tenant; all of them when it is empty.
    void setTenant(TenantId tenant) { m_tenant = std::move(tenant); }
    void refresh(const engine::SharedState &state, Timestamp now);

    const tokens::TokenRecord *at(int row) const;
    // Of what is shown: the token's descendants, nearest first.
    std::vector<tokens::TokenRecord> descendants(const TokenId &id) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const tokens::TokenRecord &token, int column) const;

    TenantId m_tenant;
    Timestamp m_now;
    std::vector<tokens::TokenRecord> m_rows; // newest first
};

QString tokenStateText(tokens::TokenState state);
// The thumbprint of the subject key, or the administrator's name.
QString subjectText(const tokens::TokenRecord &token);

} // namespace models
