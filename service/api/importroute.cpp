// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// POST /v1/tenants/import: one request, many transactions. Rows go to the engine by the hundred, each time behind what
// others have queued meanwhile, so that no import holds up other writers for longer than that takes.

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/engine/importcommands.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace api {

namespace {

constexpr size_t RowsAtOnce = 100;

// On the I/O thread until it is posted, from then on with the engine's jobs, one after the other.
struct Import
{
    Exchange exchange;
    std::optional<IdempotencyKey> key;
    std::vector<tenancy::ImportRow> rows;
    std::vector<engine::ImportOutcome> outcomes = {};
    std::optional<LeafIndex> index = {}; // of the last entry so far
};
using ImportPtr = std::unique_ptr<Import>;

// What the engine answers to one piece.
struct Piece
{
    std::vector<engine::ImportOutcome> outcomes = {};
    std::optional<Reply> whole = {}; // the answer that the key stands for
};

Result<tenancy::ImportFormat> formatOf(const Exchange &exchange)
{
    const http::Request &request = exchange.request;
    if (request.bodyIsJson())
        return tenancy::ImportFormat::Json;
    const QByteArray type = request.mediaType();
    if (!request.headers.contains("Content-Encoding")) {
        if (type == "text/csv")
            return tenancy::ImportFormat::Csv;
        if (type == "application/x-ndjson" || type == "application/jsonl")
            return tenancy::ImportFormat::JsonLines;
    }
    return fail(ErrorCode::UnsupportedMediaType,
        u"Send the rows with Content-Type: application/json, application/x-ndjson or text/csv"_s);
}

const char *resultName(engine::ImportResult result)
{
    switch (result) {
    case engine::ImportResult::Created:
        return "created";
    case engine::ImportResult::Unchanged:
        return "unchanged";
    case engine::ImportResult::Refused:
        return "refused";
    }
    return "";
}

Reply answerOf(const Import &import)
{
    json::Writer writer;
    writer.beginArray();
    for (size_t i = 0; i < import.outcomes.size(); ++i) {
        const tenancy::ImportRow &row = import.rows[i];
        const engine::ImportOutcome &outcome = import.outcomes[i];
        writer.beginObject()
            .member("row", row.number)
            .textOrNull("tenant_id", row.id)
            .member("result", resultName(outcome.result));
        if (outcome.error)
            writeRefusal(writer, *outcome.error);
        writer.endObject();
    }
    writer.endArray();
    return {.body = writer.take()};
}

void post(Api &api, ImportPtr import);

// The key is free before the answer can be seen.
void answer(Api &api, const Import &import, Result<Reply> outcome)
{
    if (import.key)
        api.keysUnderWay().release(*import.key);
    if (!outcome && !import.outcomes.empty())
        outcome.error().detail +=
            u" The first %1 rows were imported; send the same body again to go on."_s.arg(import.outcomes.size());
    api.answerFromEngine(import.exchange, std::move(outcome));
}

// All rows are through: the answer, remembered where there is a key.
void finish(Api &api, ImportPtr import)
{
    Reply reply = answerOf(*import);
    if (!import->key) {
        if (import->index && !import->exchange.dryRun)
            reply.headers.append({"Ledger-Index"_ba, QByteArray::number(*import->index)});
        return answer(api, *import, std::move(reply));
    }
    engine::Caller caller = *import->exchange.caller;
    const Import *at = import.get(); // lives as long as the answer below, and so as the command
    api.engine().post<Reply>(
        std::move(caller),
        [at, reply = std::move(reply)](engine::Work &work) -> Result<Reply> {
            Reply whole = reply;
            if (at->index)
                whole.headers.append({"Ledger-Index"_ba, QByteArray::number(*at->index)});
            TRY(remember(work, *at->key, whole));
            return whole;
        },
        [&api, import = std::move(import)](Result<engine::Committed<Reply>> outcome) {
            answer(api, *import,
                outcome ? Result<Reply>(std::move(outcome->value)) : std::unexpected(std::move(outcome.error())));
        });
}

void take(Api &api, ImportPtr import, Result<engine::Committed<Piece>> outcome)
{
    if (!outcome)
        return answer(api, *import, std::unexpected(std::move(outcome.error())));
    if (outcome->value.whole)
        return answer(api, *import, std::move(*outcome->value.whole));
    std::ranges::move(outcome->value.outcomes, std::back_inserter(import->outcomes));
    if (outcome->index)
        import->index = outcome->index;
    if (import->outcomes.size() < import->rows.size())
        post(api, std::move(import));
    else
        finish(api, std::move(import));
}

void post(Api &api, ImportPtr import)
{
    engine::Caller caller = *import->exchange.caller;
    const auto kind = import->exchange.dryRun ? engine::Job::Kind::DryRun : engine::Job::Kind::Change;
    const Import *at = import.get(); // as above
    api.engine().post<Piece>(
        std::move(caller),
        [at](engine::Work &work) -> Result<Piece> {
            const size_t done = at->outcomes.size();
            Piece piece;
            if (at->key && done == 0) {
                ASSIGN_OR_RETURN(piece.whole, recall(work, *at->key));
                if (piece.whole)
                    return piece;
            }
            const auto rest = std::span(at->rows).subspan(done);
            ASSIGN_OR_RETURN(
                piece.outcomes, engine::importTenants(work, rest.first(std::min(rest.size(), RowsAtOnce))));
            return piece;
        },
        [&api, import = std::move(import)](
            Result<engine::Committed<Piece>> outcome) mutable { take(api, std::move(import), std::move(outcome)); },
        kind);
}

} // namespace

void importTenants(Api &api, Exchange exchange)
{
    auto import = [&]() -> Result<ImportPtr> {
        ASSIGN_OR_RETURN(auto key, idempotencyKey(exchange));
        ASSIGN_OR_RETURN(const tenancy::ImportFormat format, formatOf(exchange));
        ASSIGN_OR_RETURN(auto rows, tenancy::readImport(format, exchange.request.body));
        if (key)
            TRY(api.keysUnderWay().hold(*key));
        return std::make_unique<Import>(
            Import{.exchange = std::move(exchange), .key = std::move(key), .rows = std::move(rows)});
    }();
    if (!import)
        return api.answer(exchange, std::unexpected(std::move(import.error())));
    (*import)->exchange.request.body.clear();
    post(api, std::move(*import));
}

} // namespace api
