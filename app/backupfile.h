// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What making a backup and restoring it agree on.
#pragma once

#include "service/engine/datadirectory.h"
#include "service/ledger/reader.h"

#include <QtCore/qbytearray.h>

namespace app {

constexpr char BackupDescription[] = "backup.json", BackupSums[] = "SHA256SUMS";
constexpr char BackupFormat[] = "tenant-console-backup";
constexpr qint64 MostSecret = 64 * 1024; // bytes of a key, of ledger.vkey, of admin.token

// What a database holds, once every entry, tile and row of it was found right: by the keys that `vkey` names, and by
// the mark of the high water where `mark` is no empty path. Refused says what is wrong.
Result<ledger::Head> verifiedHead(const QString &database, const QByteArray &vkey, const QString &mark);

} // namespace app
