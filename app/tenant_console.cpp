// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// tenant-console: the window, with the engine and its door inside.

#include "app/application.h"
#include "app/options.h"
#include "app/serveoptions.h"
#include "app/signals.h"
#include "models/enginelink.h"
#include "service/crypto/runtime.h"
#include "service/engine/tokencommands.h"
#include "views/mainwindow.h"
#include "views/theme.h"

#include <QtCore/qdir.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qmessagebox.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

constexpr const char *Program = "tenant-console";

Error usage(const QString &sentence)
{
    return {.code = ErrorCode::Usage, .detail = sentence + u" See --help."_s};
}

Result<app::ServeOptions> readOptions()
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        u"The console for tenants, tokens and the ledger; serves the tenant engine over HTTP while it runs."_s);
    app::addServeOptions(parser);
    TRY(app::parseArguments(parser, QCoreApplication::arguments()));
    if (!parser.positionalArguments().isEmpty())
        return fail(usage(u"There is no command \"%1\"."_s.arg(parser.positionalArguments().first())));
    return app::readServeOptions(parser, QString::fromLatin1(Program));
}

// Starts the server inside; while another one holds the directory, asks whether to try again. A console that holds it
// is brought up instead, and this one ends with nothing.
Result<std::unique_ptr<app::Application>> startServer(const app::ServeOptions &options)
{
    while (true) {
        auto server = app::Application::start(options);
        const engine::DataPaths paths{QDir::cleanPath(QDir(options.dataDirectory).absolutePath())};
        if (server || !engine::isHeld(paths.root))
            return server;
        if (engine::askControl(paths, R"({"command":"raise"})"_ba))
            return std::unique_ptr<app::Application>();
        const auto answer = QMessageBox::question(nullptr, QObject::tr("Tenant console"),
            QObject::tr("%1\nStop it, or open another data directory with --data-dir.").arg(server.error().detail),
            QMessageBox::Retry | QMessageBox::Close);
        if (answer != QMessageBox::Retry)
            return server;
    }
}

Result<int> run(QApplication &application)
{
    app::onStopSignal(&application, [] { QCoreApplication::quit(); });
    ASSIGN_OR_RETURN(const auto runtime, crypto::Runtime::start());
    ASSIGN_OR_RETURN(const app::ServeOptions options, readOptions());
    views::applyTheme(application);
    ASSIGN_OR_RETURN(const auto server, startServer(options));
    if (!server)
        return 0;
    std::printf("listening on %s\n", server->url().toLatin1().constData());
    std::fflush(stdout);

    const auto administrator = engine::adminTokenId(server->paths().adminToken());
    if (!administrator)
        return fail(ErrorCode::Refused,
            u"%1 holds no token for the window to act with. Make a new one: service-vm-tenant admin-token --rotate"_s
                .arg(server->paths().adminToken()));
    int status = 0;
    {
        models::EngineLink link(server->client().engine(), *administrator);
        views::MainWindow window(link, {.url = server->url(), .firstStart = server->isNewInstallation()});
        server->onRaise([&window] { window.bringUp(); });
        window.show();
        status = QApplication::exec();
        server->onRaise({});
    }
    server->stop();
    return status;
}

} // namespace

int main(int argc, char **argv)
{
    app::prepareProcess();
    app::blockStopSignals();
    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QString::fromLatin1(Program)); // where settings are kept
    QCoreApplication::setApplicationName(QString::fromLatin1(Program));
    QCoreApplication::setApplicationVersion(QStringLiteral(HOUSE_VERSION));
    QApplication::setApplicationDisplayName(QObject::tr("Tenant console"));
    QApplication::setDesktopFileName(u"tenant-console"_s);
    const auto status = run(application);
    return status ? *status : app::complain(Program, status.error());
}
