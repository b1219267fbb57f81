// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/authenticator.h"
#include "service/core/uuid.h"
#include "service/crypto/publickeytext.h"
#include "service/engine/engineclient.h"
#include "service/engine/foundation.h"
#include "service/engine/tenantcommands.h"
#include "service/engine/tokencommands.h"
#include "service/tokens/jws.h"
#include "service/tokens/tokenstore.h"
#include "tests/bench/measures.h"
#include "tests/bench/program.h"

#include <QtCore/qelapsedtimer.h>

#include <openssl/evp.h>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr int Texts = 4000; // verified once each, in a round
constexpr int Rounds = 5;
constexpr int CachedCalls = 50'000;
constexpr int Family = 10'000;
constexpr double VerifyMark = 0.9;

template <typename T>
T need(Result<T> result)
{
    if (!result)
        giveUp(result.error().detail);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

double secondsOf(auto &&work)
{
    QElapsedTimer timer;
    timer.start();
    work();
    return double(timer.nsecsElapsed()) / 1e9;
}

// Registered tokens of one tenant, with their texts.
struct Tokens
{
    Tokens()
    {
        const KeyId keyId(crypto::keyThumbprint(key.publicKey()));
        const Timestamp now = clock.now();
        state.publish([&](engine::State &published) {
            published.keys.emplace(
                keyId, engine::TokenKey{.id = keyId, .key = key.publicKey(), .createdAt = now, .retiredAt = {}});
            published.tenants.emplace(TenantId("bench"),
                tenancy::Tenant{.id = TenantId("bench"),
                    .displayName = u"Bench"_s,
                    .limits = {1, 1, 1'000'000},
                    .labels = {},
                    .plan = {},
                    .createdAt = now,
                    .createdBy = {},
                    .updatedAt = now,
                    .usage = {}});
            for (int i = 0; i < Texts; ++i) {
                tokens::TokenRecord record;
                record.id = TokenId(newUuid(now));
                record.tenant = TenantId("bench");
                record.scope = tokens::Scope(tokens::Scope::Kind::Input);
                record.subjectKey = crypto::SigningKey::generate().publicKey();
                record.issuedAt = record.notBefore = toSeconds(now);
                record.expiresAt = record.issuedAt + 86'400;
                record.keyId = keyId;
                texts.push_back(tokens::signToken(tokens::claimsOf(record, issuer), key, keyId));
                published.tokens.emplace(record.id, record);
            }
        });
    }

    const SystemClock clock;
    const QByteArray issuer = "http://127.0.0.1:9221"_ba;
    const crypto::SigningKey key = crypto::SigningKey::generate();
    engine::SharedState state;
    std::vector<QByteArray> texts;
};

// OpenSSL alone: key and context made before, the bytes split and decoded before.
double opensslSeconds(const Tokens &tokens)
{
    struct Signed
    {
        QByteArray input, signature;
    };
    std::vector<Signed> all;
    for (const QByteArray &text : tokens.texts) {
        auto parsed = need(tokens::parseToken(text));
        all.push_back({std::move(parsed.signingInput), std::move(parsed.signature)});
    }
    const auto bytes = [](QByteArrayView view) { return reinterpret_cast<const uchar *>(view.data()); };
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes(tokens.key.publicKey().view()), 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const double seconds = secondsOf([&] {
        for (const auto &[input, signature] : all) {
            if (EVP_DigestVerifyInit_ex(context, nullptr, nullptr, nullptr, nullptr, key, nullptr) != 1
                || EVP_DigestVerify(context, bytes(signature), 64, bytes(input), size_t(input.size())) != 1)
                giveUp(u"OpenSSL does not verify what was signed."_s);
        }
    });
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return seconds;
}

void measureVerification(Table &table)
{
    const Tokens tokens;
    double ours = 1e9, limit = 1e9;
    for (int round = 0; round < Rounds; ++round) { // in turns, so that both meet the same weather
        limit = std::min(limit, opensslSeconds(tokens));
        api::Authenticator fresh(tokens.state, tokens.issuer, tokens.clock);
        ours = std::min(ours, secondsOf([&] {
            for (const QByteArray &text : tokens.texts)
                need(fresh.identify(text));
        }));
    }
    const double ratio = limit / ours;
    table.add({.measure = u"tokens verified for the first time"_s,
        .ours = u"%1 /s"_s.arg(Texts / ours, 0, 'f', 0),
        .limit = u"OpenSSL Ed25519 %1 /s"_s.arg(Texts / limit, 0, 'f', 0),
        .ratio = ratio,
        .mark = u">= %1"_s.arg(VerifyMark),
        .met = ratio >= VerifyMark});

    api::Authenticator known(tokens.state, tokens.issuer, tokens.clock);
    need(known.identify(tokens.texts.front()));
    double each = 1e9;
    for (int round = 0; round < Rounds; ++round) { // the best, for what disturbs only ever adds
        const double all = secondsOf([&] {
            for (int i = 0; i < CachedCalls; ++i)
                need(known.identify(tokens.texts.front()));
        });
        each = std::min(each, all / CachedCalls);
    }
    table.add({.measure = u"a token verified again"_s,
        .ours = u"%1 ns"_s.arg(each * 1e9, 0, 'f', 0),
        .mark = u"<= 1000 ns"_s,
        .met = each <= 1e-6});
}

// Eight deep below the root, each level about four times as wide as the one above.
TokenId plantFamily(engine::EngineClient client)
{
    engine::Caller caller = engine::systemCaller();
    caller.actor.tokenId = TokenId("0192f0c1-2b3c-7d4e-8f50-617283940a1c"); // who made the tenant
    const auto planted = client.ask<TokenId>(std::move(caller), [](engine::Work &work) -> Result<TokenId> {
        TRY(engine::registerTenant(
            work, {.id = TenantId("bench"), .displayName = u"Bench"_s, .limits = {1, 1, 1'000'000}, .labels = {}}));
        std::vector<tokens::TokenRecord> all;
        const auto key = crypto::SigningKey::generate().publicKey();
        const auto put = [&](const tokens::TokenRecord *parent) -> Result<void> {
            tokens::TokenRecord record;
            record.id = TokenId(newUuid(work.now()));
            record.tenant = TenantId("bench");
            record.scope = tokens::Scope(tokens::Scope::Kind::TenantAdmin);
            record.subjectKey = key;
            record.issuedAt = record.notBefore = toSeconds(work.now());
            record.expiresAt = record.issuedAt + 86'400;
            record.keyId = work.signer().keyId;
            if (parent) {
                record.parent = parent->id;
                record.depth = parent->depth + 1;
            }
            TRY(tokens::insertToken(work.database(), record));
            ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
                work.append("TOKEN_ISSUED", record.tenant, tokens::tokenEntryData(record), {.token = record.id}));
            work.put(record);
            all.push_back(std::move(record));
            return {};
        };
        TRY(put(nullptr));
        for (size_t i = 0; int(all.size()) < Family; ++i) {
            const tokens::TokenRecord parent = all[i];
            for (int k = 0; k < 4 && int(all.size()) < Family && parent.depth < tokens::MostDepth; ++k)
                TRY(put(&parent));
            if (parent.depth < tokens::MostDepth && all.back().depth < tokens::MostDepth && i == 0) {
                // one line to the very bottom
                for (tokens::TokenRecord last = all.back(); last.depth < tokens::MostDepth; last = all.back())
                    TRY(put(&last));
            }
        }
        return all.front().id;
    });
    return need(planted).value;
}

