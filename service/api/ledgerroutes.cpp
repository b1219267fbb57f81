// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// What an entry's filter takes; with underscores too.
Result<ledger::EntryFilter> readFilter(Api &api, const Exchange &exchange)
{
    ledger::EntryFilter filter;
    const engine::Caller &caller = *exchange.caller;
    for (const auto &[name, value] : exchange.query) {
        const QByteArray key = QByteArray(name).replace('_', '-');
        if (const auto known = ledger::filterKey(key)) {
            if (known == ledger::FilterKey::TenantId && caller.isTenant() && value != caller.tenant.text()) {
                api.recordForeign(exchange, ErrorCode::InsufficientScope);
                return fail(ErrorCode::InsufficientScope, u"This token reads entries of its own tenant only."_s);
            }
            if (auto added = filter.add(key + '=' + value); !added)
                return fail(queryMistake(name, added.error().detail));
        } else if (key == "event-type") {
            if (!ledger::isEventType(value))
                return fail(queryMistake(name, u"is no event type"_s));
            filter.eventTypes.append(value);
        } else if (key == "since" || key == "until") {
            const auto time = parseTime(value);
            if (!time)
                return fail(queryMistake(name, u"must be a time such as 2026-11-23T18:00:00Z, or a date"_s));
            (key == "since" ? filter.since : filter.until) = *time;
        } else if (key == "from") {
            const auto index = parseDecimal(value, INT64_MAX);
            if (!index)
                return fail(queryMistake(name, u"must be the index of an entry"_s));
            filter.from = *index;
        }
    }
    ASSIGN_OR_RETURN(filter.reverse, queryFlag(exchange, "reverse"));
    if (caller.isTenant() && !exchange.queryValue("tenant-id") && !exchange.queryValue("tenant_id"))
        TRY(filter.add("tenant-id=" + caller.tenant.text()));
    return filter;
}

Result<Reply> entriesPage(Api &api, const Exchange &exchange)
{
    ASSIGN_OR_RETURN(const qint64 limit, pageLimit(exchange));
    ASSIGN_OR_RETURN(const QByteArray cursor, readCursor(exchange));
    ASSIGN_OR_RETURN(const bool counted, queryFlag(exchange, "count"));
    ASSIGN_OR_RETURN(ledger::EntryFilter filter, readFilter(api, exchange));
    ASSIGN_OR_RETURN(store::Database * database, api.reader());
    ledger::LedgerReader reader(*database);

    std::optional<std::uint64_t> total;
    if (counted) {
        ASSIGN_OR_RETURN(total, reader.count(filter));
    }
    if (!cursor.isEmpty()) {
        const auto index = parseDecimal(cursor, INT64_MAX);
        if (!index)
            return fail(queryMistake("cursor", u"is not one that a Link field gave"_s));
        if (filter.reverse)
            filter.before = *index;
        else
            filter.from = std::max<LeafIndex>(filter.from, *index);
    }
    filter.limit = std::uint64_t(limit) + 1;
    QByteArray body = "[";
    qint64 count = 0;
    std::optional<LeafIndex> last, more;
    TRY(reader.read(filter, [&](LeafIndex index, const QByteArray &bytes) {
        if (count == limit) {
            more = index;
            return false;
        }
        if (count++ > 0)
            body += ',';
        body += bytes;
        last = index;
        return true;
    }));
    Reply reply{.body = body + ']'};
    if (total)
        reply.headers.append({"X-Total-Count"_ba, QByteArray::number(*total)});
    if (more)
        reply.headers.append(nextLink(exchange, makeCursor(QByteArray::number(filter.reverse ? *last : *more))));
    return reply;
}

// The stored bytes of an entry that the caller may read; another tenant's is as absent as one that was never written.
Result<QByteArray> ownEntry(Api &api, const Exchange &exchange, ledger::LedgerReader &reader, LeafIndex &index)
{
    const auto absent = [] { return fail(ErrorCode::NotFound, u"There is no such entry."_s); };
    const auto number = parseDecimal(exchange.param("index"), INT64_MAX);
    if (!number)
        return absent();
    index = *number;
    auto bytes = reader.entry(index);
    if (!bytes)
        return bytes.error().code == ErrorCode::NotFound ? Result<QByteArray>(absent()) : bytes;
    if (exchange.caller->isTenant()) {
        ASSIGN_OR_RETURN(const ledger::EntryFields fields, ledger::parseEntry(*bytes));
        if (fields.tenant != exchange.caller->tenant) {
            api.recordForeign(exchange, ErrorCode::NotFound);
            return absent();
        }
    }
    return bytes;
}

