// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tierlist.h"

#include "models/format.h"
#include "service/api/tokenbody.h"
#include "service/core/json.h"
#include "service/tenancy/csv.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr std::array<QByteArrayView, 4> Columns{"subject_pubkey", "scope", "expires_in_seconds", "proof_of_possession"};

QString tr(const char *text)
{
    return QCoreApplication::translate("models::TierList", text);
}

std::unexpected<Error> refused(const QString &detail)
{
    return fail(ErrorCode::InvalidField, detail);
}

QString memberText(const Result<json::Value> &value, QByteArrayView name)
{
    const json::Value *member = value ? value->find(name) : nullptr;
    return member && member->string() ? plainText(QString::fromUtf8(*member->string())) : QString();
}

TierLine readRow(qint64 number, Result<json::Value> value)
{
    TierLine line{.number = number,
        .key = memberText(value, "subject_pubkey"),
        .scope = memberText(value, "scope"),
        .row = fail(ErrorCode::InvalidField, {})};
    if (!value) {
        line.row = std::unexpected(std::move(value.error()));
        return line;
    }
    auto rows = api::readTierRows(json::Value(json::Array{std::move(*value)}));
    line.row = rows ? std::move(rows->front()) : Result<engine::TierRow>(std::unexpected(std::move(rows.error())));
    if (!line.row) {
        for (FieldError &mistake : line.row.error().fields) {
            if (mistake.pointer.startsWith("/0"_L1)) // its place in a list of one
                mistake.pointer.remove(0, 2);
        }
    }
    return line;
}

json::Value cellValue(QByteArrayView column, const QByteArray &text)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (column == "expires_in_seconds" && std::ranges::all_of(text, isDigit))
        return json::Value(json::Number{text});
    if (column == "proof_of_possession" && (text == "true" || text == "false"))
        return json::Value(text == "true");
    return json::Value(text);
}

Result<json::Value> recordValue(const QByteArrayList &names, const QByteArrayList &cells)
{
    if (cells.size() > names.size() || cells.size() < 2)
        return refused(tr("has %1 cells, but a row has a key and a scope").arg(cells.size()));
    json::Object object;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        const QByteArray cell = cells[i].trimmed();
        if (!cell.isValidUtf8())
            return refused(tr("is not UTF-8"));
        if (!cell.isEmpty())
            object.push_back({names[i], cellValue(names[i], cell)});
    }
    return json::Value(std::move(object));
}

using Take = std::function<bool(Result<json::Value>)>; // false: it is enough

Result<void> readCsv(QByteArrayView text, const Take &take)
{
    tenancy::CsvReader reader(text);
    QByteArrayList names{"subject_pubkey"_ba, "scope"_ba};
    for (bool first = true;; first = false) {
        ASSIGN_OR_RETURN(const auto cells, reader.next());
        if (!cells)
            return {};
        if (first && cells->contains("subject_pubkey")) {
            names = *cells;
            for (const QByteArray &name : names) {
                if (!std::ranges::contains(Columns, QByteArrayView(name)) || names.count(name) > 1)
                    return refused(tr("The first line names the columns, and \"%1\" is none of them or stands there "
                                      "twice. Use subject_pubkey, scope, expires_in_seconds, proof_of_possession.")
                                       .arg(plainText(QString::fromUtf8(name))));
            }
            continue;
        }
        if (!take(recordValue(names, *cells)))
            return {};
    }
}

Result<void> readLines(QByteArrayView text, const Take &take)
{
    while (!text.isEmpty()) {
        const qsizetype end = text.indexOf('\n');
        const QByteArrayView line = (end < 0 ? text : text.first(end)).trimmed();
        text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
        if (!line.isEmpty() && !take(json::parse(line)))
            return {};
    }
    return {};
}

Result<void> readArray(QByteArrayView text, const Take &take)
{
    ASSIGN_OR_RETURN(const json::Value list, json::parse(text));
    for (const json::Value &row : *list.array()) {
        if (!take(row))
            return {};
    }
    return {};
}

} // namespace

Result<std::vector<TierLine>> readTierList(const QByteArray &text)
{
    if (text.size() > LargestTierList)
        return refused(
            tr("The list has %1 bytes; at most %2 are taken.").arg(count(text.size()), count(LargestTierList)));
    QByteArrayView body(text);
    if (body.startsWith("\xEF\xBB\xBF"))
        body = body.sliced(3);
    body = body.trimmed();
    std::vector<TierLine> lines;
    const auto take = [&](Result<json::Value> value) {
        lines.push_back(readRow(qint64(lines.size()) + 1, std::move(value)));
        return qsizetype(lines.size()) <= engine::MostTierRows;
    };
    TRY(body.startsWith('[')       ? readArray(body, take)
            : body.startsWith('{') ? readLines(body, take)
                                   : readCsv(body, take));
    if (lines.empty())
        return refused(tr("The list has no row. Paste one key and its scope a line, \"ssh-ed25519 AAAA…,READ\"."));
    if (qsizetype(lines.size()) > engine::MostTierRows)
        return refused(tr("The list has more than %1 rows. Take it in parts.").arg(count(engine::MostTierRows)));
    return lines;
}

} // namespace models
