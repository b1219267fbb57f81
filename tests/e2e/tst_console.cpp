// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The console as an administrator has it: the program itself on a desktop, driven with the keyboard alone; what came of
// it is asked of its own server, with the administrator's token.

#include "tests/app/programs.h"
#include "tests/e2e/desktop.h"

#include <QtNetwork/qtcpserver.h>

using namespace Qt::StringLiterals;

namespace {

// The public key of RFC 8032, 7.1, TEST 1, as base64.
constexpr auto HolderKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="_L1;

} // namespace

class TestConsole : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_desktop.start(), "Xvfb, openbox or xdotool is missing: run tools/setup --test"); }
    void init();
    void cleanup() { m_console.reset(); }

    void theAssistantLeadsFromCtrlNToTheHandOver();
    void anOnboardingThatWasCutOffGoesOnAfterARestart();
    void closingTheWindowMidwayAsks();
    void aStartThatIsStoppedIsSaidInAWindow();

private:
    void startConsole();
    int stopConsole(); // its exit status
    void registerTenant();
    void issueRootToken();

    HttpProbe::Answer ask(const QByteArray &target, const QByteArray &token, const QByteArray &method = "GET",
        const QByteArray &body = {});
    HttpProbe::Answer ask(const QByteArray &target) { return ask(target, m_admin); }
    QJsonObject object(const QByteArray &target) { return QJsonDocument::fromJson(ask(target).body).object(); }
    QJsonArray array(const QByteArray &target) { return QJsonDocument::fromJson(ask(target).body).array(); }
    // Waits until the tenant is in that state.
    bool comesTo(const QByteArray &tenant, const QString &state)
    {
        return QTest::qWaitFor([&] { return object("/v1/tenants/" + tenant)["state"_L1] == state; }, Desktop::Patience);
    }

    Desktop m_desktop;
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<QProcess> m_console;
    QByteArray m_admin;
    quint16 m_port = 0;
};

void TestConsole::init()
{
    m_home = std::make_unique<QTemporaryDir>();
    startConsole();
    if (QTest::currentTestFailed())
        return;
    QVERIFY2(m_desktop.sees(u"Welcome"_s), qPrintable(m_desktop.title()));
    m_desktop.press("Escape");
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
}

void TestConsole::startConsole()
{
    m_console = std::make_unique<QProcess>();
    QProcessEnvironment environment = m_desktop.environment();
    environment.insert(u"HOME"_s, m_home->path());
    environment.insert(u"XDG_CONFIG_HOME"_s, m_home->filePath(u"config"_s));
    m_console->setProcessEnvironment(environment);
    m_console->start(
        programPath("tenant-console"), {u"--data-dir"_s, m_home->filePath(u"data"_s), u"--port"_s, u"0"_s});
    QByteArray line;
    while (!line.endsWith('\n') && m_console->waitForReadyRead(Desktop::Patience))
        line += m_console->readAllStandardOutput();
    QVERIFY2(line.startsWith("listening on http://127.0.0.1:"), m_console->readAllStandardError().constData());
    m_port = line.trimmed().split(':').last().toUShort();
    QFile token(m_home->filePath(u"data/admin.token"_s));
    QVERIFY(token.open(QIODevice::ReadOnly));
    m_admin = token.readAll().trimmed();
}

int TestConsole::stopConsole()
{
    m_console->terminate();
    const bool ended = m_console->waitForFinished(Desktop::Patience) && m_console->exitStatus() == QProcess::NormalExit;
    return ended ? m_console->exitCode() : -1;
}

