// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/schema.h"
#include "service/store/statement.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qtemporarydir.h>
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
        QTest::newRow("a full tile replaced")
            << u"INSERT OR REPLACE INTO ledger_tile VALUES (0, 0, randomblob(8192))"_s;
        QTest::newRow("a partial tile replaced by a shorter one")
            << u"INSERT OR REPLACE INTO ledger_tile VALUES (1, 0, zeroblob(32))"_s;
        QTest::newRow("a partial tile replaced by one of its length")
            << u"REPLACE INTO ledger_tile VALUES (1, 0, randomblob(64))"_s;
        QTest::newRow("a partial tile replaced by one that does not begin with it")
            << u"INSERT OR REPLACE INTO ledger_tile VALUES (1, 0, randomblob(96))"_s;
        QTest::newRow("the head replaced") << u"INSERT OR REPLACE INTO ledger_head VALUES (1, 9, x'01', x'01', 9)"_s;
        QTest::newRow("the head replaced by a smaller one")
            << u"REPLACE INTO ledger_head VALUES (1, 0, x'01', x'01', 0)"_s;
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
        QVERIFY(database->execute(u"INSERT INTO ledger_tile VALUES (1, 0, zeroblob(64))"_s));
        QVERIFY(database->execute(u"INSERT INTO ledger_head VALUES (1, 1, x'00', x'00', 0)"_s));
        QVERIFY(!database->execute(sql));
    }

    // As the ledger writes it.
    void aTileGrows()
    {
        auto database = create();
        const QString write = u"INSERT INTO ledger_tile VALUES (1, 0, zeroblob(%1)) "
                              "ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes"_s;
        for (const int size : {32, 64, 8192})
            QVERIFY(database->execute(write.arg(size)));
        QVERIFY(!database->execute(write.arg(8192)));
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

    void valuesComeBackAsTheyWereBound()
    {
        auto database = create();
        QVERIFY(database->execute(u"CREATE TABLE t (i INTEGER, b BLOB, s TEXT, n TEXT) STRICT"_s));
        const QByteArray blob("a\0b", 3);
        const QString text = u"\u00e4 \U0001f600 \0 z"_s;
        {
            auto insert = database->prepared("INSERT INTO t VALUES (?, ?, ?, ?)");
            QVERIFY(insert->run(INT64_MIN, blob, text, nullptr));
            QVERIFY(insert->run(-1, QByteArray(), QString(), TenantId()));
            QVERIFY(insert->run(2, std::optional(blob), store::Text{"xyz"}, TenantId("acme")));
            QVERIFY(insert->run(
                std::optional<int>(), std::optional<QByteArray>(), store::Text{}, std::optional<QString>()));
            QCOMPARE(insert->changes(), 1);
        }
        auto find = database->prepared("SELECT i, b, s, n, typeof(b), typeof(s) FROM t ORDER BY rowid");
        QVERIFY(find->run());
        QVERIFY(find->isNull(0)); // no row yet
        QVERIFY(find->next());
        QCOMPARE(find->integer(0), INT64_MIN);
        QCOMPARE(find->bytes(1), blob);
        QCOMPARE(find->bytesView(1), QByteArrayView(blob));
        QCOMPARE(find->text(2), text);
        QCOMPARE(find->bytes(2), text.toUtf8());
        QVERIFY(find->isNull(3) && find->bytes(3).isEmpty() && find->text(3).isEmpty());
        QVERIFY(find->next()); // empty, but not null
        QVERIFY(!find->isNull(1) && !find->isNull(2) && find->isNull(3));
        QCOMPARE(find->text(4) + find->text(5), u"blobtext"_s);
        QVERIFY(find->next());
        QCOMPARE(find->text(1), QString::fromUtf8(blob));
        QCOMPARE(find->text(2) + find->text(3), u"xyzacme"_s);
        QVERIFY(find->next());
        QVERIFY(find->isNull(0) && find->isNull(1) && !find->isNull(2));
        QVERIFY(!find->next() && !find->next());
        QVERIFY(find->finish());
        QCOMPARE(find->integer(0), 0);
    }

    void whatAStatementBoundDiesWithItsRun()
    {
        auto database = create();
        QVERIFY(database->execute(u"CREATE TABLE t (s TEXT) STRICT"_s));
        auto insert = database->prepared("INSERT INTO t VALUES (?)");
        QVERIFY(!insert->run(QByteArray("gone soon"))); // a BLOB in a TEXT column of a strict table
        QVERIFY(insert->run(store::Text{QByteArray(100, 'x')}));
        QVERIFY(insert->execute()); // with nothing bound
        auto find = database->prepared("SELECT length(s) FROM t WHERE s = ? OR s IS NULL ORDER BY 1");
        QVERIFY(find->run(store::Text{QByteArray(100, 'x')})); // bound for as long as there are rows
        QVERIFY(find->next() && find->isNull(0) && find->next());
        QCOMPARE(find->integer(0), 100);
    }

    // A function that binds by hand and gives the statement back must not turn the failure into a null.
    void aBindingThatFailedIsNotLostOnTheWay()
    {
        auto database = create();
        auto bound = database->statement(u"SELECT 1"_s);
        QVERIFY(bound);
        bound->bind(0, 1);
        store::Statement given(std::move(*bound));
        const auto executed = given.execute();
        QVERIFY(!executed);
        QCOMPARE(executed.error().sqlite, 25);
    }

    void aFailureKeepsTheCodeAndWordsOfSQLite_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("words");
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("failure");
        QTest::newRow("a syntax error") << u"SELEC 1"_s << u"syntax error (code 1)"_s << 1 << false;
        QTest::newRow("no such table") << u"SELECT * FROM nowhere"_s << u"no such table: nowhere (code 1)"_s << 1
                                       << false;
        QTest::newRow("a constraint") << u"INSERT INTO meta VALUES ('a', NULL)"_s
                                      << u"NOT NULL constraint failed: meta.value (code 1299)"_s << 19 << false;
        QTest::newRow("a row that fails while it is read")
            << u"SELECT abs(-9223372036854775807 - v) FROM (SELECT 0 AS v UNION ALL SELECT 1)"_s
            << u"integer overflow (code 1)"_s << 1 << false;
        QTest::newRow("two statements") << u"SELECT 1; SELECT 2"_s << u"not one SQL statement"_s << 0 << true;
        QTest::newRow("no statement") << u" -- nothing"_s << u"not one SQL statement"_s << 0 << true;
        QTest::newRow("a parameter that the text does not have") << u"SELECT 1"_s << u"(code 25)"_s << 25 << false;
    }

    void aFailureKeepsTheCodeAndWordsOfSQLite()
    {
        QFETCH(QString, sql);
        QFETCH(QString, words);
        QFETCH(int, code);
        QFETCH(bool, failure);
        auto database = create();
        const auto outcome = [&]() -> Result<void> {
            ASSIGN_OR_RETURN(auto statement, database->statement(sql));
            if (code == 25)
                statement.bind(0, 1);
            TRY(statement.execute());
            while (statement.next()) { }
            return statement.finish();
        }();
        QVERIFY(!outcome);
        QVERIFY2(outcome.error().detail.contains(words), qPrintable(outcome.error().detail));
        QCOMPARE(outcome.error().sqlite, code);
        QCOMPARE(store::isFailure(outcome.error()), failure);
        QVERIFY(database->execute(u"SELECT 1"_s)); // it goes on
    }

    void aStatementLeavesNoLock()
    {
        auto database = create();
        QVERIFY(database->execute(u"INSERT INTO meta VALUES ('a', 'b'), ('c', 'd')"_s));
        {
            auto find = database->prepared("SELECT key FROM meta");
            QVERIFY(find->run());
            QVERIFY(find->next()); // left half read
        }
        auto reader = Database::open(m_path, Database::Mode::ReadOnly);
        QVERIFY(reader);
        QVERIFY(database->execute(u"PRAGMA wal_checkpoint(TRUNCATE)"_s));
        QCOMPARE(QFileInfo(m_path + u"-wal"_s).size(), 0);
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
