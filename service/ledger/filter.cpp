// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/filter.h"

#include <QtCore/qstringlist.h>

#include <array>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

struct KeyRow
{
    FilterKey key;
    QByteArrayView name;
    QLatin1StringView column;
};

constexpr std::array<KeyRow, 7> Keys{{
    {FilterKey::TenantId, "tenant-id", "tenant_id"_L1},
    {FilterKey::NodeId, "node-id", "node_id"_L1},
    {FilterKey::VmId, "vm-id", "vm_id"_L1},
    {FilterKey::TokenId, "token-id", "token_id"_L1},
    {FilterKey::Actor, "actor", "actor_id"_L1},
    {FilterKey::RequestId, "request-id", "request_id"_L1},
    {FilterKey::Outcome, "outcome", "outcome"_L1},
}};

// One value is an equation that an index may serve. Several would make SQLite sort what the indexes give it, page for
// page; the unary plus keeps it from using them, so that it reads in order of idx instead.
QString anyOf(const QString &column, qsizetype count)
{
    if (count == 1)
        return column + " = ?"_L1;
    return u"+%1 IN (%2)"_s.arg(column, QStringList(count, u"?"_s).join(u", "));
}

} // namespace

std::optional<FilterKey> filterKey(QByteArrayView name)
{
    const QByteArray hyphened = name.toByteArray().replace('_', '-');
    for (const KeyRow &row : Keys) {
        if (row.name == hyphened)
            return row.key;
    }
    return {};
}

Result<void> EntryFilter::add(QByteArrayView keyAndValue)
{
    const qsizetype equals = keyAndValue.indexOf('=');
    const auto key = filterKey(keyAndValue.first(std::max<qsizetype>(equals, 0)));
    if (equals < 0 || !key)
        return fail(ErrorCode::InvalidField,
            u"\"%1\" is no filter; it takes KEY=VALUE, the keys being tenant-id, node-id, vm-id, token-id, actor, "
            "request-id and outcome."_s.arg(QString::fromUtf8(keyAndValue)));
    const QByteArray value = keyAndValue.sliced(equals + 1).toByteArray();
    if (value.isEmpty() || !value.isValidUtf8())
        return fail(ErrorCode::InvalidField,
            u"The filter \"%1\" has no value."_s.arg(QString::fromUtf8(keyAndValue.first(equals))));
    if (*key == FilterKey::Outcome && value != "ok" && value != "denied" && value != "failed")
        return fail(ErrorCode::InvalidField, u"An outcome is ok, denied or failed."_s);
    terms.append({*key, value});
    return {};
}

bool findsByIndex(const EntryFilter &filter)
{
    if (filter.terms.isEmpty())
        return filter.eventTypes.isEmpty();
    return filter.terms.size() == 1 && filter.terms.front().key == FilterKey::TenantId && filter.eventTypes.size() <= 1;
}

FilterSql filterSql(const EntryFilter &filter)
{
    FilterSql sql;
    QStringList conditions;
    for (const KeyRow &row : Keys) {
        qsizetype count = 0;
        for (const FilterTerm &term : filter.terms) {
            if (term.key == row.key) {
                sql.values.append(QString::fromUtf8(term.value));
                ++count;
            }
        }
        if (count > 0)
            conditions.append(anyOf(row.column, count));
    }
    if (!filter.eventTypes.isEmpty()) {
        conditions.append(anyOf(u"event_type"_s, filter.eventTypes.size()));
        for (const QByteArray &type : filter.eventTypes)
            sql.values.append(QString::fromUtf8(type));
    }
    sql.condition = conditions.join(" AND "_L1);
    return sql;
}

} // namespace ledger
