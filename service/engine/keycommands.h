// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rotation of the key that tokens or checkpoints are signed with. In this order, each step on the disk before the next:
//
//     keys/FILE.next, of the ledger's key a line in ledger.vkey    a start clears them away: nothing was signed with it
//     COMMIT, with KEY_ROTATED                                     from here on the new key signs
//     ledger.vkey with the new line first, keys/FILE               each start finishes what of these is missing, and
//     the
//                                                                  next rotation before it writes a FILE.next of its
//                                                                  own
//
// The old token key verifies until the last of its tokens has expired; its private half is gone. The old ledger key
// verifies the checkpoints of before its entry, and none after.
#pragma once

#include "service/engine/keyfiles.h"
#include "service/engine/work.h"

namespace engine {

// A seam for tests: where a rotation is cut short. Null in the product.
enum class RotationStep
{
    KeyWritten,
    VkeyWritten,
    Committed, // this and the next after the commit: nobody is refused for them
    VkeyMoved
};
using RotationFault = std::function<bool(RotationStep)>; // true: it ends here, as if the power went

struct KeyRotation
{
    KeyKind kind = KeyKind::Token;
    KeyId oldId; // RFC 7638 thumbprints
    KeyId newId; // empty for a rehearsal, which makes no key
    crypto::PublicKey newKey;
    QByteArray verifierKey; // the line of ledger.vkey; of the ledger's
    std::optional<qint64> verifiesUntil; // Unix seconds: the last token of the old key expires; of tokens' keys
};

struct RotationPlace
{
    const DataPaths &paths;
    const QByteArray &origin; // of the ledger
    const crypto::PublicKey &ledgerKey; // that signs now
    const QCA::SecureArray &passphrase;
    const RotationFault &fault;
    bool dryRun = false; // then no file is touched
};

// Must be the last command of its batch: Work::rotate sees to that.
Result<KeyRotation> rotateKey(Work &work, KeyKind kind, const RotationPlace &place);

// Retires the keys of tokens that sign now and registers `key`, with an entry for each of them.
Result<void> replaceTokenKey(Work &work, const crypto::PublicKey &key, const std::optional<qint64> &verifiesUntil = {});

} // namespace engine
