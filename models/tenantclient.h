// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Speaks to the running server as a stranger does: over HTTP, with a token. GUI thread; waits for nothing. Answers are
// handed to a function on the thread of its context object, and never once that is gone.
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qurl.h>

#include <chrono>
#include <functional>

class QNetworkAccessManager;

namespace models {

struct HttpRequest
{
    QByteArray method = "GET";
    QByteArray target; // path and query, encoded: "/v1/vms?limit=1"
    QByteArray token = {}; // its text; empty: sent without
    QByteArray tokenName = {}; // what stands for it in curl(): "ADMIN_TOKEN"
    // JSON; empty: sent without. curl() shows just these bytes: what people look at is sent as prettyJson().
    QByteArray body = {};
    // Not in curl(): whoever runs that asks for something of their own.
    QByteArray idempotencyKey = {};
    QByteArray keptAs = {}; // curl() keeps the `vm_id` of its answer in this variable of the shell
    QByteArray shellTarget = {}; // what curl() asks for instead of `target`, with such variables in it

    // One command for a shell; the token is the variable's, so that no secret gets onto a screen or clipboard.
    QString curl(const QUrl &server) const;
};

struct HttpAnswer
{
    int status = 0; // 0: there was no answer, `failure` says why
    QByteArray reason;
    QList<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;
    QString failure;

    QByteArray header(QByteArrayView name) const; // the first of that name; null where there is none
};

// JSON as people read it, indented, in its own order; anything else as it is.
QString prettyJson(const QByteArray &body);

class TenantClient : public QObject
{
    Q_OBJECT

public:
    using Handler = std::function<void(const HttpAnswer &)>;

    TenantClient(QUrl server, QObject *parent = nullptr);

    const QUrl &server() const { return m_server; }
    void setTimeout(std::chrono::milliseconds timeout);

    // Several may be under way; each is answered exactly once. Redirects are answers like any other.
    void send(const HttpRequest &request, QObject *context, Handler handler);

private:
    const QUrl m_server;
    QNetworkAccessManager *m_network;
};

} // namespace models
