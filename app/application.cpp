// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "app/application.h"

#include "app/admincommand.h"
#include "app/backup.h"
#include "app/exportrecord.h"
#include "app/quotacheck.h"
#include "service/core/visibletext.h"
#include "service/engine/foundation.h"
#include "service/engine/tokencommands.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>
#include <QtCore/qdir.h>
#include <QtNetwork/qtcpserver.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace app {

namespace {

constexpr qint64 RenewWithin = 30 * 86'400; // seconds left of admin.token
constexpr std::chrono::milliseconds ClosingTime(1000); // of the grace: for the last entry and the store

} // namespace

QByteArray baseUrl()
{
    return "http://127.0.0.1:9221"_ba;
}

QString holderOf(const engine::DataPaths &paths)
{
    const auto answer = engine::askControl(paths, R"({"command":"who"})"_ba, 3000);
    if (!answer)
        return u"another process"_s;
    const auto text = [&](const char *name) {
        const json::Value *value = answer->find(name);
        return value && value->string() ? QString::fromUtf8(*value->string()) : QString();
    };
    const json::Value *pid = answer->find("pid");
    return u"%1 (process %2, %3)"_s.arg(
        text("program"), pid && pid->number() ? QString::fromLatin1(pid->number()->text) : u"?"_s, text("address"));
}

void sayAccepted(const char *program, const Application &server)
{
    std::fprintf(stderr,
        "%s: the rollback was accepted. Every token from before is dead; the new administrator's token is in %s. "
        "Start without --accept-rollback from now on.\n",
        program, visibleText(server.paths().adminToken()).toLocal8Bit().constData());
}

Application::Application(ServeOptions options)
    : m_options(std::move(options))
{
}

Result<std::unique_ptr<Application>> Application::start(ServeOptions options)
{
    std::unique_ptr<Application> application(new Application(std::move(options)));
    TRY(application->open());
    return application;
}

Result<void> Application::open()
{
    auto directory =
        engine::DataDirectory::lock(m_options.dataDirectory, [this](const engine::DataPaths &paths) -> Result<void> {
            // Nothing is made for a server that could not listen.
            TRY(checkPort());
            if (m_options.acceptRollback)
                return fail(ErrorCode::Refused,
                    u"There is no rollback to accept: there is no data yet. Start without --accept-rollback."_s);
            return engine::buildInstallation(paths, m_clock, baseUrl(), m_options.passphrase);
        });
    if (!directory) {
        const engine::DataPaths paths{QDir::cleanPath(QDir(m_options.dataDirectory).absolutePath())};
        if (engine::isHeld(paths.root))
            return fail(ErrorCode::Refused, u"%1 is held by %2."_s.arg(paths.root, holderOf(paths)));
        return std::unexpected(std::move(directory.error()));
    }
    m_directory = std::move(*directory);
    if (m_options.acceptRollback)
        TRY(checkPort()); // it can be accepted but once
    m_copies = std::make_unique<engine::CheckpointCopies>(m_options.checkpointPlaces, engine::grownFrom(paths()),
        [](const QString &sentence) { qWarning().noquote() << visibleText(sentence); });
    auto engine = engine::Engine::start({.directory = *m_directory,
        .clock = m_clock,
        .issuer = baseUrl(),
        .passphrase = m_options.passphrase,
        .retention = m_options.retention,
        .acceptRollback = m_options.acceptRollback,
        .onCheckpoint = [this](const QByteArray &note) { m_copies->offer(note); }});
    if (!engine)
        return fail(engine::startRefusal(std::move(engine.error()), {}, paths().root));
    m_engine = std::move(*engine);

    m_api = std::make_unique<api::Api>(*m_engine, m_rates);
    m_api->exports().setProgram(QCoreApplication::applicationDirPath() + "/service-fs"_L1);
    http::Options door;
    door.limits.bodyLimit = api::bodyLimit;
    // Of the loopback addresses only the usual ones are known to the door.
    door.hosts.append(m_options.address.toString().toLatin1());
    m_door = std::make_unique<http::IoThread>(*m_api, m_clock, std::move(door));
    m_api->setServer(&m_door->server());
    // Its connection belongs to the I/O thread, which the signal is sent on.
    QObject::connect(
        &m_door->server(), &http::Server::stopped, &m_door->server(), [this] { m_api->closeReader(); },
        Qt::DirectConnection);
    ASSIGN_OR_RETURN(m_port, m_door->start(m_options.address, m_options.port));
    if (auto recorded = renewAdminToken().and_then([this] { return record("SERVER_STARTED"); }); !recorded) {
        const auto trouble = m_engine->state().read([](const engine::State &state) { return state.trouble; });
        return fail(engine::startRefusal(std::move(recorded.error()), trouble, paths().root));
    }
    m_started = true;

    m_control =
        std::make_unique<engine::ControlServer>([this](const json::Value &request, engine::ControlServer::Reply reply) {
            onControl(request, std::move(reply));
        });
    return m_control->listen(paths());
}

