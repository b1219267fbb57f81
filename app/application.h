// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The composition root: data directory, engine, api, door and control socket, built in this order and torn down
// backwards. Lives on the main thread of the process that serves.
#pragma once

#include "service/api/api.h"
#include "service/engine/checkpointcopies.h"
#include "service/engine/controlsocket.h"
#include "service/engine/engineclient.h"
#include "service/http/iothread.h"

namespace app {

struct ServeOptions
{
    QString program; // as it names itself to others: "service-vm-tenant"
    QString dataDirectory;
    QHostAddress address{QHostAddress::LocalHost};
    quint16 port = 9221;
    QCA::SecureArray passphrase;
    QStringList checkpointPlaces = {}; // absolute
    std::chrono::days retention{30}; // how long a deleted tenant can be brought back
    bool acceptRollback = false;
};

class Application
{
public:
    // Refused says in one sentence what stands in the way: a directory held or not ours, a port taken.
    static Result<std::unique_ptr<Application>> start(ServeOptions options);
    ~Application();

    // Requests in flight get `grace`, less what closing takes; then the end is recorded, and nothing behind it, and the
    // store closed.
    void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

    QString url() const; // "http://127.0.0.1:9221"
    const engine::DataPaths &paths() const { return m_directory->paths(); }
    bool isNewInstallation() const { return m_directory->isNew(); }
    // What to do when a second console is started on this directory; without it that one is told who holds it.
    void onRaise(std::function<void()> raise) { m_raise = std::move(raise); }
    // Of places for copies of the checkpoint, what fails now, a sentence each. Any thread.
    QStringList copyTroubles() const { return m_copies->troubles(); }
    engine::EngineClient client() const { return engine::EngineClient(*m_engine); }

private:
    explicit Application(ServeOptions options);
    Result<void> open();
    Result<void> checkPort() const;
    Result<void> record(const char *eventType);
    Result<void> renewAdminToken();
    void onControl(const json::Value &request, engine::ControlServer::Reply reply);

    ServeOptions m_options;
    SystemClock m_clock;
    tenancy::RateLimiter m_rates{m_clock};
    std::unique_ptr<engine::DataDirectory> m_directory;
    std::unique_ptr<engine::CheckpointCopies> m_copies; // fed by the engine
    std::unique_ptr<engine::Engine> m_engine;
    std::unique_ptr<engine::QueryThread> m_queries; // made for the first question
    std::unique_ptr<api::Api> m_api;
    std::unique_ptr<http::IoThread> m_door;
    std::unique_ptr<engine::ControlServer> m_control;
    quint16 m_port = 0;
    bool m_started = false; // and said so in the ledger
    std::function<void()> m_raise;
};

// The issuer of tokens: what `iss` says whatever port is listened on.
QByteArray baseUrl();

// On stderr, after a start that accepted a rollback: what is different now.
void sayAccepted(const char *program, const Application &server);

// Who holds the directory, for the one line that a second server says.
QString holderOf(const engine::DataPaths &paths);

} // namespace app
