// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tokens in the place of others: tiers, rotation of a token, rotation of the keys.

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/api/problem.h"
#include "service/api/tokenbody.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/tokens/tokenstore.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// A rehearsal registers nothing, so its text must not exist either.
void writeIssued(json::Writer &writer, Reply &reply, const engine::IssuedToken &issued, bool dryRun)
{
    tokens::writeToken(writer, issued.record, dryRun ? QByteArray() : issued.text);
    if (!dryRun)
        reply.issued.push_back({issued.record.id, issued.text});
}

void writeOutcome(json::Writer &writer, Reply &reply, const Result<engine::TierRow> &row,
    const engine::TierOutcome &outcome, bool dryRun)
{
    const auto text = [&](auto &&of) { return row ? std::optional<QByteArray>(of(*row)) : std::nullopt; };
    writer.beginObject()
        .member("subject_pubkey",
            text([](const engine::TierRow &read) { return crypto::publicKeyToText(read.subjectKey); }))
        .member("scope", text([](const engine::TierRow &read) { return read.scope.text(); }))
        .member("result",
            outcome.refusal         ? "refused"
                : outcome.changed() ? "changed"
                                    : "unchanged");
    writer.key("token");
    if (outcome.issued)
        writeIssued(writer, reply, *outcome.issued, dryRun);
    else
        writer.value(nullptr);
    writer.textOrNull("token_id", outcome.issued ? outcome.issued->record.id.text() : outcome.held.text());
    writer.key("revoked").beginArray();
    for (const TokenId &id : outcome.revoked)
        writer.value(id.text());
    writer.endArray();
    if (outcome.refusal)
        writeRefusal(writer, *outcome.refusal);
    writer.endObject();
}

std::optional<QByteArray> timeOf(const std::optional<qint64> &seconds)
{
    return seconds ? std::optional(formatTime(fromSeconds(*seconds))) : std::nullopt;
}

Result<engine::KeyKind> readKeyKind(const Exchange &exchange)
{
    ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
    json::ObjectReader reader(body);
    const QString key = reader.text("key", 1, 16);
    if (!key.isEmpty() && key != "token"_L1 && key != "ledger"_L1)
        reader.reject(u"key"_s, u"must be token or ledger"_s);
    TRY(reader.finish());
    return key == "token"_L1 ? engine::KeyKind::Token : engine::KeyKind::Ledger;
}

} // namespace

void changeTiers(Api &api, Exchange exchange)
{
    const TenantId tenant(exchange.param("id"));
    auto rows = [&]() -> Result<std::vector<Result<engine::TierRow>>> {
        TRY(api.requireOwn(exchange, tenant));
        ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
        return readTierRows(body);
    }();
    if (!rows)
        return api.answer(exchange, std::unexpected(std::move(rows.error())));
    const bool dryRun = exchange.dryRun;
    api.write<std::vector<engine::TierOutcome>>(
        std::move(exchange),
        [tenant, rows = *rows](engine::Work &work) { return engine::changeTiers(work, tenant, rows); },
        [rows = *rows, dryRun](const std::vector<engine::TierOutcome> &outcomes) {
            Reply reply;
            json::Writer writer;
            writer.beginArray();
            for (size_t i = 0; i < outcomes.size(); ++i)
                writeOutcome(writer, reply, rows[i], outcomes[i], dryRun);
            writer.endArray();
            reply.body = writer.take();
            return reply;
        });
}

void rotateToken(Api &api, Exchange exchange)
{
    const TokenId id(exchange.param("token_id"));
    const auto rotation = jsonBody(exchange).and_then(readTokenRotation);
    if (!rotation)
        return api.answer(exchange, std::unexpected(rotation.error()));
    api.recordForeignToken(exchange, id);
    const bool dryRun = exchange.dryRun;
    api.write<engine::RotatedToken>(
        std::move(exchange),
        [id, rotation = *rotation](engine::Work &work) { return engine::rotateToken(work, id, rotation); },
        [dryRun](const engine::RotatedToken &rotated) {
            Reply reply{.status = 201, .headers = {{"Location"_ba, "/v1/tokens/" + rotated.next.record.id.text()}}};
            const Timestamp end = rotated.old.revokedAt.value_or(fromSeconds(rotated.old.endsAt()));
            json::Writer writer;
            writer.beginObject().key("token");
            writeIssued(writer, reply, rotated.next, dryRun);
            writer.key("replaces")
                .beginObject()
                .member("token_id", rotated.old.id.text())
                .member("ends_at", formatTime(end))
                .member("descendants", rotated.descendants)
                .endObject()
                .endObject();
            reply.body = writer.take();
            return reply;
        });
}

void rotateKey(Api &api, Exchange exchange)
{
    const auto kind = readKeyKind(exchange);
    if (!kind)
        return api.answer(exchange, std::unexpected(kind.error()));
    const bool dryRun = exchange.dryRun;
    api.write<engine::KeyRotation>(
        std::move(exchange),
        [&engine = api.engine(), kind = *kind, dryRun](
            engine::Work &work) { return engine.rotateKey(work, kind, dryRun); },
        [](const engine::KeyRotation &rotation) {
            json::Writer writer;
            writer.beginObject()
                .member("key", rotation.kind == engine::KeyKind::Token ? "token" : "ledger")
                .member("old_kid", rotation.oldId.text())
                .textOrNull("new_kid", rotation.newId.text())
                .member("verifies_until", timeOf(rotation.verifiesUntil))
                .textOrNull("ledger_vkey", rotation.verifierKey)
                .endObject();
            return Reply{.body = writer.take()};
        });
}

} // namespace api
