// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// From the disk to a running engine: at start, and at each recovery.

#include "service/engine/engine.h"

#include "service/crypto/keyfile.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/secretfile.h"
#include "service/engine/restored.h"
#include "service/engine/stateload.h"
#include "service/engine/tokencommands.h"
#include "service/ledger/reader.h"
#include "service/store/schema.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

// What auditors are given as the key must be that: this ledger's, under the name it has and those it had. While a
// rollback that was accepted is not yet settled, the newest name may be missing.
Result<void> checkVerifierKeys(const DataPaths &paths, const ledger::Ledger &ledger, bool settled)
{
    const auto refuse = [&](const QString &why) {
        return fail(ErrorCode::Refused,
            u"%1 is not the public key of this ledger: %2. It was left alone; restore it from a backup, or put this "
            u"line "
            "into it: %3"_s.arg(paths.ledgerVkey(), why, QString::fromLatin1(ledger.verifierKey().text())));
    };
    ASSIGN_OR_RETURN(const QByteArray text, crypto::readSecretFile(paths.ledgerVkey(), ledger::MaxNoteSize));
    const auto keys = ledger::parseVerifierKeys(text);
    if (!keys) {
        QString why = keys.error().detail;
        why.chop(why.endsWith(u'.') ? 1 : 0);
        return refuse(u"it holds something that is no key ("_s + why + u')');
    }
    const QByteArray first = ledger::firstOrigin(ledger.origin());
    for (const ledger::VerifierKey &key : *keys) {
        if (!ledger::originNumber(key.name, first))
            return refuse(u"it names another log, "_s + QString::fromUtf8(key.name));
    }
    if (settled && !std::ranges::contains(*keys, ledger.verifierKey()))
        return refuse(u"it holds another key than keys/ledger.key makes"_s);
    return {};
}

// A database and a key from before and after a rotation of it. `own` is what keys/ has. ledger.vkey has the newest
// first, and so says which of the two is the older.
std::optional<Error> beforeRotation(const DataPaths &paths, store::Database &database, const ledger::VerifierKey &own)
{
    const auto keys = ledger::readVerifierKeys(paths.ledgerVkey());
    const auto head = ledger::LedgerReader(database).head();
    const auto opened = keys && head ? ledger::openCheckpoint(head->checkpoint, *keys) : fail(ErrorCode::Corrupt, {});
    if (!opened || opened->signer == own || !std::ranges::contains(*keys, own))
        return {};
    if (std::ranges::find(*keys, opened->signer) < std::ranges::find(*keys, own))
        return Error{.code = ErrorCode::Refused,
            .detail = u"%1 is an older key of this ledger than the one that %2 was signed by: it is from before that "
                      "key was rotated. Put the newer key back, from a backup made after the rotation."_s.arg(
                          paths.ledgerKey(), paths.database())};
    return Error{.code = ErrorCode::Refused,
        .detail = u"%1 was signed by an older key of this ledger than %2: it is from before that key was rotated. Put "
                  "the newer database back; or the older key from the same backup, and then start once with "
                  "--accept-rollback."_s.arg(paths.database(), paths.ledgerKey()),
        .reason = "rollback"_ba};
}

} // namespace

Result<void> Engine::open()
{
    const DataPaths &paths = m_options.directory.paths();
    ASSIGN_OR_RETURN(m_ledgerKey, crypto::readKeyFile(paths.ledgerKey(), m_options.passphrase));
    TRY(openStore());
    TRY(publishStored()); // nobody reads it yet
    TRY(checkVerifierKeys(paths, *m_ledger, false));
    TRY(settleHighWater());
    TRY(settleRollback(paths, *m_database, *m_ledger));
    TRY(settleLedgerKey(paths, m_ledger->verifierKey(), m_options.passphrase));
    TRY(checkVerifierKeys(paths, *m_ledger, true));
    TRY(settleTokenKey());
    TRY(settleAdminToken(paths.adminToken(), m_state.ofEngineThread()));
    ASSIGN_OR_RETURN(m_highWater, ledger::HighWater::open(paths.highWater()));
    return {};
}

// Refused where an older copy was put back, unless that is accepted; and refused where it is accepted without need, so
// that nobody leaves the option where it would accept the next one too.
Result<void> Engine::settleHighWater()
{
    const DataPaths &paths = m_options.directory.paths();
    ASSIGN_OR_RETURN(auto rollback, findRollback(*m_database, *m_ledger, paths));
    if (!rollback) {
        ASSIGN_OR_RETURN(rollback, findRestored(*m_database, *m_ledger, paths));
    }
    if (!m_options.acceptRollback)
        return rollback ? fail(rollbackRefusal(*rollback)) : Result<void>();
    if (!rollback)
        return fail(ErrorCode::Refused,
            u"There is no rollback to accept: the database goes on from its high-water mark. Start without "
            "--accept-rollback."_s);
    TRY(acceptRollback({.paths = paths,
                           .database = *m_database,
                           .ledger = *m_ledger,
                           .ledgerKey = *m_ledgerKey,
                           .state = m_state.ofEngineThread(),
                           .now = m_options.clock.now(),
                           .issuer = m_options.issuer,
                           .passphrase = m_options.passphrase,
                           .fault = m_options.rollbackFault},
        *rollback));
    clearRestored(paths);
    TRY(openStore());
    return publishStored();
}

