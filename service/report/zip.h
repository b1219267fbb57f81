// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A zip file, written front to back: members stored as they are, one fixed date, mode 0600, names as given, sizes in 64
// bits where 32 don't do (PKWARE APPNOTE 6.3.10, 4.3 to 4.5). The same members give the same bytes. Memory stays
// bounded however many members there are: the directory at the end is spooled.
//
// Not libarchive: its dates go through the process's local time zone, and it keeps the whole directory in memory, some
// 250 MB for an excerpt of a million entries with their proofs.
#pragma once

#include "service/report/output.h"

#include <functional>

namespace report {

class ZipWriter
{
public:
    // The file is borrowed; the directory is spooled in `folder`.
    static Result<std::unique_ptr<ZipWriter>> create(OutputFile &file, const QString &folder);

    // `name` is a relative path of our own making, in ASCII.
    Result<void> add(const QByteArray &name, QByteArrayView content);
    // What `fill` writes. Its size need not be known.
    Result<void> add(const QByteArray &name, const std::function<Result<void>(Sink &)> &fill);
    // The directory. Last.
    Result<void> finish();

    // Of each member's content, as `sha256sum` prints it, is written there too.
    void listDigests(Sink *manifest) { m_manifest = manifest; }

private:
    class Member;
    struct Entry
    {
        QByteArray name;
        quint32 crc = 0;
        quint64 size = 0;
        quint64 offset = 0;
    };

    ZipWriter(OutputFile &file, std::unique_ptr<Spool> directory);
    Result<void> close(const Entry &entry, const QByteArray &digest);

    OutputFile &m_file;
    std::unique_ptr<Spool> m_directory;
    Sink *m_manifest = nullptr;
    quint64 m_count = 0;
};

} // namespace report
