// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant: the engine and its door without a window.

#include "app/admincommand.h"
#include "app/options.h"
#include "app/serveoptions.h"
#include "app/signals.h"
#include "service/core/encoding.h"
#include "service/core/visibletext.h"
#include "service/crypto/runtime.h"
#include "service/engine/tokencommands.h"
#include "service/tokens/rules.h"

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
    app::addServeOptions(parser);
    parser.addOption({u"rotate"_s, u"admin-token: replace the token in admin.token."_s});
    parser.addOption({u"role"_s, u"admin-token: issue a token of this role, admin or auditor."_s, u"ROLE"_s});
    parser.addOption({u"name"_s, u"admin-token: whose token it is; it goes into the ledger."_s, u"NAME"_s});
    parser.addOption(
        {u"expires-in"_s, u"admin-token: life in seconds, 60 to 31536000 (default: 31536000)."_s, u"SECONDS"_s});
    parser.addPositionalArgument(u"command"_s, u"admin-token, or none to serve."_s, u"[command]"_s);
}

Error usage(const QString &sentence)
{
    return {.code = ErrorCode::Usage, .detail = sentence + u" See --help."_s};
}

Result<app::AdminCommand> readAdminCommand(const QCommandLineParser &parser)
{
    app::AdminCommand command{.rotate = parser.isSet(u"rotate"_s),
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
    if (const QString mistake = tokens::administratorNameMistake(command.name); issues && !mistake.isEmpty())
        return fail(usage(u"--name %1."_s.arg(mistake)));
    if (parser.isSet(u"expires-in"_s)) {
        const auto seconds = parseDecimal(parser.value(u"expires-in"_s).toLatin1(), INT32_MAX);
        if (!seconds || qint64(*seconds) < tokens::ShortestLife || qint64(*seconds) > tokens::LongestLife)
            return fail(usage(u"--expires-in takes a number of seconds from %1 to %2."_s.arg(tokens::ShortestLife)
                                  .arg(tokens::LongestLife)));
        command.expiresIn = qint64(*seconds);
    }
    return command;
}

// Options that don't go with what is asked for are mistakes, not to be passed over.
Result<void> checkOptions(const QCommandLineParser &parser, bool administers)
{
    static const QStringList always{u"data-dir"_s, u"key-passphrase-file"_s};
    static const QStringList ofAdminToken{u"rotate"_s, u"role"_s, u"name"_s, u"expires-in"_s};
    for (const QString &name : parser.optionNames()) {
        if (!administers && ofAdminToken.contains(name))
            return fail(usage(u"--%1 belongs to the command admin-token."_s.arg(name)));
        if (administers && !always.contains(name) && !ofAdminToken.contains(name))
            return fail(usage(u"--%1 does not go with admin-token."_s.arg(name)));
    }
    return {};
}

Result<int> serve(QCoreApplication &application, app::ServeOptions options)
{
    app::blockStopSignals();
    app::onStopSignal(&application, [] { QCoreApplication::quit(); });
    const bool acceptsRollback = options.acceptRollback;
    ASSIGN_OR_RETURN(const auto server, app::Application::start(std::move(options)));
    if (acceptsRollback)
        app::sayAccepted(Program, *server);
    if (server->isNewInstallation())
        std::fprintf(stderr, "%s: the administrator's token is in %s\n", Program,
            visibleText(server->paths().adminToken()).toLocal8Bit().constData());
    else if (!engine::adminTokenId(server->paths().adminToken()))
        std::fprintf(stderr, "%s: %s holds no token; make one: service-vm-tenant admin-token --rotate\n", Program,
            visibleText(server->paths().adminToken()).toLocal8Bit().constData());
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
    const QStringList words = parser.positionalArguments();
    if (!words.isEmpty() && words != QStringList{u"admin-token"_s})
        return fail(usage(u"There is no command \"%1\"."_s.arg(words.join(u' '))));
    TRY(checkOptions(parser, !words.isEmpty()));
    if (words.isEmpty()) {
        ASSIGN_OR_RETURN(app::ServeOptions options, app::readServeOptions(parser, QString::fromLatin1(Program)));
        return serve(application, std::move(options));
    }
    ASSIGN_OR_RETURN(const app::AdminCommand command, readAdminCommand(parser));
    ASSIGN_OR_RETURN(const QCA::SecureArray passphrase, app::readPassphrase(parser));
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
