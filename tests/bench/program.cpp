// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/program.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>

#include <cstdio>
#include <cstdlib>

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr int Patience = 10'000; // ms

QByteArray procFile(qint64 pid, const QString &name)
{
    QFile file(u"/proc/%1/%2"_s.arg(pid).arg(name));
    if (!file.open(QIODevice::ReadOnly))
        giveUp(u"%1 can't be read."_s.arg(file.fileName()));
    return file.readAll();
}

} // namespace

void giveUp(const QString &why)
{
    std::fprintf(stderr, "bench: %s\n", why.toLocal8Bit().constData());
    std::exit(1);
}

Used runToEnd(const QString &program, const QStringList &arguments)
{
    QList<QByteArray> words{QFile::encodeName(program)};
    for (const QString &argument : arguments)
        words.append(argument.toLocal8Bit());
    std::vector<char *> pointers;
    for (QByteArray &word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    // What it says on its output is no part of the table.
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    QElapsedTimer timer;
    timer.start();
    pid_t pid = 0;
    const int failed = ::posix_spawn(&pid, pointers[0], &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        giveUp(u"%1 can't be started."_s.arg(program));
    int status = 0;
    rusage used{};
    if (::wait4(pid, &status, 0, &used) != pid || status != 0)
        giveUp(u"%1 %2 failed."_s.arg(program, arguments.join(u' ')));
    return {double(timer.nsecsElapsed()) / 1e9, double(used.ru_maxrss) / 1024};
}

Program::Program(const QString &program, const QStringList &arguments, std::optional<int> core)
{
    // Gone with us, also when we give up.
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
    if (core) // taskset becomes the program: the process id stays
        m_process.start(u"taskset"_s, QStringList{u"-c"_s, QString::number(*core), program} + arguments);
    else
        m_process.start(program, arguments);
    if (!m_process.waitForStarted(Patience))
        giveUp(u"%1 can't be started: %2"_s.arg(program, m_process.errorString()));
}

Program::~Program()
{
    m_process.terminate();
    if (!m_process.waitForFinished(Patience))
        m_process.kill();
    m_process.waitForFinished(Patience);
}

std::optional<QByteArray> Program::line()
{
    while (!m_process.canReadLine()) {
        if (!m_process.waitForReadyRead(Patience)) {
            tellErrors();
            return {};
        }
    }
    return m_process.readLine().trimmed();
}

std::optional<QByteArray> Program::output()
{
    if (!m_process.waitForFinished(120'000) || m_process.exitStatus() != QProcess::NormalExit
        || m_process.exitCode() != 0) {
        tellErrors();
        return {};
    }
    return m_process.readAllStandardOutput();
}

void Program::tellErrors()
{
    std::fputs(m_process.readAllStandardError().constData(), stderr);
}

double Program::cpuSeconds() const
{
    // Fields 14 and 15 of proc(5); the second, in parentheses, may hold blanks.
    const QByteArray stat = procFile(m_process.processId(), u"stat"_s);
    const QList<QByteArray> fields = stat.sliced(stat.lastIndexOf(')') + 2).split(' ');
    return double(fields[11].toLongLong() + fields[12].toLongLong()) / double(::sysconf(_SC_CLK_TCK));
}

double Program::residentMegabytes() const
{
    for (const QByteArray &row : procFile(m_process.processId(), u"status"_s).split('\n')) {
        if (row.startsWith("VmRSS:"))
            return row.sliced(6).trimmed().split(' ').front().toDouble() * 1024 / 1e6;
    }
    giveUp(u"The resident memory is not told."_s);
}

} // namespace bench
