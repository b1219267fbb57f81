// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Copies of the newest checkpoint in places outside of the data directory: the memory that shows when a whole directory
// is put back to an older state, or its history is written anew.
//
// A place is a directory, which gets a file `checkpoint`, or the path of that file, replaced as a whole each time (mode
// 0644: there is no secret in it); or a FIFO or device, which gets each one it takes in. Every place has a thread of
// its own, which takes the newest checkpoint at most five times a second, so that a place that is slow, full or hanging
// delays nobody. What fails is reported once, tried again every second, and reported once when it works again.
//
// What a file holds is replaced only where nothing is lost by it: a checkpoint that this log's key signed, and that the
// ledger provably grew out of. That is checked wherever the file holds something else than what was written last, so at
// each start too. A checkpoint with more entries, with another history or of another log is the proof that the
// directory was put back or made anew: it is left alone, and reported for as long as it stands there. Once a rollback
// is accepted, the log goes on under a new name; what the file held under the older one may be all that tells of the
// history that was given up, and is kept beside it as `checkpoint.<entries>` (of the log's later names
// `checkpoint.r<n>-<entries>`).
#pragma once

#include "service/core/result.h"
#include "service/engine/datadirectory.h"

#include <QtCore/qstringlist.h>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace engine {

// Whether a checkpoint that a place holds may go: nobody learns more from it than from the ledger. Refused says, in
// words that follow the name of the file, why not.
using MayReplace = std::function<Result<void>(const QByteArray &note)>;

// By the keys and the ledger of this data directory, which are read each time it is asked. Any thread.
MayReplace grownFrom(const DataPaths &paths);

// One copy to one place; may take as long as the place does. Storage or Refused say what the operator mends.
Result<void> copyCheckpoint(const QString &place, const QByteArray &note, const MayReplace &mayReplace);

class CheckpointCopies
{
public:
    using Copy = std::function<Result<void>(const QString &, const QByteArray &, const MayReplace &)>;

    // `mayReplace` is asked on the thread of a place, which may outlive this object. `report` gets one sentence, on the
    // thread of a place, and never once the object is gone: the end waits for it. `copy`: tests only.
    CheckpointCopies(const QStringList &places, MayReplace mayReplace, std::function<void(const QString &)> report,
        Copy copy = copyCheckpoint);

    // The newest still goes out, but a second at most is waited for it: a thread that hangs in a system call can't be
    // interrupted and is left behind.
    ~CheckpointCopies();
    CheckpointCopies(const CheckpointCopies &) = delete;
    CheckpointCopies &operator=(const CheckpointCopies &) = delete;

    // Any thread, waits for nothing; an older one that was not taken yet is forgotten.
    void offer(const QByteArray &note);

    // What fails now, a sentence for each place. Any thread.
    QStringList troubles() const;

private:
    struct Place;
    static void run(const std::shared_ptr<Place> &place, const MayReplace &mayReplace, const Copy &copy);

    // Shared with the thread, which may outlive this object when its place hangs.
    std::vector<std::shared_ptr<Place>> m_places;
};

} // namespace engine
