// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The one writer. A thread of its own holds the one writing connection, takes everything that is queued, runs each
// command in a savepoint of one transaction, signs the checkpoint, commits, marks the high water, publishes the new
// state and only then answers: group commit. After an answer the change survives a power cut, and its entry with it.
//
// A command that fails rolls back its own savepoint. When the database itself fails (full, I/O, memory), the whole
// batch is refused with LedgerUnavailable and memory is read again from the disk; every later batch tries anew, and so
// does a probe once a second, so that the engine recovers by itself.
#pragma once

#include "service/engine/datadirectory.h"
#include "service/engine/denials.h"
#include "service/engine/job.h"
#include "service/ledger/highwater.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace engine {

struct EngineOptions
{
    const DataDirectory &directory; // locked, and outlives the engine
    const Clock &clock;
    QByteArray issuer; // of tokens: the base URL
    QCA::SecureArray passphrase; // of the key files; empty: plain ones
    store::CommitFaults commitFaults = {}; // tests only
};

class Engine
{
public:
    // Opens the database, checks ledger, mark and keys against each other, and starts the thread. Refused, Corrupt or
    // Storage say what the operator mends.
    static Result<std::unique_ptr<Engine>> start(EngineOptions options);

    // Runs what is queued, ends the thread, syncs and closes.
    ~Engine();
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;

    // Any thread. `answer` runs on the engine thread and must be quick.
    template <typename Value>
    void post(Caller caller, Command<Value> command, Answer<Value> answer, Job::Kind kind = Job::Kind::Change)
    {
        enqueue(std::make_unique<TypedJob<Value>>(std::move(caller), kind, std::move(command), std::move(answer)));
    }
    void enqueue(std::unique_ptr<Job> job);

    // A refusal that matters becomes an entry, or is counted into one. Any thread; waits for nothing.
    void recordDenial(Denial denial);

    // `changed` runs on the engine thread after each publication and must only wake somebody. One observer; null ends
    // it.
    void observe(std::function<void()> changed);
    // `done` runs on the engine thread after the last answer of each batch, so that who takes answers may collect them
    // and wake another thread once. One; null ends it.
    void onAnswered(std::function<void()> done);

    const SharedState &state() const { return m_state; }
    const QByteArray &issuer() const { return m_options.issuer; }
    const DataDirectory &directory() const { return m_options.directory; }
    const Clock &clock() const { return m_options.clock; }

private:
    explicit Engine(EngineOptions options);

    Result<void> open();
    Result<void> openStore();
    Result<void> checkHighWater();
    void loop();
    void runBatch(std::vector<std::unique_ptr<Job>> jobs);
    Result<void> moveSavepoint(const char *sql);
    Result<Changes> runOne(Job &job, const Changes &batch);
    Result<void> runInSavepoint(Job &job, const Changes &batch, Changes &made);
    Result<void> complete(const Changes &batch);
    void publish(Changes &&batch);
    void call(const std::function<void()> &observer);
    void markHighWater();
    void abandon(const Error &why);
    Result<void> recover();
    void tick();
    void probe();
    void writeDenial(Denial denial);

    EngineOptions m_options;
    SharedState m_state;
    DenialRecorder m_denials;

    // Engine thread only, from open() on.
    std::unique_ptr<store::Database> m_database;
    std::optional<crypto::SigningKey> m_tokenKey;
    std::optional<crypto::SigningKey> m_ledgerKey;
    std::unique_ptr<TokenSigner> m_signer;
    std::unique_ptr<ledger::Ledger> m_ledger;
    std::unique_ptr<ledger::HighWater> m_highWater;
    bool m_mustRecover = false;
    bool m_lastDenials = false; // stopping: what can't be written now will not be

    std::mutex m_observerMutex;
    std::function<void()> m_changed;
    std::function<void()> m_answered;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::unique_ptr<Job>> m_queue;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace engine