Application::~Application()
{
    stop(std::chrono::milliseconds(0));
}

void Application::stop(std::chrono::milliseconds grace)
{
    if (m_control)
        m_control->close();
    m_queries.reset(); // or what is being counted would be recorded behind the end
    if (m_door) {
        m_door->stop(std::max(grace - ClosingTime, std::chrono::milliseconds(0)));
        if (m_started) {
            m_engine->settleDenials();
            if (auto recorded = record("SERVER_STOPPED"); !recorded)
                qWarning().noquote() << visibleText(recorded.error().detail);
        }
    }
    // The engine answers what is queued, through api, door and control socket: they go after it.
    m_engine.reset();
    m_copies.reset();
    if (m_control)
        QCoreApplication::sendPostedEvents(m_control.get(), QEvent::MetaCall);
    m_control.reset();
    m_door.reset();
    m_api.reset();
    m_directory.reset();
}

QString Application::url() const
{
    const QString host = m_options.address.protocol() == QAbstractSocket::IPv6Protocol
        ? u'[' + m_options.address.toString() + u']'
        : m_options.address.toString();
    return u"http://%1:%2"_s.arg(host).arg(m_port);
}

Result<void> Application::checkPort() const
{
    QTcpServer probe;
    if (m_options.port == 0 || probe.listen(m_options.address, m_options.port))
        return {};
    return fail(ErrorCode::Refused,
        u"%1 port %2 can't be listened on: %3. Choose another --port."_s.arg(m_options.address.toString())
            .arg(m_options.port)
            .arg(probe.errorString()));
}

Result<void> Application::record(const char *eventType)
{
    json::Writer data;
    data.beginObject()
        .member("version", HOUSE_VERSION)
        .member("program", m_options.program)
        .member("address", url())
        .endObject();
    auto recorded = client().ask<engine::Nothing>(
        engine::systemCaller(), [eventType, data = data.take()](engine::Work &work) -> Result<engine::Nothing> {
            ASSIGN_OR_RETURN([[maybe_unused]] const LeafIndex index, work.append(eventType, {}, data));
            return engine::Nothing{};
        });
    return recorded.transform([](const auto &) {});
}

Result<void> Application::renewAdminToken()
{
    const auto id = engine::adminTokenId(paths().adminToken());
    const bool due = m_engine->state().read([&](const engine::State &state) {
        const tokens::TokenRecord *token = id ? state.token(*id) : nullptr;
        return token && !token->revokedAt && token->expiresAt - toSeconds(m_clock.now()) < RenewWithin;
    });
    if (!due)
        return {};
    auto renewed = client().ask<engine::IssuedToken>(engine::systemCaller(),
        [path = paths().adminToken()](engine::Work &work) { return engine::replaceAdminToken(work, path, false); });
    return renewed.transform([](const auto &) {});
}

void Application::onControl(const json::Value &request, engine::ControlServer::Reply reply)
{
    const json::Value *command = request.find("command");
    const QByteArray name = command && command->string() ? *command->string() : QByteArray();
    if (name == "who") {
        json::Writer members;
        members.member("program", m_options.program)
            .member("pid", QCoreApplication::applicationPid())
            .member("address", url());
        reply(members.take());
    } else if (name == "raise" && m_raise) {
        m_raise();
        reply(QByteArray());
    } else if (name == "admin-token") {
        answerAdminCommand(client(), paths(), request, std::move(reply));
    } else if (name == "record-export") {
        answerExportRecord(client(), request, std::move(reply));
    } else if (name == "quota-verify") {
        if (!m_queries)
            m_queries = std::make_unique<engine::QueryThread>(paths().database());
        answerQuotaCheck(*m_queries, *m_engine, std::move(reply));
    } else if (name == "record-backup") {
        answerBackupRecord(client(), request, std::move(reply));
    } else {
        reply(fail(ErrorCode::Usage, u"The server knows no command \"%1\"."_s.arg(QString::fromUtf8(name))));
    }
}

} // namespace app