HttpProbe::Answer TestConsole::ask(
    const QByteArray &target, const QByteArray &token, const QByteArray &method, const QByteArray &body)
{
    HttpProbe probe(m_port);
    return probe.ask(method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
        + (body.isEmpty() ? "" : "\r\nContent-Type: application/json")
        + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

void TestConsole::registerTenant()
{
    m_desktop.press("ctrl+n");
    QVERIFY2(m_desktop.sees(u"Onboard a tenant: step 1 of 5, open"_s), qPrintable(m_desktop.title()));
    m_desktop.type(u"acme-corp"_s);
    m_desktop.press("Tab");
    m_desktop.type(u"Acme Corporation"_s);
    for (const auto &number : {u"3"_s, u"50"_s, u"1200"_s}) {
        m_desktop.press("Tab");
        m_desktop.type(number); // over what stands there: Tab selects it
    }
    m_desktop.press("Return");
    QVERIFY2(m_desktop.sees(u"Onboard acme-corp: step 1 of 5, done"_s), qPrintable(m_desktop.title()));
}

void TestConsole::issueRootToken()
{
    m_desktop.press("Return"); // "Next"
    QVERIFY2(m_desktop.sees(u"Onboard acme-corp: step 2 of 5, open"_s), qPrintable(m_desktop.title()));
    m_desktop.type(HolderKey);
    m_desktop.press({u"Tab"_s, u"Tab"_s});
    m_desktop.type(u"2"_s); // hours
    m_desktop.press("Return");
    QVERIFY2(m_desktop.sees(u"Onboard acme-corp: step 2 of 5, done"_s), qPrintable(m_desktop.title()));
}

void TestConsole::theAssistantLeadsFromCtrlNToTheHandOver()
{
    registerTenant();
    if (QTest::currentTestFailed())
        return;
    const QJsonObject tenant = object("/v1/tenants/acme-corp");
    QCOMPARE(tenant["display_name"_L1].toString(), u"Acme Corporation"_s);
    QCOMPARE(tenant["max_vms"_L1].toInt(), 3);
    QCOMPARE(tenant["storage_quota_gb"_L1].toInt(), 50);
    QCOMPARE(tenant["api_rate_limit_rpm"_L1].toInt(), 1200);

    issueRootToken();
    if (QTest::currentTestFailed())
        return;
    const QJsonArray tokens = array("/v1/tenants/acme-corp/tokens");
    QCOMPARE(tokens.size(), 1);
    QCOMPARE(tokens[0]["scope"_L1].toString(), u"service:tenant-admin"_s);
    QCOMPARE(tokens[0]["subject_pubkey"_L1].toString(), u"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"_s);

    // Saved with the program's own file dialog, by its path.
    const QString path = m_home->filePath(u"acme.token"_s);
    m_desktop.press("alt+s");
    QVERIFY2(m_desktop.sees(u"Save the token"_s), qPrintable(m_desktop.title()));
    m_desktop.press("ctrl+a");
    m_desktop.type(path);
    m_desktop.press("Return");
    QVERIFY2(m_desktop.sees(u"Onboard acme-corp: step 2"_s), qPrintable(m_desktop.title()));
    QVERIFY(m_desktop.keepScreenshot(u"desktop-token"_s));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), Desktop::Patience);
    QFile saved(path);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QCOMPARE(saved.permissions() & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
        QFile::Permissions());
    const auto status = ask("/v1/status", saved.readAll().trimmed());
    QCOMPARE(status.status, 200);
    m_desktop.press("alt+d"); // "I have delivered it"

    for (const auto &step : {u"3"_s, u"4"_s, u"5"_s}) {
        m_desktop.press("Return"); // "Next"
        QVERIFY2(m_desktop.sees(u"Onboard acme-corp: step %1 of 5, open"_s.arg(step)), qPrintable(m_desktop.title()));
        m_desktop.press("Return"); // the step's own button
        QVERIFY2(m_desktop.sees(u"Onboard acme-corp: step %1 of 5, done"_s.arg(step)), qPrintable(m_desktop.title()));
        QVERIFY(m_desktop.keepScreenshot(u"desktop-step-"_s + step));
    }
    m_desktop.press("Return");
    QVERIFY2(m_desktop.sees(u"Onboard acme-corp: hand-over"_s), qPrintable(m_desktop.title()));
    QVERIFY(m_desktop.keepScreenshot(u"desktop-handover"_s));
    m_desktop.press("Return"); // "Finish"
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    QVERIFY(m_desktop.keepScreenshot(u"desktop-tenants"_s));

    const QJsonArray created = array("/v1/ledger/entries?tenant_id=acme-corp&event_type=TENANT_CREATED");
    QCOMPARE(created.size(), 1);
    QCOMPARE(created[0]["actor"_L1]["token_id"_L1], tenant["created_by"_L1]);
    QCOMPARE(array("/v1/ledger/entries?tenant_id=acme-corp&event_type=VM_DENIED").size(), 1);
    QCOMPARE(array("/v1/vms?tenant_id=acme-corp").size(), 0);
    QCOMPARE(stopConsole(), 0);
    const Ran verified = run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, m_home->filePath(u"data"_s)});
    QVERIFY2(verified.status == 0, (verified.out + verified.err).constData());
    // Of the administrator's token that the assistant had, nothing is left.
    const Ran revoked = run(
        "service-fs", {u"read"_s, u"--event-type"_s, u"TOKEN_REVOKED"_s, u"--data-dir"_s, m_home->filePath(u"data"_s)});
    QCOMPARE(revoked.lines().size(), 1);
    QVERIFY(revoked.out.contains(tenant["created_by"_L1].toString().toLatin1()));
}

