// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The first start: keys, database, index 0 of the ledger, the administrator's token.
#pragma once

#include "service/core/clock.h"
#include "service/engine/datadirectory.h"

#include <QtCrypto>

namespace engine {

// Builds a new installation at `paths`, all of it synced, the database without a log beside it; for
// DataDirectory::lock. `issuer` is the base URL of tokens.
Result<void> buildInstallation(
    const DataPaths &paths, const Clock &clock, const QByteArray &issuer, const QCA::SecureArray &passphrase);

} // namespace engine
