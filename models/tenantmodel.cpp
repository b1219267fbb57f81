// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tenantmodel.h"

#include "models/format.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace models {

namespace {

bool same(const tenancy::Tenant &a, const tenancy::Tenant &b)
{
    return a.version == b.version && a.usage == b.usage && a.state == b.state;
}

} // namespace

QString stateText(TenantState state)
{
    switch (state) {
    case TenantState::Active:
        return TenantModel::tr("Active");
    case TenantState::Suspended:
        return TenantModel::tr("Suspended");
    case TenantState::Deleted:
        return TenantModel::tr("Deleted");
    }
    return {};
}

void TenantModel::refresh(const engine::SharedState &state, Timestamp now)
{
    std::vector<Row> fresh;
    state.read([&](const engine::State &published) {
        std::unordered_map<TenantId, qint64, IdHash> tokens;
        for (const auto &[id, token] : published.tokens) {
            if (!token.revokedAt && token.expiresAt > toSeconds(now))
                ++tokens[token.tenant];
        }
        for (const auto &[id, tenant] : published.tenants) {
            if (tenant.state != TenantState::Deleted)
                fresh.push_back({tenant, tokens[id]});
        }
    });

    const bool sameIds =
        std::ranges::equal(fresh, m_rows, [](const Row &a, const Row &b) { return a.tenant.id == b.tenant.id; });
    if (sameIds) {
        for (size_t i = 0; i < fresh.size(); ++i) {
            const bool differs = !same(fresh[i].tenant, m_rows[i].tenant) || fresh[i].tokens != m_rows[i].tokens;
            m_rows[i] = std::move(fresh[i]);
            if (differs)
                Q_EMIT dataChanged(index(int(i), 0), index(int(i), ColumnCount - 1));
        }
        return;
    }
    // Rows in both orders of ids: remove what went, insert what came.
    for (int i = int(m_rows.size()) - 1; i >= 0; --i) {
        const TenantId &id = m_rows[size_t(i)].tenant.id;
        const bool stays = std::ranges::binary_search(fresh, id, {}, [](const Row &row) { return row.tenant.id; });
        if (!stays) {
            beginRemoveRows({}, i, i);
            m_rows.erase(m_rows.begin() + i);
            endRemoveRows();
        }
    }
    if (m_rows.empty() && !fresh.empty()) {
        beginInsertRows({}, 0, int(fresh.size()) - 1);
        m_rows = std::move(fresh);
        endInsertRows();
        return;
    }
    for (size_t i = 0; i < fresh.size(); ++i) {
        if (i < m_rows.size() && m_rows[i].tenant.id == fresh[i].tenant.id) {
            m_rows[i] = std::move(fresh[i]);
            Q_EMIT dataChanged(index(int(i), 0), index(int(i), ColumnCount - 1));
        } else {
            beginInsertRows({}, int(i), int(i));
            m_rows.insert(m_rows.begin() + std::ptrdiff_t(i), std::move(fresh[i]));
            endInsertRows();
        }
    }
}

const tenancy::Tenant *TenantModel::at(int row) const
{
    return row >= 0 && size_t(row) < m_rows.size() ? &m_rows[size_t(row)].tenant : nullptr;
}

int TenantModel::rowOf(const TenantId &id) const
{
    const auto found = std::ranges::lower_bound(m_rows, id, {}, [](const Row &row) { return row.tenant.id; });
    return found != m_rows.end() && found->tenant.id == id ? int(found - m_rows.begin()) : -1;
}

int TenantModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int TenantModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString TenantModel::text(const Row &row, int column) const
{
    const tenancy::Tenant &tenant = row.tenant;
    switch (column) {
    case StateColumn:
        return stateText(tenant.state);
    case TenantColumn:
        return tenant.id.toString();
    case VmsColumn:
        return usageText(tenant.usage.vms, tenant.limits.maxVms, tr("VMs"));
    case StorageColumn:
        return usageText(tenant.usage.storageGb, tenant.limits.storageQuotaGb, tr("GB"));
    case RateColumn:
        return tr("%1/min").arg(count(tenant.limits.apiRateLimitRpm));
    case TokensColumn:
        return count(row.tokens);
    case CreatedColumn:
        return localTime(tenant.createdAt);
    default:
        return {};
    }
}

QVariant TenantModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[size_t(index.row())];
    const tenancy::Tenant &tenant = row.tenant;
    const bool storage = index.column() == StorageColumn;
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        return index.column() == CreatedColumn ? utcTime(tenant.createdAt) : QVariant();
    case Qt::AccessibleTextRole:
        return headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString() + u' '
            + text(row, index.column());
    case Qt::TextAlignmentRole: {
        const bool number = index.column() == RateColumn || index.column() == TokensColumn;
        return QVariant::fromValue((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    case IdRole:
        return tenant.id.toString();
    case NameRole:
        return plainText(tenant.displayName);
    case StateRole:
        return int(tenant.state);
    case UsedRole:
        return storage ? tenant.usage.storageGb : tenant.usage.vms;
    case LimitRole:
        return storage ? tenant.limits.storageQuotaGb : tenant.limits.maxVms;
    case SortRole:
        switch (index.column()) {
        case VmsColumn:
            return tenant.usage.vms;
        case StorageColumn:
            return tenant.usage.storageGb;
        case RateColumn:
            return tenant.limits.apiRateLimitRpm;
        case TokensColumn:
            return row.tokens;
        case CreatedColumn:
            return toMilliseconds(tenant.createdAt);
        default:
            return text(row, index.column());
        }
    default:
        return {};
    }
}

QVariant TenantModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
    case StateColumn:
        return tr("State");
    case TenantColumn:
        return tr("Tenant");
    case VmsColumn:
        return tr("VMs");
    case StorageColumn:
        return tr("Storage");
    case RateColumn:
        return tr("Rate");
    case TokensColumn:
        return tr("Tokens");
    case CreatedColumn:
        return tr("Created");
    default:
        return {};
    }
}

} // namespace models
