// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/vmmodel.h"

#include "models/format.h"

namespace models {

void VmModel::setVms(std::vector<fleet::Vm> vms)
{
    beginResetModel();
    m_vms = std::move(vms);
    endResetModel();
}

int VmModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_vms.size());
}

int VmModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString VmModel::text(const fleet::Vm &vm, int column) const
{
    switch (column) {
    case StateColumn:
        return QString::fromLatin1(fleet::toText(vm.state));
    case VmColumn:
        return shortHash(vm.id.toString());
    case NameColumn:
        return plainText(vm.name);
    case SizeColumn:
        return tr("%1 MB, %2 CPU, %3 GB").arg(count(vm.ramMb), count(vm.vcpuCount), count(vm.diskGb));
    case NodeColumn:
        return vm.node.isEmpty() ? tr("waits for a node") : plainText(vm.node.toString());
    case CreatedColumn:
        return localTime(vm.createdAt);
    default:
        return {};
    }
}

QVariant VmModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const fleet::Vm &vm = m_vms[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(vm, index.column());
    case Qt::ToolTipRole:
        if (index.column() == VmColumn)
            return vm.id.toString();
        return index.column() == CreatedColumn ? utcTime(vm.createdAt) : QVariant();
    case Qt::AccessibleTextRole:
        return headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString() + u' ' + text(vm, index.column());
    default:
        return {};
    }
}

QVariant VmModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
    case StateColumn:
        return tr("State");
    case VmColumn:
        return tr("VM");
    case NameColumn:
        return tr("Name");
    case SizeColumn:
        return tr("Size");
    case NodeColumn:
        return tr("Node");
    case CreatedColumn:
        return tr("Created");
    default:
        return {};
    }
}

} // namespace models
