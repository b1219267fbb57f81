// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The tenants of the installation as a table: refilled from the published state, changed rows told one by one. Small
// (some ten thousand rows); GUI thread.
#pragma once

#include "service/engine/state.h"

#include <QtCore/qabstractitemmodel.h>

#include <vector>

namespace models {

class TenantModel : public QAbstractTableModel
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
        LimitRole,
        SortRole
    };

    using QAbstractTableModel::QAbstractTableModel;

    // Tells the view what differs, so that selection and scroll position stay.
    void refresh(const engine::SharedState &state, Timestamp now);

    const tenancy::Tenant *at(int row) const;
    int rowOf(const TenantId &id) const; // -1 where it is not shown

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row
    {
        tenancy::Tenant tenant;
        qint64 tokens = 0; // active ones
    };

    QString text(const Row &row, int column) const;

    std::vector<Row> m_rows; // in the order of their ids; deleted tenants are left out
};

QString stateText(TenantState state);

} // namespace models
