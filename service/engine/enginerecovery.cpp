// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// When the disk says no: the batch is refused, memory is read again, reading goes on, and each second the engine looks
// whether it can write again.

#include "service/engine/engine.h"

#include "service/engine/stateload.h"
#include "service/store/statement.h"

#include <QtCore/qdebug.h>
#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

Error aboutTheMark(Error error)
{
    error.reason = "mark";
    return error;
}

} // namespace

void Engine::abandon(const Error &why)
{
    // Whether a failed commit reached the disk is known only by reading it again.
    if (m_database)
        m_database->rollback();
    m_mustRecover = true;
    const auto recovered = recover();
    // Files that are gone, or older ones in their place, say more than the write that met them.
    declare(!recovered && !recovered.error().reason.isEmpty() ? recovered.error() : why);
}

// Published as it is, and told in the log once.
void Engine::declare(const Error &why)
{
    Trouble trouble = troubleOf(why, m_options.directory.paths().root);
    // Before the first commit it is a start that fails, and whoever started us says why, once.
    if (trouble != m_state.ofEngineThread().trouble && (m_hasCommitted || trouble.atStart.isEmpty()))
        qWarning().noquote() << u"The ledger can't be written: %1 (%2) %3"_s.arg(
            trouble.why, why.detail, trouble.remedy);
    m_state.publish([&](State &state) { state.trouble = std::move(trouble); });
    call(m_changed);
}

void Engine::endTrouble(State &state)
{
    if (!state.trouble.why.isEmpty())
        qWarning().noquote() << u"The ledger can be written again."_s;
    state.trouble = {};
}

Result<void> Engine::recover()
{
    TRY(m_files.check(m_database != nullptr));
    TRY(openStore());
    TRY(checkHighWater());
    TRY(markHighWater()); // of a commit that failed only in being told, or that no sync has put on the disk
    TRY(syncHighWater());
    TRY(publishStored()); // only now: an older state must not be seen, or what was revoked since would live
    // By the state too: an earlier try may have moved the key of a rotation and then failed to read it.
    const DataPaths &paths = m_options.directory.paths();
    TRY(settleLedgerKey(paths, m_ledger->verifierKey(), m_options.passphrase));
    const auto signer = m_state.ofEngineThread().keys.find(m_signer->keyId);
    const bool signs = signer != m_state.ofEngineThread().keys.end() && !signer->second.retiredAt;
    if (!signs || QFile::exists(nextPath(paths.tokenKey())))
        TRY(settleTokenKey());
    m_mustRecover = false;
    if (m_options.onCheckpoint)
        m_options.onCheckpoint(m_ledger->signedCheckpoint());
    settleDoubt();
    return {};
}

// A change that is on the disk has its effects, though its caller was told that it may not have been made.
void Engine::settleDoubt()
{
    auto doubt = std::exchange(m_doubt, std::nullopt);
    if (!doubt || doubt->note != m_ledger->signedCheckpoint())
        return;
    for (auto &action : doubt->afterCommit)
        action();
}

Result<void> Engine::markHighWater()
{
    return m_highWater->update(m_ledger->signedCheckpoint()).transform_error(aboutTheMark);
}

Result<void> Engine::syncHighWater()
{
    return m_highWater->sync().transform_error(aboutTheMark);
}

// Once a second.
void Engine::tick()
{
    auto sound = m_files.check(m_database != nullptr);
    if (sound)
        sound = syncHighWater();
    if (!sound) {
        m_mustRecover = true;
        declare(sound.error());
    }
    if (!m_mustRecover) {
        if (const auto head = m_ledger->checkHead(); !head)
            abandon(head.error());
    }
    for (Denial &denial : m_denials.due())
        writeDenial(std::move(denial));
    if (!m_mustRecover)
        warnOfExpiries();
    if (!m_state.ofEngineThread().trouble.why.isEmpty())
        probe();
}

// Is there room again? Writes a row, so that the answer is the disk's.
void Engine::probe()
{
    const Result<void> probed = [this]() -> Result<void> {
        if (m_mustRecover)
            TRY(recover());
        ASSIGN_OR_RETURN(auto transaction, beginWriting());
        TRY(m_database->execute(u"INSERT INTO meta VALUES ('probe', hex(randomblob(8))) "
                                "ON CONFLICT (key) DO UPDATE SET value = excluded.value"_s));
        return transaction.commit();
    }();
    if (!probed)
        return declare(probed.error());
    m_state.publish(endTrouble);
    call(m_changed);
}

} // namespace engine
