// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/query.h"

#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"
#include "service/core/visibletext.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace report {

namespace {

struct KeyRow
{
    ledger::FilterKey key;
    const char *member;
    const char *hyphened; // as EntryFilter::add takes it
    QLatin1StringView label;
};

constexpr KeyRow Keys[] = {
    {ledger::FilterKey::TenantId, "tenant_id", "tenant-id", "Tenant"_L1},
    {ledger::FilterKey::NodeId, "node_id", "node-id", "Node"_L1},
    {ledger::FilterKey::VmId, "vm_id", "vm-id", "VM"_L1},
    {ledger::FilterKey::TokenId, "token_id", "token-id", "Token acted on"_L1},
    {ledger::FilterKey::Actor, "actor", "actor", "Acting token"_L1},
    {ledger::FilterKey::RequestId, "request_id", "request-id", "Request"_L1},
    {ledger::FilterKey::Outcome, "outcome", "outcome", "Outcome"_L1},
};

QList<QByteArray> sorted(QList<QByteArray> values)
{
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

QList<QByteArray> valuesOf(const ledger::EntryFilter &filter, ledger::FilterKey key)
{
    QList<QByteArray> values;
    for (const ledger::FilterTerm &term : filter.terms) {
        if (term.key == key)
            values.append(term.value);
    }
    return sorted(std::move(values));
}

void writeList(json::Writer &writer, QByteArrayView name, const QList<QByteArray> &values)
{
    if (values.isEmpty())
        return;
    writer.key(name).beginArray();
    for (const QByteArray &value : values)
        writer.value(value);
    writer.endArray();
}

// A text or a list of texts.
QList<QByteArray> readList(json::ObjectReader &reader, const char *name)
{
    const json::Value *value = reader.optionalValue(name);
    if (!value)
        return {};
    if (const QByteArray *text = value->string())
        return {*text};
    const json::Array *array = value->array();
    QList<QByteArray> list;
    for (const json::Value &item : array ? *array : json::Array()) {
        if (item.string())
            list.append(*item.string());
    }
    if (!array || array->empty() || list.size() != qsizetype(array->size())) {
        reader.reject(QString::fromLatin1(name), u"must be a text, or a list of at least one"_s);
        return {};
    }
    return list;
}

std::optional<Timestamp> readTime(json::ObjectReader &reader, const char *name)
{
    const auto text = reader.optionalText(name, 1, 64);
    const auto time = text ? parseTime(text->toUtf8()) : std::nullopt;
    if (text && !time)
        reader.reject(QString::fromLatin1(name), u"must be a time such as 2026-11-23T18:00:00Z, or a date"_s);
    return time;
}

QByteArray fieldOf(const ledger::EntryFields &entry, ledger::FilterKey key)
{
    switch (key) {
    case ledger::FilterKey::TenantId:
        return entry.tenant.text();
    case ledger::FilterKey::NodeId:
        return entry.node.text();
    case ledger::FilterKey::VmId:
        return entry.vm.text();
    case ledger::FilterKey::TokenId:
        return entry.token.text();
    case ledger::FilterKey::Actor:
        return entry.actor.tokenId.text();
    case ledger::FilterKey::RequestId:
        return entry.source.requestId.text();
    case ledger::FilterKey::Outcome:
        return ledger::outcomeName(entry.outcome).toByteArray();
    }
    return {};
}

QString joined(const QList<QByteArray> &values)
{
    QStringList texts;
    for (const QByteArray &value : values)
        texts.append(visibleText(QString::fromUtf8(value)));
    return texts.join(u" or "_s);
}

} // namespace

QByteArray queryJson(const ledger::EntryFilter &filter)
{
    json::Writer writer;
    writer.beginObject();
    for (const KeyRow &row : Keys)
        writeList(writer, row.member, valuesOf(filter, row.key));
    writeList(writer, "event_type", sorted(filter.eventTypes));
    if (filter.since)
        writer.member("since", formatTime(*filter.since));
    if (filter.until)
        writer.member("until", formatTime(*filter.until));
    if (filter.from > 0)
        writer.member("from", filter.from);
    if (filter.limit)
        writer.member("limit", *filter.limit);
    if (filter.reverse)
        writer.member("reverse", true);
    writer.endObject();
    return writer.take();
}

ledger::EntryFilter readQuery(json::ObjectReader &reader)
{
    ledger::EntryFilter filter;
    for (const KeyRow &row : Keys) {
        for (const QByteArray &value : readList(reader, row.member)) {
            if (auto added = filter.add(QByteArray(row.hyphened) + '=' + value); !added)
                reader.reject(QString::fromLatin1(row.member), added.error().detail);
        }
    }
    for (const QByteArray &type : readList(reader, "event_type")) {
        if (ledger::isEventType(type))
            filter.eventTypes.append(type);
        else
            reader.reject(u"event_type"_s, u"holds no event type; they look like TENANT_CREATED"_s);
    }
    filter.since = readTime(reader, "since");
    filter.until = readTime(reader, "until");
    filter.from = LeafIndex(reader.optionalInteger("from", 0, INT64_MAX).value_or(0));
    if (const auto limit = reader.optionalInteger("limit", 0, INT64_MAX))
        filter.limit = std::uint64_t(*limit);
    filter.reverse = reader.optionalBoolean("reverse").value_or(false);
    return filter;
}

QList<std::pair<QString, QString>> describeQuery(const ledger::EntryFilter &filter)
{
    QList<std::pair<QString, QString>> lines;
    for (const KeyRow &row : Keys) {
        if (const auto values = valuesOf(filter, row.key); !values.isEmpty())
            lines.append({QString(row.label), joined(values)});
    }
    if (!filter.eventTypes.isEmpty())
        lines.append({u"Event"_s, joined(sorted(filter.eventTypes))});
    if (filter.since)
        lines.append({u"Since"_s, QString::fromLatin1(formatTime(*filter.since)) + u" (inclusive)"_s});
    if (filter.until)
        lines.append({u"Until"_s, QString::fromLatin1(formatTime(*filter.until)) + u" (exclusive)"_s});
    if (filter.from > 0)
        lines.append({u"From index"_s, QString::number(filter.from)});
    if (filter.limit)
        lines.append({u"At most"_s, u"%1 entries"_s.arg(*filter.limit)});
    if (filter.reverse)
        lines.append({u"Order"_s, u"newest first"_s});
    return lines;
}

bool isWholeLedger(const ledger::EntryFilter &filter)
{
    return filter.terms.isEmpty() && filter.eventTypes.isEmpty() && !filter.since && !filter.until && filter.from == 0
        && !filter.limit;
}

bool matches(const ledger::EntryFilter &filter, const ledger::EntryFields &entry)
{
    for (const KeyRow &row : Keys) {
        const auto values = valuesOf(filter, row.key);
        if (!values.isEmpty() && !values.contains(fieldOf(entry, row.key)))
            return false;
    }
    return (filter.eventTypes.isEmpty() || filter.eventTypes.contains(entry.eventType))
        && (!filter.since || entry.time >= *filter.since) && (!filter.until || entry.time < *filter.until)
        && entry.index >= filter.from;
}

QByteArray reportId(const crypto::Digest &root, const ledger::EntryFilter &filter)
{
    return toHex(crypto::sha256({root.view(), queryJson(filter)}).view());
}

} // namespace report
