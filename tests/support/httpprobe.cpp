// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/httpprobe.h"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::chrono::milliseconds Patience{5000};
constexpr std::chrono::milliseconds ShortWhile{80};

} // namespace

QByteArray HttpProbe::Answer::header(QByteArrayView name) const
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

HttpProbe::HttpProbe(quint16 port)
    : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        ::close(m_socket);
        m_socket = -1;
    }
}

HttpProbe::~HttpProbe()
{
    if (m_socket >= 0)
        ::close(m_socket);
}

bool HttpProbe::send(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t sent = ::send(m_socket, bytes.data(), size_t(bytes.size()), MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        bytes = bytes.sliced(sent);
    }
    return true;
}

qsizetype HttpProbe::sendSome(QByteArrayView bytes)
{
    const ssize_t sent = ::send(m_socket, bytes.data(), size_t(bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    return sent;
}

void HttpProbe::closeSending()
{
    ::shutdown(m_socket, SHUT_WR);
}

HttpProbe::Read HttpProbe::readMore(std::chrono::milliseconds wait)
{
    pollfd wanted{.fd = m_socket, .events = POLLIN, .revents = 0};
    // A child's end interrupts it, where the server under test is in this process and starts programs.
    int ready = 0;
    while ((ready = ::poll(&wanted, 1, int(wait.count()))) < 0 && errno == EINTR) { }
    if (ready != 1)
        return Read::Nothing;
    char bytes[65536];
    const ssize_t size = ::recv(m_socket, bytes, sizeof bytes, 0);
    if (size < 0)
        return Read::Reset;
    m_buffer.append(bytes, size);
    return size == 0 ? Read::End : Read::Data;
}

std::optional<HttpProbe::Answer> HttpProbe::answer(Body body)
{
    qsizetype end = -1;
    while ((end = m_buffer.indexOf("\r\n\r\n")) < 0) {
        if (readMore(Patience) != Read::Data)
            return {};
    }
    Answer answer;
    QList<QByteArray> lines = m_buffer.first(end).split('\n');
    answer.status = lines.takeFirst().sliced(9, 3).toInt();
    for (const QByteArray &line : lines) {
        const qsizetype colon = line.indexOf(':');
        answer.headers.append({line.first(colon), line.sliced(colon + 1).trimmed()});
    }
    m_buffer.remove(0, end + 4);
    const qsizetype length = body == Body::Omitted ? 0 : answer.header("Content-Length").toLongLong();
    while (m_buffer.size() < length) {
        if (readMore(Patience) != Read::Data)
            return {};
    }
    answer.body = m_buffer.first(length);
    m_buffer.remove(0, length);
    return answer;
}

HttpProbe::Answer HttpProbe::ask(QByteArrayView bytes, Body body)
{
    send(bytes);
    return answer(body).value_or(Answer());
}

bool HttpProbe::isClosed()
{
    return m_buffer.isEmpty() && readMore(Patience) == Read::End;
}

bool HttpProbe::isCut()
{
    Read read = Read::Data;
    while (read == Read::Data) {
        m_buffer.clear();
        read = readMore(Patience);
    }
    return read != Read::Nothing;
}

bool HttpProbe::hasBytes()
{
    return !m_buffer.isEmpty() || readMore(std::chrono::milliseconds(0)) == Read::Data;
}

bool HttpProbe::isSilent()
{
    return m_buffer.isEmpty() && readMore(ShortWhile) == Read::Nothing;
}
