// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The console as an administrator has it: the program itself on a desktop, driven with the keyboard alone; what came of
// it is asked of its own server, with the administrator's token.

#include "tests/e2e/consolehouse.h"

#include <QtNetwork/qtcpserver.h>

using namespace Qt::StringLiterals;

namespace {

// The public key of RFC 8032, 7.1, TEST 1, as base64.
constexpr auto HolderKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="_L1;

} // namespace

class TestConsole : public QObject, private ConsoleHouse
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_desktop.start(), "Xvfb, openbox or xdotool is missing: run tools/setup --test"); }
    void init() { moveIn(); }
    void cleanup() { moveOut(); }

    void theAssistantLeadsFromCtrlNToTheHandOver();
    void anOnboardingThatWasCutOffGoesOnAfterARestart();
    void closingTheWindowMidwayAsks();
    void aStartThatIsStoppedIsSaidInAWindow();
    void itsPlaceIsRememberedWhenASignalEndsIt();
    void withoutADisplayWhatNeedsNoneIsAnswered_data();
    void withoutADisplayWhatNeedsNoneIsAnswered();

private:
    void registerTenant();
    void issueRootToken();
};

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
    const Ran verified = run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, data()});
    QVERIFY2(verified.status == 0, (verified.out + verified.err).constData());
    // Of the administrator's token that the assistant had, nothing is left.
    const Ran revoked = run("service-fs", {u"read"_s, u"--event-type"_s, u"TOKEN_REVOKED"_s, u"--data-dir"_s, data()});
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
    second.setProcessEnvironment(environment());
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

void TestConsole::itsPlaceIsRememberedWhenASignalEndsIt()
{
    const QSize first = m_desktop.size();
    QVERIFY2(first.height() < 900, "the status line hangs off the screen");
    m_desktop.resize(QSize(1100, 720));
    QTRY_COMPARE_WITH_TIMEOUT(m_desktop.size(), QSize(1100, 720), Desktop::Patience);
    QCOMPARE(stopConsole(), 0);
    startConsole();
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    QTRY_COMPARE_WITH_TIMEOUT(m_desktop.size(), QSize(1100, 720), Desktop::Patience);
    QCOMPARE(stopConsole(), 0);
}

void TestConsole::withoutADisplayWhatNeedsNoneIsAnswered_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("its version") << u"--version"_s << 0 << "tenant-console "_ba;
    QTest::newRow("its help") << u"--help"_s << 0 << "--data-dir"_ba;
    QTest::newRow("a wrong option") << u"--wrong"_s << 2 << "See --help."_ba;
    QTest::newRow("that there is none") << u"--report-ready"_s << 1 << "service-vm-tenant"_ba;
}

void TestConsole::withoutADisplayWhatNeedsNoneIsAnswered()
{
    QFETCH(QString, option);
    QFETCH(int, status);
    QFETCH(QByteArray, says);
    QProcessEnvironment none = environment();
    for (const auto &name : {u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s, u"QT_QPA_PLATFORM"_s})
        none.remove(name);
    const QString data = m_home->filePath(u"none"_s);
    const Ran ran = run("tenant-console", {option, u"--data-dir"_s, data}, none);
    QCOMPARE(ran.status, status);
    QVERIFY2((status == 0 ? ran.out : ran.err).contains(says), (ran.out + ran.err).constData());
    QVERIFY(status == 0 || ran.complainsInOneLine());
    QVERIFY(!QFile::exists(data));
}

QTEST_GUILESS_MAIN(TestConsole)
#include "tst_console.moc"
