// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/schema.h"
#include "service/store/statement.h"

#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtSql/qsqlerror.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using store::Database;

class TestDatabase : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_path = m_dir->filePath(u"t.db"_s);
    }

    void createRefusesAnExistingFile()
    {
        QVERIFY(Database::open(m_path, Database::Mode::Create));
        const auto again = Database::open(m_path, Database::Mode::Create);
        QVERIFY(!again);
        QCOMPARE(again.error().code, ErrorCode::Storage);
    }

    void openNeverCreates()
    {
        QVERIFY(!Database::open(m_path, Database::Mode::ReadWrite));
        QVERIFY(!Database::open(m_path, Database::Mode::ReadOnly));
        QVERIFY(!QFile::exists(m_path));
    }

    void migrateTwiceIsOnce()
    {
        auto database = create();
        QVERIFY(store::migrate(*database));
        QVERIFY(store::checkSchema(*database));
    }

    void refusesOtherFiles_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("said");
        QTest::newRow("a database of another program") << u"CREATE TABLE t (a)"_s << u"another program"_s;
        QTest::newRow("a schema newer than this program") << u"PRAGMA user_version = 999"_s << u"schema 999"_s;
    }

    void refusesOtherFiles()
    {
        QFETCH(QString, sql);
        QFETCH(QString, said);
        auto database = Database::open(m_path, Database::Mode::Create);
        QVERIFY(database);
        if (sql.startsWith("PRAGMA"_L1))
            QVERIFY(store::migrate(**database));
        QVERIFY((*database)->execute(sql));
        const auto result = store::migrate(**database);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Refused);
        QVERIFY2(result.error().detail.contains(said), qPrintable(result.error().detail));
    }

    void refusesAFileThatIsNoDatabase()
    {
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(8192, 'x'));
        file.close();
        const auto database = Database::open(m_path, Database::Mode::ReadWrite);
        QVERIFY(!database);
        QCOMPARE(database.error().code, ErrorCode::Corrupt);
    }

    void ledgerRowsAreNeverChanged_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("an entry updated") << u"UPDATE ledger_entry SET outcome = 'ok'"_s;
        QTest::newRow("an entry deleted") << u"DELETE FROM ledger_entry"_s;
        QTest::newRow("an entry inserted past the end")
            << u"INSERT INTO ledger_entry (idx, time, event_type, outcome, bytes) VALUES (5, 0, 'X', 'ok', x'00')"_s;
        QTest::newRow("a full tile updated") << u"UPDATE ledger_tile SET hashes = x'00'"_s;
        QTest::newRow("a tile deleted") << u"DELETE FROM ledger_tile"_s;
        QTest::newRow("the head going back") << u"UPDATE ledger_head SET size = 0"_s;
        QTest::newRow("the head deleted") << u"DELETE FROM ledger_head"_s;
    }

    void ledgerRowsAreNeverChanged()
    {
        QFETCH(QString, sql);
        auto database = create();
        QVERIFY(database->execute(
            u"INSERT INTO ledger_entry (idx, time, event_type, outcome, bytes) VALUES (0, 0, 'X', 'ok', x'00')"_s));
        QVERIFY(database->execute(u"INSERT INTO ledger_tile VALUES (0, 0, zeroblob(8192))"_s));
        QVERIFY(database->execute(u"INSERT INTO ledger_head VALUES (1, 1, x'00', x'00', 0)"_s));
        QVERIFY(!database->execute(sql));
    }

    void aTransactionLeftIsRolledBack()
    {
        auto database = create();
        {
            auto transaction = store::Transaction::begin(*database);
            QVERIFY(transaction);
            QVERIFY(database->execute(u"INSERT INTO meta VALUES ('a', 'b')"_s));
        }
        QCOMPARE(rows(*database), 0);
    }

    void aFailedCommitIsRolledBack()
    {
        auto database = create();
        database->setCommitFaults(
            {.before = [] { return Error{.code = ErrorCode::Storage, .detail = u"full"_s}; }, .after = {}});
        {
            auto transaction = store::Transaction::begin(*database);
            QVERIFY(database->execute(u"INSERT INTO meta VALUES ('a', 'b')"_s));
            QVERIFY(!transaction->commit());
        }
        QCOMPARE(rows(*database), 0);
    }

    void aReaderCanNotWrite()
    {
        auto database = create();
        auto reader = Database::open(m_path, Database::Mode::ReadOnly);
        QVERIFY(reader);
        QVERIFY(!(*reader)->execute(u"INSERT INTO meta VALUES ('a', 'b')"_s));
    }

    void aReaderSeesOneState()
    {
        auto database = create();
        auto reader = Database::open(m_path, Database::Mode::ReadOnly);
        QVERIFY((*reader)->begin());
        QCOMPARE(rows(**reader), 0);
        QVERIFY(database->execute(u"INSERT INTO meta VALUES ('a', 'b')"_s));
        QCOMPARE(rows(**reader), 0);
        (*reader)->rollback();
        QCOMPARE(rows(**reader), 1);
    }

private:
    std::unique_ptr<Database> create()
    {
        auto database = Database::open(m_path, Database::Mode::Create);
        if (!database || !store::migrate(**database))
            qFatal("no test database");
        return std::move(*database);
    }

    qint64 rows(Database &database)
    {
        auto count = database.prepared("SELECT count(*) FROM meta");
        if (!count || !count->run() || !count->next())
            return -1;
        return count->integer(0);
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestDatabase)
#include "tst_database.moc"
