// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Data directories as each released schema left them (tests/fixtures), opened by the programs of today.

#include "service/store/schema.h"
#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qdiriterator.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <sys/mount.h>
#include <sys/stat.h>

using namespace Qt::StringLiterals;

class TestMigration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_data = m_folder->filePath(u"data"_s);
    }

    void eachReleasedSchemaOpens_data()
    {
        QTest::addColumn<int>("schema");
        const QStringList released =
            QDir(QStringLiteral(HOUSE_FIXTURES)).entryList({u"schema-*"_s}, QDir::Dirs, QDir::Name);
        QVERIFY(!released.isEmpty());
        for (const QString &name : released)
            QTest::newRow(qPrintable(name)) << name.section(u'-', 1).toInt();
    }

    void eachReleasedSchemaOpens()
    {
        QFETCH(int, schema);
        layOut(schema);
        const QByteArrayList before = entries();
        QCOMPARE(before.size(), 23);
        RunningServer server(m_data);
        QVERIFY2(server.port() != 0, server.err().constData());
        const QByteArray token = run("service-vm-tenant", {u"admin-token"_s, u"--data-dir"_s, m_data}).out.trimmed();
        const auto record = QJsonDocument::fromJson(server.ask("GET"_ba, "/v1/tenants/acme-corp"_ba, token).body);
        QCOMPARE(record["usage"_L1]["vms"_L1].toInt(), 4);
        QCOMPARE(record["labels"_L1]["city"_L1].toString(), u"Bern"_s);
        const auto other = QJsonDocument::fromJson(server.ask("GET"_ba, "/v1/tenants/globex"_ba, token).body);
        QCOMPARE(other["state"_L1].toString(), u"suspended"_s);
        QVERIFY(other["over_quota"_L1].toBool());
        QCOMPARE(server.ask("POST"_ba, "/v1/vms"_ba, token, R"({"tenant_id":"acme-corp"})"_ba).status, 201);
        QCOMPARE(server.stop(SIGTERM), 0);

        // The same ledger, gone on with, and the tables as today's programs make them.
        const Ran read = run("service-fs", {u"read"_s, u"--data-dir"_s, m_data, u"--limit"_s, u"23"_s});
        QCOMPARE(read.lines(), before);
        const Ran verified = run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, m_data});
        QVERIFY2(verified.status == 0, (verified.out + verified.err).constData());

        // What was before is kept, whole and by itself.
        const QString kept = store::beforeMigration(m_data + "/tenants.db"_L1, store::schemaVersion());
        QCOMPARE(QFileInfo::exists(kept), schema < store::schemaVersion());
        if (schema < store::schemaVersion()) {
            QCOMPARE(ask(kept, u"PRAGMA user_version"_s), QByteArray::number(schema));
            QCOMPARE(ask(kept, u"PRAGMA integrity_check"_s), "ok"_ba);
            QCOMPARE(ask(kept, u"SELECT count(*) FROM ledger_entry"_s), "23"_ba);
            QCOMPARE(QFileInfo(kept).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
            QVERIFY(!QFileInfo::exists(kept + ".new"_L1));
        }
    }

    // A start that was cut short behind the copy must not take the newer state for the older one.
    void theOldestCopyIsKept()
    {
        layOut(3);
        const QString kept = store::beforeMigration(m_data + "/tenants.db"_L1, store::schemaVersion());
        QVERIFY(QFile::copy(m_data + "/tenants.db"_L1, kept));
        QCOMPARE(ask(kept, u"PRAGMA user_version = 2"_s), QByteArray());
        RunningServer server(m_data);
        QVERIFY2(server.port() != 0, server.err().constData());
        QCOMPARE(ask(kept, u"PRAGMA user_version"_s), "2"_ba);
    }

    void withoutRoomForTheCopyNothingIsChanged()
    {
        m_data = m_folder->filePath(u"disk"_s);
        QVERIFY(QDir().mkdir(m_data, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        const QByteArray native = QFile::encodeName(m_data);
        if (::mount("none", native.constData(), "tmpfs", 0, "size=320k,mode=0700") != 0)
            QSKIP("this process may not mount a disk");
        layOut(3);
        const Ran ran = run("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
        const QByteArray version = ask(m_data + "/tenants.db"_L1, u"PRAGMA user_version"_s);
        const bool isCopied =
            QFileInfo::exists(store::beforeMigration(m_data + "/tenants.db"_L1, store::schemaVersion()));
        ::umount2(native.constData(), MNT_DETACH);
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains("the disk is full"), ran.err.constData());
        QCOMPARE(version, "3"_ba);
        QVERIFY(!isCopied);
    }

    void aNewerSchemaIsRefused()
    {
        layOut(3);
        QCOMPARE(ask(m_data + "/tenants.db"_L1, u"PRAGMA user_version = 900"_s), QByteArray());
        for (const char *program : {"service-vm-tenant", "service-fs"}) {
            const bool reads = QByteArrayView(program) == "service-fs";
            const Ran ran = run(program,
                reads ? QStringList{u"read"_s, u"--data-dir"_s, m_data}
                      : QStringList{u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
            QCOMPARE(ran.status, reads ? 2 : 1);
            QVERIFY2(ran.complainsInOneLine() && ran.err.contains("has schema 900; this program knows")
                    && ran.err.contains("Use the version that wrote it"),
                ran.err.constData());
        }
        QCOMPARE(ask(m_data + "/tenants.db"_L1, u"PRAGMA user_version"_s), "900"_ba);
    }

private:
    void layOut(int schema)
    {
        const QString from = QStringLiteral(HOUSE_FIXTURES "/schema-%1").arg(schema);
        for (const QString &folder : {QString(), u"/keys"_s, u"/audit-exports"_s})
            ::mkdir(QFile::encodeName(m_data + folder).constData(), 0700);
        QDirIterator files(from, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString file = files.next(), to = m_data + file.sliced(from.size());
            QVERIFY(QFile::copy(file, to));
            QVERIFY(QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner));
        }
    }

    QByteArrayList entries() const
    {
        return ask(m_data + "/tenants.db"_L1, u"SELECT CAST(bytes AS TEXT) FROM ledger_entry ORDER BY idx"_s)
            .split('\n');
    }

    // Through a program that is not ours.
    static QByteArray ask(const QString &database, const QString &sql)
    {
        QProcess process;
        process.start(u"sqlite3"_s, {database, sql});
        process.waitForFinished();
        return process.readAllStandardOutput().trimmed();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data;
};

QTEST_GUILESS_MAIN(TestMigration)
#include "tst_migration.moc"
