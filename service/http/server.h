// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Listens, counts connections, sweeps their deadlines, brings answers back to them.
//
// Lives on an I/O thread that it does not make itself: start, stop, answer and counters are called there; postAnswers
// on any thread. The handler and the clock outlive it.
#pragma once

#include "service/http/connection.h"

#include <QtCore/qmutex.h>
#include <QtCore/qtimer.h>

#include <unordered_map>

class QTcpServer;

namespace http {

struct Options
{
    Limits limits;
    QList<QByteArray> hosts; // names that are ours besides the loopback ones
    QList<QByteArray> origins; // whole origins that are ours besides the loopback ones
};

using Answers = std::vector<std::pair<Ticket, Response>>;

class Server : public QObject
{
    Q_OBJECT

public:
    Server(Handler &handler, const Clock &clock, Options options, QObject *parent = nullptr);
    ~Server() override;

    // The port that is listened on, also where `port` is 0. Refused, naming address and port, when they can't be had.
    Result<quint16> start(const QHostAddress &address, quint16 port);

    // Accepts no more, closes what is idle, lets requests in flight finish for at most `grace`, then cuts. `stopped`
    // follows, at once where nothing is left.
    void stop(std::chrono::milliseconds grace);

    // An answer whose connection is gone is dropped.
    void answer(const Ticket &ticket, Response response);
    // One wake-up of the I/O thread for however many batches are waiting.
    void postAnswers(Answers answers);

    const Counters &counters() const { return m_door.counters; }

Q_SIGNALS:
    void stopped();

private:
    class Listener;

    void accept(qintptr descriptor);
    void evictOne();
    void sweep();
    void deliverPosted();
    void closeAll();
    void onClosed(quint64 id);
    void stopIfEmpty();

    Options m_options;
    Door m_door;
    Listener *m_listener = nullptr;
    QTimer m_sweep;
    std::chrono::nanoseconds m_cutAt = std::chrono::nanoseconds::max(); // stopping: the end of the grace
    bool m_stopped = false;
    quint64 m_lastId = 0;
    std::unordered_map<quint64, Connection *> m_connections;

    QMutex m_mutex;
    Answers m_posted; // guarded by m_mutex
};

} // namespace http