void TestConsole::anOnboardingThatWasCutOffGoesOnAfterARestart()
{
    registerTenant();
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(stopConsole(), 0);

    startConsole();
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    m_desktop.press("ctrl+n");
    QVERIFY2(m_desktop.sees(u"Onboard a tenant: step 1 of 5, open"_s), qPrintable(m_desktop.title()));
    QVERIFY(m_desktop.keepScreenshot(u"desktop-resume"_s));
    m_desktop.press("alt+g"); // "Go on with it"
    QVERIFY2(m_desktop.sees(u"Onboard acme-corp: step 1 of 5, done"_s), qPrintable(m_desktop.title()));
    issueRootToken();
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(array("/v1/tenants/acme-corp/tokens").size(), 1);
    QCOMPARE(array("/v1/ledger/entries?event_type=TENANT_CREATED").size(), 1);
    QCOMPARE(stopConsole(), 0);
}

void TestConsole::closingTheWindowMidwayAsks()
{
    registerTenant();
    if (QTest::currentTestFailed())
        return;
    m_desktop.press("Escape");
    QVERIFY2(m_desktop.sees(u"Leave the onboarding"_s), qPrintable(m_desktop.title()));
    QVERIFY(m_desktop.keepScreenshot(u"desktop-leave"_s));
    m_desktop.press("alt+r"); // "Remove acme-corp"
    QVERIFY(comesTo("acme-corp", u"deleted"_s));
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    // With nothing under way the window closes, and the program ends.
    m_desktop.press("ctrl+q");
    QVERIFY(m_console->waitForFinished(Desktop::Patience));
    QCOMPARE(m_console->exitCode(), 0);
}

void TestConsole::aStartThatIsStoppedIsSaidInAWindow()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    QProcess second;
    QProcessEnvironment environment = m_desktop.environment();
    environment.insert(u"HOME"_s, m_home->path());
    environment.insert(u"XDG_CONFIG_HOME"_s, m_home->filePath(u"config"_s));
    second.setProcessEnvironment(environment);
    const QStringList arguments{u"--data-dir"_s, m_home->filePath(u"second"_s), u"--port"_s,
        QString::number(other.serverPort()), u"--ask-in-window"_s};
    second.start(programPath("tenant-console"), arguments);
    QTRY_VERIFY_WITH_TIMEOUT(!m_desktop.windows(second.processId()).isEmpty(), Desktop::Patience);
    QVERIFY(m_desktop.keepScreenshot(u"desktop-port-taken"_s));
    QVERIFY2(!QFile::exists(m_home->filePath(u"second"_s)), "something was made for a server that could not listen");
    // Both windows have the same title; the keys go to the one that the window manager has activated.
    QTRY_COMPARE_WITH_TIMEOUT(m_desktop.activeProcess(), second.processId(), Desktop::Patience);
    // Once the port is free, "Retry" goes on.
    other.close();
    m_desktop.press("Return");
    QByteArray line;
    while (!line.endsWith('\n') && second.waitForReadyRead(Desktop::Patience))
        line += second.readAllStandardOutput();
    QVERIFY2(line.startsWith("listening on "), second.readAllStandardError().constData());
    second.terminate();
    QVERIFY(second.waitForFinished(Desktop::Patience));
    QCOMPARE(second.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestConsole)
#include "tst_console.moc"
