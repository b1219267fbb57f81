// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An older database put back, through the real programs: what was revoked stays dead.

#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include <csignal>

using namespace Qt::StringLiterals;

class TestAcceptRollback : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void revokedTokensStayDead();
    void theConsoleSaysSoAndEnds();
    void thereMustBeOne();

private:
    QByteArray adminToken() const
    {
        return run("service-vm-tenant", {u"admin-token"_s, u"--data-dir"_s, m_data}).out.trimmed();
    }
    QByteArray issue(const RunningServer &server, const QByteArray &scope, QByteArray *id = nullptr) const
    {
        const auto issued = server.ask("POST"_ba, "/v1/tenants/acme-corp/tokens"_ba, adminToken(),
            "{\"subject_pubkey\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"scope\":\"" + scope + "\"}");
        const auto object = QJsonDocument::fromJson(issued.body).object();
        if (id)
            *id = object["token_id"_L1].toString().toLatin1();
        return object["token"_L1].toString().toLatin1();
    }
    Ran verify(const QStringList &more = {}) const
    {
        return run("service-fs", QStringList{u"verify"_s, u"--full"_s, u"--data-dir"_s, m_data} + more);
    }
    bool copy(const QString &from, const QString &to) const
    {
        QFile::remove(to);
        return QFile::copy(from, to) && QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner);
    }
    // A directory whose database is older than its mark.
    void rollBack();

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data, m_saved;
    QByteArray m_oldAdmin, m_kept, m_revoked, m_later;
};

void TestAcceptRollback::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_data = m_folder->filePath(u"data"_s);
    m_saved = m_folder->filePath(u"saved"_s);
}

void TestAcceptRollback::rollBack()
{
    QByteArray id;
    {
        RunningServer server(m_data);
        QCOMPARE(server
                     .ask("POST"_ba, "/v1/tenants"_ba, adminToken(),
                         R"({"tenant_id":"acme-corp","display_name":"A","max_vms":9,"storage_quota_gb":9,)"
                         R"("api_rate_limit_rpm":6000})"_ba)
                     .status,
            201);
        m_kept = issue(server, "service:tenant-admin"_ba);
        m_revoked = issue(server, "INPUT"_ba, &id);
        QCOMPARE(server.stop(SIGTERM), 0);
    }
    QVERIFY(copy(m_data + "/tenants.db"_L1, m_saved));
    QVERIFY(copy(m_data + "/high-water"_L1, m_saved + ".mark"_L1));
    QFile kept(m_saved + ".checkpoint"_L1);
    QVERIFY(kept.open(QIODevice::WriteOnly));
    kept.write(run("service-fs", {u"checkpoint"_s, u"--data-dir"_s, m_data}).out);
    kept.close();
    {
        RunningServer server(m_data);
        QCOMPARE(server.ask("DELETE"_ba, "/v1/tokens/" + id, adminToken()).status, 204);
        QCOMPARE(server.ask("GET"_ba, "/v1/vms"_ba, m_revoked).status, 401);
        m_later = issue(server, "READ"_ba);
        m_oldAdmin = adminToken();
        QCOMPARE(server.stop(SIGTERM), 0);
    }
    QFile lost(m_saved + ".lost"_L1);
    QVERIFY(lost.open(QIODevice::WriteOnly));
    lost.write(run("service-fs", {u"checkpoint"_s, u"--data-dir"_s, m_data}).out);
    lost.close();
    QVERIFY(copy(m_saved, m_data + "/tenants.db"_L1));
    QVERIFY(copy(m_data + "/ledger.vkey"_L1, m_saved + ".vkey"_L1));
}

