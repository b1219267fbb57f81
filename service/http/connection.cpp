// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/connection.h"

#include <sys/socket.h>

using namespace Qt::StringLiterals;

namespace http {

namespace {

constexpr qsizetype CopiedBody = 16 * 1024; // larger ones are handed to the socket as they are
constexpr qsizetype KeptOutput = 4 * 1024; // of the buffer, between answers
constexpr qsizetype FilePiece =
    256 * 1024; // of a body in a file: what one connection may hold of it, and send at a turn

} // namespace

Door::Door(Handler &upward, const Clock &time, Limits bounds)
    : handler(upward)
    , clock(time)
    , limits(std::move(bounds))
    , writer(time)
    , ids(time)
    , scratch(limits.readAtOnce, Qt::Uninitialized)
{
}

Connection::Connection(qintptr descriptor, quint64 id, Door &door, QObject *parent)
    : QObject(parent)
    , m_id(id)
    , m_door(door)
    , m_parser(door.limits)
{
    m_socket.setSocketDescriptor(descriptor);
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket.setReadBufferSize(m_door.limits.readAtOnce);
    m_peer = m_socket.peerAddress();
    m_peerPort = m_socket.peerPort();
    connect(&m_socket, &QTcpSocket::readyRead, this, &Connection::onReadyRead);
    connect(&m_socket, &QTcpSocket::disconnected, this, &Connection::onDisconnected);
    await(Wait::First);
}

bool Connection::isBusy() const
{
    return m_state == State::Handling || m_state == State::Closing
        || (m_state == State::Reading && (m_socket.bytesToWrite() > 0 || m_file.isOpen()));
}

void Connection::onReadyRead()
{
    const qint64 size = m_socket.read(m_door.scratch.data(), m_door.scratch.size());
    if (size <= 0)
        return;
    m_door.counters.bytesIn += quint64(size);
    if (m_state == State::Draining) {
        m_drained += size;
        if (m_drained > m_door.limits.drain)
            closeNow();
        return;
    }
    process(QByteArrayView(m_door.scratch.constData(), size));
}

void Connection::process(QByteArrayView bytes)
{
    m_processing = true;
    while (m_state == State::Reading && !bytes.isEmpty() && parseOne(bytes)) {
        // One write for all answers to what came in one read, unless they get too big to keep.
        if (m_out.size() > m_door.limits.pendingOutput)
            flush();
        if (m_socket.bytesToWrite() > 0 || m_file.isOpen())
            break;
    }
    m_processing = false;
    if (m_state == State::Reading || m_state == State::Handling)
        m_input = bytes.toByteArray();
    settle();
}

// False when the bytes are used up before a request is complete.
bool Connection::parseOne(QByteArrayView &bytes)
{
    const RequestParser::Step step = m_parser.feed(bytes);
    bytes = bytes.sliced(step.consumed);
    switch (step.outcome) {
    case RequestParser::Outcome::NeedMore:
        greetBody();
        return false;
    case RequestParser::Outcome::Refused:
        refuse(m_parser.error());
        return false;
    case RequestParser::Outcome::Complete:
        dispatch();
        break;
    }
    return true;
}

// RFC 9110, 10.1.1: a client that asked first gets its answer before it sends a body for nothing.
void Connection::greetBody()
{
    if (m_continued || !m_parser.wantsContinue())
        return;
    m_continued = true;
    if (const auto passed = m_door.gate->check(m_parser.request()); !passed)
        refuse(passed.error());
    else
        m_out.append("HTTP/1.1 100 Continue\r\n\r\n");
}

void Connection::dispatch()
{
    Request request = m_parser.take();
    if (request.requestId.isEmpty())
        request.requestId = m_door.ids.next();
    request.ticket = {m_id, ++m_sequence};
    request.peer = m_peer;
    request.peerPort = m_peerPort;
    m_context = {
        .requestId = request.requestId, .head = request.head, .http10 = request.http10, .close = !request.keepAlive};
    m_continued = false;
    m_state = State::Handling;
    m_wait = Wait::Nothing;
    m_deadline = std::chrono::nanoseconds::max();
    ++m_door.counters.requests;
    if (const auto passed = m_door.gate->check(request); !passed) {
        ++m_door.counters.refusals;
        put(m_door.handler.refusal(passed.error(), request.requestId));
        return;
    }
    m_door.handler.handle(std::move(request));
}

void Connection::answer(quint64 sequence, Response &&response)
{
    if (m_state != State::Handling || sequence != m_sequence)
        return;
    put(std::move(response));
    if (m_file.isOpen() && !m_processing)
        settle(); // what is behind it waits until it is through
    else if (!m_processing)
        process(std::exchange(m_input, QByteArray()));
}

void Connection::refuse(const Error &error)
{
    const Request &request = m_parser.request();
    m_context = {.requestId = request.requestId.isEmpty() ? m_door.ids.next() : request.requestId,
        .head = request.head,
        .http10 = request.http10,
        .close = true};
    ++m_sequence;
    ++m_door.counters.refusals;
    m_input.clear();
    put(m_door.handler.refusal(error, m_context.requestId));
    if (!m_processing)
        settle();
}

void Connection::put(Response &&response)
{
    m_context.close = m_context.close || response.close || m_door.stopping;
    m_door.writer.appendHead(m_out, response, m_context);
    m_state = m_context.close ? State::Closing : State::Reading;
    if (!AnswerWriter::sendsBody(response.status, m_context))
        return;
    if (response.file.isOpen()) {
        m_file = std::move(response.file);
        return;
    }
    if (response.body.size() <= CopiedBody) {
        m_out.append(response.body);
        return;
    }
    flush();
    if (m_state == State::Closed)
        return;
    m_door.counters.bytesOut += quint64(response.body.size());
    send(response.body);
}

// Nearly every answer goes out whole at once; the socket's own buffer, and the watch that it sets and lifts for it, are
// only for the rest, and for an error to be found.
void Connection::send(const QByteArray &bytes)
{
    qsizetype sent = 0;
    if (m_socket.bytesToWrite() == 0)
        sent = ::send(
            int(m_socket.socketDescriptor()), bytes.constData(), size_t(bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == bytes.size())
        return;
    m_socket.write(sent > 0 ? bytes.sliced(sent) : bytes);
    m_socket.flush();
}

// One piece, and the next once it is out: by the socket's own signal, or in a later turn of the loop, so that a peer as
// quick as we are does not keep all others waiting.
void Connection::sendFile()
{
    if (!m_file.isOpen() || m_goesOn || m_socket.bytesToWrite() > 0)
        return;
    m_goesOn = true; // so that what is told while we send brings nobody here again
    const QByteArray piece = m_file.next(FilePiece);
    if (piece.isEmpty() && m_file.left() > 0) {
        closeNow(); // its length was promised: only a cut connection says that there is no more
        return;
    }
    m_door.counters.bytesOut += quint64(piece.size());
    if (!piece.isEmpty())
        send(piece);
    m_goesOn = m_state != State::Closed && m_socket.bytesToWrite() == 0;
    if (!m_goesOn)
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_goesOn = false;
            onBytesWritten();
        },
        Qt::QueuedConnection);
}

