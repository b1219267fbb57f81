// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Group commit: what is done with the commands of one transaction, and when it fails.

#include "service/engine/engine.h"

#include "service/engine/stateload.h"
#include "service/store/statement.h"
#include "service/tenancy/tenantstore.h"

#include <QtCore/qdebug.h>

using namespace Qt::StringLiterals;

namespace engine {

// What is answered together.
struct Engine::Batch
{
    enum class Undo
    {
        Whole, // a command that fails after it has written takes the transaction back
        Savepoints // each command takes back its own
    };

    std::span<const std::unique_ptr<Job>> jobs; // up to one that ended it
    std::vector<Result<std::optional<LeafIndex>>> outcomes; // one for each job, in their order
    Changes changes;
    bool kept = false; // whether anything is to be committed
    Undo undo = Undo::Whole;
    bool spoiled = false; // run anew with savepoints
    bool committing = false; // COMMIT was reached: an error from then on may lie
    std::optional<QByteArray> note = {}; // signed in it; none where it has no entry
};

size_t Engine::runBatch(std::span<const std::unique_ptr<Job>> jobs)
{
    Batch batch{.jobs = jobs, .outcomes = {}, .changes = {}};
    auto done = transact(batch);
    if (done && batch.spoiled) {
        batch = {.jobs = jobs, .outcomes = {}, .changes = {}, .undo = Batch::Undo::Savepoints};
        done = transact(batch);
    }
    if (!done) {
        if (batch.committing)
            m_doubt = Doubt{.note = batch.note, .afterCommit = std::move(batch.changes.afterCommit)};
        abandon(done.error());
        const bool isKnown = !m_mustRecover && batch.note; // from the head, now that it was read again
        const bool mayBeMade = batch.committing && !(isKnown && *batch.note != m_ledger->signedCheckpoint());
        const Error refusal = ledgerUnavailable(m_state.ofEngineThread().trouble, mayBeMade);
        for (const auto &job : batch.jobs)
            job->finish(std::unexpected(refusal));
        call(m_answered);
        return batch.jobs.size();
    }
    if (batch.kept) {
        m_hasCommitted = true;
        m_ledger->committed();
        if (batch.changes.newKey)
            adopt(std::move(*batch.changes.newKey));
        // The one case in which answers come before the mark: it can't be written. What is durable is answered all the
        // same, for a mark that lags is safe; but nothing more is written before it is caught up, or an older database
        // put back might go unnoticed.
        const auto marked = markHighWater();
        auto afterCommit = std::move(batch.changes.afterCommit);
        publish(std::move(batch.changes));
        if (!marked) {
            m_mustRecover = true;
            declare(marked.error());
        }
        for (auto &action : afterCommit)
            action();
    }
    for (size_t i = 0; i < batch.jobs.size(); ++i)
        batch.jobs[i]->finish(std::move(batch.outcomes[i]));
    call(m_answered);
    return batch.jobs.size();
}

void Engine::adopt(NewKey &&key)
{
    if (key.kind == KeyKind::Token)
        return useTokenKey(std::move(key.key));
    m_ledgerKey = std::move(key.key);
    m_ledger->signAs(*m_ledgerKey, m_ledger->origin());
}

// Commits what the batch keeps. An error is the database's; afterwards the transaction is over, with nothing in it
// unless `kept`.
Result<void> Engine::transact(Batch &batch)
{
    if (m_mustRecover)
        TRY(recover());
    TRY(m_files.check(true));
    ASSIGN_OR_RETURN(auto transaction, beginWriting());
    TRY(runAll(batch));
    if (batch.spoiled || !batch.kept) {
        m_ledger->rolledBack();
        return {};
    }
    TRY(complete(batch.changes));
    batch.note = m_ledger->mark().sealedNote;
    batch.committing = true;
    TRY(transaction.commit());
    return m_files.check(true); // else it went into a file that nobody will find
}

// Another database in the place of ours would take what makes no entry without a word.
Result<store::Transaction> Engine::beginWriting()
{
    ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(*m_database));
    TRY(m_ledger->checkHead());
    return transaction;
}

