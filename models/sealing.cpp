// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/sealing.h"

#include "models/format.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qprocess.h>
#include <QtCore/qstandardpaths.h>

using namespace Qt::StringLiterals;

namespace models {

namespace {

constexpr qsizetype MostWords = 300; // of what the program says is wrong

QString tr(const char *text)
{
    return QCoreApplication::translate("models::Sealing", text);
}

// A string of the wire format: its length in four bytes, then itself (RFC 4251, 5).
QByteArray wireString(QByteArrayView content)
{
    QByteArray wire;
    for (int shift = 24; shift >= 0; shift -= 8)
        wire.append(char(content.size() >> shift & 0xff));
    return wire.append(content);
}

} // namespace

QString ageProgram()
{
    return QStandardPaths::findExecutable(u"age"_s);
}

QByteArray sshKeyLine(const crypto::PublicKey &key)
{
    const QByteArray kind = "ssh-ed25519";
    const QByteArrayView bytes(reinterpret_cast<const char *>(key.bytes.data()), qsizetype(key.bytes.size()));
    return kind + ' ' + (wireString(kind) + wireString(bytes)).toBase64();
}

Result<QByteArray> sealFor(
    const crypto::PublicKey &holder, const QByteArray &secret, const QString &program, std::chrono::milliseconds limit)
{
    const QDeadlineTimer deadline(limit);
    QProcess age;
    age.start(program, {u"--armor"_s, u"--recipient"_s, QString::fromLatin1(sshKeyLine(holder))});
    if (!age.waitForStarted(int(deadline.remainingTime())))
        return fail(ErrorCode::Refused,
            tr("%1 could not be started: %2. See whether the package age is whole, then try again.")
                .arg(program, age.errorString()));
    age.write(secret);
    age.closeWriteChannel();
    if (!age.waitForFinished(int(deadline.remainingTime()))) {
        age.kill();
        age.waitForFinished(1000);
        return fail(ErrorCode::Refused,
            tr("%1 had not ended after %2 s and was stopped. Try again, or save the token to a file instead.")
                .arg(program, count(limit.count() / 1000)));
    }
    const QByteArray sealed = age.readAllStandardOutput();
    // A program of this name that did something else must not pass for success.
    if (age.exitStatus() == QProcess::NormalExit && age.exitCode() == 0
        && sealed.startsWith("-----BEGIN AGE ENCRYPTED FILE-----\n")
        && sealed.trimmed().endsWith("-----END AGE ENCRYPTED FILE-----"))
        return sealed;
    const QString words = QString::fromUtf8(age.readAllStandardError()).trimmed().left(MostWords);
    return fail(ErrorCode::Refused,
        tr("%1 ended with %2 and gave no sealed text%3. Try it in a terminal, or save the token to a file instead.")
            .arg(program, count(age.exitCode()), words.isEmpty() ? QString() : u": "_s + plainText(words)));
}

} // namespace models
