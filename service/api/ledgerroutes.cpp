// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/entriespage.h"
#include "service/api/handlers.h"
#include "service/core/encoding.h"
#include "service/core/jsonwriter.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// What the server has published: the database may be a commit ahead of it.
struct Published
{
    TreeSize size;
    QByteArray checkpoint;
};
Published published(const Api &api)
{
    return api.state().read([](const engine::State &state) { return Published{state.ledgerSize, state.checkpoint}; });
}

// The stored bytes of an entry that the caller may read; another tenant's is as absent as one that was never written.
Result<QByteArray> ownEntry(
    Api &api, const Exchange &exchange, ledger::LedgerReader &reader, TreeSize size, LeafIndex &index)
{
    const auto absent = [] { return fail(ErrorCode::NotFound, u"There is no such entry."_s); };
    const auto number = parseDecimal(exchange.param("index"), INT64_MAX);
    if (!number || *number >= size)
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

} // namespace

void listEntries(Api &api, Exchange exchange)
{
    auto page = EntriesPage::fromQuery(api, exchange);
    if (page && !page->isQuick())
        return api.searches().start(std::move(exchange), std::move(*page));
    const auto outcome = [&]() -> Result<Reply> {
        if (!page)
            return std::unexpected(page.error());
        ASSIGN_OR_RETURN(store::Database * database, api.reader());
        ledger::LedgerReader reader(*database);
        bool more = true;
        while (more) {
            ASSIGN_OR_RETURN(more, page->step(reader));
        }
        return page->reply(exchange);
    }();
    api.answer(exchange, outcome);
}

void showEntry(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(store::Database * database, api.reader());
        ledger::LedgerReader reader(*database);
        LeafIndex index = 0;
        ASSIGN_OR_RETURN(QByteArray bytes, ownEntry(api, exchange, reader, published(api).size, index));
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
        const Published tree = published(api);
        ASSIGN_OR_RETURN(const QByteArray bytes, ownEntry(api, exchange, reader, tree.size, index));
        ASSIGN_OR_RETURN(const ledger::Note note, ledger::parseNote(tree.checkpoint));
        ASSIGN_OR_RETURN(const ledger::Checkpoint checkpoint, ledger::parseCheckpoint(note.text));
        ASSIGN_OR_RETURN(const auto proof, reader.inclusion(index, tree.size));
        json::Writer writer;
        writer.beginObject()
            .member("index", index)
            .member("tree_size", tree.size)
            .member("leaf_hash", toBase64(ledger::leafHash(bytes).view()));
        writeHashes(writer, proof);
        writer.member("root", toBase64(checkpoint.root.view())).member("checkpoint", tree.checkpoint).endObject();
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
        if (const TreeSize all = published(api).size; newer > all)
            return fail(ErrorCode::NotFound, u"The ledger has %1 entries, not yet %2."_s.arg(all).arg(newer));
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

} // namespace api
