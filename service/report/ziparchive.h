// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A zip from a stranger, a bundle or a backup, of which nothing is believed: as ZipWriter writes them, and no other.
// Members are stored, follow one another without a gap in the order of the directory, and have plain relative names, so
// that a file can't be read in two ways, nothing unpacks to more than it is, and no name leads out of a folder.
// Everything else is Corrupt, with the name of the member; Storage where the file can't be read.
//
// One thread. Memory: 8 bytes a member, and blocks of 64 KiB.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <functional>
#include <memory>

namespace report {

class ZipArchive
{
public:
    struct Member
    {
        QByteArray name; // letters, digits, '.', '_' and '-' in parts joined by '/'
        quint64 offset = 0; // of its content
        quint64 size = 0;
        quint32 crc = 0;
    };

    // Checks all but the contents.
    static Result<std::unique_ptr<ZipArchive>> open(const QString &path);
    ~ZipArchive();
    Q_DISABLE_COPY_MOVE(ZipArchive)

    quint64 size() const { return m_size; } // of the file

    // In the order of the file; `visit` ends it with its error.
    Result<void> forEach(const std::function<Result<void>(const Member &)> &visit);

    // In pieces of at most 64 KiB; Corrupt at the end where the checksum differs.
    Result<void> read(const Member &member, const std::function<Result<void>(QByteArrayView)> &visit);
    // At most `length` bytes of its content from `from` on.
    Result<QByteArray> readAt(const Member &member, quint64 from, quint64 length);

private:
    ZipArchive(int file, quint64 size)
        : m_file(file)
        , m_size(size)
    {
    }
    Result<QByteArray> bytesAt(quint64 offset, quint64 length);
    Result<void> findDirectory();
    Result<void> checkMembers();
    Result<void> checkLocal(const Member &member, quint64 &end);

    const int m_file;
    const quint64 m_size;
    quint64 m_directory = 0, m_directoryEnd = 0, m_count = 0;
};

} // namespace report