void Connection::flush()
{
    if (m_out.isEmpty())
        return;
    m_door.counters.bytesOut += quint64(m_out.size());
    send(m_out);
    // The socket may share the buffer where not all of it was sent.
    if (m_out.isDetached() && m_out.capacity() <= KeptOutput)
        m_out.resize(0);
    else
        m_out = QByteArray();
}

// After every step: what was collected goes out, then reading and deadline follow from what is left to do.
void Connection::settle()
{
    if (m_state == State::Closed)
        return;
    flush();
    if (m_state == State::Closed) // the write found the peer gone
        return;
    sendFile();
    if (m_state == State::Closed)
        return;
    const bool pending = m_socket.bytesToWrite() > 0 || m_file.isOpen();
    if (pending && !m_writing)
        m_writing = connect(&m_socket, &QTcpSocket::bytesWritten, this, &Connection::onBytesWritten);
    if (!pending && m_state == State::Closing)
        beginDrain();
    pauseReading(m_state == State::Handling || pending);
    if (m_door.stopping && !pending && m_state == State::Reading && m_input.isEmpty()
        && m_parser.phase() == RequestParser::Phase::Idle) {
        closeNow();
        return;
    }
    if (const Wait wait = whatToAwait(); wait != m_wait)
        await(wait);
}

