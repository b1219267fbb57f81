// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/engine.h"

#include "service/engine/stateload.h"
#include "service/store/statement.h"
#include "service/tenancy/tenantstore.h"

#include <QtCore/qdebug.h>

#include <future>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr size_t MostPerBatch = 512; // past this a commit gets no cheaper
constexpr std::chrono::seconds TickInterval(1);

// For strangers: what is in the way, without our SQL.
QString plainReason(const Error &why)
{
    switch (why.sqlite) {
    case 13:
        return u"The disk is full."_s;
    case 10:
        return u"The disk reports errors."_s;
    case 8:
        return u"The database can't be written."_s;
    case 7:
        return u"There is no memory left."_s;
    default:
        return u"The store failed; the server's log says why."_s;
    }
}

Error ledgerUnavailable(const Error &why)
{
    return {.code = ErrorCode::LedgerUnavailable,
        .detail = u"The change was not made, because it can't be recorded. %1 Try again later; reading goes on."_s.arg(
            plainReason(why))};
}

} // namespace

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options)
{
    std::unique_ptr<Engine> engine(new Engine(std::move(options)));
    // Qt Sql connections belong to their thread, so the engine's own one opens.
    std::promise<Result<void>> opened;
    engine->m_thread = std::thread([&opened, self = engine.get()] {
        auto result = self->open();
        const bool running = result.has_value();
        opened.set_value(std::move(result));
        if (running)
            self->loop();
        self->m_ledger.reset();
        self->m_database.reset();
    });
    TRY(opened.get_future().get());
    return engine;
}

Engine::Engine(EngineOptions options)
    : m_options(std::move(options))
    , m_denials(m_options.clock)
{
}

Engine::~Engine()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

void Engine::enqueue(std::unique_ptr<Job> job)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_queue.push_back(std::move(job));
    }
    m_wake.notify_one();
}

void Engine::observe(std::function<void()> changed)
{
    const std::scoped_lock lock(m_observerMutex);
    m_changed = std::move(changed);
}

void Engine::onAnswered(std::function<void()> done)
{
    const std::scoped_lock lock(m_observerMutex);
    m_answered = std::move(done);
}

void Engine::call(const std::function<void()> &observer)
{
    const std::scoped_lock lock(m_observerMutex);
    if (observer)
        observer();
}

void Engine::recordDenial(Denial denial)
{
    if (m_denials.admit(denial))
        writeDenial(std::move(denial));
}

void Engine::writeDenial(Denial denial)
{
    Caller caller = denial.caller;
    auto countAgain = [this, denial](Result<Committed<Nothing>> written) {
        if (!written && written.error().code == ErrorCode::LedgerUnavailable && !m_lastDenials)
            m_denials.giveBack(denial);
    };
    post<Nothing>(
        std::move(caller),
        [denial = std::move(denial)](Work &work) -> Result<Nothing> {
            // Foreign access is the installation's to know: a tenant's own entries must not name what it asked for.
            const bool ofTenant = QByteArrayView(denial.eventType) == "VM_DENIED";
            ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index,
                work.append(denial.eventType, ofTenant ? denial.tenant : TenantId(), denialEntryData(denial), {},
                    ledger::Outcome::Denied));
            return Nothing{};
        },
        std::move(countAgain), Job::Kind::Record);
}

void Engine::loop()
{
    auto nextTick = std::chrono::steady_clock::now() + TickInterval;
    while (true) {
        std::vector<std::unique_ptr<Job>> jobs;
        bool stopping = false;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait_until(lock, nextTick, [this] { return m_stopping || !m_queue.empty(); });
            while (!m_queue.empty() && jobs.size() < MostPerBatch) {
                jobs.push_back(std::move(m_queue.front()));
                m_queue.pop_front();
            }
            stopping = m_stopping && jobs.empty();
        }
        if (stopping) { // what was only counted must not be lost
            m_lastDenials = true;
            for (Denial &denial : m_denials.due(true))
                writeDenial(std::move(denial));
            const std::scoped_lock lock(m_mutex);
            stopping = m_queue.empty();
        }
        if (!jobs.empty())
            runBatch(std::move(jobs));
        if (stopping)
            break;
        if (std::chrono::steady_clock::now() >= nextTick) {
            tick();
            nextTick = std::chrono::steady_clock::now() + TickInterval;
        }
    }
    if (auto synced = m_highWater->sync(); !synced)
        qWarning().noquote() << synced.error().detail;
}

void Engine::runBatch(std::vector<std::unique_ptr<Job>> jobs)
{
    std::vector<Result<std::optional<LeafIndex>>> outcomes;
    outcomes.reserve(jobs.size());
    Changes batch;
    bool kept = false; // whether anything is to be committed
    const Result<void> done = [&]() -> Result<void> {
        if (m_mustRecover)
            TRY(recover());
        ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(*m_database));
        for (const auto &job : jobs) {
            auto made = runOne(*job, batch);
            if (!made && store::isFailure(made.error()))
                return std::unexpected(std::move(made.error()));
            if (!made) {
                outcomes.emplace_back(std::unexpected(std::move(made.error())));
                continue;
            }
            outcomes.emplace_back(made->lastIndex);
            kept = kept || job->kind != Job::Kind::DryRun;
            batch.merge(std::move(*made));
        }
        if (!kept) {
            m_ledger->rolledBack();
            return {}; // the transaction rolls back: there is nothing in it
        }
        TRY(complete(batch));
        return transaction.commit();
    }();

    if (!done) {
        abandon(done.error());
        const Error refusal = ledgerUnavailable(done.error());
        for (const auto &job : jobs)
            job->finish(std::unexpected(refusal));
        call(m_answered);
        return;
    }
    if (kept) {
        m_ledger->committed();
        markHighWater();
        auto afterCommit = std::move(batch.afterCommit);
        publish(std::move(batch));
        for (auto &action : afterCommit)
            action();
    }
    for (size_t i = 0; i < jobs.size(); ++i)
        jobs[i]->finish(std::move(outcomes[i]));
    call(m_answered);
}

