// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Files that go with the database and can't be part of its transaction: a new one stands beside the old as FILE.next
// before the commit and takes its place after it. Whatever happens between, the database says which of the two counts,
// and a start finishes what was cut short. Engine thread, under the directory's lock.
#pragma once

#include "service/engine/datadirectory.h"
#include "service/engine/state.h"
#include "service/ledger/note.h"
#include "service/store/database.h"

#include <QtCrypto>

namespace engine {

QString nextPath(const QString &path);

// A new key at nextPath(path), in the place of what an attempt that was cut short has left there: after
// settleTokenKey or settleLedgerKey, for what stands there may be the only copy of the key that signs.
Result<void> writeNextKey(const QString &path, const crypto::SigningKey &key, const QCA::SecureArray &passphrase);

// FILE.next to FILE. The folder is not synced: where a power cut takes the rename back, the next start does it again.
Result<void> moveIntoPlace(const QString &path);

// Whether the head's checkpoint is one of this key; false also where there is no head.
bool hasSignedHead(store::Database &database, const ledger::VerifierKey &key);

// The key that signed the head's checkpoint, be it in place or still keys/ledger.key.next; where neither did, the one
// in place, with which the ledger then does not open. Touches no file: whether this is the right database is known only
// once its ledger is open.
Result<crypto::SigningKey> readLedgerKey(
    const DataPaths &paths, store::Database &database, const QByteArray &origin, const QCA::SecureArray &passphrase);

// FILE.next is moved into place where it is the key that signs, and cleared away where that is in place. Only for a
// database that goes on from the high-water mark: by an older one that was put back, the key of the newer one does not
// sign, and that would be lost with it.
Result<void> settleTokenKey(
    const DataPaths &paths, const decltype(State::keys) &keys, const QCA::SecureArray &passphrase);
// The same for the ledger's; `own` signs now. ledger.vkey goes with it.
Result<void> settleLedgerKey(
    const DataPaths &paths, const ledger::VerifierKey &own, const QCA::SecureArray &passphrase);

enum class VkeyPlace
{
    First, // of the name and key that sign now: for readers that take one line. The others verify older checkpoints
    Last, // of a key that will sign if its commit comes about
    Nowhere // of one whose commit did not
};
// Writes nothing where the line stands as it should.
Result<void> placeVerifierKey(const DataPaths &paths, const ledger::VerifierKey &key, VkeyPlace place);

} // namespace engine
