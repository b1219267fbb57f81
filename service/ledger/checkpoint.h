// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A checkpoint: what the log says its tree is (C2SP tlog-checkpoint v1.0.0). Pure functions; any thread.
//
// Its text is three lines, each ending in LF: origin, size in decimal, root in padded base64. It travels as a signed
// note (note.h). We write no extension lines and refuse them.
#pragma once

#include "service/ledger/merkle.h"
#include "service/ledger/note.h"

namespace ledger {

struct Checkpoint
{
    QByteArray origin; // also the name of the log's key
    TreeSize size = 0;
    Digest root;

    QByteArray text() const;

    friend bool operator==(const Checkpoint &, const Checkpoint &) = default;
};

// Corrupt for every spelling but the one that text() writes.
Result<Checkpoint> parseCheckpoint(QByteArrayView text);

struct SignedCheckpoint
{
    Checkpoint checkpoint;
    VerifierKey signer; // the log's own key: a witness alone does not make a checkpoint
    QByteArray note; // as given
};

// Corrupt unless one of the known keys that bears the origin's name has signed.
Result<SignedCheckpoint> openCheckpoint(QByteArrayView note, std::span<const VerifierKey> known);

QByteArray signCheckpoint(const Checkpoint &checkpoint, const crypto::SigningKey &key);

} // namespace ledger
