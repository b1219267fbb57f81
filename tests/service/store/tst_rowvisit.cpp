// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/rowvisit.h"

#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using store::Cell;
using store::Database;
using store::RowVisit;

class TestRowVisit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        auto database = Database::open(m_dir->filePath(u"t.db"_s), Database::Mode::Create);
        QVERIFY(database);
        m_database = std::move(*database);
        QVERIFY(m_database->execute(u"CREATE TABLE t (id INTEGER PRIMARY KEY, value ANY) STRICT"_s));
        for (const char16_t *value : {u"7", u"'text'", u"x'0001ff'", u"NULL", u"''", u"1.5"})
            QVERIFY(m_database->execute(u"INSERT INTO t (value) VALUES (%1)"_s.arg(QStringView(value))));
    }

    void cleanup() { m_database.reset(); }

    void eachRowIsGivenInItsOrder()
    {
        std::vector<Cell> cells;
        std::vector<QByteArray> texts;
        const RowVisit visit(*m_database, [&](std::span<const Cell> row) {
            cells.push_back(row[1]);
            texts.push_back(row[1].bytes.toByteArray());
            return row.size() == 2 && row[0].integer == qint64(cells.size());
        });
        QVERIFY(readAll());
        QCOMPARE(cells.size(), 6U);
        QCOMPARE(cells[0].integer, 7);
        QCOMPARE(texts[1], "text"_ba);
        QCOMPARE(texts[2], QByteArray("\0\1\xff", 3));
        QVERIFY(cells[3].isNull && texts[3].isEmpty());
        QVERIFY(!cells[4].isNull && texts[4].isEmpty());
        QVERIFY(!cells[5].isNull && texts[5].isEmpty() && cells[5].integer == 0);
    }

    void falseEndsIt()
    {
        int rows = 0;
        const RowVisit visit(*m_database, [&](std::span<const Cell>) { return ++rows < 3; });
        QVERIFY(readAll());
        QCOMPARE(rows, 3);
    }

    void withoutAVisitorTheStatementFails()
    {
        const auto read = readAll();
        QVERIFY(!read);
        QVERIFY2(read.error().detail.contains(u"out of turn"_s), qPrintable(read.error().detail));
    }

    void noViewOfAFileCanCallIt()
    {
        QVERIFY(m_database->execute(u"CREATE VIEW v AS SELECT visited(id) AS seen FROM t"_s));
        const RowVisit visit(*m_database, [](std::span<const Cell>) { return true; });
        QVERIFY(!m_database->statement(u"SELECT seen FROM v"_s));
    }

private:
    Result<void> readAll()
    {
        ASSIGN_OR_RETURN(auto all, m_database->prepared("SELECT 1 FROM t WHERE NOT visited(id, value) ORDER BY id"));
        TRY(all.run());
        return all.finish();
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Database> m_database;
};

QTEST_GUILESS_MAIN(TestRowVisit)
#include "tst_rowvisit.moc"
