// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant quota-verify, beside a server and without one.

#include "service/store/database.h"
#include "tests/app/programs.h"

#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;

class TestQuotaVerify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        RunningServer server(data());
        const QByteArray admin = run("service-vm-tenant", {u"admin-token"_s, u"--data-dir"_s, data()}).out.trimmed();
        QCOMPARE(
            server
                .ask("POST", "/v1/tenants", admin,
                    R"({"tenant_id":"acme","display_name":"A","max_vms":5,"storage_quota_gb":99,"api_rate_limit_rpm":60})")
                .status,
            201);
        QCOMPARE(server.ask("POST", "/v1/vms", admin, R"({"tenant_id":"acme","count":3})").status, 201);
        QCOMPARE(server.stop(SIGTERM), 0);
    }

    void usageIsVerified_data()
    {
        QTest::addColumn<bool>("beside");
        QTest::newRow("beside a server") << true;
        QTest::newRow("without a server") << false;
    }

    void usageIsVerified()
    {
        QFETCH(const bool, beside);
        std::unique_ptr<RunningServer> server;
        if (beside)
            server = std::make_unique<RunningServer>(data());
        const Ran ran = verify();
        QCOMPARE(ran.err, QByteArray());
        QCOMPARE(ran.out, "verified: 1 tenants, 3 VMs; usage is what a recount says\n");
        QCOMPARE(ran.status, 0);
        QCOMPARE(entries("QUOTA_VERIFIED"), 1);
    }

    void driftIsNamed()
    {
        {
            const auto database = store::Database::open(data() + u"/tenants.db"_s, store::Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY((*database)->execute(u"UPDATE tenant SET used_vms = 4"_s));
        }
        const Ran ran = verify();
        QCOMPARE(ran.status, 1);
        QCOMPARE(ran.out,
            "refused: 1 of 1 tenants differ from a recount\nacme: stored 4 VMs and 30 GB, counted 3 VMs and 30 GB\n");
        QVERIFY(!ran.err.isEmpty());
        QCOMPARE(entries("QUOTA_FAILED"), 1);
    }

    void refusesWhatDoesNotGoWithIt()
    {
        QCOMPARE(run("service-vm-tenant", {u"quota-verify"_s, u"--data-dir"_s, m_dir->filePath(u"none"_s)}).status, 1);
        QCOMPARE(run("service-vm-tenant", {u"quota-verify"_s, u"--port"_s, u"1"_s}).status, 2);
        QCOMPARE(run("service-vm-tenant", {u"--retention-days"_s, u"x"_s, u"--data-dir"_s, data()}).status, 2);
    }

private:
    QString data() const { return m_dir->filePath(u"data"_s); }
    Ran verify() const { return run("service-vm-tenant", {u"quota-verify"_s, u"--data-dir"_s, data()}); }
    qsizetype entries(const char *type) const
    {
        return run("service-fs", {u"read"_s, u"--event-type"_s, QString::fromLatin1(type), u"--data-dir"_s, data()})
            .lines()
            .size();
    }

    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestQuotaVerify)
#include "tst_quotaverify.moc"
