// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/secretfile.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qrandom.h>

#include <openssl/crypto.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace crypto {

namespace {

std::unexpected<Error> systemError(const QString &doing, const QString &path)
{
    const int number = errno;
    return fail(ErrorCode::Storage, u"%1 %2: %3."_s.arg(doing, path, qt_error_string(number)));
}

class Descriptor
{
public:
    explicit Descriptor(int number)
        : m_number(number)
    {
    }
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    Q_DISABLE_COPY_MOVE(Descriptor)

    bool isOpen() const { return m_number >= 0; }
    int number() const { return m_number; }

private:
    int m_number;
};

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

// At `fresh`, on its way to `path`. `made`: the file is there, and is ours to remove where the rest fails.
Result<void> writeNew(const QString &fresh, const QString &path, QByteArrayView bytes, bool &made)
{
    const Descriptor file(::open(
        QFile::encodeName(fresh).constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    made = file.isOpen();
    // The mode again, in case the umask took more than group and others.
    if (!file.isOpen() || ::fchmod(file.number(), S_IRUSR | S_IWUSR) != 0 || !writeAll(file.number(), bytes)
        || ::fsync(file.number()) != 0)
        return systemError(u"Can't write"_s, path);
    return {};
}

Result<void> syncDirectory(const QString &directory)
{
    const Descriptor file(::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.isOpen() || ::fsync(file.number()) != 0)
        return systemError(u"Can't make durable what was written in"_s, directory);
    return {};
}

} // namespace

Result<void> writeSecretFile(const QString &path, QByteArrayView bytes, Overwrite overwrite, Folder folder)
{
    const QString fresh = folder == Folder::Ours ? path + ".new"_L1
                                                 : u"%1/.secret-%2.new"_s.arg(QFileInfo(path).absolutePath(),
                                                     QString::number(QRandomGenerator::system()->generate64(), 16));
    const QByteArray from = QFile::encodeName(fresh), to = QFile::encodeName(path);
    if (folder == Folder::Ours)
        ::unlink(from.constData()); // if it can't be removed, the exclusive open below says why
    bool made = false;
    if (auto written = writeNew(fresh, path, bytes, made); !written) {
        if (made)
            ::unlink(from.constData());
        return written;
    }
    const unsigned flags = overwrite == Overwrite::Never ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, to.constData(), flags) != 0) {
        const bool taken = errno == EEXIST;
        auto error = taken ? fail(ErrorCode::Refused, u"%1 exists already and is left as it is."_s.arg(path))
                           : systemError(u"Can't put in place"_s, path);
        ::unlink(from.constData());
        return error;
    }
    return syncDirectory(QFileInfo(path).absolutePath());
}

Result<QByteArray> readSecretFile(const QString &path, qsizetype most)
{
    // Without O_NONBLOCK a pipe would hold us up here.
    const Descriptor file(::open(QFile::encodeName(path).constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.isOpen() && errno == ELOOP)
        return fail(ErrorCode::Refused, u"%1 is a symbolic link; put the file itself there."_s.arg(path));
    struct stat status = {};
    if (!file.isOpen() || ::fstat(file.number(), &status) != 0)
        return systemError(u"Can't read"_s, path);
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::Refused, u"%1 is not a regular file."_s.arg(path));
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(ErrorCode::Refused,
            u"%1 can be read by others; run chmod 600 %1, and replace what it holds if others use this machine."_s.arg(
                path));

    // One byte more than allowed, so that a file that is too long shows.
    QByteArray bytes(most + 1, Qt::Uninitialized);
    qsizetype size = 0;
    while (size <= most) {
        const auto count = ::read(file.number(), bytes.data() + size, size_t(most + 1 - size));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            auto error = systemError(u"Can't read"_s, path);
            OPENSSL_cleanse(bytes.data(), size_t(bytes.size()));
            return error;
        }
        if (count == 0)
            break;
        size += count;
    }
    if (size > most) {
        OPENSSL_cleanse(bytes.data(), size_t(bytes.size()));
        return fail(
            ErrorCode::Refused, u"%1 is longer than %2 bytes, so it is not what it should be."_s.arg(path).arg(most));
    }
    bytes.truncate(size);
    return bytes;
}

} // namespace crypto