void measureFamily(const Setting &setting, Table &table)
{
    const SystemClock clock;
    const QByteArray issuer = "http://127.0.0.1:9221"_ba;
    const auto directory = need(engine::DataDirectory::lock(setting.scratch + u"/tokens"_s,
        [&](const engine::DataPaths &paths) { return engine::buildInstallation(paths, clock, issuer, {}); }));
    const auto engine =
        need(engine::Engine::start({.directory = *directory, .clock = clock, .issuer = issuer, .passphrase = {}}));
    const TokenId root = plantFamily(engine::EngineClient(*engine));

    const auto database = need(store::Database::open(directory->paths().database(), store::Database::Mode::ReadOnly));
    double page = 1e9;
    for (int round = 0; round < Rounds; ++round) {
        page = std::min(page, secondsOf([&] {
            const auto list = need(tokens::listTokens(
                *database, TenantId("bench"), tokens::TokenState::Active, clock.now(), TokenId(), Family));
            json::Writer writer;
            writer.beginArray();
            for (const auto &listing : list)
                tokens::writeListing(writer, listing, clock.now());
            writer.endArray();
            if (int(list.size()) != Family)
                giveUp(u"There are %1 tokens, not %2."_s.arg(list.size()).arg(Family));
        }));
    }
    table.add({.measure = u"a page of %1 tokens"_s.arg(Family),
        .ours = u"%1 ms"_s.arg(page * 1e3, 0, 'f', 1),
        .mark = u"<= 50 ms"_s,
        .met = page <= 0.050});

    const double revoked = secondsOf([&] {
        need(engine::EngineClient(*engine).ask<engine::Nothing>(
            engine::systemCaller(), [&](engine::Work &work) -> Result<engine::Nothing> {
                TRY(engine::revokeToken(work, root, u"revoked"_s));
                return engine::Nothing{};
            }));
    });
    table.add({.measure = u"a family of %1 tokens revoked, an entry each"_s.arg(Family),
        .ours = u"%1 ms"_s.arg(revoked * 1e3, 0, 'f', 0),
        .mark = u"<= 1000 ms"_s,
        .met = revoked <= 1});
}

} // namespace

void measureTokens(const Setting &setting, Table &table)
{
    measureVerification(table);
    measureFamily(setting, table);
}

} // namespace bench
