// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A thread with one Server on it, for the thread that owns both. start and stop block; the handler is called on the I/O
// thread and outlives this.
//
// The server itself lives until this goes, so that answers posted after stop are dropped and not lost in a dead object.
#pragma once

#include "service/http/server.h"

#include <QtCore/qthread.h>

namespace http {

class IoThread
{
public:
    IoThread(Handler &handler, const Clock &clock, Options options);
    ~IoThread(); // stops without grace where stop was not called

    Result<quint16> start(const QHostAddress &address, quint16 port);
    // Returns when the last connection is closed, after about `grace` at the latest. A second call does nothing.
    void stop(std::chrono::milliseconds grace);

    Server &server() { return *m_server; }

private:
    QThread m_thread;
    std::unique_ptr<Server> m_server;
};

} // namespace http
