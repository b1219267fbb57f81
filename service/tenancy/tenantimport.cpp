// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/tenantimport.h"

#include "service/tenancy/csv.h"
#include "service/tenancy/tenantjson.h"

#include <QtCore/qhash.h>
#include <QtCore/qset.h>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace tenancy {

namespace {

constexpr qsizetype MostColumns = 1000; // of CSV: rows may differ in which labels they have
constexpr QByteArrayView LabelPrefix("labels.");
constexpr std::array<QByteArrayView, 6> Columns{
    "tenant_id", "display_name", "max_vms", "storage_quota_gb", "api_rate_limit_rpm", "plan"};
constexpr QByteArrayView ByteOrderMark("\xEF\xBB\xBF");

std::unexpected<Error> refused(const QString &detail)
{
    return fail(Error{.code = ErrorCode::InvalidField, .detail = detail, .fields = {{QString(), detail}}});
}

// What a cell says where a whole number belongs: a number if it looks like one, for the reader of bodies to judge.
json::Value cellValue(QByteArrayView column, const QByteArray &text)
{
    static constexpr QByteArrayView numeric("-0123456789.eE+");
    const bool number = column.endsWith("_vms") || column.endsWith("_gb") || column.endsWith("_rpm");
    if (number && std::ranges::all_of(text, [](char c) { return numeric.contains(c); }))
        return json::Value(json::Number{text});
    return json::Value(text);
}

Result<void> checkNames(const QByteArrayList &names)
{
    if (names.size() > MostColumns)
        return refused(u"The first line names %1 columns; at most %2 are taken."_s.arg(names.size()).arg(MostColumns));
    QSet<QByteArray> seen;
    for (const QByteArray &name : names) {
        const bool label = name.startsWith(LabelPrefix) && name.size() > LabelPrefix.size();
        if (!label && !std::ranges::contains(Columns, QByteArrayView(name)))
            return refused(u"The first line names the columns, and \"%1\" is none: there are %2 and labels.NAME."_s.arg(
                QString::fromUtf8(name),
                u"tenant_id, display_name, max_vms, storage_quota_gb, api_rate_limit_rpm, plan"_s));
        if (seen.contains(name))
            return refused(u"The first line has the column \"%1\" twice."_s.arg(QString::fromUtf8(name)));
        seen.insert(name);
    }
    if (!names.contains("tenant_id"))
        return refused(u"The first line names no column tenant_id."_s);
    return {};
}

Result<json::Value> recordValue(const QByteArrayList &names, const QByteArrayList &cells)
{
    if (cells.size() != names.size())
        return refused(u"has %1 cells where the first line names %2 columns"_s.arg(cells.size()).arg(names.size()));
    json::Object object, labels;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        if (!cells[i].isValidUtf8())
            return refused(u"is not UTF-8"_s);
        if (cells[i].isEmpty())
            continue;
        if (names[i].startsWith(LabelPrefix))
            labels.push_back({names[i].sliced(LabelPrefix.size()), json::Value(cells[i])});
        else
            object.push_back({names[i], cellValue(names[i], cells[i])});
    }
    if (!labels.empty())
        object.push_back({"labels"_ba, json::Value(std::move(labels))});
    return json::Value(std::move(object));
}

// Gives each record, read or not, to `take`; false ends it.
using Take = std::function<bool(Result<json::Value>)>;

Result<void> readCsv(QByteArrayView body, const Take &take)
{
    if (body.startsWith(ByteOrderMark))
        body = body.sliced(ByteOrderMark.size());
    CsvReader reader(body);
    ASSIGN_OR_RETURN(const auto names, reader.next());
    if (!names)
        return {};
    TRY(checkNames(*names));
    while (true) {
        auto cells = reader.next();
        if (!cells)
            return refused(cells.error().detail);
        if (!*cells || !take(recordValue(*names, **cells)))
            return {};
    }
}

Result<void> readLines(QByteArrayView body, const Take &take)
{
    while (!body.isEmpty()) {
        const qsizetype end = body.indexOf('\n');
        const QByteArrayView line = (end < 0 ? body : body.first(end)).trimmed();
        body = end < 0 ? QByteArrayView() : body.sliced(end + 1);
        if (!line.isEmpty() && !take(json::parse(line)))
            return {};
    }
    return {};
}

Result<void> readArray(QByteArrayView body, const Take &take)
{
    ASSIGN_OR_RETURN(json::Value value, json::parse(body));
    if (!value.array())
        return refused(u"The body must be an array of tenants."_s);
    for (const json::Value &element : *value.array()) {
        if (!take(element))
            return {};
    }
    return {};
}

QByteArray idIn(const Result<json::Value> &record)
{
    const json::Value *id = record ? record->find("tenant_id") : nullptr;
    return id && id->string() ? *id->string() : QByteArray();
}

} // namespace

Result<std::vector<ImportRow>> readImport(ImportFormat format, const QByteArray &body)
{
    std::vector<ImportRow> rows;
    QHash<QByteArray, qint64> seen; // where an id stands first
    bool tooMany = false;
    const auto take = [&](Result<json::Value> record) {
        tooMany = qsizetype(rows.size()) == MostImportRows;
        if (tooMany)
            return false;
        const qint64 number = qint64(rows.size()) + 1;
        ImportRow row{.number = number, .id = idIn(record), .spec = record.and_then(readTenantSpec)};
        if (const auto first = seen.constFind(row.id); !row.id.isEmpty() && first != seen.constEnd())
            row.spec = fail(Error{.code = ErrorCode::InvalidField,
                .detail = u"One field can't be taken."_s,
                .fields = {{u"/tenant_id"_s, u"stands in row %1 already"_s.arg(*first)}}});
        else
            seen.insert(row.id, number);
        rows.push_back(std::move(row));
        return true;
    };
    TRY(format == ImportFormat::Csv             ? readCsv(body, take)
            : format == ImportFormat::JsonLines ? readLines(body, take)
                                                : readArray(body, take));
    if (tooMany)
        return refused(u"One import takes at most %1 rows. Send the rest in another."_s.arg(MostImportRows));
    if (rows.empty())
        return refused(u"There are no rows in the body."_s);
    return rows;
}

} // namespace tenancy
