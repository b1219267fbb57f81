// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Backup and restore with the real programs: beside a server and without one, what is in the file and what is not, what
// a restored directory goes on with, and what is refused with nothing left behind.

#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

using namespace Qt::StringLiterals;

class TestBackup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_data = path("data");
        m_file = path("backup.zip");
        m_new = path("new");
        m_server = std::make_unique<RunningServer>(m_data);
        m_token = adminToken(m_data);
        create("acme-corp");
    }
    void cleanup() { m_server.reset(); }

    void itIsMadeBesideAServerAndRestored()
    {
        const Ran made = backup({u"--with-keys"_s});
        QVERIFY2(made.status == 0, made.err.constData());
        QVERIFY2(made.out.contains("with the keys") && made.out.contains("recorded as entry"), made.out.constData());
        QCOMPARE(QFileInfo(m_file).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QVERIFY(made.out.contains(QByteArray::number(QFileInfo(m_file).size()) + " bytes"));
        const QJsonObject data = newestBackup();
        QCOMPARE(data["with_keys"_L1].toBool(), true);
        QVERIFY(made.out.contains(data["sha256"_L1].toString().toLatin1()));
        create("after-it");

        const Ran restored = restore({});
        QVERIFY2(restored.status == 0, restored.err.constData());
        QVERIFY(restored.out.startsWith("restored: "));
        QVERIFY2(restored.err.contains("--accept-rollback"), restored.err.constData());
        QCOMPARE(verify(m_new), 0);
        {
            RunningServer refused(m_new);
            QCOMPARE(refused.port(), 0);
            QVERIFY2(refused.err().contains("restored from a backup") && refused.err().contains("--accept-rollback"),
                refused.err().constData());
        }
        {
            RunningServer other(m_new, {u"--accept-rollback"_s});
            QVERIFY2(other.port() != 0, other.err().constData());
            QCOMPARE(other.ask("GET"_ba, "/v1/tenants/acme-corp"_ba, m_token).status, 401);
            const QByteArray token = adminToken(m_new);
            QCOMPARE(other.ask("GET"_ba, "/v1/tenants/acme-corp"_ba, token).status, 200);
            QCOMPARE(other.ask("GET"_ba, "/v1/tenants/after-it"_ba, token).status, 404);
            QCOMPARE(other.stop(SIGTERM), 0);
        }
        RunningServer again(m_new);
        QVERIFY2(again.port() != 0, again.err().constData());
        QCOMPARE(again.stop(SIGTERM), 0);
        QCOMPARE(verify(m_new), 0);
    }

    // What would bring it to life again is refused, not only the server.
    void aTokenThatWasRevokedSinceStaysDead()
    {
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        QCOMPARE(run("service-vm-tenant", {u"admin-token"_s, u"--rotate"_s, u"--data-dir"_s, m_data}).status, 0);
        QCOMPARE(restore({}).status, 0);
        const Ran rotated = run("service-vm-tenant", {u"admin-token"_s, u"--rotate"_s, u"--data-dir"_s, m_new});
        QVERIFY2(rotated.status == 1 && rotated.err.contains("restored from a backup"), rotated.err.constData());
        RunningServer accepted(m_new, {u"--accept-rollback"_s});
        QVERIFY2(accepted.port() != 0, accepted.err().constData());
        QCOMPARE(accepted.ask("GET"_ba, "/v1/tenants"_ba, m_token).status, 401);
    }

    void aMarkThatKnowsNoMoreLetsItGoOnUnderItsName()
    {
        QCOMPARE(m_server->stop(SIGTERM), 0);
        const QString mark = path("high-water");
        QVERIFY(QFile::copy(m_data + "/high-water"_L1, mark));
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        const Ran restored = restore({u"--mark"_s, mark});
        QVERIFY2(restored.status == 0 && restored.err.contains("Nothing came after"), restored.err.constData());
        RunningServer other(m_new);
        QVERIFY2(other.port() != 0, other.err().constData());
        QCOMPARE(other.ask("GET"_ba, "/v1/tenants/acme-corp"_ba, m_token).status, 200);
    }

    void aMarkThatIsOlderShowsNothing()
    {
        const QString mark = path("high-water");
        QVERIFY(QFile::copy(m_data + "/high-water"_L1, mark));
        create("after-it");
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        QCOMPARE(restore({u"--mark"_s, mark}).status, 0);
        QCOMPARE(verify(m_new), 0);
        RunningServer refused(m_new);
        QCOMPARE(refused.port(), 0);
        QVERIFY2(refused.err().contains("restored from a backup"), refused.err().constData());
    }

    void aMarkByAKeyThatCameLaterIsHeeded()
    {
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        rotateLedgerKey();
        QCOMPARE(m_server->stop(SIGTERM), 0);
        const Ran restored = restore({u"--mark"_s, m_data + "/high-water"_L1});
        QVERIFY2(restored.status == 0, restored.err.constData());
        RunningServer refused(m_new);
        QVERIFY2(refused.port() == 0 && refused.err().contains("rolled back"), refused.err().constData());
        RunningServer accepted(m_new, {u"--accept-rollback"_s});
        QVERIFY2(accepted.port() != 0, accepted.err().constData());
        QCOMPARE(accepted.stop(SIGTERM), 0);
        QCOMPARE(verify(m_new), 0);
    }

    // To who keeps the keys elsewhere, the newest first, it is what somebody with the old key could have made.
    void aHistoryWithoutTheRotationIsRefusedByTheKeysKept()
    {
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        rotateLedgerKey();
        QCOMPARE(restore({}).status, 0);
        const QString kept = m_data + "/ledger.vkey"_L1;
        const Ran refused = run("service-fs", {u"verify"_s, u"--vkey"_s, kept, u"--data-dir"_s, m_new});
        QVERIFY2(refused.status == 1 && refused.out.contains("(checkpoint-unsigned)"), refused.out.constData());
        QCOMPARE(run("service-fs", {u"verify"_s, u"--vkey"_s, kept, u"--data-dir"_s, m_data}).status, 0);
    }

    void aMarkOfSomethingElseIsRefused()
    {
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        const QString garbage = path("garbage");
        QFile file(garbage);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QByteArray(8192, 'x')) == 8192);
        file.close();
        RunningServer stranger(path("stranger"));
        for (const QString &mark : {garbage, path("stranger/high-water"), path("absent")}) {
            const Ran restored = restore({u"--mark"_s, mark});
            QVERIFY2(
                restored.status == 1 && restored.err.contains("Nothing was restored") && restored.complainsInOneLine(),
                restored.err.constData());
            QVERIFY(!QFileInfo::exists(m_new));
        }
    }

    void aKeyThatWasRotatedAwayIsRefused()
    {
        QVERIFY(QDir().mkdir(path("kept")));
        for (const QString &name : {u"token.key"_s, u"ledger.key"_s})
            QVERIFY(QFile::copy(m_data + "/keys/"_L1 + name, path("kept/") + name));
        rotateLedgerKey();
        QCOMPARE(backup({}).status, 0);
        const Ran restored = restore({u"--keys"_s, path("kept")});
        QVERIFY2(restored.status == 1 && restored.err.contains("ledger.key is not the key"), restored.err.constData());
        QVERIFY(!QFileInfo::exists(m_new));
    }

    void aKeyThatIsBeingReplacedIsNotBackedUp_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("the ledger's") << u"/keys/ledger.key"_s;
        QTest::newRow("the tokens'") << u"/keys/token.key"_s;
        QTest::newRow("the administrator's token") << u"/admin.token"_s;
    }

    void aKeyThatIsBeingReplacedIsNotBackedUp()
    {
        QFETCH(QString, name);
        QVERIFY(QFile::copy(m_data + name, m_data + name + ".next"_L1));
        const Ran made = backup({u"--with-keys"_s});
        QVERIFY2(made.status == 1 && made.err.contains("is being replaced") && made.complainsInOneLine(),
            made.err.constData());
        QVERIFY(!QFileInfo::exists(m_file));
        QCOMPARE(backup({}).status, 0);
    }

    void itIsMadeWithoutAServer()
    {
        QCOMPARE(m_server->stop(SIGTERM), 0);
        const Ran made = backup({});
        QVERIFY2(made.status == 0, made.err.constData());
        QVERIFY2(made.out.contains("without the keys"), made.out.constData());
        QCOMPARE(newestBackup()["with_keys"_L1].toBool(), false);
        QCOMPARE(verify(m_data), 0);
    }

    void keysThatWereKeptApartAreAdded()
    {
        QCOMPARE(backup({}).status, 0);
        for (const char *secret : {"PRIVATE KEY", "eyJ"}) {
            QFile file(m_file);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(!file.readAll().contains(secret), secret);
        }
        const Ran refused = restore({});
        QVERIFY2(refused.status == 1 && refused.err.contains("holds no keys"), refused.err.constData());
        QVERIFY(!QFileInfo::exists(m_new));
        const Ran restored = restore({u"--keys"_s, m_data + "/keys"_L1});
        QVERIFY2(restored.status == 0, restored.err.constData());
        QCOMPARE(verify(m_new), 0);
        RunningServer other(m_new, {u"--accept-rollback"_s});
        QVERIFY2(other.port() != 0, other.err().constData());
        QCOMPARE(other.ask("GET"_ba, "/v1/tenants/acme-corp"_ba, adminToken(m_new)).status, 200);
    }

    // A mark that knows more is a rollback, which has to be accepted: what was revoked since then stays dead.
    void aMarkThatKnowsMoreIsHeeded()
    {
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        create("after-it");
        QCOMPARE(m_server->stop(SIGTERM), 0);
        QCOMPARE(restore({u"--mark"_s, m_data + "/high-water"_L1}).status, 0);
        RunningServer refused(m_new);
        QCOMPARE(refused.port(), 0);
        QVERIFY2(refused.err().contains("rolled back"), refused.err().constData());
        RunningServer accepted(m_new, {u"--accept-rollback"_s});
        QVERIFY2(accepted.port() != 0, accepted.err().constData());
        QCOMPARE(accepted.ask("GET"_ba, "/v1/tenants"_ba, m_token).status, 401);
        QCOMPARE(accepted.stop(SIGTERM), 0);
        QCOMPARE(verify(m_new), 0);
    }

    void nothingIsOverwritten()
    {
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        const Ran again = backup({u"--with-keys"_s});
        QVERIFY2(again.status == 1 && again.err.contains("is there already"), again.err.constData());
        m_new = m_data;
        const Ran restored = restore({});
        QCOMPARE(restored.status, 1);
        QCOMPARE(m_server->ask("GET"_ba, "/v1/tenants/acme-corp"_ba, m_token).status, 200);
    }

    void aSpoiledFileIsRefused_data()
    {
        QTest::addColumn<int>("kept"); // per cent of it
        QTest::addColumn<int>("spoiled"); // per cent at which a byte is changed; negative: none
        QTest::newRow("cut off in the database") << 40 << -1;
        QTest::newRow("cut off near its end") << 99 << -1;
        QTest::newRow("nothing of it") << 0 << -1;
        QTest::newRow("a byte of the database changed") << 100 << 50;
    }

    void aSpoiledFileIsRefused()
    {
        QFETCH(int, kept);
        QFETCH(int, spoiled);
        QCOMPARE(backup({u"--with-keys"_s}).status, 0);
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const qint64 size = file.size();
        if (spoiled >= 0) {
            QVERIFY(file.seek(size * spoiled / 100));
            const char byte = file.peek(1).at(0);
            QVERIFY(file.putChar(char(byte ^ 1)));
        }
        QVERIFY(file.resize(size * kept / 100));
        file.close();
        const Ran restored = restore({});
        QCOMPARE(restored.status, 1);
        QVERIFY2(restored.complainsInOneLine(), restored.err.constData());
        QVERIFY2(restored.err.contains("Nothing was restored, for " + m_file.toUtf8()), restored.err.constData());
        QVERIFY(!QFileInfo::exists(m_new));
    }

    void aDamagedLedgerIsNotBackedUp()
    {
        QCOMPARE(m_server->stop(SIGTERM), 0);
        QProcess sql;
        sql.start(u"sqlite3"_s,
            {m_data + "/tenants.db"_L1, u"UPDATE tenant SET max_vms = max_vms + 1 WHERE tenant_id = 'acme-corp'"_s});
        QVERIFY(sql.waitForFinished() && sql.exitCode() == 0);
        const Ran made = backup({});
        QVERIFY2(made.status == 1 && made.err.contains("does not verify") && made.complainsInOneLine(),
            made.err.constData());
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
            QStringList{u"data"_s});
    }

    void wrongCommandLinesAreRefused_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no file") << QStringList{u"backup"_s};
        QTest::newRow("two files") << QStringList{u"backup"_s, u"a"_s, u"b"_s};
        QTest::newRow("an option of restore") << QStringList{u"backup"_s, u"a"_s, u"--keys"_s, u"k"_s};
        QTest::newRow("an option of backup") << QStringList{u"restore"_s, u"a"_s, u"--with-keys"_s};
        QTest::newRow("an option without the command") << QStringList{u"--with-keys"_s};
    }

    void wrongCommandLinesAreRefused()
    {
        QFETCH(QStringList, arguments);
        const Ran ran = run("service-vm-tenant", QStringList{u"--data-dir"_s, m_data} + arguments);
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    }

