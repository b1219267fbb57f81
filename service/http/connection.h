// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One socket: reads, parses, hands requests up one at a time, writes the answers in order, keeps its deadlines.
//
// I/O thread. Owned by the server as its parent; goes by deleteLater once the socket is closed. While a request waits
// for its answer, or output for its reader, nothing is read: that bounds memory, and it lets a client that closed its
// sending side have its answer, for QTcpSocket closes altogether as soon as it reads the end.
#pragma once

#include "service/core/clock.h"
#include "service/http/answer.h"
#include "service/http/gate.h"
#include "service/http/handler.h"
#include "service/http/requestids.h"
#include "service/http/requestparser.h"

#include <QtNetwork/qtcpsocket.h>

#include <memory>

namespace http {

// Since the server was made. Read on the I/O thread.
struct Counters
{
    quint64 open = 0;
    quint64 accepted = 0;
    quint64 evicted = 0; // closed to make room
    quint64 refused = 0; // told 503, as there was no room
    quint64 requests = 0; // complete ones
    quint64 refusals = 0; // requests that the door refused itself
    quint64 bytesIn = 0;
    quint64 bytesOut = 0;
};

// What all connections of a server share. Owned by it, outlives them.
struct Door
{
    Door(Handler &upward, const Clock &time, Limits bounds);

    Handler &handler;
    const Clock &clock;
    const Limits limits;
    AnswerWriter writer;
    RequestIds ids;
    Counters counters;
    std::unique_ptr<Gate> gate; // known once the port is
    QByteArray scratch; // what one read takes; only valid during it
    bool stopping = false;
};

class Connection final : public QObject
{
    Q_OBJECT

public:
    Connection(qintptr descriptor, quint64 id, Door &door, QObject *parent);

    quint64 id() const { return m_id; }
    // A complete request is being handled or its answer is going out.
    bool isBusy() const;
    std::chrono::nanoseconds deadline() const { return m_deadline; }

    // Silently too late or twice: an answer to another request than the one that waits is dropped.
    void answer(quint64 sequence, Response &&response);
    // Answers with the refusal, then closes.
    void refuse(const Error &error);
    void onDeadline();
    // No further request: closes at once where none has begun.
    void finish();
    void closeNow();

Q_SIGNALS:
    void closed(quint64 id);

private:
    enum class State
    {
        Reading,
        Handling, // a request is with the handler
        Closing, // the last answer is going out
        Draining, // it is out; what still comes in is thrown away, or a reset would destroy it
        Closed
    };
    enum class Wait
    {
        Nothing,
        First,
        Idle,
        Head,
        Body,
        Write,
        Drain
    };

    void onReadyRead();
    void onBytesWritten();
    void onDisconnected();
    void process(QByteArrayView bytes);
    bool parseOne(QByteArrayView &bytes);
    void dispatch();
    void greetBody();
    void put(Response &&response);
    void sendFile();
    void flush();
    void send(const QByteArray &bytes);
    void settle();
    void beginDrain();
    void pauseReading(bool pause);
    void await(Wait wait);
    Wait whatToAwait() const;

    const quint64 m_id;
    Door &m_door;
    QTcpSocket m_socket;
    QHostAddress m_peer;
    quint16 m_peerPort = 0;
    RequestParser m_parser;
    State m_state = State::Reading;
    Wait m_wait = Wait::Nothing;
    std::chrono::nanoseconds m_deadline = std::chrono::nanoseconds::max();
    QMetaObject::Connection m_writing; // while output is pending
    quint64 m_sequence = 0;
    AnswerContext m_context; // of the request being answered
    QByteArray m_input; // read but not parsed: requests behind the one that waits
    QByteArray m_out;
    FileBody m_file; // of the answer that is going out
    bool m_goesOn = false; // its next piece is sent in a later turn of the loop
    qsizetype m_drained = 0;
    bool m_processing = false;
    bool m_paused = false;
    bool m_continued = false; // 100 was sent for the request being read
};

} // namespace http
