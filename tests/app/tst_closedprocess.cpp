// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a server has in memory stays there: no core, and nothing of it under /proc for its own user's other programs.
#include "tests/app/programs.h"
#include "tests/app/secretsearch.h"

#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qregularexpression.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

class TestClosedProcess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theProcessIsClosedToOthers();
};

void TestClosedProcess::theProcessIsClosedToOthers()
{
    // Root owns every file in /proc of a process of its own, dumpable or not: it runs one of somebody else.
    const bool root = ::geteuid() == 0;
    const uid_t user = root ? 65'534 : ::geteuid();
    QTemporaryDir folder;
    if (root && !(QFileInfo(programPath("service-vm-tenant")).permissions() & QFile::ExeOther))
        QSKIP("the programs were built for root alone");
    if (root && ::chown(QFile::encodeName(folder.path()).constData(), user, user) != 0)
        QSKIP("there is no user here but root");
    const auto start = [&](QProcess &process, const QString &program, const QStringList &arguments) {
        // Through a descriptor, for that user need not be able to walk to where the programs lie.
        const int file = ::open(QFile::encodeName(program).constData(), O_PATH);
        process.setWorkingDirectory(folder.path());
        process.setChildProcessModifier([&process, root, user] {
            if (root && (::setgid(user) != 0 || ::setuid(user) != 0))
                process.failChildProcessModifier("setuid", errno);
        });
        process.start(u"/proc/self/fd/%1"_s.arg(file), arguments);
        const bool started = process.waitForStarted();
        ::close(file);
        return started;
    };
    const auto ownerOf = [](const QProcess &process) {
        struct stat status = {};
        const QByteArray path = "/proc/" + QByteArray::number(process.processId()) + "/environ";
        return ::stat(path.constData(), &status) == 0 ? qint64(status.st_uid) : -1;
    };

    QProcess other; // as any program is
    QVERIFY(start(other, u"/bin/cat"_s, {}));
    QTRY_COMPARE(ownerOf(other), qint64(user));

    QProcess server;
    QVERIFY(start(
        server, programPath("service-vm-tenant"), {u"--data-dir"_s, folder.filePath(u"data"_s), u"--port"_s, u"0"_s}));
    QVERIFY2(server.waitForReadyRead(20'000), server.readAllStandardError().constData());
    const QString proc = u"/proc/%1/"_s.arg(server.processId());
    QVERIFY(contentOf(proc + "status"_L1).contains("\nUid:\t" + QByteArray::number(user) + '\t'));
    QCOMPARE(ownerOf(server), 0); // proc(5): what is not dumpable is root's
    static const QRegularExpression core(u"^Max core file size +0 +0 +bytes"_s, QRegularExpression::MultilineOption);
    QVERIFY(core.match(QString::fromLatin1(contentOf(proc + "limits"_L1))).hasMatch());

    // So not even a process of the same user looks into it.
    for (const auto &[process, status] : {std::pair(&other, 0), {&server, 1}}) {
        QProcess reader;
        QVERIFY(start(reader, u"/bin/cat"_s, {u"/proc/%1/environ"_s.arg(process->processId())}));
        QVERIFY(reader.waitForFinished());
        QCOMPARE(reader.exitCode(), status);
    }

    ::kill(pid_t(server.processId()), SIGABRT);
    QVERIFY(server.waitForFinished());
    QCOMPARE(server.exitStatus(), QProcess::CrashExit);
    QCOMPARE(
        QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList{u"data"_s});
    other.closeWriteChannel();
    QVERIFY(other.waitForFinished());
}

QTEST_GUILESS_MAIN(TestClosedProcess)
#include "tst_closedprocess.moc"
