// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/engine.h"

#include "service/engine/expirywarnings.h"

#include <QtCore/qdebug.h>

#include <future>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr size_t MostPerBatch = 512; // past this a commit gets no cheaper
constexpr std::chrono::seconds TickInterval(1);
constexpr std::chrono::hours WarningInterval(1);

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
    , m_files(m_options.directory.paths())
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
    bool first = false; // the engine sleeps on an empty queue only
    {
        const std::scoped_lock lock(m_mutex);
        first = m_queue.empty();
        m_queue.push_back(std::move(job));
    }
    if (first)
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

Result<KeyRotation> Engine::rotateKey(Work &work, KeyKind kind, bool dryRun)
{
    return engine::rotateKey(work, kind,
        {.paths = m_options.directory.paths(),
            .origin = m_ledger->origin(),
            .ledgerKey = m_ledgerKey->publicKey(),
            .passphrase = m_options.passphrase,
            .fault = m_options.rotationFault,
            .dryRun = dryRun});
}

void Engine::warnOfExpiries()
{
    constexpr size_t AtOnce = 500;
    const auto steady = m_options.clock.steady();
    const State &state = m_state.ofEngineThread();
    if (m_isEnding || steady < m_nextWarnings || !state.trouble.why.isEmpty())
        return;
    auto due = tokensToWarnOf(state, std::max(m_options.clock.now(), state.ledgerTime), AtOnce);
    // The thresholds are days; to look at every token costs milliseconds.
    m_nextWarnings = due.size() < AtOnce ? steady + WarningInterval : steady;
    if (due.empty())
        return;
    post<Nothing>(
        systemCaller(),
        [due = std::move(due)](Work &work) -> Result<Nothing> {
            TRY(warnOfTokens(work, due));
            return Nothing{};
        },
        [this, steady](const Result<Committed<Nothing>> &written) {
            if (!written)
                m_nextWarnings = steady;
        });
}

// In an answer, and so on the engine's thread, where neither the tick nor the answer of an earlier job can be halfway
// through recording one.
void Engine::settleDenials()
{
    std::promise<void> settled;
    post<Nothing>(
        systemCaller(), [](Work &) { return Nothing{}; },
        [this, &settled](const Result<Committed<Nothing>> &) {
            m_isEnding = true;
            writeCountedDenials();
            settled.set_value();
        },
        Job::Kind::DryRun);
    settled.get_future().wait();
}

void Engine::writeCountedDenials()
{
    for (Denial &denial : m_denials.due(true))
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
    std::vector<std::unique_ptr<Job>> jobs; // kept, so that it and the queue grow no more
    while (true) {
        bool stopping = false;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait_until(lock, nextTick, [this] { return m_stopping || !m_queue.empty(); });
            jobs.swap(m_queue);
            stopping = m_stopping && jobs.empty();
        }
        if (stopping) { // what was only counted must not be lost
            m_lastDenials = true;
            writeCountedDenials();
            const std::scoped_lock lock(m_mutex);
            stopping = m_queue.empty();
        }
        for (std::span<const std::unique_ptr<Job>> rest(jobs); !rest.empty();) {
            rest = rest.subspan(runBatch(rest.first(std::min(rest.size(), MostPerBatch))));
        }
        jobs.clear();
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

} // namespace engine
