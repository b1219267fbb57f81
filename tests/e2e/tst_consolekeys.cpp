// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The pages as an administrator has them, with the keyboard alone: every change is made once with real keys, and looked
// for on the server and on the disk.

#include "tests/e2e/consolehouse.h"

#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace {

// The public keys of RFC 8032, 7.1, TEST 1 and TEST 2, as base64.
constexpr auto HolderKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="_L1;
constexpr auto OtherKey = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="_L1;

} // namespace

class TestConsoleKeys : public QObject, private ConsoleHouse
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_desktop.start(), "Xvfb, openbox or xdotool is missing: run tools/setup --test"); }
    void init();
    void cleanup() { moveOut(); }

    void aTenantIsEditedSuspendedResumedAndDeleted();
    void aTokenIsIssuedAndSaved();
    void aTokenIsRevokedWithItsDescendants();
    void theLedgerIsVerified();
    void theLedgerIsExported();
    void anExportThatCanNotBeWrittenLeavesEverything();

private:
    struct Issued
    {
        QByteArray id, text;
    };
    Issued issue(const QByteArray &scope, QLatin1StringView key, const QByteArray &by);
    void chooseTenant();
    // `taken`: the picker asks whether what has that name may go, and is told that it may.
    void openExport(const QString &path, bool taken);
    QByteArrayList jsonLines();

    Issued m_root;
};

void TestConsoleKeys::init()
{
    moveIn();
    if (QTest::currentTestFailed())
        return;
    const QByteArray tenant = R"({"tenant_id":"acme-corp","display_name":"Acme Corporation","max_vms":10,)"
                              R"("storage_quota_gb":500,"api_rate_limit_rpm":6000})";
    QCOMPARE(ask("/v1/tenants", m_admin, "POST", tenant).status, 201);
    m_root = issue("service:tenant-admin", HolderKey, m_admin);
    QCOMPARE(ask("/v1/vms", m_root.text, "POST", R"({"name":"web"})").status, 201);
}

TestConsoleKeys::Issued TestConsoleKeys::issue(const QByteArray &scope, QLatin1StringView key, const QByteArray &by)
{
    const auto answer = ask("/v1/tenants/acme-corp/tokens", by, "POST",
        R"({"scope":")" + scope + R"(","subject_pubkey":")" + QByteArray(key.data(), key.size()) + "\"}");
    const QJsonObject made = QJsonDocument::fromJson(answer.body).object();
    return {made["token_id"_L1].toString().toLatin1(), made["token"_L1].toString().toLatin1()};
}

void TestConsoleKeys::chooseTenant()
{
    // The list comes when the window has heard of the tenant: "Active" stands there with its green dot.
    QTRY_VERIFY_WITH_TIMEOUT(m_desktop.count(0x15693C) > 0, Desktop::Patience);
    m_desktop.press({u"ctrl+1"_s, u"ctrl+f"_s});
    m_desktop.type(u"acme"_s);
    m_desktop.press("Down"); // into the list
}

void TestConsoleKeys::aTenantIsEditedSuspendedResumedAndDeleted()
{
    chooseTenant();
    if (QTest::currentTestFailed())
        return;
    m_desktop.press("F2");
    QVERIFY2(m_desktop.sees(u"Edit acme-corp"_s), qPrintable(m_desktop.title()));
    m_desktop.press("Tab");
    m_desktop.type(u"25"_s); // over the 10 VMs
    QVERIFY(m_desktop.keepScreenshot(u"keys-edit"_s));
    m_desktop.press("Return");
    QTRY_COMPARE_WITH_TIMEOUT(object("/v1/tenants/acme-corp")["max_vms"_L1].toInt(), 25, Desktop::Patience);
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));

    m_desktop.press("ctrl+shift+s");
    QVERIFY2(m_desktop.sees(u"Suspend tenant"_s), qPrintable(m_desktop.title()));
    m_desktop.type(u"late payment"_s);
    m_desktop.press("Return");
    QVERIFY(comesTo("acme-corp", u"suspended"_s));
    const auto refused = ask("/v1/status", m_root.text);
    QCOMPARE(refused.status, 403);
    QVERIFY2(refused.body.contains("tenant-suspended"), refused.body.constData());
    const QJsonArray entries = array("/v1/ledger/entries?event_type=TENANT_SUSPENDED");
    QCOMPARE(entries.size(), 1);
    QCOMPARE(entries[0]["data"_L1]["reason"_L1].toString(), u"late payment"_s);
    QCOMPARE(entries[0]["source"_L1]["via"_L1].toString(), u"console"_s);

    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    QTRY_VERIFY_WITH_TIMEOUT(m_desktop.count(0x855900) > 0, Desktop::Patience); // "Suspended", and "Resume" is there
    m_desktop.press("ctrl+shift+r");
    QVERIFY2(m_desktop.sees(u"Resume tenant"_s), qPrintable(m_desktop.title()));
    m_desktop.press("Return");
    QVERIFY(comesTo("acme-corp", u"active"_s));
    QCOMPARE(ask("/v1/status", m_root.text).status, 200);

    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    m_desktop.press("Delete"); // the keyboard has come back to the list
    QVERIFY2(m_desktop.sees(u"Delete tenant"_s), qPrintable(m_desktop.title()));
    m_desktop.type(u"acme"_s); // not all of the id: Return does nothing
    m_desktop.press("Return");
    QVERIFY(m_desktop.keepScreenshot(u"keys-delete"_s));
    QCOMPARE(object("/v1/tenants/acme-corp")["state"_L1].toString(), u"active"_s);
    QCOMPARE(m_desktop.title(), u"Delete tenant — Tenant console"_s);
    m_desktop.type(u"-corp"_s);
    m_desktop.press("Return");
    QVERIFY(comesTo("acme-corp", u"deleted"_s));
    QCOMPARE(ask("/v1/status", m_root.text).status, 401);
    QCOMPARE(array("/v1/vms").size(), 0);
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    QVERIFY(m_desktop.keepScreenshot(u"keys-deleted"_s));
}

