// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/plain.h"

#include "service/core/encoding.h"
#include "service/core/visibletext.h"

using namespace Qt::StringLiterals;

namespace report {

namespace {

// What makes a spreadsheet compute a cell, the full-width forms included, which some take alike.
bool isFormula(QStringView text)
{
    static const QString begins = u"=+-@\uff1d\uff0b\uff0d\uff20"_s;
    return !text.isEmpty() && begins.contains(text.front());
}

// Where the list separator is ";", a field is cut at each of them, in spite of its quotes, and what follows is a cell.
void disarmInnerCells(QString &text)
{
    for (qsizetype at = text.indexOf(u';'); at >= 0; at = text.indexOf(u';', at)) {
        ++at;
        qsizetype begin = at;
        while (begin < text.size() && (text[begin].isSpace() || text[begin] == u'"'))
            ++begin;
        if (isFormula(QStringView(text).sliced(begin)))
            text.insert(begin, u'\'');
    }
}

struct Column
{
    const char *name;
    QByteArray (*value)(const Row &row);
};

QByteArray viaName(ledger::Via via)
{
    switch (via) {
    case ledger::Via::Http:
        return "http";
    case ledger::Via::Console:
        return "console";
    case ledger::Via::Control:
        return "control";
    }
    return {};
}

QByteArray kindName(ledger::ActorKind kind)
{
    switch (kind) {
    case ledger::ActorKind::Admin:
        return "admin";
    case ledger::ActorKind::Auditor:
        return "auditor";
    case ledger::ActorKind::Tenant:
        return "tenant";
    case ledger::ActorKind::System:
        return "system";
    }
    return {};
}

constexpr Column Columns[] = {
    {"index", [](const Row &row) { return QByteArray::number(qulonglong(row.fields.index)); }},
    {"time", [](const Row &row) { return formatTime(row.fields.time); }},
    {"event_type", [](const Row &row) { return row.fields.eventType; }},
    {"tenant_id", [](const Row &row) { return row.fields.tenant.text(); }},
    {"tenant_seq",
        [](const Row &row) {
            return row.fields.tenantSeq ? QByteArray::number(qulonglong(*row.fields.tenantSeq)) : QByteArray();
        }},
    {"actor_kind", [](const Row &row) { return kindName(row.fields.actor.kind); }},
    {"actor_token_id", [](const Row &row) { return row.fields.actor.tokenId.text(); }},
    {"actor_scope", [](const Row &row) { return row.fields.actor.scope; }},
    {"actor_subject", [](const Row &row) { return row.fields.actor.subject; }},
    {"via", [](const Row &row) { return viaName(row.fields.source.via); }},
    {"address", [](const Row &row) { return row.fields.source.address; }},
    {"request_id", [](const Row &row) { return row.fields.source.requestId.text(); }},
    {"user_agent", [](const Row &row) { return row.fields.source.userAgent; }},
    {"outcome", [](const Row &row) { return ledger::outcomeName(row.fields.outcome).toByteArray(); }},
    {"data", [](const Row &row) { return row.data.toByteArray(); }},
    {"leaf_hash", [](const Row &row) { return toHex(row.leaf.view()); }},
};

} // namespace

Result<void> writeJsonl(Source &source, Sink &sink)
{
    return source.forEachBytes([&](LeafIndex, const QByteArray &bytes) -> Result<void> {
        TRY(sink.write(bytes));
        return sink.write("\n");
    });
}

QByteArray csvField(QByteArrayView utf8, bool &changed)
{
    // Nearly every field is plain and needs no second look.
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'
            || c == '.' || c == ':' || c == '/' || c == ' ';
    };
    if (std::ranges::all_of(utf8, plain) && !utf8.startsWith('-'))
        return utf8.toByteArray();
    const QString text = QString::fromUtf8(utf8);
    QString shown = visibleText(text);
    if (isFormula(shown))
        shown.prepend(u'\'');
    disarmInnerCells(shown);
    changed = changed || shown != text;
    if (shown.contains(u'"') || shown.contains(u','))
        shown = u'"' + shown.replace(u'"', u"\"\""_s) + u'"';
    return shown.toUtf8();
}

Result<void> writeCsv(Source &source, Sink &sink)
{
    QByteArray line;
    for (const Column &column : Columns)
        line += QByteArray(column.name) + ',';
    TRY(sink.write(line + "escaped\r\n"));
    return source.forEach([&](const Row &row) -> Result<void> {
        line.resize(0);
        QByteArray escaped;
        for (const Column &column : Columns) {
            bool changed = false;
            line += csvField(column.value(row), changed) + ',';
            if (changed)
                escaped += (escaped.isEmpty() ? "" : " ") + QByteArray(column.name);
        }
        return sink.write(line + escaped + "\r\n");
    });
}

} // namespace report
