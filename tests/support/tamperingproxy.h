// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Stands between a client and the real server and changes answers on the way: how a client is shown what a defective
// server would say. One request a connection; lives on the test's thread.
#pragma once

#include "tests/support/httpprobe.h"

#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

#include <functional>

class TamperingProxy : public QTcpServer
{
public:
    struct Request
    {
        QByteArray method, target, body;
    };
    // Gets the real answer and gives the one to send; nothing: the connection is cut without a byte.
    using Tamper = std::function<std::optional<HttpProbe::Answer>(const Request &, HttpProbe::Answer)>;

    TamperingProxy(quint16 realPort, Tamper tamper)
        : m_realPort(realPort)
        , m_tamper(std::move(tamper))
    {
        listen(QHostAddress::LocalHost, 0);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection())
                serve(socket);
        });
    }

    QUrl url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(serverPort())); }

private:
    void serve(QTcpSocket *socket)
    {
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QTcpSocket::readyRead, socket, [this, socket, bytes = QByteArray()]() mutable {
            bytes += socket->readAll();
            const qsizetype end = bytes.indexOf("\r\n\r\n");
            if (end < 0)
                return;
            qsizetype length = 0;
            QByteArray head;
            for (const QByteArray &line : bytes.first(end).split('\n')) {
                const QByteArray field = line.trimmed(), lower = field.toLower();
                if (lower.startsWith("content-length:"))
                    length = field.sliced(15).trimmed().toLongLong();
                head += (lower.startsWith("host:") ? "Host: 127.0.0.1" : field) + "\r\n";
            }
            if (bytes.size() < end + 4 + length)
                return;
            const QByteArrayList words = bytes.first(bytes.indexOf('\r')).split(' ');
            const Request request{words.value(0), words.value(1), bytes.sliced(end + 4, length)};
            HttpProbe probe(m_realPort);
            answer(socket, m_tamper(request, probe.ask(head + "\r\n" + request.body)));
        });
    }

    static void answer(QTcpSocket *socket, const std::optional<HttpProbe::Answer> &answer)
    {
        if (!answer)
            return socket->abort();
        QByteArray text = "HTTP/1.1 " + QByteArray::number(answer->status) + " Tampered\r\nConnection: close\r\n";
        for (const auto &[name, value] : answer->headers) {
            const QByteArray lower = name.toLower();
            if (lower != "content-length" && lower != "connection" && lower != "transfer-encoding")
                text += name + ": " + value + "\r\n";
        }
        // 204 has no body, and so no length (RFC 9110, 8.6).
        if (answer->status != 204)
            text += "Content-Length: " + QByteArray::number(answer->body.size()) + "\r\n";
        socket->write(text + "\r\n" + answer->body);
        socket->disconnectFromHost();
    }

    const quint16 m_realPort;
    const Tamper m_tamper;
};
