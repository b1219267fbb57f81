// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The help of service-fs, made from the table of its commands; at most 80 columns wide.
#pragma once

#include "app/fscommands.h"

namespace app {

QString fsHelp(); // of the program
QString fsHelp(const FsCommand &command);

// "proof INDEX"
QString fsSynopsis(const FsCommand &command);

} // namespace app
