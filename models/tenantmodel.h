// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tenants of the installation as a table, refilled from the published state. GUI thread.
#pragma once

#include "models/recordmodel.h"
#include "service/engine/state.h"

namespace models {

struct TenantRow
{
    tenancy::Tenant tenant;
    qint64 tokens = 0; // active ones
};

inline const TenantId &tenantOf(const TenantRow &row)
{
    return row.tenant.id;
}

class TenantModel : public RecordModel<TenantRow, &tenantOf>
{
    Q_OBJECT

public:
    enum Column
    {
        StateColumn,
        TenantColumn,
        VmsColumn,
        StorageColumn,
        RateColumn,
        TokensColumn,
        CreatedColumn,
        ColumnCount
    };
    Q_ENUM(Column)
    enum Role
    {
        IdRole = Qt::UserRole, // QString
        NameRole, // display name, made plain
        StateRole, // TenantState as int
        UsedRole, // of VmsColumn and StorageColumn
        LimitRole
    };

    using RecordModel::RecordModel;

    // Deleted tenants are left out.
    void refresh(const engine::SharedState &state, Timestamp now);

    int columnCount(const QModelIndex &parent = {}) const override;

protected:
    QString heading(int column) const override;
    QString text(const TenantRow &row, int column) const override;
    QVariant value(const TenantRow &row, int column, int role) const override;
    bool isNumber(int column) const override;
    bool isLess(const TenantRow &a, const TenantRow &b, int column) const override;
    bool looksAlike(const TenantRow &before, const TenantRow &after) const override;
};

QString stateText(TenantState state);

} // namespace models