// SQLite ends a transaction by itself when the disk fails it, and the savepoints with it. Whatever these statements say
// then, it is the batch that failed: the next SAVEPOINT would be a transaction of its own, committed without its head.
Result<void> Engine::moveSavepoint(const char *sql)
{
    const auto move = [&]() -> Result<void> {
        ASSIGN_OR_RETURN(auto statement, m_database->prepared(sql));
        return statement.run();
    };
    return move().transform_error([](Error error) {
        error.sqlite = 0;
        return error;
    });
}

Result<Changes> Engine::runOne(Job &job, const Changes &batch)
{
    TRY(moveSavepoint("SAVEPOINT command"));
    const auto mark = m_ledger->mark();
    Changes made;
    auto result = runInSavepoint(job, batch, made);
    if (result && job.kind != Job::Kind::DryRun) {
        TRY(moveSavepoint("RELEASE command"));
        return made;
    }
    if (!result && store::isFailure(result.error()))
        return std::unexpected(std::move(result.error()));
    m_ledger->rollbackTo(mark);
    TRY(moveSavepoint("ROLLBACK TO command"));
    TRY(moveSavepoint("RELEASE command"));
    if (!result)
        return std::unexpected(std::move(result.error()));
    return Changes();
}

Result<void> Engine::runInSavepoint(Job &job, const Changes &batch, Changes &made)
{
    const Timestamp now = std::max(m_options.clock.now(), m_ledger->lastTime());
    Work work(job.caller, now, m_state.ofEngineThread(), batch, *m_database, *m_ledger, *m_signer);
    if (job.kind != Job::Kind::Record)
        TRY(checkCaller(work));
    TRY(job.run(work));
    made = work.takeChanges();
    return {};
}

// The last of a transaction: rows that many commands touched, written once, and the signed head.
Result<void> Engine::complete(const Changes &batch)
{
    for (const TenantId &id : batch.usageChanged)
        TRY(tenancy::updateUsage(*m_database, batch.tenants.at(id)));
    ASSIGN_OR_RETURN([[maybe_unused]] const ledger::Checkpoint sealed, m_ledger->seal());
    return {};
}

void Engine::publish(Changes &&batch)
{
    m_state.publish([&](State &state) {
        for (auto &[id, tenant] : batch.tenants)
            state.tenants.insert_or_assign(id, std::move(tenant));
        for (auto &[id, token] : batch.tokens)
            state.tokens.insert_or_assign(id, std::move(token));
        for (const TenantId &id : batch.vmsChanged)
            ++state.vmVersions[id];
        if (!batch.vmsChanged.empty())
            ++state.allVmsVersion;
        state.ledgerSize = m_ledger->size();
        state.ledgerTime = m_ledger->lastTime();
        state.checkpoint = m_ledger->signedCheckpoint();
        state.unavailable.clear();
    });
    call(m_changed);
}

// A mark that lags is safe, so a failure here does not undo a commit that is durable already.
void Engine::markHighWater()
{
    if (auto marked = m_highWater->update(m_ledger->signedCheckpoint()); !marked)
        qWarning().noquote() << marked.error().detail;
}

void Engine::abandon(const Error &why)
{
    qWarning().noquote() << u"The ledger can't be written: %1"_s.arg(why.detail);
    // Whether a failed commit reached the disk is known only by reading it again.
    if (m_database)
        m_database->rollback();
    m_mustRecover = true;
    m_state.publish([&](State &state) { state.unavailable = plainReason(why); });
    if (auto recovered = recover(); !recovered)
        qWarning().noquote() << u"The store can't be read again: %1"_s.arg(recovered.error().detail);
    m_state.publish([&](State &state) { state.unavailable = plainReason(why); });
    call(m_changed);
}

Result<void> Engine::recover()
{
    if (auto opened = openStore(); !opened)
        return opened;
    TRY(checkHighWater());
    markHighWater(); // of a commit that failed only in being told
    m_mustRecover = false;
    return {};
}

void Engine::tick()
{
    if (auto synced = m_highWater->sync(); !synced)
        qWarning().noquote() << synced.error().detail;
    for (Denial &denial : m_denials.due())
        writeDenial(std::move(denial));
    if (!m_state.ofEngineThread().unavailable.isEmpty())
        probe();
}

// Is there room again? Writes a row, so that the answer is the disk's.
void Engine::probe()
{
    const Result<void> probed = [this]() -> Result<void> {
        if (m_mustRecover)
            TRY(recover());
        ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(*m_database));
        TRY(m_database->execute(u"INSERT INTO meta VALUES ('probe', hex(randomblob(8))) "
                                "ON CONFLICT (key) DO UPDATE SET value = excluded.value"_s));
        return transaction.commit();
    }();
    if (!probed)
        return;
    m_state.publish([](State &state) { state.unavailable.clear(); });
    call(m_changed);
}

} // namespace engine
