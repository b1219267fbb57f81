// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The console as an administrator has it: the program itself on a desktop, with a home of its own; what came of the
// keys is asked of its own server, with the administrator's token.
#pragma once

#include "tests/app/programs.h"
#include "tests/e2e/desktop.h"

#include <sys/prctl.h>

class ConsoleHouse
{
public:
    // A new installation with the welcome closed, its window before us. Fails the test where it does not come to that.
    void moveIn()
    {
        m_home = std::make_unique<QTemporaryDir>();
        startConsole();
        if (QTest::currentTestFailed())
            return;
        QVERIFY2(m_desktop.sees(QStringLiteral("Welcome")), qPrintable(m_desktop.title()));
        m_desktop.press("Escape");
        QVERIFY2(m_desktop.sees(QStringLiteral("Tenant console")), qPrintable(m_desktop.title()));
    }
    void moveOut()
    {
        if (m_console) {
            m_console->kill();
            m_console->waitForFinished();
        }
        m_console.reset();
    }

    QProcessEnvironment environment() const
    {
        QProcessEnvironment environment = m_desktop.environment();
        environment.insert(QStringLiteral("HOME"), m_home->path());
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_home->filePath(QStringLiteral("config")));
        return environment;
    }
    QString data() const { return m_home->filePath(QStringLiteral("data")); }

    void startConsole()
    {
        m_console = std::make_unique<QProcess>();
        m_console->setProcessEnvironment(environment());
        // Folders are closed to it as they are to anybody, be it root that runs the tests.
        m_console->setChildProcessModifier([] {
            for (const int overridesRights : {1, 2}) // CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
                ::prctl(PR_CAPBSET_DROP, overridesRights, 0, 0, 0);
        });
        m_console->start(programPath("tenant-console"),
            {QStringLiteral("--data-dir"), data(), QStringLiteral("--port"), QStringLiteral("0"),
                QStringLiteral("--report-ready")});
        QByteArray out; // keys pressed into a window that is not painted yet may be lost
        while (!out.endsWith("window ready\n") && m_console->waitForReadyRead(Desktop::Patience))
            out += m_console->readAllStandardOutput();
        QVERIFY2(out.startsWith("listening on http://127.0.0.1:") && out.endsWith("window ready\n"),
            (out + m_console->readAllStandardError()).constData());
        m_port = out.first(out.indexOf('\n')).split(':').last().toUShort();
        QFile token(data() + QStringLiteral("/admin.token"));
        QVERIFY(token.open(QIODevice::ReadOnly));
        m_admin = token.readAll().trimmed();
    }
    // Its exit status; -1 where it ended otherwise.
    int stopConsole()
    {
        m_console->terminate();
        const bool ended =
            m_console->waitForFinished(Desktop::Patience) && m_console->exitStatus() == QProcess::NormalExit;
        return ended ? m_console->exitCode() : -1;
    }

    HttpProbe::Answer ask(const QByteArray &target, const QByteArray &token, const QByteArray &method = "GET",
        const QByteArray &body = {})
    {
        HttpProbe probe(m_port);
        return probe.ask(method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
            + (body.isEmpty() ? "" : "\r\nContent-Type: application/json")
            + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }
    HttpProbe::Answer ask(const QByteArray &target) { return ask(target, m_admin); }
    QJsonObject object(const QByteArray &target) { return QJsonDocument::fromJson(ask(target).body).object(); }
    QJsonArray array(const QByteArray &target) { return QJsonDocument::fromJson(ask(target).body).array(); }
    // Waits until the tenant is in that state.
    bool comesTo(const QByteArray &tenant, const QString &state)
    {
        return QTest::qWaitFor(
            [&] { return object("/v1/tenants/" + tenant)[QLatin1StringView("state")] == state; }, Desktop::Patience);
    }

    Desktop m_desktop;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<QProcess> m_console;
    QByteArray m_admin;
    quint16 m_port = 0;
};
