// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rotations of the ledger's key, as the entries KEY_ROTATED tell of them. The checkpoint over such an entry and all
// later ones are signed by the new key; the old one verifies those of before, and none after: what somebody signs with
// a key that was rotated away is not this ledger's.
#pragma once

#include "service/ledger/checkpoint.h"
#include "service/ledger/entry.h"
#include "service/store/database.h"

namespace ledger {

struct KeyChange
{
    LeafIndex index = 0; // of its entry
    QByteArray oldKey, newKey; // RFC 7638 thumbprints
};

// Nothing for any other entry; Corrupt for one that does not say what it must.
Result<std::optional<KeyChange>> keyChangeIn(const EntryFields &entry);

// Oldest first. Corrupt as above.
Result<std::vector<KeyChange>> keyChanges(store::Database &database);

// Why a checkpoint can't be one of this ledger, in the words that follow its own name; nothing where its key is the one
// that signed trees of its size.
std::optional<QString> signedOutOfTurn(const SignedCheckpoint &checkpoint, std::span<const KeyChange> changes);

// The same where only some of the changes are known, all of them under the checkpoint: an excerpt's.
std::optional<QString> signedByReplacedKey(const SignedCheckpoint &checkpoint, std::span<const KeyChange> changes);

// The same by a list of keys that somebody keeps, the newest of each name first, as ledger.vkey has them: what covers
// no rotation, such as a history that leaves it out, is only good by the newest.
std::optional<QString> signedByOlderKey(
    const QByteArray &origin, const QByteArray &keyId, std::span<const VerifierKey> newestFirst);

} // namespace ledger
