// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What several commands of service-fs read alike: the database, filters, numbers.
#pragma once

#include "app/fscommands.h"
#include "service/ledger/filter.h"
#include "service/store/database.h"

namespace app {

Error fsUsage(const QString &sentence);
// One line on stderr, for a command that goes on to give its exit status.
void complainFs(const Error &error);
// Whether all that was printed is written; Storage says why not.
Result<void> flushFsOutput();

// Refused where the directory holds no ledger, or one that this user may not read.
Result<void> checkFsDirectory(const engine::DataPaths &paths);
// Read-only, beside a server too. Refused as by checkFsDirectory.
Result<std::unique_ptr<store::Database>> openFsStore(const engine::DataPaths &paths);

// From --filter, --event-type, --since, --until, --from, --limit and --reverse.
Result<ledger::EntryFilter> readFsFilter(const QCommandLineParser &parser);

} // namespace app
