// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What service-fs can do: one table of its commands, with their arguments, options, help and examples. Help and the
// check of the command line are made from it, so a new command is one row and one function.
#pragma once

#include "service/core/result.h"
#include "service/engine/datadirectory.h"

#include <QtCore/qcommandlineparser.h>

#include <vector>

namespace app {

struct FsContext
{
    const QCommandLineParser &parser; // knows the options of every command; the command's own were checked
    engine::DataPaths paths;
    QStringList arguments; // behind the command, as many as it takes
};

struct FsOption
{
    const char *name;
    const char *value; // what it takes, as help shows it; null: nothing
    const char *help;
};

struct FsExample
{
    const char *command; // behind "service-fs "
    const char *help;
};

struct FsCommand
{
    const char *name;
    std::vector<const char *> arguments;
    const char *summary; // one line of the list of commands
    const char *text; // of the command's own help
    std::vector<FsOption> options;
    std::vector<FsExample> examples;
    // Gives the exit status. An error ends the program with 2: nothing that could be read, or usage.
    Result<int> (*run)(const FsContext &context);
};

const std::vector<FsCommand> &fsCommands();
const FsCommand *findFsCommand(const QString &name);

// fsread.cpp
Result<int> fsRead(const FsContext &context);
// fsverify.cpp
Result<int> fsVerify(const FsContext &context);
// fsproof.cpp
Result<int> fsCheckpoint(const FsContext &context);
Result<int> fsVkey(const FsContext &context);
Result<int> fsProof(const FsContext &context);
Result<int> fsConsistency(const FsContext &context);
// fsexport.cpp
Result<int> fsExport(const FsContext &context);

} // namespace app
