// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Commands as they are pasted into a POSIX shell.
#pragma once

#include "service/engine/datadirectory.h"

namespace models {

// As one word: nothing is special between single quotes but the quote itself.
QString shellQuoted(const QString &text);

// A command of ours, and the directory it is about unless the programs find that by themselves:
// "service-vm-tenant admin-token --data-dir '/srv/tenants'".
QString shellCommand(const QString &command, const engine::DataPaths &paths);

} // namespace models
