// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tenantmodel.h"

#include "models/format.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace models {

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
    std::vector<TenantRow> rows;
    state.read([&](const engine::State &published) {
        std::unordered_map<TenantId, qint64, IdHash> tokens;
        for (const auto &[id, token] : published.tokens) {
            if (!token.revokedAt && token.expiresAt > toSeconds(now))
                ++tokens[token.tenant];
        }
        rows.reserve(published.tenants.size());
        for (const auto &[id, tenant] : published.tenants) {
            if (tenant.state != TenantState::Deleted)
                rows.push_back({tenant, tokens[id]});
        }
    });
    change(std::move(rows));
}

int TenantModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString TenantModel::text(const TenantRow &row, int column) const
{
    const tenancy::Tenant &tenant = row.tenant;
    switch (column) {
    case StateColumn:
        return stateText(tenant.state);
    case TenantColumn:
        return tenant.id.toString();
    case VmsColumn:
        return usageText(tenant.usage.vms, tenant.limits.maxVms, vmUnit(tenant.limits.maxVms));
    case StorageColumn:
        return usageText(tenant.usage.storageGb, tenant.limits.storageQuotaGb, tr("GB"));
    case RateColumn:
        return tr("%1/min").arg(count(tenant.limits.apiRateLimitRpm));
    case TokensColumn:
        return count(row.tokens);
    case CreatedColumn:
        return localDate(tenant.createdAt);
    default:
        return {};
    }
}

QVariant TenantModel::value(const TenantRow &row, int column, int role) const
{
    const tenancy::Tenant &tenant = row.tenant;
    const bool storage = column == StorageColumn;
    switch (role) {
    case Qt::ToolTipRole:
        if (column == CreatedColumn)
            return utcTime(tenant.createdAt);
        if (column == TenantColumn) // which may be too narrow for both
            return toolTipText(u"%1 · %2"_s.arg(tenant.id.toString(), plainText(tenant.displayName)));
        return column == VmsColumn || storage ? QVariant(text(row, column)) : QVariant();
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
    default:
        return {};
    }
}

bool TenantModel::isNumber(int column) const
{
    return column == RateColumn || column == TokensColumn;
}

bool TenantModel::isLess(const TenantRow &a, const TenantRow &b, int column) const
{
    switch (column) {
    case StateColumn:
        return a.tenant.state < b.tenant.state;
    case VmsColumn:
        return a.tenant.usage.vms < b.tenant.usage.vms;
    case StorageColumn:
        return a.tenant.usage.storageGb < b.tenant.usage.storageGb;
    case RateColumn:
        return a.tenant.limits.apiRateLimitRpm < b.tenant.limits.apiRateLimitRpm;
    case TokensColumn:
        return a.tokens < b.tokens;
    case CreatedColumn:
        return a.tenant.createdAt < b.tenant.createdAt;
    default:
        return a.tenant.id < b.tenant.id;
    }
}

bool TenantModel::looksAlike(const TenantRow &before, const TenantRow &after) const
{
    return before.tenant.version == after.tenant.version && before.tenant.usage == after.tenant.usage
        && before.tenant.state == after.tenant.state && before.tokens == after.tokens;
}

QString TenantModel::heading(int column) const
{
    switch (column) {
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
