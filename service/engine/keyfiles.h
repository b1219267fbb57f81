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

// A new key at nextPath(path), in the place of what an attempt that was cut short has left there.
Result<void> writeNextKey(const QString &path, const crypto::SigningKey &key, const QCA::SecureArray &passphrase);

// FILE.next to FILE. The folder is not synced: where a power cut takes the rename back, the next start does it again.
Result<void> moveIntoPlace(const QString &path);

// The key that the database signs with: moved into place where it is still keys/token.key.next, which is cleared away
// where its commit did not come about.
Result<void> settleTokenKey(const DataPaths &paths, const State &state, const QCA::SecureArray &passphrase);

// The same for the ledger's, where the head's checkpoint says which key has signed; ledger.vkey goes with it. To be
// asked before the ledger is opened. Says whether keys/ledger.key is another one than before.
Result<bool> settleLedgerKey(
    const DataPaths &paths, store::Database &database, const QByteArray &origin, const QCA::SecureArray &passphrase);

enum class VkeyPlace
{
    First, // of the name and key that sign now: for readers that take one line. The others verify older checkpoints
    Last, // of a key that will sign if its commit comes about
    Nowhere // of one whose commit did not
};
// Writes nothing where the line stands as it should.
Result<void> placeVerifierKey(const DataPaths &paths, const ledger::VerifierKey &key, VkeyPlace place);

} // namespace engine
