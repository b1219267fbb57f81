// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/filebody.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace http {

FileBody::FileBody(int descriptor, qint64 size)
    : m_descriptor(descriptor)
    , m_size(size)
{
}

FileBody::FileBody(FileBody &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_size(other.m_size)
    , m_sent(other.m_sent)
{
}

FileBody &FileBody::operator=(FileBody &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_size, other.m_size);
    std::swap(m_sent, other.m_sent);
    return *this;
}

FileBody::~FileBody()
{
    close();
}

void FileBody::close()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

QByteArray FileBody::next(qsizetype most)
{
    QByteArray bytes(qsizetype(std::min<qint64>(most, left())), Qt::Uninitialized);
    ssize_t count = -1;
    do {
        count = ::pread(m_descriptor, bytes.data(), size_t(bytes.size()), m_sent);
    } while (count < 0 && errno == EINTR);
    bytes.truncate(std::max<ssize_t>(count, 0));
    m_sent += bytes.size();
    return bytes;
}

} // namespace http
