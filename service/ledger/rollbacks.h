// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rollbacks that an operator accepted, as the entries ROLLBACK_ACCEPTED tell of them, and what they make of checkpoints
// that were signed before.
//
// Accepting one goes on from the older database under a new name, `service-vm-tenant/<id>/r<n>`, with the same key. So
// a checkpoint of an earlier name counts as long as it covers no more than the database that was put back held; one
// beyond that cut is of a history that this ledger has not, whatever it is signed with.
#pragma once

#include "service/ledger/checkpoint.h"
#include "service/store/database.h"

namespace ledger {

struct AcceptedRollback
{
    LeafIndex index = 0; // of its entry
    Checkpoint held; // what the database that was put back held: the cut, under the old origin
    Checkpoint mark; // what the high-water mark knew
    QByteArray origin; // from here on
};

// `data` of ROLLBACK_ACCEPTED.
QByteArray rollbackEntryData(const AcceptedRollback &rollback);

// Oldest first. Corrupt for an entry that does not say what it must.
Result<std::vector<AcceptedRollback>> acceptedRollbacks(store::Database &database);

// Why a signed checkpoint can't be one of the ledger that bears the name `origin` now, in the words that follow its own
// name ("... is of a history ..."); nothing where only its root can tell.
std::optional<QString> cutOff(
    const Checkpoint &checkpoint, const QByteArray &origin, std::span<const AcceptedRollback> accepted);

// Whether it is the mark that was there when a rollback was accepted: a start that was cut short left it.
bool isAcceptedMark(const Checkpoint &checkpoint, std::span<const AcceptedRollback> accepted);

// Names of one log: "service-vm-tenant/<id>" and its successors. The first is number 0.
std::optional<std::uint64_t> originNumber(QByteArrayView origin, QByteArrayView first);
QByteArray firstOrigin(const QByteArray &origin); // without "/r<n>"

// The keys in a data directory, and the same under the head's name where that is a later one of theirs: a start that
// was killed while it accepted a rollback has signed under it, and the next one puts it into ledger.vkey. Not for keys
// that were kept elsewhere: who holds these is to see that the name changed.
Result<std::vector<VerifierKey>> withNewName(store::Database &database, std::vector<VerifierKey> keys);

} // namespace ledger