void Connection::onBytesWritten()
{
    if (m_state == State::Closed)
        return;
    await(Wait::Write);
    if (m_socket.bytesToWrite() > 0)
        return;
    if (m_file.left() > 0) {
        settle();
        return;
    }
    m_file.close();
    disconnect(m_writing);
    m_writing = {};
    if (m_state == State::Reading)
        process(std::exchange(m_input, QByteArray()));
    else
        settle();
}

void Connection::beginDrain()
{
    // Qt has no half-close. The descriptor stays Qt's; it reads on until the peer closes too.
    ::shutdown(int(m_socket.socketDescriptor()), SHUT_WR);
    m_state = State::Draining;
}

// QTcpSocket stops watching its descriptor when the read buffer is full, so one byte put there, and taken out again
// later, is the switch.
void Connection::pauseReading(bool pause)
{
    if (pause == m_paused)
        return;
    m_paused = pause;
    if (pause) {
        m_socket.ungetChar('\0');
        m_socket.setReadBufferSize(1);
    } else {
        m_socket.getChar(nullptr);
        m_socket.setReadBufferSize(m_door.limits.readAtOnce);
    }
}

Connection::Wait Connection::whatToAwait() const
{
    if (m_socket.bytesToWrite() > 0 || m_file.isOpen())
        return Wait::Write;
    if (m_state == State::Draining)
        return Wait::Drain;
    if (m_state != State::Reading)
        return Wait::Nothing;
    switch (m_parser.phase()) {
    case RequestParser::Phase::Head:
        return Wait::Head;
    case RequestParser::Phase::Body:
        return Wait::Body;
    case RequestParser::Phase::Idle:
        break;
    }
    return m_sequence == 0 ? Wait::First : Wait::Idle;
}

void Connection::await(Wait wait)
{
    m_wait = wait;
    const Limits &limits = m_door.limits;
    switch (wait) {
    case Wait::Nothing:
        m_deadline = std::chrono::nanoseconds::max();
        return;
    case Wait::First:
    case Wait::Head:
        m_deadline = m_door.clock.steady() + limits.header;
        return;
    case Wait::Idle:
        m_deadline = m_door.clock.steady() + limits.idle;
        return;
    case Wait::Body:
        m_deadline = m_door.clock.steady() + limits.receive;
        return;
    case Wait::Write:
        m_deadline = m_door.clock.steady() + limits.write;
        return;
    case Wait::Drain:
        m_deadline = m_door.clock.steady() + limits.linger;
        return;
    }
}

void Connection::onDeadline()
{
    if (m_wait == Wait::Head)
        refuse({.code = ErrorCode::RequestTimeout, .detail = u"The header took too long to arrive."_s});
    else if (m_wait == Wait::Body)
        refuse({.code = ErrorCode::RequestTimeout, .detail = u"The body took too long to arrive."_s});
    else
        closeNow();
}

void Connection::finish()
{
    settle();
}

void Connection::closeNow()
{
    m_socket.abort();
    onDisconnected();
}

void Connection::onDisconnected()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    Q_EMIT closed(m_id);
    deleteLater();
}

} // namespace http
