// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant: the engine and its door without a window.

#include "app/admincommand.h"
#include "app/options.h"
#include "app/signals.h"
#include "service/core/encoding.h"
#include "service/crypto/runtime.h"

#include <QtCore/qcoreapplication.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

constexpr const char *Program = "service-vm-tenant";

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Serves the tenant engine over HTTP, and administers its data directory.\n\n"
        "  service-vm-tenant                                 serve until SIGTERM or SIGINT\n"
        "  service-vm-tenant admin-token                     print the token in admin.token\n"
        "  service-vm-tenant admin-token --rotate            replace it; the old one is revoked\n"
        "  service-vm-tenant admin-token --role admin|auditor --name NAME [--expires-in SECONDS]\n"
        "                                                    issue another one\n\n"
        "When it accepts connections it prints one line: listening on http://127.0.0.1:9221\n"
        "A first start makes the data directory; the administrator's token then lies in DIR/admin.token.\n"
        "Exit status: 0 stopped as asked, 1 could not do it, 2 the command line is wrong."_s);
    app::addCommonOptions(parser);
    parser.addOption({u"listen"_s, u"Address to listen on, a loopback one (default: 127.0.0.1)."_s, u"ADDRESS"_s, u"127.0.0.1"_s});
    parser.addOption({u"port"_s, u"Port to listen on; 0 takes a free one (default: 9221)."_s, u"PORT"_s, u"9221"_s});
    parser.addOption({u"key-passphrase-file"_s, u"File with the passphrase of the key files (mode 0600)."_s, u"FILE"_s});
    parser.addOption({u"rotate"_s, u"admin-token: replace the token in admin.token."_s});
    parser.addOption({u"role"_s, u"admin-token: issue a token of this role, admin or auditor."_s, u"ROLE"_s});
    parser.addOption({u"name"_s, u"admin-token: whose token it is; it goes into the ledger."_s, u"NAME"_s});
    parser.addOption({u"expires-in"_s, u"admin-token: life in seconds, 60 to 31536000 (default: 31536000)."_s, u"SECONDS"_s});
    parser.addPositionalArgument(u"command"_s, u"admin-token, or none to serve."_s, u"[command]"_s);
}

Error usage(const QString &sentence)
{
    return {.code = ErrorCode::Usage, .detail = sentence + u" See --help."_s};
}

Result<app::AdminCommand> readAdminCommand(const QCommandLineParser &parser)
{
    app::AdminCommand command {.rotate = parser.isSet(u"rotate"_s),
        .role = parser.value(u"role"_s),
        .name = parser.value(u"name"_s),
        .expiresIn = {}};
    const bool issues = parser.isSet(u"role"_s);
    if (issues && command.role != "admin"_L1 && command.role != "auditor"_L1)
        return fail(usage(u"--role takes admin or auditor."_s));
    if (issues && command.rotate)
        return fail(usage(u"--rotate and --role exclude each other."_s));
    if (issues != parser.isSet(u"name"_s) || (!issues && parser.isSet(u"expires-in"_s)))
        return fail(usage(u"--role and --name go together, and --expires-in with them."_s));
    if (parser.isSet(u"expires-in"_s)) {
        const auto seconds = parseDecimal(parser.value(u"expires-in"_s).toLatin1(), INT32_MAX);
        if (!seconds)
            return fail(usage(u"--expires-in takes a number of seconds."_s));
        command.expiresIn = qint64(*seconds);
    }
    return command;
}

Result<app::ServeOptions> readServeOptions(const QCommandLineParser &parser)
{
    for (const char *name : {"rotate", "role", "name", "expires-in"}) {
        if (parser.isSet(QString::fromLatin1(name)))
            return fail(usage(u"--%1 belongs to the command admin-token."_s.arg(QLatin1StringView(name))));
    }
    app::ServeOptions options {.program = QString::fromLatin1(Program), .dataDirectory = app::dataDirectory(parser), .passphrase = {}};
    if (!options.address.setAddress(parser.value(u"listen"_s)))
        return fail(usage(u"--listen takes an address such as 127.0.0.1 or ::1."_s));
    if (!options.address.isLoopback())
        return fail(usage(u"%1 is no loopback address; this server listens on 127.0.0.0/8 or ::1 only."_s.arg(parser.value(u"listen"_s))));
    const auto port = parseDecimal(parser.value(u"port"_s).toLatin1(), 65535);
    if (!port)
        return fail(usage(u"--port takes a number from 0 to 65535."_s));
    options.port = quint16(*port);
    return options;
}

Result<int> serve(QCoreApplication &application, app::ServeOptions options)
{
    app::onStopSignal(&application, [] { QCoreApplication::quit(); });
    ASSIGN_OR_RETURN(const auto server, app::Application::start(std::move(options)));
    if (server->isNewInstallation())
        std::fprintf(stderr, "%s: the administrator's token is in %s\n", Program,
            server->paths().adminToken().toLocal8Bit().constData());
    std::printf("listening on %s\n", server->url().toLatin1().constData());
    std::fflush(stdout);
    const int status = QCoreApplication::exec();
    server->stop();
    return status;
}

Result<int> run(QCoreApplication &application)
{
    QCommandLineParser parser;
    describe(parser);
    TRY(app::parseArguments(parser, QCoreApplication::arguments()));
    ASSIGN_OR_RETURN(const auto runtime, crypto::Runtime::start());
    ASSIGN_OR_RETURN(QCA::SecureArray passphrase, app::readPassphrase(parser));
    const QStringList words = parser.positionalArguments();
    if (words.isEmpty()) {
        ASSIGN_OR_RETURN(app::ServeOptions options, readServeOptions(parser));
        options.passphrase = passphrase;
        return serve(application, std::move(options));
    }
    if (words != QStringList {u"admin-token"_s})
        return fail(usage(u"There is no command \"%1\"."_s.arg(words.join(u' '))));
    ASSIGN_OR_RETURN(const app::AdminCommand command, readAdminCommand(parser));
    ASSIGN_OR_RETURN(const QByteArray token, app::runAdminCommand(app::dataDirectory(parser), command, passphrase));
    std::printf("%s\n", token.constData());
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    app::prepareProcess();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QString::fromLatin1(Program));
    QCoreApplication::setApplicationVersion(QStringLiteral(HOUSE_VERSION));
    const auto status = run(application);
    return status ? *status : app::complain(Program, status.error());
}