Result<void> Engine::loadKeys()
{
    const QString path = m_options.directory.paths().tokenKey();
    ASSIGN_OR_RETURN(crypto::SigningKey key, crypto::readKeyFile(path, m_options.passphrase));
    useTokenKey(std::move(key));
    const auto &keys = m_state.ofEngineThread().keys;
    const auto known = keys.find(m_signer->keyId);
    if (known == keys.end() || known->second.retiredAt)
        return fail(ErrorCode::Refused,
            u"%1 is not the key that the database %2. Restore the one that belongs to it."_s.arg(
                path, known == keys.end() ? u"knows"_s : u"signs with now"_s));
    return {};
}

Result<void> Engine::settleTokenKey()
{
    TRY(engine::settleTokenKey(m_options.directory.paths(), m_state.ofEngineThread().keys, m_options.passphrase));
    return loadKeys();
}

void Engine::useTokenKey(crypto::SigningKey key)
{
    m_tokenKey = std::move(key);
    m_signer = std::make_unique<TokenSigner>(TokenSigner{.key = *m_tokenKey,
        .keyId = KeyId(crypto::keyThumbprint(m_tokenKey->publicKey())),
        .issuer = m_options.issuer});
}

// From the disk alone, so that the first start and every recovery take the same road. What is published stays as it is.
Result<void> Engine::openStore()
{
    m_ledger.reset();
    m_database.reset();
    ASSIGN_OR_RETURN(
        m_database, store::Database::open(m_options.directory.paths().database(), store::Database::Mode::ReadWrite));
    TRY(store::migrate(*m_database));
    // A commit whose sync failed is in the log all the same, and is found there once nobody has the database open: it
    // may only be built upon when it is really on the disk. Whoever else has it open keeps the index of the log, which
    // does not have that commit.
    TRY(m_database->writeBack());
    m_files.remember();
    m_database->setCommitFaults(m_options.commitFaults);
    ASSIGN_OR_RETURN(const QByteArray origin, readOrigin(*m_database));
    const DataPaths &paths = m_options.directory.paths();
    // The last commit may have been a rotation, and what we hold the key of before it.
    if (!hasSignedHead(*m_database, ledger::verifierKey(origin, m_ledgerKey->publicKey()))) {
        ASSIGN_OR_RETURN(m_ledgerKey, readLedgerKey(paths, *m_database, origin, m_options.passphrase));
    }
    auto ledger = ledger::Ledger::open(*m_database, *m_ledgerKey, origin);
    if (!ledger)
        return std::unexpected(beforeRotation(paths, *m_database, ledger::verifierKey(origin, m_ledgerKey->publicKey()))
                                   .value_or(ledger.error()));
    m_ledger = std::move(*ledger);
    return {};
}

Result<void> Engine::publishStored()
{
    ASSIGN_OR_RETURN(State state, loadState(*m_database));
    state.ledgerSize = m_ledger->size();
    state.ledgerTime = m_ledger->lastTime();
    state.checkpoint = m_ledger->signedCheckpoint();
    m_state.publish([&](State &published) {
        // Whoever cached by version must not find an old number again.
        state.allVmsVersion = published.allVmsVersion + 1;
        for (const auto &[id, tenant] : state.tenants) {
            const auto before = published.vmVersions.find(id);
            state.vmVersions[id] = before == published.vmVersions.end() ? 1 : before->second + 1;
        }
        state.trouble = published.trouble; // being read again does not make it writable
        published = std::move(state);
    });
    return {};
}

// As at start, for a database that was put in place while we run; memory knows more than a mark that was put back too.
Result<void> Engine::checkHighWater()
{
    ASSIGN_OR_RETURN(auto rollback, findRollback(*m_database, *m_ledger, m_options.directory.paths()));
    if (!rollback) {
        ASSIGN_OR_RETURN(const auto note, ledger::parseNote(m_state.ofEngineThread().checkpoint));
        ASSIGN_OR_RETURN(const auto published, ledger::parseCheckpoint(note.text));
        ASSIGN_OR_RETURN(rollback, findRollback(*m_database, *m_ledger, published));
    }
    return rollback ? fail(rollbackRefusal(*rollback)) : Result<void>();
}

} // namespace engine
