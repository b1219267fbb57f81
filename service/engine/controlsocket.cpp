// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/controlsocket.h"

#include <QtCore/qfile.h>
#include <QtNetwork/qlocalserver.h>
#include <QtNetwork/qlocalsocket.h>

#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace engine {

namespace {

constexpr qsizetype LongestAddress = 100; // sun_path has 108 bytes; Qt adds a few
constexpr qint64 LongestLine = 64 * 1024;

// The name to bind or connect to. A path too long for a socket address is reached through the open directory.
QString socketName(const DataPaths &paths, int *directory)
{
    const QString plain = paths.controlSocket();
    if (QFile::encodeName(plain).size() <= LongestAddress)
        return plain;
    *directory = ::open(QFile::encodeName(paths.root).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return u"/proc/self/fd/%1/control.sock"_s.arg(*directory);
}

QByteArray answerLine(const Result<QByteArray> &members)
{
    json::Writer writer;
    if (members) {
        QByteArray line = R"({"ok":true)";
        if (!members->isEmpty())
            line += ',' + *members;
        return line + "}\n";
    }
    writer.beginObject()
        .member("ok", false)
        .member("code", errorName(members.error().code))
        .member("detail", members.error().detail)
        .endObject();
    return writer.take() + '\n';
}

} // namespace

ControlServer::ControlServer(Handler handler, QObject *parent)
    : QObject(parent)
    , m_handler(std::move(handler))
{
}

ControlServer::~ControlServer()
{
    // Before the members: closing drops the connections, whose signals use them.
    m_connections.clear();
    m_server.reset();
    if (m_directory >= 0)
        ::close(m_directory);
}

Result<void> ControlServer::listen(const DataPaths &paths)
{
    QFile::remove(paths.controlSocket());
    m_server = std::make_unique<QLocalServer>();
    connect(m_server.get(), &QLocalServer::newConnection, this, &ControlServer::accept);
    if (!m_server->listen(socketName(paths, &m_directory)))
        return fail(
            ErrorCode::Refused, u"%1 can't be opened: %2."_s.arg(paths.controlSocket(), m_server->errorString()));
    QFile::setPermissions(paths.controlSocket(), QFile::ReadOwner | QFile::WriteOwner);
    return {};
}

void ControlServer::close()
{
    if (m_server)
        m_server->close();
}

void ControlServer::accept()
{
    while (QLocalSocket *socket = m_server->nextPendingConnection()) {
        const quint64 id = ++m_lastConnection;
        socket->setProperty("connection", id);
        m_connections.insert(id, socket);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] { read(socket); });
        connect(socket, &QLocalSocket::disconnected, this, [this, socket, id] {
            m_connections.remove(id);
            socket->deleteLater();
        });
        read(socket);
    }
}

void ControlServer::read(QLocalSocket *socket)
{
    const quint64 id = socket->property("connection").toULongLong();
    while (socket->canReadLine()) {
        const auto request = json::parse(socket->readLine(LongestLine).trimmed());
        if (!request) {
            answer(id, std::unexpected(request.error()));
            continue;
        }
        m_handler(*request, [this, id](Result<QByteArray> members) {
            // The reply may come from another thread.
            QMetaObject::invokeMethod(
                this, [this, id, members = std::move(members)]() mutable { answer(id, std::move(members)); },
                Qt::AutoConnection);
        });
    }
    if (socket->bytesAvailable() > LongestLine)
        socket->abort();
}

void ControlServer::answer(quint64 connection, Result<QByteArray> members)
{
    if (QLocalSocket *socket = m_connections.value(connection)) {
        socket->write(answerLine(members));
        socket->flush();
    }
}

Result<json::Value> askControl(const DataPaths &paths, const QByteArray &request, int milliseconds)
{
    int directory = -1;
    QLocalSocket socket;
    socket.connectToServer(socketName(paths, &directory));
    const bool connected = socket.waitForConnected(milliseconds);
    if (directory >= 0)
        ::close(directory);
    if (!connected)
        return fail(ErrorCode::NotFound, u"Nobody answers on %1."_s.arg(paths.controlSocket()));
    socket.write(request + '\n');
    while (!socket.canReadLine()) {
        if (!socket.waitForReadyRead(milliseconds))
            return fail(ErrorCode::Unavailable,
                u"The server gave no answer on %1 (%2)."_s.arg(paths.controlSocket(), socket.errorString()));
    }
    ASSIGN_OR_RETURN(json::Value answer, json::parse(socket.readLine().trimmed()));
    const json::Value *ok = answer.find("ok");
    if (ok && ok->boolean() && *ok->boolean())
        return answer;
    const json::Value *detail = answer.find("detail");
    return fail(ErrorCode::Refused,
        detail && detail->string() ? QString::fromUtf8(*detail->string()) : u"The server refused without a word."_s);
}

} // namespace engine
