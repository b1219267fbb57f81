// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A whole copy of a database, made while others read and write it.
#pragma once

#include "service/store/database.h"

namespace store {

// The state that is committed now, in one file of mode 0600 that needs no log beside it, checked by SQLite
// (integrity_check) and synced before it bears its name; an older file of that name is replaced. Room for all of it is
// asked for first: Storage with SQLite's code for a full disk where there is too little, and nothing is left. A writer
// beside it is not held up, but its log can't be written back to the database until this returns (some 0.5 s for 500
// MB, and as much again for the check, by which time the log is free). `source` must not be in a transaction.
Result<void> copyDatabase(Database &source, const QString &path);

} // namespace store
