// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant backup and restore: an installation in one file. Main thread of a process of its own; a server may
// run on the directory meanwhile and is asked only to record it.
//
// The file is a zip whose members are stored as they are: backup.json (what it is), tenants.db (one committed state),
// high-water (the mark of just that state), ledger.vkey, with the keys also keys/token.key, keys/ledger.key and
// admin.token, and SHA256SUMS. Unpacked with modes 0700 and 0600 it is a data directory.
#pragma once

#include "service/engine/auditcommands.h"
#include "service/engine/controlsocket.h"
#include "service/engine/engineclient.h"

namespace app {

struct BackupMade
{
    engine::BackupRecord record;
    QString time; // of the newest entry in it
    std::optional<LeafIndex> index; // of its entry BACKUP_CREATED
    QString unrecorded; // why there is none
};

// Writes `path`, mode 0600, never over a file that is there: the database is copied in one state, verified from its
// first entry on, packed, and what was written is read again. Refused where it does not verify. The passphrase is that
// of the key files, for recording it where no server runs.
Result<BackupMade> makeBackup(
    const engine::DataPaths &paths, const QString &path, bool withKeys, const QCA::SecureArray &passphrase);

// In the server that is asked to record one.
void answerBackupRecord(engine::EngineClient client, const json::Value &request, engine::ControlServer::Reply reply);

struct RestoreRequest
{
    QString file;
    QString directory; // absent or empty; made whole or not at all
    QString keys; // a folder with token.key and ledger.key, for a backup without them; else empty
    QString mark; // the lost directory's high-water, its ledger.vkey beside it; else empty
    QCA::SecureArray passphrase; // of the key files
};

struct Restored
{
    TreeSize entries = 0;
    QString time; // of the newest entry
    bool hasAdminToken = false;
    bool isComplete = false; // the mark shows that nothing came after it; else the first start wants --accept-rollback
};

// Refused where file, keys, mark and ledger don't belong together or the ledger does not verify.
Result<Restored> restoreBackup(const RestoreRequest &request);

} // namespace app
