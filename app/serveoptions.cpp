// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/serveoptions.h"

#include "app/options.h"
#include "service/core/encoding.h"

using namespace Qt::StringLiterals;

namespace app {

void addServeOptions(QCommandLineParser &parser)
{
    addCommonOptions(parser);
    parser.addOption(
        {u"listen"_s, u"Address to listen on, a loopback one (default: 127.0.0.1)."_s, u"ADDRESS"_s, u"127.0.0.1"_s});
    parser.addOption({u"port"_s, u"Port to listen on; 0 takes a free one (default: 9221)."_s, u"PORT"_s, u"9221"_s});
    parser.addOption(
        {u"key-passphrase-file"_s, u"File with the passphrase of the key files (mode 0600)."_s, u"FILE"_s});
}

Result<ServeOptions> readServeOptions(const QCommandLineParser &parser, const QString &program)
{
    const auto usage = [](const QString &sentence) { return fail(ErrorCode::Usage, sentence + u" See --help."_s); };
    ServeOptions options{.program = program, .dataDirectory = dataDirectory(parser), .passphrase = {}};
    const QString address = parser.value(u"listen"_s);
    if (!options.address.setAddress(address))
        return usage(u"--listen takes an address such as 127.0.0.1 or ::1."_s);
    if (!options.address.isLoopback())
        return usage(u"%1 is no loopback address; this server listens on 127.0.0.0/8 or ::1 only."_s.arg(address));
    const auto port = parseDecimal(parser.value(u"port"_s).toLatin1(), 65535);
    if (!port)
        return usage(u"--port takes a number from 0 to 65535."_s);
    options.port = quint16(*port);
    ASSIGN_OR_RETURN(options.passphrase, readPassphrase(parser));
    return options;
}

} // namespace app
