// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Checks, from nothing but what a stranger is given, that an entry stands in the ledger: the entry's bytes, the answer
// of GET /v1/ledger/entries/{index}/proof, and the ledger's verifier key. Pure functions; any thread.
#pragma once

#include "service/core/ids.h"
#include "service/core/result.h"
#include "service/ledger/entry.h"

namespace models {

struct ProvenEntry
{
    ledger::EntryFields fields;
    TreeSize treeSize = 0; // of the signed checkpoint that it was proven in
    QByteArray root; // base64
};

// Corrupt, saying what does not fit, unless: the entry is canonical and bears the proof's index; the checkpoint is
// signed by the key and has the proof's size and root (RFC 9162, 2.1.3.2, from the leaf to that root).
Result<ProvenEntry> verifyEntryProof(QByteArrayView entry, QByteArrayView proof, QByteArrayView verifierKey);

} // namespace models