void TestConsoleKeys::aTokenIsIssuedAndSaved()
{
    m_desktop.press({u"ctrl+2"_s, u"ctrl+t"_s});
    QVERIFY2(m_desktop.sees(u"Issue a token"_s), qPrintable(m_desktop.title()));
    m_desktop.press({u"alt+s"_s, u"ctrl+a"_s});
    m_desktop.type(u"INPUT"_s);
    m_desktop.press({u"alt+v"_s, u"Tab"_s});
    m_desktop.type(OtherKey);
    m_desktop.press({u"alt+v"_s, u"ctrl+a"_s});
    m_desktop.type(u"3"_s);
    QVERIFY(m_desktop.keepScreenshot(u"keys-issue"_s));
    m_desktop.press("Return");
    QVERIFY2(m_desktop.sees(u"Deliver the token"_s), qPrintable(m_desktop.title()));
    const QString path = m_home->filePath(u"input.token"_s);
    m_desktop.press("alt+s");
    QVERIFY2(m_desktop.sees(u"Save the token"_s), qPrintable(m_desktop.title()));
    m_desktop.press("ctrl+a");
    m_desktop.type(path);
    m_desktop.press("Return");
    QVERIFY2(m_desktop.sees(u"Deliver the token"_s), qPrintable(m_desktop.title()));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), Desktop::Patience);
    QVERIFY(m_desktop.keepScreenshot(u"keys-delivery"_s));
    m_desktop.press("alt+d"); // "I have delivered it"
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    QFile saved(path);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    struct stat status = {};
    QCOMPARE(::stat(QFile::encodeName(path).constData(), &status), 0);
    QCOMPARE(status.st_mode & 07777, mode_t(0600));
    QCOMPARE(ask("/v1/status", saved.readAll().trimmed()).status, 200);
    const QJsonArray tokens = array("/v1/tenants/acme-corp/tokens");
    const auto made = std::ranges::find_if(tokens, [](const QJsonValue &t) { return t["scope"_L1] == "INPUT"_L1; });
    QVERIFY(made != tokens.end());
    const auto seconds = [&](QLatin1StringView member) {
        return QDateTime::fromString((*made)[member].toString(), Qt::ISODateWithMs).toSecsSinceEpoch();
    };
    QCOMPARE(seconds("expires_at"_L1) - seconds("issued_at"_L1), 3 * 3600);
}

void TestConsoleKeys::aTokenIsRevokedWithItsDescendants()
{
    const Issued child = issue("INPUT", OtherKey, m_root.text);
    QCOMPARE(ask("/v1/status", child.text).status, 200);
    m_desktop.press({u"ctrl+2"_s, u"ctrl+f"_s});
    m_desktop.type(QString::fromLatin1(m_root.id));
    m_desktop.press({u"Down"_s, u"Delete"_s});
    QVERIFY2(m_desktop.sees(u"Revoke token"_s), qPrintable(m_desktop.title()));
    QVERIFY(m_desktop.keepScreenshot(u"keys-revoke"_s)); // the child stands there
    m_desktop.type(u"laptop lost"_s);
    m_desktop.press("Return");
    QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    QTRY_COMPARE_WITH_TIMEOUT(ask("/v1/status", m_root.text).status, 401, Desktop::Patience);
    QCOMPARE(ask("/v1/status", child.text).status, 401);
    const QJsonArray entries = array("/v1/ledger/entries?event_type=TOKEN_REVOKED");
    QCOMPARE(entries.size(), 2);
    for (const QJsonValue &entry : entries)
        QVERIFY(entry["data"_L1]["reason"_L1].toString().contains(u"laptop lost"_s)
            || entry["data"_L1]["token_id"_L1].toString().toLatin1() == child.id);
}

