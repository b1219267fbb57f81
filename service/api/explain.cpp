// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/explain.h"

#include "service/api/api.h"
#include "service/api/handlers.h"
#include "service/api/judgement.h"
#include "service/core/encoding.h"
#include "service/core/jsonreader.h"
#include "service/core/jsonwriter.h"
#include "service/engine/tokencommands.h"
#include "service/fleet/vmstore.h"

using namespace Qt::StringLiterals;

namespace api {

namespace {

Result<Question> readQuestion(const Exchange &exchange)
{
    ASSIGN_OR_RETURN(const json::Value body, jsonBody(exchange));
    json::ObjectReader reader(body);
    Question question;
    question.token = TokenId(reader.text("token_id", 1, 128).toUtf8());
    question.method = reader.text("method", 1, 16).toUtf8();
    question.path = reader.text("path", 1, 8192).toUtf8();
    if (!question.path.isEmpty() && (!question.path.startsWith('/') || question.path.contains('?')))
        reader.reject(u"path"_s, u"must begin with / and have no query"_s);
    TRY(reader.finish());
    return question;
}

// Who owns what the path names: nothing inside for what is not there, nothing at all where it names nothing of a
// tenant.
using Owner = std::optional<std::optional<TenantId>>;

Result<Owner> ownerOf(const Ground &ground, const Route &route, const http::Router::Match &match)
{
    const QByteArrayView pattern(route.pattern);
    const auto ofState = [&](auto &&find) {
        return Owner(
            ground.state.read([&](const engine::State &state) -> std::optional<TenantId> { return find(state); }));
    };
    if (pattern.startsWith("/v1/tenants/{id}")) {
        const TenantId id(match.param("id"));
        return ofState([&](const engine::State &state) { return state.tenant(id) ? std::optional(id) : std::nullopt; });
    }
    if (pattern.startsWith("/v1/tokens/{token_id}")) {
        const TokenId id(match.param("token_id"));
        return ofState([&](const engine::State &state) {
            const tokens::TokenRecord *token = state.token(id);
            return token ? std::optional(token->tenant) : std::nullopt;
        });
    }
    if (pattern.startsWith("/v1/vms/{vm_id}")) {
        ASSIGN_OR_RETURN(store::Database * reader, ground.reader());
        ASSIGN_OR_RETURN(const auto vm, fleet::findVm(*reader, VmId(match.param("vm_id"))));
        return Owner(vm ? std::optional(vm->tenant) : std::nullopt);
    }
    if (pattern.startsWith("/v1/ledger/entries/{index}")) {
        const auto index = parseDecimal(match.param("index"), INT64_MAX);
        ASSIGN_OR_RETURN(store::Database * reader, ground.reader());
        const auto bytes =
            index ? ledger::LedgerReader(*reader).entry(*index) : Result<QByteArray>(fail(ErrorCode::NotFound, {}));
        if (!bytes)
            return bytes.error().code == ErrorCode::NotFound ? Result<Owner>(Owner(std::optional<TenantId>()))
                                                             : std::unexpected(bytes.error());
        ASSIGN_OR_RETURN(const ledger::EntryFields entry, ledger::parseEntry(*bytes));
        return Owner(entry.tenant);
    }
    return Owner();
}

// Changing a token asks for more than being of its tenant.
bool changesToken(const Route &route)
{
    return route.writes && QByteArrayView(route.pattern).startsWith("/v1/tokens/{token_id}");
}

Result<Verdict> judge(const Ground &ground, const Question &question, const tokens::TokenRecord &token)
{
    const auto match = ground.router.match(question.method, question.path);
    if (match.outcome == http::Router::Match::Outcome::NotFound)
        return Verdict{false, "no-route", u"There is nothing under this path."_s};
    if (match.outcome != http::Router::Match::Outcome::Found)
        return Verdict{false, "wrong-method", u"This path takes %1."_s.arg(QString::fromLatin1(match.allow))};
    const Route &route = routes()[size_t(match.route)];
    const QString what = QString::fromLatin1(route.summary);
    if (!route.permission)
        return Verdict{true, "public", u"%1: for anyone, also without a token."_s.arg(what)};

    const Standing standing = ground.state.read(
        [&](const engine::State &state) { return standingOf(state, state.token(token.id), ground.now); });
    if (standing.refusal)
        return Verdict{false, tokens::reasonWord(*standing.refusal), tokens::refused(*standing.refusal).detail};
    if (standing.suspended)
        return Verdict{false, "tenant-suspended", u"The tenant %1 is suspended."_s.arg(token.tenant.toString())};
    if (const auto scope = judgeScope(route, token.scope); !scope)
        return Verdict{false, "insufficient-scope", u"%1 (%2)"_s.arg(scope.error().detail, what)};

    ASSIGN_OR_RETURN(const Owner owner, ownerOf(ground, route, match));
    if (owner && (!*owner || isForeign(token.tenant, **owner)))
        return Verdict{false, "not-found",
            token.tenant.isEmpty() ? u"What the path names is not there."_s
                                   : u"The tenant %1 has nothing of that name."_s.arg(token.tenant.toString())};
    if (changesToken(route) && !token.tenant.isEmpty()) {
        const QByteArrayView pattern(route.pattern);
        const TokenId named(match.param("token_id"));
        const bool own = ground.state.read([&](const engine::State &state) {
            return engine::isOfFamily([&](const TokenId &id) { return state.token(id); }, token.id, named);
        });
        if (!own)
            return Verdict{false, "not-found", u"The token that the path names did not come from this one."_s};
        if (named == token.id && pattern.endsWith("/rotate"))
            return Verdict{false, "insufficient-scope",
                u"A token can't rotate itself. Whoever issued it can, or an administrator."_s};
    }
    QString detail = u"%1: the scope %2 allows it."_s.arg(what, QString::fromLatin1(token.scope.text()));
    if (token.proofOfPossession)
        detail += u" Each request needs a proof of possession."_s;
    return Verdict{true, "scope", detail};
}

} // namespace

Result<Verdict> explain(const Ground &ground, const Question &question)
{
    const auto token = ground.state.read([&](const engine::State &state) {
        const auto *found = state.token(question.token);
        return found ? std::optional(*found) : std::nullopt;
    });
    if (!token)
        return fail(ErrorCode::NotFound, u"There is no such token."_s);
    return judge(ground, question, *token);
}

void explainToken(Api &api, Exchange exchange)
{
    const auto outcome = [&]() -> Result<Reply> {
        ASSIGN_OR_RETURN(const Question question, readQuestion(exchange));
        const bool foreign = api.state().read([&](const engine::State &state) {
            const auto *token = state.token(question.token);
            return token && isForeign(exchange.caller->tenant, token->tenant);
        });
        if (foreign) {
            api.recordForeign(exchange, ErrorCode::NotFound);
            return fail(ErrorCode::NotFound, u"There is no such token."_s);
        }
        ASSIGN_OR_RETURN(const Verdict verdict,
            explain({.state = api.state(),
                        .router = api.router(),
                        .now = api.authenticator().now(),
                        .reader = [&api] { return api.reader(); }},
                question));
        json::Writer writer;
        writer.beginObject()
            .member("allowed", verdict.allowed)
            .member("rule", verdict.rule)
            .member("detail", verdict.detail)
            .endObject();
        return Reply{.body = writer.take()};
    }();
    api.answer(exchange, outcome);
}

} // namespace api
