// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// DIR/restored: says that a directory was made from a backup and that nobody has shown that nothing came after it. Its
// own high-water mark is as old as its database, so it can't tell; what was revoked since the backup would live again.
// So the first start is refused like that on an older database that was put back, until that is accepted.
//
// It holds the head's signed checkpoint and counts while that is the head: the entry of the acceptance makes it void in
// the very transaction that kills the tokens. Used under the directory's lock.
#pragma once

#include "service/engine/rollback.h"

namespace engine {

// `checkpoint` is the restored database's. While the directory is being made.
Result<void> markRestored(const DataPaths &paths, const QByteArray &checkpoint);

// A rollback whose mark is what the database holds; nothing where there is no such file or it is void.
Result<std::optional<Rollback>> findRestored(
    store::Database &database, const ledger::Ledger &ledger, const DataPaths &paths);

// A file that is void. One that can't be removed stays so.
void clearRestored(const DataPaths &paths);

} // namespace engine
