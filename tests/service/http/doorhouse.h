// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A door on a free port, with a handler that does what the path says:
//
//     /echo   answers at once with method, path and body
//     /hold   waits until the test lets it go
//     /big/N  answers with N bytes
//     /as/N   answers with the status N
//     /file/N answers with N bytes from a file, "0123456789" over and over; /cut/N from one that has only half of them
//     /close  answers and asks to close
#pragma once

#include "service/http/iothread.h"
#include "tests/support/httpprobe.h"
#include "tests/support/testclock.h"

#include <QtCore/qmutex.h>
#include <QtCore/qtemporaryfile.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <unistd.h>

class DoorHandler final : public http::Handler
{
public:
    void handle(http::Request &&request) override
    {
        ++handled;
        if (request.path == "/hold") {
            const QMutexLocker lock(&m_mutex);
            m_held.push_back(std::move(request));
            return;
        }
        http::Response response;
        response.contentType = "text/plain";
        if (request.path.startsWith("/big/"))
            response.body = QByteArray(request.path.sliced(5).toLongLong(), 'x');
        else
            response.body = request.method + ' ' + request.path + ' ' + request.body;
        if (request.path.startsWith("/file/"))
            response.file = fileBody(request.path.sliced(6).toLongLong(), request.path.sliced(6).toLongLong());
        if (request.path.startsWith("/cut/"))
            response.file = fileBody(request.path.sliced(5).toLongLong(), request.path.sliced(5).toLongLong() / 2);
        if (request.path.startsWith("/as/"))
            response.status = request.path.sliced(4).toInt();
        response.close = request.path == "/close";
        response.headers = extra;
        server->answer(request.ticket, std::move(response));
    }

    http::Response refusal(const Error &error, const RequestId &requestId) override
    {
        http::Response response;
        response.status = statusOf(error.code);
        response.body = QByteArray(errorName(error.code)) + ' ' + requestId.text();
        return response;
    }

    int held()
    {
        const QMutexLocker lock(&m_mutex);
        return int(m_held.size());
    }

    // The tickets of what waits, in the order it came; each only once.
    std::vector<http::Ticket> takeHeld()
    {
        const QMutexLocker lock(&m_mutex);
        std::vector<http::Ticket> tickets;
        for (const http::Request &request : std::exchange(m_held, {}))
            tickets.push_back(request.ticket);
        return tickets;
    }

    http::Server *server = nullptr;
    QList<http::Header> extra; // set before the first request
    std::atomic<int> handled = 0;

    static QByteArray digits(qint64 size) { return QByteArray("0123456789").repeated(size / 10 + 1).first(size); }

private:
    static http::FileBody fileBody(qint64 size, qint64 there)
    {
        QTemporaryFile file;
        if (!file.open() || file.write(digits(there)) != there || !file.flush())
            qFatal("no file");
        return {::dup(file.handle()), size};
    }

    static int statusOf(ErrorCode code)
    {
        switch (code) {
        case ErrorCode::ForeignOrigin:
            return 403;
        case ErrorCode::RequestTimeout:
            return 408;
        case ErrorCode::TooLarge:
            return 413;
        case ErrorCode::TargetTooLong:
            return 414;
        case ErrorCode::ExpectationFailed:
            return 417;
        case ErrorCode::MisdirectedRequest:
            return 421;
        case ErrorCode::HeaderTooLarge:
            return 431;
        case ErrorCode::NotImplemented:
            return 501;
        case ErrorCode::Unavailable:
            return 503;
        case ErrorCode::HttpVersion:
            return 505;
        default:
            return 400;
        }
    }

    QMutex m_mutex;
    std::vector<http::Request> m_held;
};

struct DoorHouse
{
    explicit DoorHouse(http::Limits limits = {})
        : io(handler, clock, http::Options{.limits = std::move(limits), .hosts = {}, .origins = {}})
    {
        handler.server = &io.server();
        port = io.start(QHostAddress::LocalHost, 0).value_or(0);
    }

    http::Counters counters()
    {
        http::Counters copy;
        QMetaObject::invokeMethod(
            &io.server(), [&] { copy = io.server().counters(); }, Qt::BlockingQueuedConnection);
        return copy;
    }

    void answer(const http::Ticket &ticket, const QByteArray &body)
    {
        http::Response response;
        response.body = body;
        http::Answers answers;
        answers.emplace_back(ticket, std::move(response));
        io.server().postAnswers(std::move(answers));
    }

    TestClock clock;
    DoorHandler handler;
    http::IoThread io;
    quint16 port = 0;
};

inline QByteArray get(const QByteArray &path, const QByteArray &fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

inline QByteArray post(const QByteArray &fields, const QByteArray &body = {})
{
    return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
}

// QTRY_VERIFY, whose macro does not pass -Wconversion.
inline bool eventually(const auto &condition)
{
    return QTest::qWaitFor(condition, 5000);
}
