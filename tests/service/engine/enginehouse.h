// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An engine on a fresh installation in a temporary folder, for the tests of this room: started, stopped, asked, and its
// directory verified as service-fs does it. Used on the test's thread.
#pragma once

#include "service/crypto/runtime.h"
#include "service/engine/engineclient.h"
#include "service/engine/foundation.h"
#include "service/engine/replay.h"
#include "service/engine/stateload.h"
#include "service/engine/tenantcommands.h"
#include "service/engine/tokencommands.h"
#include "service/engine/vmcommands.h"
#include "service/fleet/vmstore.h"
#include "service/ledger/reader.h"
#include "service/ledger/verify.h"
#include "service/tenancy/tenantjson.h"
#include "tests/support/testclock.h"

#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <semaphore>

// Fails the running test with the error's words.
#define VERIFY_RESULT(result)                                                                                          \
    do {                                                                                                               \
        const auto &result_ = (result);                                                                                \
        QVERIFY2(result_.has_value(), result_ ? "" : qPrintable(result_.error().detail));                              \
    } while (false)

// Fails the running test unless the result is an error of this code.
#define VERIFY_ERROR(result, expected)                                                                                 \
    do {                                                                                                               \
        const auto &result_ = (result);                                                                                \
        QVERIFY(!result_.has_value());                                                                                 \
        QCOMPARE(errorName(result_.error().code), errorName(expected));                                                \
    } while (false)

inline const QByteArray TestIssuer = "http://127.0.0.1:9221";

inline tenancy::TenantSpec tenantSpec(const char *id, qint64 maxVms = 10, qint64 storageGb = 1000)
{
    return {
        .id = TenantId(id), .displayName = QString::fromLatin1(id), .limits = {maxVms, storageGb, 600}, .labels = {}};
}

inline tenancy::TenantPatch limitTo(qint64 maxVms)
{
    tenancy::TenantPatch patch;
    patch.maxVms = maxVms;
    return patch;
}

inline fleet::VmSpec vmSpec(std::optional<qint64> count = {}, qint64 diskGb = 1)
{
    fleet::VmSpec spec;
    spec.vmType = QStringLiteral("generic");
    spec.diskGb = diskGb;
    spec.count = count;
    return spec;
}

inline tokens::TokenRequest tokenRequest(const char *scope)
{
    return {.subjectKey = crypto::SigningKey::generate().publicKey(),
        .scope = tokens::Scope::fromToken(scope).value(),
        .expiresInSeconds = {}};
}

// What the state says of tenants, tokens and ledger, one thing a line.
inline QByteArrayList describe(const engine::State &state)
{
    QByteArrayList lines;
    for (const auto &[id, tenant] : state.tenants)
        lines.append(tenancy::tenantJson(tenant) + ' ' + QByteArray::number(tenant.version));
    for (const auto &[id, token] : state.tokens)
        lines.append(id.text() + ' ' + token.scope.text() + (token.revokedAt ? " revoked" : ""));
    lines.append(QByteArray::number(qulonglong(state.ledgerSize)) + ' ' + state.checkpoint);
    std::ranges::sort(lines);
    return lines;
}

class EngineHouse
{
public:
    // What happens around the next commits; a number that runs out by itself.
    struct Faults
    {
        std::atomic<int> before = 0;
        std::atomic<int> after = 0;
        std::atomic<int> commits = 0; // that were tried
        int sqlite = 10;
    };

    explicit EngineHouse(const QString &folder = {})
        : m_path((folder.isEmpty() ? m_dir.path() : folder) + QStringLiteral("/data"))
    {
    }

    const QString &path() const { return m_path; }
    engine::DataPaths paths() const { return {m_path}; }

    Result<void> start()
    {
        ASSIGN_OR_RETURN(m_directory, engine::DataDirectory::lock(m_path, [this](const engine::DataPaths &made) {
            return engine::buildInstallation(made, clock, TestIssuer, {});
        }));
        auto started = engine::Engine::start({.directory = *m_directory,
            .clock = clock,
            .issuer = TestIssuer,
            .passphrase = {},
            .acceptRollback = acceptRollback,
            .onCheckpoint = onCheckpoint,
            .commitFaults = {.before =
                                 [this] {
                                     ++faults.commits;
                                     return strike(faults.before);
                                 },
                .after = [this] { return strike(faults.after); }},
            .rollbackFault = rollbackFault,
            .rotationFault = rotationFault});
        if (!started) {
            m_directory.reset();
            return std::unexpected(started.error());
        }
        m_engine = std::move(*started);
        m_admin = engine::adminTokenId(paths().adminToken()).value_or(TokenId());
        return {};
    }

    void stop()
    {
        m_engine.reset();
        m_directory.reset();
    }

    engine::Engine &engine() { return *m_engine; }
    engine::EngineClient client() { return engine::EngineClient(*m_engine); }
    const engine::DataDirectory &directory() const { return *m_directory; }

    engine::Caller admin() const
    {
        return {
            .actor = {.kind = ledger::ActorKind::Admin, .tokenId = m_admin, .scope = "service:admin", .subject = {}},
            .source = {.via = ledger::Via::Http, .address = "127.0.0.1", .requestId = {}, .userAgent = {}},
            .scope = tokens::Scope(tokens::Scope::Kind::Admin)};
    }

