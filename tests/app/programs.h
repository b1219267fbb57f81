// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The real programs, as a shell meets them.
#pragma once

#include "tests/support/httpprobe.h"

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <csignal>

inline QString programPath(const char *name)
{
    return QStringLiteral(HOUSE_PROGRAMS "/") + QLatin1StringView(name);
}

struct Ran
{
    int status = -1; // -1: crashed, or did not end
    QByteArray out = {};
    QByteArray err = {};

    // One sentence on stderr and nothing else.
    bool complainsInOneLine() const { return out.isEmpty() && err.count('\n') == 1 && err.endsWith('\n'); }
    QList<QByteArray> lines() const { return out.isEmpty() ? QList<QByteArray>() : out.chopped(1).split('\n'); }
};

inline Ran run(const char *program, const QStringList &arguments,
    const QProcessEnvironment &environment = QProcessEnvironment::systemEnvironment())
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(programPath(program), arguments);
    if (!process.waitForFinished() || process.exitStatus() != QProcess::NormalExit)
        return {};
    return {
        .status = process.exitCode(), .out = process.readAllStandardOutput(), .err = process.readAllStandardError()};
}

// A server on a free port. Killed with the object unless stopped before.
class RunningServer
{
public:
    explicit RunningServer(const QString &directory, const QStringList &more = {},
        const QProcessEnvironment &environment = QProcessEnvironment::systemEnvironment())
    {
        m_process.setProcessEnvironment(environment);
        m_process.start(programPath("service-vm-tenant"),
            QStringList{QStringLiteral("--data-dir"), directory, QStringLiteral("--port"), QStringLiteral("0")} + more);
        while (!m_out.endsWith('\n') && m_process.waitForReadyRead(10'000))
            m_out += m_process.readAllStandardOutput();
        m_port = m_out.trimmed().split(':').last().toUShort();
    }
    ~RunningServer()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    quint16 port() const { return m_port; }
    qint64 pid() const { return m_process.processId(); }

    // Its exit status; -1 where it ended otherwise or not at all.
    int stop(int signal)
    {
        ::kill(pid_t(m_process.processId()), signal);
        const bool ended = m_process.waitForFinished() && m_process.exitStatus() == QProcess::NormalExit;
        m_out += m_process.readAllStandardOutput();
        return ended ? m_process.exitCode() : -1;
    }
    const QByteArray &out() const { return m_out; } // all of stdout so far
    QByteArray err() { return m_err += m_process.readAllStandardError(); }

    HttpProbe::Answer ask(
        const QByteArray &method, const QByteArray &target, const QByteArray &token, const QByteArray &body = {}) const
    {
        HttpProbe probe(m_port);
        return probe.ask(method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
            + (body.isEmpty() ? QByteArray() : QByteArray("\r\nContent-Type: application/json"))
            + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }

private:
    QProcess m_process;
    QByteArray m_out, m_err;
    quint16 m_port = 0;
};
