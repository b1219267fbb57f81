// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The command line of the programs that serve.
#pragma once

#include "app/application.h"

class QCommandLineParser;

namespace app {

// Common ones, --listen, --port, --key-passphrase-file, --checkpoint-to, --retention-days,
// --accept-rollback.
void addServeOptions(QCommandLineParser &parser);

// Usage for what can't be listened on; needs the crypto runtime when a passphrase file is named.
Result<ServeOptions> readServeOptions(const QCommandLineParser &parser, const QString &program);

} // namespace app