void TestConsoleKeys::theLedgerIsVerified()
{
    const QByteArray before = ask("/ledger/checkpoint").body;
    m_desktop.press("ctrl+3");
    QVERIFY(m_desktop.sees(u"Tenant console"_s));
    const int good = m_desktop.count(0x15693C);
    m_desktop.press("ctrl+shift+v");
    // What it says stands in its colour above the list; nothing on the screen has that of a failure.
    QTRY_VERIFY_WITH_TIMEOUT(m_desktop.count(0x15693C) > good + 200, Desktop::Patience);
    QCOMPARE(m_desktop.count(0xB8332A), 0);
    QVERIFY(m_desktop.keepScreenshot(u"keys-verified"_s));
    QCOMPARE(ask("/ledger/checkpoint").body, before); // looking changes nothing
}

void TestConsoleKeys::openExport(const QString &path, bool taken)
{
    m_desktop.press(
        {u"ctrl+3"_s, u"ctrl+e"_s, u"Down"_s, u"Down"_s, u"Down"_s, u"Down"_s, u"Return"_s}); // "JSON lines…"
    QVERIFY2(m_desktop.sees(u"Export the ledger"_s), qPrintable(m_desktop.title()));
    m_desktop.press("ctrl+a");
    m_desktop.type(path);
    const QString picker = m_desktop.activeWindow();
    m_desktop.press("Return");
    if (!taken)
        return;
    QTRY_VERIFY_WITH_TIMEOUT(m_desktop.activeWindow() != picker, Desktop::Patience);
    m_desktop.press("alt+y");
}

// The entries as they are stored, newest first, as the page shows them.
QByteArrayList TestConsoleKeys::jsonLines()
{
    return run("service-fs", {u"read"_s, u"--reverse"_s, u"--data-dir"_s, data()}).lines();
}

void TestConsoleKeys::theLedgerIsExported()
{
    const QString path = m_home->filePath(u"ledger.jsonl"_s);
    for (const bool replaces : {false, true}) {
        const QByteArrayList shown = jsonLines();
        openExport(path, replaces);
        if (QTest::currentTestFailed())
            return;
        QVERIFY2(m_desktop.sees(u"Export — Tenant console"_s), qPrintable(m_desktop.title()));
        QVERIFY(m_desktop.keepScreenshot(u"keys-exported"_s));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), shown.join('\n') + '\n');
        m_desktop.press("Return");
        QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
        QCOMPARE(array("/v1/ledger/entries?event_type=AUDIT_EXPORTED").size(), replaces ? 2 : 1);
    }
}

void TestConsoleKeys::anExportThatCanNotBeWrittenLeavesEverything()
{
    const QString target = m_home->filePath(u"kept.txt"_s), link = m_home->filePath(u"link.jsonl"_s);
    QFile kept(target);
    QVERIFY(kept.open(QIODevice::WriteOnly) && kept.write("mine") == 4);
    kept.close();
    QVERIFY(QFile::link(target, link));
    const QString closed = m_home->filePath(u"closed"_s);
    QVERIFY(QDir().mkdir(closed));
    QCOMPARE(::chmod(QFile::encodeName(closed).constData(), 0500), 0);

    for (const QString &path : {link, closed + u"/ledger.jsonl"_s}) {
        openExport(path, path == link);
        if (QTest::currentTestFailed())
            return;
        QVERIFY2(m_desktop.sees(u"Export — Tenant console"_s), qPrintable(m_desktop.title()));
        QVERIFY(m_desktop.keepScreenshot(path == link ? u"keys-export-link"_s : u"keys-export-closed"_s));
        m_desktop.press("Return");
        QVERIFY2(m_desktop.sees(u"Tenant console"_s), qPrintable(m_desktop.title()));
    }
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), "mine"_ba);
    QCOMPARE(QFile::symLinkTarget(link), target);
    QCOMPARE(QDir(closed).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList());
    QCOMPARE(array("/v1/ledger/entries?event_type=AUDIT_EXPORTED").size(), 0);
}

QTEST_GUILESS_MAIN(TestConsoleKeys)
#include "tst_consolekeys.moc"
