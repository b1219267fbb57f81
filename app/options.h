// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What every program's command line has in common.
#pragma once

#include "service/core/result.h"

#include <QtCore/qcommandlineparser.h>
#include <QtCrypto>

#include <functional>

namespace app {

// --data-dir, --help, --version. Options may stand before or after a subcommand.
void addCommonOptions(QCommandLineParser &parser);

// Parses; answers --help and --version itself by leaving the process. Usage, in one line, for what is not known,
// for an option given twice that has one value, and for an empty --data-dir.
// `help` makes the text of --help where it is more than a list of the options.
Result<void> parseArguments(
    QCommandLineParser &parser, const QStringList &arguments, const std::function<QString()> &help = {});

QString dataDirectory(const QCommandLineParser &parser);

// --key-passphrase-file: the first line of the file; an empty passphrase without the option.
Result<QCA::SecureArray> readPassphrase(const QCommandLineParser &parser);

// "PROGRAM: SENTENCE" on stderr, in one line and with nothing in it that acts on a terminal; gives the exit status, 2
// for Usage and 1 for all else.
int complain(const char *program, const Error &error);

// Before the application object and before anything is read or written: umask 077, no core dumps, not traceable by
// others; as many descriptors as the door may need; a limit on the size of files as an error, not an end; a UTF-8
// locale; and Qt's own event loop, which costs the I/O thread less than GLib's.
void prepareProcess();

} // namespace app
