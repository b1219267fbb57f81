// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// DIR/control.sock: the few commands that other processes of the same user send to the one that holds the data
// directory. One JSON object a line each way; the directory's mode 0700 keeps others out.
//
//     {"command":"who"}                       ->  {"ok":true,"program":"service-vm-tenant","pid":4711,"address":"..."}
//     {"command":"nonsense"}                  ->  {"ok":false,"code":"usage","detail":"..."}
#pragma once

#include "service/core/json.h"
#include "service/core/jsonwriter.h"
#include "service/engine/datadirectory.h"

#include <QtCore/qhash.h>
#include <QtCore/qobject.h>

#include <memory>

class QLocalServer;
class QLocalSocket;

namespace engine {

// Lives on the main thread of the server's process.
class ControlServer : public QObject
{
    Q_OBJECT

public:
    // The members of the answer beside "ok", or an error. From any thread, but not once the server is gone.
    using Reply = std::move_only_function<void(Result<QByteArray> members)>;
    using Handler = std::function<void(const json::Value &request, Reply reply)>;

    explicit ControlServer(Handler handler, QObject *parent = nullptr);
    ~ControlServer() override;

    // Takes the place of a socket that a killed process left: the caller holds the directory's lock.
    Result<void> listen(const DataPaths &paths);
    // Nobody new; who is there still gets its answers.
    void close();

private:
    void accept();
    void read(QLocalSocket *socket);
    void answer(quint64 connection, Result<QByteArray> members);

    Handler m_handler;
    std::unique_ptr<QLocalServer> m_server;
    QHash<quint64, QLocalSocket *> m_connections; // owned by the server
    quint64 m_lastConnection = 0;
    int m_directory = -1; // where the path is too long for a socket address
};

// Sends one request and waits for its answer, at most `milliseconds`. NotFound when nobody listens.
Result<json::Value> askControl(const DataPaths &paths, const QByteArray &request, int milliseconds = 15'000);

} // namespace engine
