// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The VMs of one tenant, as they were last read. GUI thread.
#pragma once

#include "service/fleet/vm.h"

#include <QtCore/qabstractitemmodel.h>

#include <vector>

namespace models {

class VmModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column
    {
        StateColumn,
        VmColumn,
        NameColumn,
        SizeColumn,
        NodeColumn,
        CreatedColumn,
        ColumnCount
    };
    Q_ENUM(Column)

    using QAbstractTableModel::QAbstractTableModel;

    void setVms(std::vector<fleet::Vm> vms);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const fleet::Vm &vm, int column) const;

    std::vector<fleet::Vm> m_vms;
};

} // namespace models
