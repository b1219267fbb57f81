// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Where an export goes: bytes in order, and the file that stands whole or not at all. Any one thread.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>

#include <memory>

namespace report {

class Sink
{
public:
    virtual ~Sink() = default;
    virtual Result<void> write(QByteArrayView bytes) = 0;
};

enum class Overwrite
{
    Never,
    Replace // of a picker that has asked the person already
};

// Grows under a hidden name in the folder of `path`, mode 0600, and takes its place in commit(), synced; without that
// nothing is left. Links are never followed. What another puts in place meanwhile stays, unless it may be replaced.
class OutputFile final : public Sink
{
public:
    // Refused where the path is taken, or its folder is not there; Storage says what the system says.
    static Result<std::unique_ptr<OutputFile>> create(const QString &path, Overwrite overwrite);
    ~OutputFile() override;

    Result<void> write(QByteArrayView bytes) override;
    // Bytes that were written before get these values.
    Result<void> patch(qint64 offset, QByteArrayView bytes);
    qint64 size() const { return m_size; }
    Result<void> commit();

private:
    OutputFile(QString path, QByteArray temporary, int file, Overwrite overwrite);
    Result<void> flush();
    std::unexpected<Error> failure() const;

    QString m_path;
    QByteArray m_temporary; // empty once it is in place
    int m_file;
    Overwrite m_overwrite;
    QByteArray m_buffer;
    qint64 m_size = 0; // with the buffer
};

// A file without a name, for what is written long before it is read, and read once.
class Spool final : public Sink
{
public:
    static Result<std::unique_ptr<Spool>> create(const QString &folder);
    ~Spool() override;

    Result<void> write(QByteArrayView bytes) override;
    Result<void> copyTo(Sink &sink);
    qint64 size() const { return m_size; }

private:
    explicit Spool(int file)
        : m_file(file)
    {
    }
    Result<void> flush();

    int m_file;
    QByteArray m_buffer;
    qint64 m_size = 0;
};

} // namespace report
