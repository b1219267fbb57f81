// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// From the disk to a running engine: at start, and at each recovery.

#include "service/engine/engine.h"

#include "service/crypto/keyfile.h"
#include "service/crypto/publickeytext.h"
#include "service/engine/stateload.h"
#include "service/ledger/reader.h"
#include "service/store/schema.h"

using namespace Qt::StringLiterals;

namespace engine {

Result<void> Engine::open()
{
    const DataPaths &paths = m_options.directory.paths();
    ASSIGN_OR_RETURN(m_tokenKey, crypto::readKeyFile(paths.tokenKey(), m_options.passphrase));
    ASSIGN_OR_RETURN(m_ledgerKey, crypto::readKeyFile(paths.ledgerKey(), m_options.passphrase));
    m_signer = std::make_unique<TokenSigner>(TokenSigner{.key = *m_tokenKey,
        .keyId = KeyId(crypto::keyThumbprint(m_tokenKey->publicKey())),
        .issuer = m_options.issuer});
    TRY(openStore());
    TRY(checkHighWater());
    if (!m_state.ofEngineThread().keys.contains(m_signer->keyId))
        return fail(ErrorCode::Refused,
            u"%1 is not the key that the database knows. Restore the one that belongs to it."_s.arg(paths.tokenKey()));
    ASSIGN_OR_RETURN(m_highWater, ledger::HighWater::open(paths.highWater()));
    return {};
}

// From the disk alone, so that the first start and every recovery take the same road.
Result<void> Engine::openStore()
{
    m_ledger.reset();
    m_database.reset();
    ASSIGN_OR_RETURN(
        m_database, store::Database::open(m_options.directory.paths().database(), store::Database::Mode::ReadWrite));
    TRY(store::migrate(*m_database));
    m_database->setCommitFaults(m_options.commitFaults);
    ASSIGN_OR_RETURN(const QByteArray origin, readOrigin(*m_database));
    ASSIGN_OR_RETURN(m_ledger, ledger::Ledger::open(*m_database, *m_ledgerKey, origin));
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
        published = std::move(state);
    });
    return {};
}

// A mark ahead of the database, or of another history, means that an older copy was put back.
Result<void> Engine::checkHighWater()
{
    const ledger::VerifierKey key = m_ledger->verifierKey();
    ASSIGN_OR_RETURN(const ledger::SignedCheckpoint mark,
        ledger::HighWater::read(m_options.directory.paths().highWater(), std::span(&key, 1)));
    if (mark.checkpoint.size > m_ledger->size()) {
        return fail(ErrorCode::Refused,
            u"The database was rolled back: it holds %1 entries, the high-water mark knows %2. Put the newer database back."_s
                .arg(m_ledger->size())
                .arg(mark.checkpoint.size));
    }
    ledger::LedgerReader reader(*m_database);
    return reader.continues(mark.checkpoint);
}

} // namespace engine