private:
    QString path(const char *name) const { return m_folder->filePath(QLatin1StringView(name)); }
    void create(const QByteArray &tenant)
    {
        QCOMPARE(m_server
                     ->ask("POST"_ba, "/v1/tenants"_ba, m_token,
                         "{\"tenant_id\":\"" + tenant
                             + "\",\"display_name\":\"A\",\"max_vms\":3,\"storage_quota_gb\":100,"
                               "\"api_rate_limit_rpm\":1000}")
                     .status,
            201);
    }
    static QByteArray adminToken(const QString &data)
    {
        return run("service-vm-tenant", {u"admin-token"_s, u"--data-dir"_s, data}).out.trimmed();
    }
    void rotateLedgerKey()
    {
        QCOMPARE(m_server->ask("POST"_ba, "/v1/keys/rotate"_ba, m_token, "{\"key\":\"ledger\"}").status, 200);
    }
    Ran backup(const QStringList &more) const
    {
        return run("service-vm-tenant", QStringList{u"backup"_s, m_file, u"--data-dir"_s, m_data} + more);
    }
    Ran restore(const QStringList &more) const
    {
        return run("service-vm-tenant", QStringList{u"restore"_s, m_file, u"--data-dir"_s, m_new} + more);
    }
    static int verify(const QString &data)
    {
        return run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, data}).status;
    }
    QJsonObject newestBackup() const
    {
        const Ran ran = run("service-fs",
            {u"read"_s, u"--event-type"_s, u"BACKUP_CREATED"_s, u"--reverse"_s, u"--limit"_s, u"1"_s, u"--data-dir"_s,
                m_data});
        return QJsonDocument::fromJson(ran.out).object()["data"_L1].toObject();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data, m_file, m_new;
    std::unique_ptr<RunningServer> m_server;
    QByteArray m_token;
};

QTEST_GUILESS_MAIN(TestBackup)
#include "tst_backup.moc"
