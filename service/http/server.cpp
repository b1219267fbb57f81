// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/server.h"

#include <QtNetwork/qtcpserver.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace http {

namespace {

constexpr std::chrono::milliseconds StopSweep(100); // the end of the grace is not to be missed by much

} // namespace

// Hands descriptors on as they are, so that no socket is made twice.
class Server::Listener final : public QTcpServer
{
public:
    explicit Listener(Server &server)
        : QTcpServer(&server)
        , m_server(server)
    {
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_server.accept(descriptor); }

private:
    Server &m_server;
};

Server::Server(Handler &handler, const Clock &clock, Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_door(handler, clock, m_options.limits)
    , m_sweep(this)
{
    connect(&m_sweep, &QTimer::timeout, this, &Server::sweep);
}

Server::~Server()
{
    for (const auto &[id, connection] : m_connections) {
        disconnect(connection, nullptr, this, nullptr);
        delete connection;
    }
}

Result<quint16> Server::start(const QHostAddress &address, quint16 port)
{
    m_listener = new Listener(*this);
    m_listener->setListenBacklogSize(1024);
    if (!m_listener->listen(address, port)) {
        const bool v6 = address.protocol() == QAbstractSocket::IPv6Protocol;
        const QString where = v6 ? u"["_s + address.toString() + u"]"_s : address.toString();
        const QString why = m_listener->serverError() == QAbstractSocket::AddressInUseError ? u"the port is in use"_s
                                                                                            : m_listener->errorString();
        delete std::exchange(m_listener, nullptr);
        return fail(ErrorCode::Refused, u"Can't listen on %1:%2: %3."_s.arg(where).arg(port).arg(why));
    }
    const quint16 taken = m_listener->serverPort();
    m_door.gate = std::make_unique<Gate>(taken, m_options.hosts, m_options.origins);
    m_sweep.start(m_door.limits.sweep);
    return taken;
}

void Server::accept(qintptr descriptor)
{
    ++m_door.counters.accepted;
    const auto isFull = [this] { return qsizetype(m_connections.size()) >= m_door.limits.connections; };
    if (isFull())
        evictOne();
    const bool refused = isFull(); // also where what went was only a refused one before
    auto *connection = new Connection(descriptor, ++m_lastId, m_door, this);
    connect(connection, &Connection::closed, this, &Server::onClosed);
    m_connections.emplace(connection->id(), connection);
    m_door.counters.open = m_connections.size();
    if (refused) {
        ++m_door.counters.refused;
        connection->refuse({.code = ErrorCode::Unavailable, .detail = u"There are too many connections."_s});
    }
}

// The oldest that has no complete request: also those that are only drained, so refusals can't pile up.
void Server::evictOne()
{
    Connection *oldest = nullptr;
    for (const auto &[id, connection] : m_connections) {
        if (!connection->isBusy() && (!oldest || id < oldest->id()))
            oldest = connection;
    }
    if (!oldest)
        return;
    ++m_door.counters.evicted;
    oldest->closeNow();
}

void Server::sweep()
{
    const auto now = m_door.clock.steady();
    if (now >= m_cutAt)
        return closeAll();
    std::vector<Connection *> due; // closing one changes the table
    for (const auto &[id, connection] : m_connections) {
        if (connection->deadline() <= now)
            due.push_back(connection);
    }
    for (Connection *connection : due)
        connection->onDeadline();
    // Qt stops accepting when descriptors run out; by now some may be back.
    if (m_listener)
        m_listener->resumeAccepting();
}

void Server::answer(const Ticket &ticket, Response response)
{
    const auto it = m_connections.find(ticket.connection);
    if (it != m_connections.end())
        it->second->answer(ticket.sequence, std::move(response));
}

void Server::postAnswers(Answers answers)
{
    if (answers.empty())
        return;
    const QMutexLocker lock(&m_mutex);
    const bool first = m_posted.empty();
    if (first)
        m_posted = std::move(answers);
    else
        std::ranges::move(answers, std::back_inserter(m_posted));
    if (first)
        QMetaObject::invokeMethod(this, &Server::deliverPosted, Qt::QueuedConnection);
}

void Server::deliverPosted()
{
    Answers answers;
    {
        const QMutexLocker lock(&m_mutex);
        answers.swap(m_posted);
    }
    for (auto &[ticket, response] : answers)
        answer(ticket, std::move(response));
}

void Server::stop(std::chrono::milliseconds grace)
{
    if (m_door.stopping)
        return;
    m_door.stopping = true;
    delete std::exchange(m_listener, nullptr);
    m_cutAt = m_door.clock.steady() + grace;
    m_sweep.start(std::min(m_door.limits.sweep, StopSweep));
    std::vector<Connection *> all;
    for (const auto &[id, connection] : m_connections)
        all.push_back(connection);
    for (Connection *connection : all)
        connection->finish();
    if (grace <= grace.zero())
        closeAll();
    stopIfEmpty();
}

void Server::closeAll()
{
    std::vector<Connection *> all;
    for (const auto &[id, connection] : m_connections)
        all.push_back(connection);
    for (Connection *connection : all)
        connection->closeNow();
}

void Server::onClosed(quint64 id)
{
    m_connections.erase(id);
    m_door.counters.open = m_connections.size();
    stopIfEmpty();
}

void Server::stopIfEmpty()
{
    if (!m_door.stopping || !m_connections.empty() || m_stopped)
        return;
    m_stopped = true;
    m_sweep.stop();
    Q_EMIT stopped();
}

} // namespace http
