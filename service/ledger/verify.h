// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Recomputes the ledger from its entries and compares it with everything that was stored or signed about it.
//
// Any thread, with a read-only Database of its own, which it borrows. It reads in one read transaction, so that a
// writer beside it is never taken for damage; the high-water mark is read before that begins, for it may lag behind the
// database but never be ahead of it. The entries are read by one thread a core, each through a connection of its own
// (blockpipeline.h says why that is one state nevertheless). Memory is bounded, whatever the size of the ledger.
#pragma once

#include "service/ledger/checkpoint.h"
#include "service/ledger/entryview.h"
#include "service/store/database.h"

namespace ledger {

enum class Damage
{
    None,
    HeadChanged, // the head row is missing, or is not that of its checkpoint
    CheckpointUnsigned, // the head's checkpoint, or an older one given, can't be read or has no good signature
    HighWaterUnusable, // missing, empty, torn or unsigned
    RolledBack, // something signed speaks of more entries than there are
    Forked, // something signed speaks of another history
    EntryMissing,
    EntryDeleted, // taken out from between others, whether these were moved up or not
    EntryInserted, // put in between others, which were moved down
    EntrySwapped, // two in one another's place
    TailCut, // none from there on is left
    EntryExtra,
    EntryChanged, // its hash is not the one that the tree has
    EntryMalformed,
    EntryMisplaced, // holds the bytes of another index
    SequenceBroken, // tenant_seq has a gap or a repetition, or its counter is off
    TimeBackwards,
    ColumnChanged, // a search column is not what the bytes say
    TileChanged, // also: missing, or too many
    StateDiffers, // found by the EntryFollower
    SchemaChanged // a table, index or trigger is not as this program made it
};

const char *damageName(Damage damage); // "entry-changed"

struct Finding
{
    Damage kind = Damage::None;
    std::optional<LeafIndex> index;
    QString sentence;
    // Where only a range is known that the first bad entry lies in, from `index` on: its end, inclusive.
    std::optional<LeafIndex> last = {};
};

// What else the entries must agree with, such as the state tables: told of each entry from the first one looked at. One
// object for one verification, on its thread but for the Parts.
class EntryFollower
{
public:
    // One reading thread's share of what does not depend on the order of the entries. It gets whole blocks, in any
    // order; the views last as long as the call.
    class Part
    {
    public:
        virtual ~Part() = default;
        // A sentence where the entry can't be right whatever the others say.
        virtual std::optional<QString> take(const EntryView &entry) = 0;
        // Whether inOrder() wants it too.
        virtual bool hasOrder(const EntryView &entry) = 0;
    };

    virtual ~EntryFollower() = default;

    // Before the entries; it stays the follower's.
    virtual Part &addPart() = 0;
    // Those that hasOrder() named, by index. Corrupt is a finding about the entry; every other error ends the
    // verification as such, here and below.
    virtual Result<void> inOrder(const EntryFields &entry) = 0;
    // A slice of some milliseconds of the work that needs no entries, called while there is nothing else to do; false
    // once there is none left.
    virtual Result<bool> workAhead(store::Database &database) = 0;
    // After the last entry, with the parts at rest. All of it in the read transaction of the verification.
    virtual Result<std::optional<Finding>> conclude(store::Database &database) = 0;
};

struct OlderCheckpoint
{
    QString name; // for messages: the file it came from
    QByteArray note;
};

struct VerifyOptions
{
    bool full = true; // from the first entry; else from verifiedSize on
    std::vector<VerifierKey> keys = {}; // of the log, old ones too
    QString highWaterPath = {}; // empty: not looked at
    std::vector<OlderCheckpoint> older = {};
    TreeSize verifiedSize = 0;
    std::function<bool(TreeSize done, TreeSize total)> progress = {}; // false: stop, the result is Unavailable
    EntryFollower *follower = nullptr; // borrowed
    int threads = 0; // that read; 0: one a core
};

struct VerifyReport
{
    bool ok = false;
    TreeSize size = 0; // of the head
    Digest root; // of the head
    LeafIndex checkedFrom = 0; // entries before this one were left to an earlier verification
    QByteArray keyId; // 8 hexadecimal digits
    QString origin;
    Damage kind = Damage::None;
    // The first entry that is bad; none where it is not an entry's fault. Of a history that was signed anew, or of
    // entries whose stored hashes were all changed with them, only the signed roots tell: then it is one from
    // `firstBad` to `lastBad`, which are as near to one another as the checkpoints given allow.
    std::optional<LeafIndex> firstBad;
    std::optional<LeafIndex> lastBad; // none where firstBad is that entry
    QString damage; // one sentence
};

// The error is for what can't be read at all; everything that is read and wrong is in the report.
Result<VerifyReport> verifyTree(store::Database &database, const VerifyOptions &options);

// The same within the caller's read transaction, for whoever goes on with what was verified. The mark is one that was
// read before that began, or none; that of the options is not looked at.
using MarkRead = std::optional<Result<SignedCheckpoint>>;
Result<VerifyReport> verifyWithin(store::Database &database, const VerifyOptions &options, const MarkRead &mark);

} // namespace ledger