void writeHashes(json::Writer &writer, const std::vector<ledger::Digest> &hashes)
{
    writer.key("hashes").beginArray();
    for (const auto &hash : hashes)
        writer.value(toBase64(hash.view()));
    writer.endArray();
}

// Tiles never change once their checkpoint is out.
constexpr QByteArrayView Immutable = "public, max-age=31536000, immutable";

Result<Reply> tileReply(Api &api, const Exchange &exchange, bool entries)
{
    const auto absent = [] { return fail(ErrorCode::NotFound, u"There is no such tile."_s); };
    // As it was sent: an encoded spelling of a path is another path.
    static constexpr QByteArrayView prefix = "/ledger/";
    const auto tile = ledger::parseTilePath(QByteArrayView(exchange.request.path).sliced(prefix.size()));
    if (!tile || (tile->level == ledger::TileId::Entries) != entries)
        return absent();
    ASSIGN_OR_RETURN(store::Database * database, api.reader());
    const TreeSize published = api.state().read([](const engine::State &state) { return state.ledgerSize; });
    auto bytes = ledger::LedgerReader(*database).tile(*tile, published);
    if (!bytes)
        return bytes.error().code == ErrorCode::NotFound ? Result<Reply>(absent()) : std::unexpected(bytes.error());
    return Reply{.body = std::move(*bytes),
        .contentType = "application/octet-stream"_ba,
        .headers = {{"Cache-Control"_ba, entries ? "private, max-age=31536000, immutable"_ba : Immutable.toByteArray()},
            {"Vary"_ba, "Authorization"_ba}}};
}

} // namespace

void listEntries(Api &api, Exchange exchange)
{
    api.answer(exchange, entriesPage(api, exchange));
}

void showEntry(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(store::Database * database, api.reader());
        ledger::LedgerReader reader(*database);
        LeafIndex index = 0;
        ASSIGN_OR_RETURN(QByteArray bytes, ownEntry(api, exchange, reader, index));
        return Reply{.body = std::move(bytes)};
    }();
    api.answer(exchange, outcome);
}

void showProof(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(store::Database * database, api.reader());
        ledger::LedgerReader reader(*database);
        LeafIndex index = 0;
        ASSIGN_OR_RETURN(const QByteArray bytes, ownEntry(api, exchange, reader, index));
        ASSIGN_OR_RETURN(const ledger::Head head, reader.head());
        ASSIGN_OR_RETURN(const auto proof, reader.inclusion(index, head.size));
        json::Writer writer;
        writer.beginObject()
            .member("index", index)
            .member("tree_size", head.size)
            .member("leaf_hash", toBase64(ledger::leafHash(bytes).view()));
        writeHashes(writer, proof);
        writer.member("root", toBase64(head.root.view())).member("checkpoint", head.checkpoint).endObject();
        return Reply{.body = writer.take()};
    }();
    api.answer(exchange, outcome);
}

void showConsistency(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        const auto size = [&](QByteArrayView name) -> Result<TreeSize> {
            const auto text = exchange.queryValue(name);
            const auto number = text ? parseDecimal(*text, INT64_MAX) : std::nullopt;
            if (!number)
                return fail(queryMistake(name, u"must be the size of a tree"_s));
            return *number;
        };
        ASSIGN_OR_RETURN(const TreeSize older, size("old"));
        ASSIGN_OR_RETURN(const TreeSize newer, size("new"));
        if (older > newer)
            return fail(queryMistake("old", u"must not be greater than new"_s));
        ASSIGN_OR_RETURN(store::Database * database, api.reader());
        ASSIGN_OR_RETURN(const auto proof, ledger::LedgerReader(*database).consistency(older, newer));
        json::Writer writer;
        writer.beginObject().member("old", older).member("new", newer);
        writeHashes(writer, proof);
        writer.endObject();
        return Reply{.body = writer.take()};
    }();
    api.answer(exchange, outcome);
}

void showCheckpoint(Api &api, Exchange exchange)
{
    // As for tiles: one path, in one spelling.
    if (exchange.request.path != "/ledger/checkpoint")
        return api.answer(exchange, fail(ErrorCode::NotFound, u"There is nothing here."_s));
    api.answer(exchange,
        Reply{.body = api.state().read([](const engine::State &state) { return state.checkpoint; }),
            .contentType = "text/plain; charset=utf-8"_ba,
            .headers = {{"Cache-Control"_ba, "no-cache"_ba}}});
}

void showTile(Api &api, Exchange exchange)
{
    api.answer(exchange, tileReply(api, exchange, false));
}

void showEntryBundle(Api &api, Exchange exchange)
{
    api.answer(exchange, tileReply(api, exchange, true));
}

} // namespace api
