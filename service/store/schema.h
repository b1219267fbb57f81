// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The schema and its numbered migrations, compiled in from resources/migrations and applied in order, each in one
// transaction. PRAGMA user_version counts them, PRAGMA application_id tells our files from other programs'.
#pragma once

#include "service/store/database.h"

namespace store {

// The newest schema this program knows.
int schemaVersion();

// Brings an empty or older database to schemaVersion(). A newer one, or another program's, is Refused and left alone.
// An older one is first copied whole beside itself, as beforeMigration() names it; where there is no room for that, it
// is refused and left as it was.
Result<void> migrate(Database &database);

// "tenants.db.before-5": what `path` was before it got that schema.
QString beforeMigration(const QString &path, int version);

// For readers: Refused unless the database is ours and of schemaVersion().
Result<void> checkSchema(Database &database);

// What is not as migrate() makes it: the first table, index, view or trigger that is missing, changed or not ours, in a
// sentence; nothing where all is. What SQLite keeps for itself does not count.
Result<std::optional<QString>> schemaChange(Database &database);

} // namespace store