Result<void> Engine::runAll(Batch &batch)
{
    batch.outcomes.reserve(batch.jobs.size());
    for (size_t i = 0; i < batch.jobs.size(); ++i) {
        const auto &job = batch.jobs[i];
        auto made = runOne(*job, batch);
        if (!made && store::isFailure(made.error()))
            return std::unexpected(std::move(made.error()));
        // What is written behind the end of a transaction would be committed on the spot, without its head.
        if (!m_database->inTransaction())
            return fail(ErrorCode::Storage, u"SQLite took a transaction back by itself."_s);
        if (batch.spoiled)
            return {};
        if (!made) {
            batch.outcomes.emplace_back(std::unexpected(std::move(made.error())));
            continue;
        }
        batch.outcomes.emplace_back(made->lastIndex);
        batch.kept = batch.kept || job->kind != Job::Kind::DryRun;
        batch.changes.merge(std::move(*made));
        if (batch.changes.newKey)
            batch.jobs = batch.jobs.first(batch.outcomes.size());
    }
    return {};
}

Result<Changes> Engine::runOne(Job &job, Batch &batch)
{
    if (batch.undo == Batch::Undo::Savepoints || job.kind == Job::Kind::DryRun)
        return runInSavepoint(job, batch.changes);
    const qint64 changes = m_database->totalChanges();
    const TreeSize size = m_ledger->size();
    auto made = runJob(job, batch.changes);
    batch.spoiled = !made && (m_database->totalChanges() != changes || m_ledger->size() != size);
    return made;
}

// SQLite ends a transaction by itself when the disk fails it, and the savepoints with it. Whatever these statements say
// then, it is the batch that failed: the next SAVEPOINT would be a transaction of its own, committed without its head.
Result<void> Engine::moveSavepoint(const char *sql)
{
    const auto move = [&]() -> Result<void> {
        ASSIGN_OR_RETURN(auto statement, m_database->prepared(sql));
        return statement.run();
    };
    return move().transform_error(store::asFailure);
}

Result<Changes> Engine::runInSavepoint(Job &job, const Changes &before)
{
    TRY(moveSavepoint("SAVEPOINT command"));
    const auto mark = m_ledger->mark();
    auto made = runJob(job, before);
    if (made && job.kind != Job::Kind::DryRun) {
        TRY(moveSavepoint("RELEASE command"));
        return made;
    }
    if (!made && store::isFailure(made.error()))
        return made;
    m_ledger->rollbackTo(mark);
    TRY(moveSavepoint("ROLLBACK TO command"));
    TRY(moveSavepoint("RELEASE command"));
    if (!made)
        return made;
    return Changes();
}

Result<Changes> Engine::runJob(Job &job, const Changes &before)
{
    const Timestamp now = std::max(m_options.clock.now(), m_ledger->lastTime());
    Work work(job.caller, now, m_state.ofEngineThread(), before, *m_database, *m_ledger, *m_signer);
    if (job.kind != Job::Kind::Record)
        TRY(checkCaller(work));
    TRY(job.run(work));
    return work.takeChanges();
}

// The last of a transaction: rows that many commands touched, written once, and the signed head.
Result<void> Engine::complete(const Changes &changes)
{
    for (const TenantId &id : changes.usageChanged)
        TRY(tenancy::updateUsage(*m_database, changes.tenants.at(id)));
    // Should the commit fail, the ledger is opened anew, with the key that the disk says.
    if (changes.newKey && changes.newKey->kind == KeyKind::Ledger)
        m_ledger->signAs(changes.newKey->key, m_ledger->origin());
    ASSIGN_OR_RETURN([[maybe_unused]] const ledger::Checkpoint sealed, m_ledger->seal());
    return {};
}

void Engine::publish(Changes &&batch)
{
    m_state.publish([&](State &state) {
        for (auto &[id, tenant] : batch.tenants)
            state.tenants.insert_or_assign(id, std::move(tenant));
        for (TokenKey &key : batch.keys) {
            const auto known = state.keys.find(key.id);
            key.lastExpiry = known == state.keys.end() ? 0 : known->second.lastExpiry;
            state.keys.insert_or_assign(key.id, key);
        }
        for (auto &[id, token] : batch.tokens) {
            state.noteExpiry(token);
            state.tokens.insert_or_assign(id, std::move(token));
        }
        for (auto &[name, plan] : batch.plans) {
            if (plan)
                state.plans.insert_or_assign(name, std::move(*plan));
            else
                state.plans.erase(name);
        }
        for (const TokenId &id : batch.forgotten)
            state.tokens.erase(id);
        for (const TenantId &id : batch.vmsChanged)
            ++state.vmVersions[id];
        if (!batch.vmsChanged.empty())
            ++state.allVmsVersion;
        state.ledgerSize = m_ledger->size();
        state.ledgerTime = m_ledger->lastTime();
        state.checkpoint = m_ledger->signedCheckpoint();
        endTrouble(state);
    });
    if (m_options.onCheckpoint)
        m_options.onCheckpoint(m_ledger->signedCheckpoint());
    call(m_changed);
}

} // namespace engine
