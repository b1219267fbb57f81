// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An older database that was put back: found by the high-water mark, refused, or accepted when the operator says so.
//
// Accepting retires every key and token that the database knows, in one transaction with a new key, a new
// administrator's token and the new name of the log: what was revoked since then, and is alive again in these rows,
// stays dead. Files can't be part of that transaction, so they come in this order:
//
//     keys/token.key.next, admin.token.next      a start finds the rollback as before, and these are cleared away
//     COMMIT                                     from here on every older token is dead
//     high-water, ledger.vkey, keys/token.key, admin.token
//                                                each start finishes what of these is missing: settleRollback,
//                                                settleTokenKey
//
// So no crash leaves a directory in which an old token lives and a start succeeds. Used on the engine's thread.
#pragma once

#include "service/engine/datadirectory.h"
#include "service/engine/state.h"
#include "service/ledger/ledger.h"
#include "service/ledger/rollbacks.h"

#include <QtCrypto>

namespace engine {

struct Rollback
{
    ledger::Checkpoint mark; // what the high-water mark knows
    ledger::Checkpoint held; // what the database holds
};

// A seam for tests: where acceptRollback is cut short. Null in the product.
enum class RollbackStep
{
    KeyWritten,
    TokenWritten,
    Committed,
    Marked,
    LogNamed,
    KeyMoved
};
using RollbackFault = std::function<bool(RollbackStep)>; // true: it ends here, as if the power went

// Nothing where the database goes on from the mark, or has accepted it already. Refused or Corrupt for a mark that
// says nothing: missing, empty, both slots torn, not signed by this ledger's key.
Result<std::optional<Rollback>> findRollback(
    store::Database &database, const ledger::Ledger &ledger, const DataPaths &paths);
// The same for a mark that is known to be one of this log.
Result<std::optional<Rollback>> findRollback(
    store::Database &database, const ledger::Ledger &ledger, const ledger::Checkpoint &mark);

// Refused, reason "rollback": what the mark says, what the database holds, and the two ways out.
Error rollbackRefusal(const Rollback &rollback);

struct Acceptance
{
    const DataPaths &paths;
    store::Database &database;
    ledger::Ledger &ledger;
    const crypto::SigningKey &ledgerKey;
    const State &state; // as loaded from the database
    Timestamp now;
    QByteArray issuer;
    QCA::SecureArray passphrase;
    const RollbackFault &fault;
};

// After it the database must be opened anew. What failed before the commit has changed nothing that counts.
Result<void> acceptRollback(const Acceptance &acceptance, const Rollback &rollback);

// At each start, once the database is open: the public key as the database has it. Of the key, settleTokenKey.
Result<void> settleRollback(const DataPaths &paths, store::Database &database, const ledger::Ledger &ledger);

} // namespace engine