    static engine::Caller holder(const tokens::TokenRecord &token)
    {
        return {.actor = {.kind = ledger::ActorKind::Tenant,
                    .tokenId = token.id,
                    .scope = token.scope.text(),
                    .subject = {}},
            .source = {.via = ledger::Via::Http, .address = "127.0.0.1", .requestId = {}, .userAgent = {}},
            .tenant = token.tenant,
            .scope = token.scope};
    }

    template <typename Value>
    auto submit(
        engine::Caller caller, engine::Command<Value> command, engine::Job::Kind kind = engine::Job::Kind::Change)
    {
        return client().submit<Value>(std::move(caller), std::move(command), kind);
    }

    auto registerTenant(tenancy::TenantSpec spec)
    {
        return submit<tenancy::Tenant>(admin(), [spec = std::move(spec)](engine::Work &work) {
            return engine::registerTenant(work, spec);
        }).result();
    }

    auto submitVms(engine::Caller caller, const char *tenant, fleet::VmSpec spec = vmSpec())
    {
        return submit<std::vector<fleet::Vm>>(
            std::move(caller), [tenant = TenantId(tenant), spec = std::move(spec)](engine::Work &work) {
                return engine::registerVms(work, tenant, spec);
            });
    }

    auto submitToken(engine::Caller caller, const char *tenant, const char *scope)
    {
        return submit<engine::IssuedToken>(
            std::move(caller), [tenant = TenantId(tenant), request = tokenRequest(scope)](engine::Work &work) {
                return engine::issueToken(work, tenant, request);
            });
    }

    auto submitRevocation(engine::Caller caller, const TokenId &id)
    {
        return submit<engine::Nothing>(std::move(caller), [id](engine::Work &work) -> Result<engine::Nothing> {
            TRY(engine::revokeToken(work, id, {}));
            return engine::Nothing{};
        });
    }

    // For commands that give nothing but success.
    template <typename Run>
    auto submitPlain(engine::Caller caller, Run run)
    {
        return submit<engine::Nothing>(
            std::move(caller), [run = std::move(run)](engine::Work &work) -> Result<engine::Nothing> {
                TRY(run(work));
                return engine::Nothing{};
            });
    }

    std::unique_ptr<store::Database> reader() const
    {
        return store::Database::open(paths().database(), store::Database::Mode::ReadOnly).value();
    }

    QByteArrayList memory() const
    {
        return m_engine->state().read([](const engine::State &state) { return describe(state); });
    }

    // The same of what a start would read.
    QByteArrayList disk() const
    {
        const auto database = reader();
        engine::State state = engine::loadState(*database).value();
        const ledger::Head head = ledger::LedgerReader(*database).head().value();
        state.ledgerSize = head.size;
        state.checkpoint = head.checkpoint;
        return describe(state);
    }

    QString unavailable() const
    {
        return m_engine->state().read([](const engine::State &state) { return state.trouble.why; });
    }

    // All that service-fs verify --full looks at; the sentence of the first thing wrong, or nothing.
    QString damage() const
    {
        QFile vkey(paths().ledgerVkey());
        if (!vkey.open(QIODevice::ReadOnly))
            return QStringLiteral("no verifier key");
        const auto database = reader();
        engine::Replay replay;
        ledger::VerifyOptions options;
        for (const QByteArray &line : vkey.readAll().trimmed().split('\n'))
            options.keys.push_back(ledger::parseVerifierKey(line).value());
        options.highWaterPath = paths().highWater();
        options.follower = &replay;
        const auto report = ledger::verifyTree(*database, options);
        if (!report)
            return report.error().detail;
        return report->ok ? QString() : report->damage;
    }

    // "TENANT_CREATED" and so on, from this index to the end.
    QByteArrayList events(LeafIndex from = 0) const
    {
        QByteArrayList types;
        ledger::LedgerReader(*reader())
            .read({.from = from},
                [&](LeafIndex, const QByteArray &bytes) {
                    types.append(ledger::parseEntry(bytes).value().eventType);
                    return true;
                })
            .value();
        return types;
    }

    ledger::EntryFields entry(LeafIndex index) const
    {
        return ledger::parseEntry(ledger::LedgerReader(*reader()).entry(index).value()).value();
    }

    TreeSize size() const
    {
        return m_engine->state().read([](const engine::State &state) { return state.ledgerSize; });
    }

    TestClock clock;
    Faults faults;
    // For the next start.
    bool acceptRollback = false;
    engine::RollbackFault rollbackFault;
    engine::RotationFault rotationFault;
    std::function<void(const QByteArray &)> onCheckpoint;

private:
    std::optional<Error> strike(std::atomic<int> &left) const
    {
        if (left <= 0)
            return {};
        --left;
        return Error{
            .code = ErrorCode::Storage, .detail = QStringLiteral("a fault of the test"), .sqlite = faults.sqlite};
    }

    QTemporaryDir m_dir;
    QString m_path;
    std::unique_ptr<engine::DataDirectory> m_directory;
    std::unique_ptr<engine::Engine> m_engine;
    TokenId m_admin;
};

// Keeps the engine's thread inside a command until it is opened: what is queued meanwhile makes one batch.
class Gate
{
public:
    explicit Gate(EngineHouse &house)
    {
        house.submit<engine::Nothing>(
            engine::systemCaller(),
            [this](engine::Work &) -> Result<engine::Nothing> {
                m_entered.release();
                m_open.acquire();
                return engine::Nothing{};
            },
            engine::Job::Kind::DryRun);
        m_entered.acquire();
    }

    void open() { m_open.release(); }

private:
    std::binary_semaphore m_entered{0};
    std::binary_semaphore m_open{0};
};
