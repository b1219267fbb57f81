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
#include "views/messages.h"
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

struct Options
{
    app::ServeOptions serve;
    bool reportReady = false;
    bool askInWindow = false;
};

Result<Options> readOptions()
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        u"The console for tenants, tokens and the ledger; serves the tenant engine over HTTP while it runs."_s);
    app::addServeOptions(parser);
    const QCommandLineOption reportReady(
        u"report-ready"_s, u"Print the line \"window ready\" once the first page is painted, for measurements."_s);
    const QCommandLineOption askInWindow(u"ask-in-window"_s,
        u"When the server can't start, say so in a window, too, and offer to try again; the desktop entry uses it."_s);
    parser.addOptions({reportReady, askInWindow});
    TRY(app::parseArguments(parser, QCoreApplication::arguments()));
    if (!parser.positionalArguments().isEmpty())
        return fail(usage(u"There is no command \"%1\"."_s.arg(parser.positionalArguments().first())));
    ASSIGN_OR_RETURN(auto serve, app::readServeOptions(parser, QString::fromLatin1(Program)));
    return Options{
        .serve = std::move(serve), .reportReady = parser.isSet(reportReady), .askInWindow = parser.isSet(askInWindow)};
}

// One line, flushed, for whoever reads our output.
void say(const QByteArray &line)
{
    std::printf("%s\n", line.constData());
    std::fflush(stdout);
}

// Starts the server inside; while another one holds the directory, asks whether to try again. A console that holds it
// is brought up instead, and this one ends with nothing. Whoever starts it by its icon sees no stderr: `askInWindow`
// asks whatever stands in the way.
Result<std::unique_ptr<app::Application>> startServer(const app::ServeOptions &options, bool askInWindow)
{
    while (true) {
        auto server = app::Application::start(options);
        if (server || server.error().reason == "rollback") // which has a box of its own
            return server;
        const engine::DataPaths paths{QDir::cleanPath(QDir(options.dataDirectory).absolutePath())};
        const bool held = engine::isHeld(paths.root);
        if (!held && !askInWindow)
            return server;
        if (held && engine::askControl(paths, R"({"command":"raise"})"_ba))
            return std::unique_ptr<app::Application>();
        QString text = QObject::tr("The server could not be started.") + u'\n' + server.error().detail;
        if (held)
            text += u'\n' + QObject::tr("Stop it, or open another data directory with --data-dir.");
        QMessageBox box(
            QMessageBox::Warning, QObject::tr("Tenant console"), text, QMessageBox::Retry | QMessageBox::Close);
        box.setTextFormat(Qt::PlainText);
        if (box.exec() != QMessageBox::Retry)
            return server;
    }
}

Result<int> run(QApplication &application)
{
    // Not quit(): it asks every window first, and an onboarding that is under way says no.
    app::onStopSignal(&application, [] { QCoreApplication::exit(0); });
    ASSIGN_OR_RETURN(const auto runtime, crypto::Runtime::start());
    ASSIGN_OR_RETURN(const Options options, readOptions());
    views::applyTheme(application);
    auto started = startServer(options.serve, options.askInWindow);
    if (!started && started.error().reason == "rollback") {
        app::complain(Program, started.error());
        views::rollbackBox(started.error(), options.serve.dataDirectory)->exec();
        return 1;
    }
    ASSIGN_OR_RETURN(const auto server, std::move(started));
    if (!server)
        return 0;
    if (options.serve.acceptRollback)
        app::sayAccepted(Program, *server);
    say("listening on " + server->url().toLatin1());

    const auto administrator = engine::adminTokenId(server->paths().adminToken());
    if (!administrator)
        return fail(ErrorCode::Refused,
            u"%1 holds no token for the window to act with. Make a new one: service-vm-tenant admin-token --rotate"_s
                .arg(server->paths().adminToken()));
    int status = 0;
    {
        models::EngineLink link(server->client().engine(), *administrator);
        views::MainWindow window(
            link, {.url = server->url(), .firstStart = server->isNewInstallation(), .copyTroubles = [&server] {
                       return server->copyTroubles();
                   }});
        server->onRaise([&window] { window.bringUp(); });
        if (options.reportReady)
            QObject::connect(&window, &views::MainWindow::becameUsable, &application, [] { say("window ready"_ba); });
        window.show();
        status = QApplication::exec();
        server->onRaise({});
    }
    server->stop();
    return status;
}

// Without a display Qt ends the process where it stands, with a page of its own.
bool hasDisplay(const QStringList &arguments)
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
        || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") || arguments.contains(u"-platform"_s);
}

// What needs no window is answered without one: --help, --version, a wrong option, and that there is no display.
Result<void> answerWithoutWindow(int &argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    TRY(readOptions());
    if (!hasDisplay(QCoreApplication::arguments()))
        return fail(ErrorCode::Refused,
            u"There is no display for the window (DISPLAY and WAYLAND_DISPLAY are not set). Start service-vm-tenant "
            "instead, the same server without a window."_s);
    return {};
}

} // namespace

int main(int argc, char **argv)
{
    app::prepareProcess();
    app::blockStopSignals();
    QCoreApplication::setOrganizationName(QString::fromLatin1(Program)); // where settings are kept
    QCoreApplication::setApplicationName(QString::fromLatin1(Program));
    QCoreApplication::setApplicationVersion(QStringLiteral(HOUSE_VERSION));
    if (const auto answered = answerWithoutWindow(argc, argv); !answered)
        return app::complain(Program, answered.error());
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QObject::tr("Tenant console"));
    QApplication::setDesktopFileName(u"tenant-console"_s);
    const auto status = run(application);
    return status ? *status : app::complain(Program, status.error());
}
