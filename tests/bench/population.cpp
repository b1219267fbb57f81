// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/population.h"

#include "service/engine/engineclient.h"
#include "service/engine/foundation.h"
#include "service/engine/tenantcommands.h"
#include "service/engine/tokencommands.h"
#include "service/engine/vmcommands.h"
#include "tests/bench/program.h"

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr qint64 VmsAtOnce = 1000; // the most that one request may ask for

template <typename T>
T need(Result<T> result)
{
    if (!result)
        giveUp(result.error().detail);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

TenantId tenantId(qint64 number)
{
    return TenantId("tenant-" + QByteArray::number(number).rightJustified(5, '0'));
}

class Builder
{
public:
    Builder(engine::Engine &engine, TokenId administrator)
        : m_client(engine)
        , m_caller(engine::systemCaller())
    {
        m_caller.actor = {.kind = ledger::ActorKind::Admin,
            .tokenId = std::move(administrator),
            .scope = tokens::Scope(tokens::Scope::Kind::Admin).text(),
            .subject = "admin.token"};
        m_caller.scope = tokens::Scope(tokens::Scope::Kind::Admin);
        m_caller.source = {.via = ledger::Via::Http,
            .address = "127.0.0.1"_ba,
            .requestId = RequestId("0192f0c1-2b3c-7d4e-8f50-617283940a1b"_ba),
            .userAgent = "curl/8.14.1"_ba};
    }

    void tenants(int count)
    {
        const auto key = crypto::SigningKey::generate().publicKey();
        for (int i = 0; i < count; ++i) {
            const TenantId id = tenantId(i);
            submit([id, key, i](engine::Work &work) -> Result<engine::Nothing> {
                TRY(engine::registerTenant(work,
                    {.id = id,
                        .displayName = u"Tenant number %1"_s.arg(i),
                        .limits = {.maxVms = 100'000, .storageQuotaGb = 1'000'000, .apiRateLimitRpm = 600},
                        .labels = {}}));
                TRY(engine::issueToken(work, id,
                    {.subjectKey = key,
                        .scope = tokens::Scope(tokens::Scope::Kind::TenantAdmin),
                        .expiresInSeconds = tokens::LongestLife}));
                return engine::Nothing{};
            });
        }
        settle();
    }

    void vms(qint64 tenant, qint64 count)
    {
        submit([id = tenantId(tenant), count](engine::Work &work) -> Result<engine::Nothing> {
            fleet::VmSpec wanted;
            wanted.vmType = u"generic"_s;
            wanted.diskGb = 1;
            wanted.count = count;
            TRY(engine::registerVms(work, id, wanted));
            return engine::Nothing{};
        });
        settle();
    }

    void destroyVms(qint64 tenant)
    {
        submit([id = tenantId(tenant)](engine::Work &work) -> Result<engine::Nothing> {
            TRY(engine::destroyAllVms(work, id));
            return engine::Nothing{};
        });
        settle();
    }

    qint64 entries() const
    {
        return qint64(m_client.engine().state().read([](const engine::State &state) { return state.ledgerSize; }));
    }

private:
    void submit(engine::Command<engine::Nothing> command)
    {
        m_pending.push_back(m_client.submit<engine::Nothing>(m_caller, std::move(command)));
    }
    void settle()
    {
        for (auto &answer : m_pending)
            need(answer.takeResult());
        m_pending.clear();
    }

    engine::EngineClient m_client;
    engine::Caller m_caller;
    std::vector<QFuture<Result<engine::Committed<engine::Nothing>>>> m_pending;
};

} // namespace

void populate(const QString &folder, const Population &population)
{
    const SystemClock clock;
    const QByteArray issuer = "http://127.0.0.1:9221"_ba;
    const auto directory = need(engine::DataDirectory::lock(
        folder, [&](const engine::DataPaths &paths) { return engine::buildInstallation(paths, clock, issuer, {}); }));
    const auto engine =
        need(engine::Engine::start({.directory = *directory, .clock = clock, .issuer = issuer, .passphrase = {}}));
    const auto administrator = engine::adminTokenId(directory->paths().adminToken());
    if (!administrator)
        giveUp(u"There is no administrator's token."_s);
    Builder builder(*engine, *administrator);
    builder.tenants(population.tenants);
    // The last tenant is the one whose VMs come and go.
    const qint64 living = population.livingVms / VmsAtOnce;
    for (qint64 i = 0; i < living; ++i)
        builder.vms(i % population.tenants, VmsAtOnce);
    const qint64 passing = population.tenants - 1;
    while (builder.entries() + 1 < population.entries) {
        builder.vms(passing, std::min(VmsAtOnce, (population.entries - builder.entries() + 1) / 2));
        if (passing >= living)
            builder.destroyVms(passing);
    }
}

} // namespace bench
