// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The record of an export made outside the server: through the server that runs on the data directory, or under its
// lock when none does. Main thread.
#pragma once

#include "app/application.h"
#include "service/engine/auditcommands.h"

namespace app {

// The index of the entry. The passphrase is that of the key files, for when no server runs.
Result<LeafIndex> recordExport(
    const engine::DataPaths &paths, const engine::ExportRecord &record, const QCA::SecureArray &passphrase);

// The same in the server that is asked.
void answerExportRecord(engine::EngineClient client, const json::Value &request, engine::ControlServer::Reply reply);

} // namespace app
