// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What service-fs does: each command takes the parsed options and gives the exit status.
#pragma once

#include "service/core/result.h"
#include "service/engine/datadirectory.h"

#include <QtCore/qcommandlineparser.h>

namespace app {

struct FsContext
{
    const QCommandLineParser &parser;
    engine::DataPaths paths;
    QStringList arguments; // behind the command
};

Result<int> fsRead(const FsContext &context);
Result<int> fsVerify(const FsContext &context);
Result<int> fsCheckpoint(const FsContext &context);
Result<int> fsVkey(const FsContext &context);

} // namespace app
