// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The body of an answer that lies in a file: read piece by piece as the peer takes it, so that its size costs no
// memory. A value that is moved; owns its descriptor. One thread at a time.
#pragma once

#include <QtCore/qbytearray.h>

namespace http {

class FileBody
{
public:
    FileBody() = default;
    // From the file's beginning, `size` bytes of it. The descriptor is ours from here on.
    FileBody(int descriptor, qint64 size);
    FileBody(FileBody &&other) noexcept;
    FileBody &operator=(FileBody &&other) noexcept;
    ~FileBody();

    bool isOpen() const { return m_descriptor >= 0; }
    qint64 size() const { return m_size; }
    qint64 left() const { return isOpen() ? m_size - m_sent : 0; }

    // The next bytes, at most so many; none at the end, or where the file has become shorter or can't be read.
    QByteArray next(qsizetype most);
    void close();

private:
    int m_descriptor = -1;
    qint64 m_size = 0;
    qint64 m_sent = 0;
};

} // namespace http
