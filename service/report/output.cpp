// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/output.h"

#include "service/core/encoding.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qrandom.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace report {

namespace {

constexpr qsizetype BufferSize = 256 * 1024;

// False with errno.
bool writeAll(int file, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const auto written = ::write(file, bytes.data(), size_t(bytes.size()));
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0)
            bytes = bytes.sliced(written);
    }
    return true;
}

std::unexpected<Error> taken(const QString &path)
{
    return fail(ErrorCode::Refused,
        u"%1 was not written: something of that name exists already and is left as it is. Choose another name, or move it away."_s
            .arg(path));
}

QString remedyOf(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return u"Make room there, or choose another place."_s;
    case ENOENT:
    case ENOTDIR:
        return u"Choose a folder that is there."_s;
    case EACCES:
    case EPERM:
    case EROFS:
        return u"Choose a folder that you may write to."_s;
    default:
        return u"Choose another place."_s;
    }
}

std::unexpected<Error> systemFailure(const QString &path)
{
    const int number = errno;
    return fail(ErrorCode::Storage,
        u"%1 was not written: %2. Nothing is left there. %3"_s.arg(path, qt_error_string(number), remedyOf(number)));
}

QByteArray temporaryName(const QString &path)
{
    const QFileInfo info(path);
    const QByteArray random = QByteArray::number(QRandomGenerator::system()->generate64(), 16);
    return QFile::encodeName(info.absolutePath()) + "/." + QFile::encodeName(info.fileName()).left(200) + '.' + random
        + ".part";
}

// Some file systems have no rename that leaves what is there; a second name that is taken is refused by all.
bool putInPlace(const QByteArray &from, const QByteArray &to)
{
    if (::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, to.constData(), RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL || ::link(from.constData(), to.constData()) != 0)
        return false;
    ::unlink(from.constData());
    return true;
}

// The name on the disk too. The file is whole already, so where this can't be had nothing is lost but time.
void syncFolder(const QString &path)
{
    const QByteArray folder = QFile::encodeName(QFileInfo(path).absolutePath());
    const int file = ::open(folder.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    ::fsync(file);
    ::close(file);
}

} // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::create(const QString &path, Overwrite overwrite)
{
    struct stat there = {};
    const QByteArray name = QFile::encodeName(path);
    if (::lstat(name.constData(), &there) == 0) {
        if (overwrite == Overwrite::Never)
            return taken(path);
        if (!S_ISREG(there.st_mode))
            return fail(ErrorCode::Refused,
                u"%1 was not written: what stands there is no file. Choose another name."_s.arg(path));
    }
    const QByteArray temporary = temporaryName(path);
    const int file =
        ::open(temporary.constData(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return systemFailure(path);
    return std::unique_ptr<OutputFile>(new OutputFile(path, temporary, file, overwrite));
}

OutputFile::OutputFile(QString path, QByteArray temporary, int file, Overwrite overwrite)
    : m_path(std::move(path))
    , m_temporary(std::move(temporary))
    , m_file(file)
    , m_overwrite(overwrite)
{
}

OutputFile::~OutputFile()
{
    ::close(m_file);
    if (!m_temporary.isEmpty())
        ::unlink(m_temporary.constData());
}

std::unexpected<Error> OutputFile::failure() const
{
    return systemFailure(m_path);
}

Result<void> OutputFile::write(QByteArrayView bytes)
{
    m_buffer.append(bytes);
    m_size += bytes.size();
    return m_buffer.size() < BufferSize ? Result<void>() : flush();
}

Result<void> OutputFile::flush()
{
    if (!writeAll(m_file, m_buffer))
        return failure();
    m_buffer.resize(0);
    return {};
}

Result<void> OutputFile::patch(qint64 offset, QByteArrayView bytes)
{
    TRY(flush());
    if (::pwrite(m_file, bytes.data(), size_t(bytes.size()), offset) != bytes.size())
        return failure();
    return {};
}

Result<void> OutputFile::commit()
{
    TRY(flush());
    if (::fsync(m_file) != 0)
        return failure();
    const QByteArray to = QFile::encodeName(m_path);
    const bool placed = m_overwrite == Overwrite::Replace ? ::rename(m_temporary.constData(), to.constData()) == 0
                                                          : putInPlace(m_temporary, to);
    if (!placed)
        return errno == EEXIST ? taken(m_path) : failure();
    m_temporary.clear();
    syncFolder(m_path);
    return {};
}

Result<std::unique_ptr<Spool>> Spool::create(const QString &folder)
{
    const QByteArray name = QFile::encodeName(folder) + "/.export."
        + QByteArray::number(QRandomGenerator::system()->generate64(), 16) + ".part";
    const int file = ::open(name.constData(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return systemFailure(folder);
    ::unlink(name.constData());
    return std::unique_ptr<Spool>(new Spool(file));
}

Spool::~Spool()
{
    ::close(m_file);
}

Result<void> Spool::write(QByteArrayView bytes)
{
    m_buffer.append(bytes);
    m_size += bytes.size();
    return m_buffer.size() < BufferSize ? Result<void>() : flush();
}

Result<void> Spool::flush()
{
    if (!writeAll(m_file, m_buffer))
        return systemFailure(u"A part of the export"_s);
    m_buffer.resize(0);
    return {};
}

Result<void> Spool::copyTo(Sink &sink)
{
    TRY(flush());
    QByteArray chunk(BufferSize, Qt::Uninitialized);
    for (qint64 at = 0; at < m_size;) {
        const auto count = ::pread(m_file, chunk.data(), size_t(chunk.size()), at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return systemFailure(u"A part of the export"_s);
        TRY(sink.write(QByteArrayView(chunk).first(count)));
        at += count;
    }
    return {};
}

} // namespace report
