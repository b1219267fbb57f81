// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/api/judgement.h"
#include "service/api/tokenbody.h"
#include "service/crypto/publickeytext.h"
#include "service/tokens/tokenstore.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

// The token and all that came from it, as they are inside the transaction.
Result<std::vector<tokens::TokenListing>> family(engine::Work &work, const TokenId &id)
{
    ASSIGN_OR_RETURN(auto ids, tokens::descendants(work.database(), id));
    ids.insert(ids.begin(), id);
    std::vector<tokens::TokenListing> list;
    for (const TokenId &member : ids) {
        ASSIGN_OR_RETURN(auto listing, tokens::findToken(work.database(), member));
        if (listing)
            list.push_back(std::move(*listing));
    }
    return list;
}

void issue(Api &api, Exchange exchange, const TenantId &pathTenant)
{
    const bool inBody = pathTenant.isEmpty();
    auto body = [&]() -> Result<TokenBody> {
        if (!inBody)
            TRY(api.requireOwn(exchange, pathTenant));
        ASSIGN_OR_RETURN(const json::Value value, jsonBody(exchange));
        ASSIGN_OR_RETURN(TokenBody read, readTokenBody(value, inBody));
        if (!inBody)
            read.tenant = pathTenant;
        TRY(api.requireOwn(exchange, read.tenant));
        return read;
    }();
    if (!body)
        return api.answer(exchange, std::unexpected(std::move(body.error())));
    const bool dryRun = exchange.dryRun;
    api.write<engine::IssuedToken>(
        std::move(exchange),
        [body = std::move(*body)](engine::Work &work) { return engine::issueToken(work, body.tenant, body.request); },
        [dryRun](const engine::IssuedToken &issued) {
            json::Writer writer;
            // A rehearsal registers nothing, so its text must not exist either.
            tokens::writeToken(writer, issued.record, dryRun ? QByteArray() : issued.text);
            return Reply{.status = 201,
                .body = writer.take(),
                .headers = {{"Location"_ba, "/v1/tokens/" + issued.record.id.text()}},
                .issued = {{issued.record.id, issued.text}}};
        });
}

} // namespace

void issueTenantToken(Api &api, Exchange exchange)
{
    const TenantId tenant(exchange.param("id"));
    issue(api, std::move(exchange), tenant);
}

void issueToken(Api &api, Exchange exchange)
{
    issue(api, std::move(exchange), {});
}

void listTokens(Api &api, Exchange exchange)
{
    const TenantId id(exchange.param("id"));
    const auto outcome = [&]() -> Result<Reply> {
        TRY(api.requireOwn(exchange, id));
        const bool known = api.state().read([&](const engine::State &state) { return state.tenant(id) != nullptr; });
        if (!known)
            return fail(ErrorCode::NotFound, u"There is no such tenant."_s);
        ASSIGN_OR_RETURN(const qint64 limit, pageLimit(exchange));
        ASSIGN_OR_RETURN(const QByteArray after, readCursor(exchange));
        std::optional<tokens::TokenState> state = tokens::TokenState::Active;
        if (const auto text = exchange.queryValue("state")) {
            if (*text == "all")
                state.reset();
            else if (*text == "revoked")
                state = tokens::TokenState::Revoked;
            else if (*text == "expired")
                state = tokens::TokenState::Expired;
            else if (*text != "active")
                return fail(queryMistake("state", u"must be active, revoked, expired or all"_s));
        }
        const Timestamp now = api.authenticator().now();
        ASSIGN_OR_RETURN(store::Database * reader, api.reader());
        ASSIGN_OR_RETURN(auto list, tokens::listTokens(*reader, id, state, now, TokenId(after), limit + 1));
        const bool more = qint64(list.size()) > limit;
        if (more)
            list.pop_back();
        json::Writer writer;
        writer.beginArray();
        for (auto &listing : list) {
            listing.lastUsedAt = api.lastUse().of(listing.record.id, listing.lastUsedAt);
            tokens::writeListing(writer, listing, now);
        }
        writer.endArray();
        Reply reply{.body = writer.take()};
        if (more)
            reply.headers.append(nextLink(exchange, makeCursor(list.back().record.id.text())));
        return reply;
    }();
    api.answer(exchange, outcome);
}

void showToken(Api &api, Exchange exchange)
{
    const TokenId id(exchange.param("token_id"));
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(store::Database * reader, api.reader());
        ASSIGN_OR_RETURN(auto listing, tokens::findToken(*reader, id));
        const bool foreign = listing && isForeign(exchange.caller->tenant, listing->record.tenant);
        if (foreign)
            api.recordForeign(exchange, ErrorCode::NotFound);
        if (!listing || foreign)
            return fail(ErrorCode::NotFound, u"There is no such token."_s);
        listing->lastUsedAt = api.lastUse().of(id, listing->lastUsedAt);
        json::Writer writer;
        tokens::writeListing(writer, *listing, api.authenticator().now());
        return Reply{.body = writer.take()};
    }();
    api.answer(exchange, outcome);
}

void revokeToken(Api &api, Exchange exchange)
{
    const TokenId id(exchange.param("token_id"));
    api.recordForeignToken(exchange, id);
    const bool dryRun = exchange.dryRun;
    api.write<std::vector<tokens::TokenListing>>(
        std::move(exchange),
        [id, dryRun](engine::Work &work) -> Result<std::vector<tokens::TokenListing>> {
            TRY(engine::revokeToken(work, id, u"revoked"_s));
            return dryRun ? family(work, id) : Result<std::vector<tokens::TokenListing>>();
        },
        [dryRun, now = api.authenticator().now()](const std::vector<tokens::TokenListing> &revoked) {
            if (!dryRun)
                return Reply{.status = 204};
            json::Writer writer;
            writer.beginArray();
            for (const auto &listing : revoked)
                tokens::writeListing(writer, listing, now);
            writer.endArray();
            return Reply{.body = writer.take()};
        });
}

void verifyToken(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
        json::ObjectReader reader(body);
        const json::Value *value = reader.optionalValue("token");
        if (body.object() && (!value || !value->string()))
            reader.reject(u"token"_s, value ? u"must be a string"_s : u"is required"_s);
        TRY(reader.finish());
        auto identity = api.authenticator().identify(*value->string());
        if (identity && identity->suspended)
            identity = fail(tokens::refused(tokens::Refusal::TenantSuspended));
        if (!identity) {
            Error error = std::move(identity.error());
            error.members.insert(u"active"_s, false);
            error.members.insert(u"reason"_s, QString::fromLatin1(error.reason));
            return fail(api.failedAuthentication(std::move(error)));
        }
        return api.state().read([&](const engine::State &state) -> Result<Reply> {
            const tokens::TokenRecord *token = state.token(identity->actor.tokenId);
            if (!token)
                return fail(tokens::refused(tokens::Refusal::Revoked));
            json::Writer writer;
            writer.beginObject()
                .member("active", true)
                .member("token_id", token->id.text())
                .textOrNull("tenant_id", token->tenant.text())
                .member("scope", token->scope.text())
                .textOrNull(
                    "subject_pubkey", token->subjectKey ? crypto::publicKeyToText(*token->subjectKey) : QByteArray())
                .member("expires_at", formatTime(fromSeconds(token->endsAt())))
                .textOrNull("parent_id", token->parent.text())
                .member("proof_of_possession", token->proofOfPossession)
                .endObject();
            return Reply{.body = writer.take()};
        });
    }();
    api.answer(exchange, outcome);
}

} // namespace api