void TestAcceptRollback::revokedTokensStayDead()
{
    rollBack();
    const Ran refused = run("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
    QCOMPARE(refused.status, 1);
    QVERIFY2(refused.complainsInOneLine(), refused.err.constData());
    QVERIFY2(refused.err.contains("rolled back") && refused.err.contains("--accept-rollback"), refused.err.constData());
    QCOMPARE(verify().status, 1);
    QCOMPARE(run("service-vm-tenant", {u"admin-token"_s, u"--rotate"_s, u"--data-dir"_s, m_data}).status, 1);
    {
        RunningServer server(m_data, {u"--accept-rollback"_s});
        QVERIFY(server.port() != 0);
        const QByteArray admin = adminToken();
        QVERIFY(admin != m_oldAdmin);
        QCOMPARE(server.ask("GET"_ba, "/v1/tenants"_ba, admin).status, 200);
        for (const QByteArray &old : {m_oldAdmin, m_kept, m_revoked, m_later}) {
            QCOMPARE(server.ask("GET"_ba, "/v1/vms"_ba, old).status, 401);
            const auto said = server.ask("POST"_ba, "/v1/tokens/verify"_ba, "x"_ba, "{\"token\":\"" + old + "\"}");
            QCOMPARE(said.status, 401);
            QCOMPARE(QJsonDocument::fromJson(said.body).object()["reason"_L1].toString(), u"revoked"_s);
        }
        const auto keys = QJsonDocument::fromJson(server.ask("GET"_ba, "/.well-known/jwks.json"_ba, "x"_ba).body);
        QCOMPARE(keys.object()["keys"_L1].toArray().size(), 1); // who verifies offline learns of it, too
        QVERIFY(!issue(server, "READ"_ba).isEmpty());
        QCOMPARE(server.stop(SIGTERM), 0);
        QVERIFY2(server.err().contains("accepted") && server.err().contains("admin.token"), server.err().constData());
    }
    const Ran verified = verify();
    QCOMPARE(verified.status, 0);
    QVERIFY2(verified.out.contains("/r1"), verified.out.constData());
    // A start that is killed before it has written the new name's key leaves this; a key kept elsewhere shows the name.
    QVERIFY(copy(m_data + "/ledger.vkey"_L1, m_saved + ".newvkey"_L1));
    QVERIFY(copy(m_saved + ".vkey"_L1, m_data + "/ledger.vkey"_L1));
    QCOMPARE(verify().status, 0);
    QCOMPARE(verify({u"--vkey"_s, m_saved + ".vkey"_L1}).status, 1);
    QVERIFY(copy(m_saved + ".newvkey"_L1, m_data + "/ledger.vkey"_L1));
    // A checkpoint of before still counts; one of the history that was given up does not.
    QCOMPARE(verify({u"--checkpoint"_s, m_saved + ".checkpoint"_L1}).status, 0);
    const Ran fork = verify({u"--checkpoint"_s, m_saved + ".lost"_L1});
    QCOMPARE(fork.status, 1);
    QVERIFY2(fork.out.contains("given up") && fork.out.contains("forked"), fork.out.constData());
    QCOMPARE(
        run("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s, u"--accept-rollback"_s}).status, 1);
    RunningServer next(m_data);
    QCOMPARE(next.ask("GET"_ba, "/v1/tenants"_ba, adminToken()).status, 200);
    QCOMPARE(next.stop(SIGTERM), 0);
}

// Its dialog waits to be closed; a signal closes it.
void TestAcceptRollback::theConsoleSaysSoAndEnds()
{
    rollBack();
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    environment.insert(u"XDG_CONFIG_HOME"_s, m_folder->path());
    QProcess console;
    console.setProcessEnvironment(environment);
    console.start(programPath("tenant-console"), {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
    console.setReadChannel(QProcess::StandardError);
    QByteArray err;
    while (!err.contains('\n') && console.waitForReadyRead(10'000))
        err += console.readAllStandardError();
    err += console.readAllStandardError();
    QVERIFY2(err.contains("rolled back") && err.contains("--accept-rollback"), err.constData());
    // It may be on its way to the dialog.
    QTRY_VERIFY(console.state() == QProcess::NotRunning || (console.terminate(), console.waitForFinished(200)));
    QCOMPARE(console.exitCode(), 1);
    QCOMPARE(verify().status, 1);
}

void TestAcceptRollback::thereMustBeOne()
{
    const QStringList arguments{u"--data-dir"_s, m_data, u"--port"_s, u"0"_s, u"--accept-rollback"_s};
    const Ran first = run("service-vm-tenant", arguments);
    QCOMPARE(first.status, 1);
    QVERIFY2(first.complainsInOneLine() && first.err.contains("no rollback"), first.err.constData());
    QVERIFY(!QFile::exists(m_data));
    {
        RunningServer once(m_data);
        QCOMPARE(once.stop(SIGTERM), 0);
    }
    const QByteArray token = adminToken();
    const Ran again = run("service-vm-tenant", arguments);
    QCOMPARE(again.status, 1);
    QVERIFY2(again.complainsInOneLine() && again.err.contains("no rollback"), again.err.constData());
    QCOMPARE(adminToken(), token);
}

QTEST_GUILESS_MAIN(TestAcceptRollback)
#include "tst_acceptrollback.moc"
