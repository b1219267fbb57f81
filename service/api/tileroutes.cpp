// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger as a tiled log under /ledger/ (C2SP tlog-tiles as of 5ba5ee8): each resource has one path in one spelling,
// without a query; every other is 404.

#include "service/api/api.h"
#include "service/api/handlers.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// Tiles never change once their checkpoint is out.
constexpr char Immutable[] = "max-age=31536000, immutable";

Result<Reply> tileReply(Api &api, const Exchange &exchange, bool entries)
{
    const auto absent = [] { return fail(ErrorCode::NotFound, u"There is no such tile."_s); };
    // As it was sent: an encoded spelling of a path is another path.
    static constexpr QByteArrayView prefix = "/ledger/";
    const QByteArrayView path(exchange.request.path);
    const auto tile = path.startsWith(prefix) ? ledger::parseTilePath(path.sliced(prefix.size())) : std::nullopt;
    if (!tile || (tile->level == ledger::TileId::Entries) != entries)
        return absent();
    ASSIGN_OR_RETURN(store::Database * database, api.reader());
    const TreeSize published = api.state().read([](const engine::State &state) { return state.ledgerSize; });
    auto bytes = ledger::LedgerReader(*database).tile(*tile, published);
    if (!bytes)
        return bytes.error().code == ErrorCode::NotFound ? Result<Reply>(absent()) : std::unexpected(bytes.error());
    Reply reply{.body = std::move(*bytes), .contentType = "application/octet-stream"_ba};
    // Whoever has no token gets another answer to the same path of a bundle, but the same tile of hashes.
    if (entries)
        reply.headers = {{"Cache-Control"_ba, "private, "_ba + Immutable}, {"Vary"_ba, "Authorization"_ba}};
    else
        reply.headers = {{"Cache-Control"_ba, "public, "_ba + Immutable}};
    return reply;
}

} // namespace

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
