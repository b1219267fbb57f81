// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The one writer. A thread of its own holds the one writing connection, takes everything that is queued, runs the
// commands in one transaction, signs the checkpoint, commits, marks the high water, publishes the new state and only
// then answers: group commit. After an answer the change survives a power cut, and its entry with it.
//
// A command that fails leaves nothing behind and takes nothing of others with it. Nearly all that fail do so before
// they write; when one has written, the transaction is taken back as a whole and its commands run anew, each in a
// savepoint of its own. A savepoint each from the start would cost a fifth of the rate (37,300 changes a second at
// 64 a commit against 30,000): SQLite then copies each page once per command instead of never.
//
// When the database itself fails (full, I/O, memory), the whole batch is refused with LedgerUnavailable and memory is
// read again from the disk; every later batch tries anew, and so does a probe once a second, so that the engine
// recovers by itself. Where COMMIT was reached, the answer says that the change may have been made all the same; found
// on the disk afterwards, it has its effects.
//
// Before it writes, and once a second, it looks whether the head is still the one it left. An older database that was
// put in the place of ours while we run is never published and never written to: the state before stays in memory.
#pragma once

#include "service/engine/datadirectory.h"
#include "service/engine/denials.h"
#include "service/engine/job.h"
#include "service/engine/keycommands.h"
#include "service/engine/rollback.h"
#include "service/engine/storefiles.h"
#include "service/ledger/highwater.h"

#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>

namespace engine {

struct EngineOptions
{
    const DataDirectory &directory; // locked, and outlives the engine
    const Clock &clock;
    QByteArray issuer; // of tokens: the base URL
    QCA::SecureArray passphrase; // of the key files; empty: plain ones
    std::chrono::days retention{30}; // how long a deleted tenant can be brought back
    bool acceptRollback = false; // of a database that was put back; Refused where there is none
    // Each signed checkpoint once it is durable, on the engine thread; must only hand it on.
    std::function<void(const QByteArray &note)> onCheckpoint = {};
    store::CommitFaults commitFaults = {}; // tests only
    RollbackFault rollbackFault = {}; // tests only
    RotationFault rotationFault = {}; // tests only
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
    // At stop, before the last entry: the entries of all refusals so far, counted ones too, are queued before what is
    // posted after this, and no token that is about to end is warned of any more. Waits for what is queued now. Not on
    // the engine thread.
    void settleDenials();

    // `changed` runs on the engine thread after each publication and must only wake somebody. One observer; null ends
    // it.
    void observe(std::function<void()> changed);
    // `done` runs on the engine thread after the last answer of each batch, so that who takes answers may collect them
    // and wake another thread once. One; null ends it.
    void onAnswered(std::function<void()> done);

    // Within a command, on the engine thread; `dryRun` as the command's job is.
    Result<KeyRotation> rotateKey(Work &work, KeyKind kind, bool dryRun);

    const SharedState &state() const { return m_state; }
    const QByteArray &issuer() const { return m_options.issuer; }
    const DataDirectory &directory() const { return m_options.directory; }
    const Clock &clock() const { return m_options.clock; }
    std::chrono::days retention() const { return m_options.retention; }

private:
    explicit Engine(EngineOptions options);

    Result<void> open();
    Result<void> openStore();
    Result<void> publishStored();
    Result<void> checkHighWater();
    Result<void> settleHighWater();
    Result<void> settleTokenKey();
    Result<void> loadKeys();
    void loop();
    struct Batch;
    // Says how many it has run: at least one, and no more behind one that ended the batch.
    size_t runBatch(std::span<const std::unique_ptr<Job>> jobs);
    Result<void> transact(Batch &batch);
    Result<store::Transaction> beginWriting();
    Result<void> runAll(Batch &batch);
    Result<Changes> runOne(Job &job, Batch &batch);
    Result<Changes> runInSavepoint(Job &job, const Changes &before);
    Result<Changes> runJob(Job &job, const Changes &before);
    Result<void> moveSavepoint(const char *sql);
    Result<void> complete(const Changes &changes);
    void adopt(NewKey &&key);
    void useTokenKey(crypto::SigningKey key);
    void publish(Changes &&batch);
    void call(const std::function<void()> &observer);
    Result<void> markHighWater();
    Result<void> syncHighWater();
    void declare(const Error &why);
    static void endTrouble(State &state);
    void abandon(const Error &why);
    Result<void> recover();
    void settleDoubt();
    void tick();
    void probe();
    void writeDenial(Denial denial);
    void writeCountedDenials();
    void warnOfExpiries();

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
    StoreFiles m_files;
    bool m_mustRecover = false; // before anything is written; ledger and database may be of a state not published
    // A commit of which it is not known whether it was made.
    struct Doubt
    {
        std::optional<QByteArray> note; // that it would have made the head; none where it had no entry
        std::vector<std::move_only_function<void()>> afterCommit;
    };
    std::optional<Doubt> m_doubt;
    bool m_hasCommitted = false; // since the start
    std::chrono::nanoseconds m_nextWarnings{0}; // when to look for tokens that are about to end
    bool m_lastDenials = false; // stopping: what can't be written now will not be
    bool m_isEnding = false; // settleDenials was called: nothing is to stand behind the last entry

    std::mutex m_observerMutex;
    std::function<void()> m_changed;
    std::function<void()> m_answered;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<std::unique_ptr<Job>> m_queue;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace engine
