// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/serveoptions.h"

#include "app/options.h"
#include "service/core/encoding.h"

#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>

using namespace Qt::StringLiterals;

namespace app {

namespace {

// As the names resolve: a link into the directory lies in it.
QString resolved(const QString &path)
{
    const QString real = QFileInfo(path).canonicalFilePath();
    if (!real.isEmpty())
        return real;
    const QString folder = QFileInfo(QFileInfo(path).path()).canonicalFilePath();
    return folder.isEmpty() ? path : folder + u'/' + QFileInfo(path).fileName();
}

bool liesIn(const QString &path, const QString &directory)
{
    const QString outer = resolved(QDir::cleanPath(QDir().absoluteFilePath(directory))), inner = resolved(path);
    return inner == outer || inner.startsWith(outer + u'/');
}

} // namespace

void addServeOptions(QCommandLineParser &parser)
{
    addCommonOptions(parser);
    parser.addOption(
        {u"listen"_s, u"Address to listen on, a loopback one (default: 127.0.0.1)."_s, u"ADDRESS"_s, u"127.0.0.1"_s});
    parser.addOption({u"port"_s, u"Port to listen on; 0 takes a free one (default: 9221)."_s, u"PORT"_s, u"9221"_s});
    parser.addOption(
        {u"key-passphrase-file"_s, u"File with the passphrase of the key files (mode 0600)."_s, u"FILE"_s});
    parser.addOption({u"checkpoint-to"_s,
        u"Keep the newest signed checkpoint in this file too, or in the file \"checkpoint\" of this directory: outside "
        u"of "
        "the data directory, best on another machine. What service-fs verify --checkpoint then compares with. "
        "Repeatable; a place that is slow, full or absent delays nothing and is reported, and so is one that holds "
        "something that this ledger has not grown out of, which is never overwritten."_s,
        u"PATH"_s});
    parser.addOption({u"retention-days"_s,
        u"How long a deleted tenant can be brought back, 0 to 3650 days (default: 30)."_s, u"DAYS"_s, u"30"_s});
    parser.addOption({u"accept-rollback"_s,
        u"Go on from an older database that was put back and is refused otherwise: revokes every token, makes a new "
        u"key "
        "and a new admin.token, continues the ledger under a new name and records it. Once; refused where there is no "
        "rollback."_s});
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
    const auto days = parseDecimal(parser.value(u"retention-days"_s).toLatin1(), 3650);
    if (!days)
        return usage(u"--retention-days takes a number from 0 to 3650."_s);
    options.retention = std::chrono::days(qint64(*days));
    options.acceptRollback = parser.isSet(u"accept-rollback"_s);
    for (const QString &place : parser.values(u"checkpoint-to"_s)) {
        if (place.isEmpty())
            return usage(u"--checkpoint-to names no file or directory."_s);
        const QString path = QDir::cleanPath(QDir().absoluteFilePath(place));
        if (liesIn(path, options.dataDirectory))
            return usage(
                u"--checkpoint-to %1 lies in the data directory; a copy is worth something elsewhere."_s.arg(path));
        options.checkpointPlaces.append(path);
    }
    ASSIGN_OR_RETURN(options.passphrase, readPassphrase(parser));
    return options;
}

} // namespace app
