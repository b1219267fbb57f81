// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What is exported, and that nothing unchecked is.

#include "service/ledger/highwater.h"
#include "tests/service/report/reporthouse.h"

using namespace Qt::StringLiterals;

class TestExport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesExactlyTheRowsOfTheQuestion_data()
    {
        QTest::addColumn<QByteArray>("query");
        const auto row = [](const char *name, const char *query) { QTest::newRow(name) << QByteArray(query); };
        row("the whole ledger", "{}");
        row("newest first", R"({"reverse":true})");
        row("a tenant", R"({"tenant_id":"t1"})");
        row("two tenants", R"({"tenant_id":["t1","t2"]})");
        row("a tenant and an event", R"({"tenant_id":"t1","event_type":"VM_DESTROYED"})");
        row("an outcome", R"({"outcome":"denied"})");
        row("an actor, newest first, a few", R"({"actor":"actor-1","reverse":true,"limit":7})");
        row("since inclusive, until exclusive",
            R"({"since":"2026-09-21T14:15:00.000Z","until":"2026-09-21T14:20:00.000Z"})");
        row("from an index on", R"({"from":290})");
        row("a limit", R"({"limit":3})");
        row("a limit of nothing", R"({"limit":0})");
        row("the last ones", R"({"limit":3,"reverse":true})");
        row("a VM", R"({"vm_id":"vm-17"})");
        row("a request", R"({"request_id":"request-17"})");
        row("nothing there", R"({"tenant_id":"nobody"})");
    }
    void givesExactlyTheRowsOfTheQuestion()
    {
        QFETCH(QByteArray, query);
        const auto value = json::parse(query).value();
        json::ObjectReader reader(value);
        const auto filter = report::readQuery(reader);
        ReportHouse house(300);
        const QByteArrayList expected = house.entries(filter);
        const auto lines = house.make(report::Format::Jsonl, filter);
        VERIFY_RESULT(lines);
        QCOMPARE(*lines, expected.isEmpty() ? QByteArray() : expected.join('\n') + '\n');
        QCOMPARE(house.result.rows, quint64(expected.size()));
        QCOMPARE(house.result.treeSize, TreeSize(300));
        const auto table = house.make(report::Format::Csv, filter);
        VERIFY_RESULT(table);
        QCOMPARE(table->count("\r\n"), expected.size() + 1);
        for (const QByteArray &bytes : expected)
            QVERIFY(table->contains(ledger::leafHash(bytes).view().toByteArray().toHex()));
    }

    void theSameQuestionGivesTheSameBytes_data()
    {
        QTest::addColumn<int>("format");
        for (const auto format : report::Formats)
            QTest::newRow(report::formatName(format).constData()) << int(format);
    }
    void theSameQuestionGivesTheSameBytes()
    {
        QFETCH(int, format);
        ReportHouse house(40);
        ledger::EntryFilter filter;
        VERIFY_RESULT(filter.add("tenant-id=t1"));
        for (const auto &asked : {ledger::EntryFilter(), filter}) {
            const auto first = house.make(report::Format(format), asked),
                       second = house.make(report::Format(format), asked);
            VERIFY_RESULT(first);
            VERIFY_RESULT(second);
            QVERIFY(*first == *second);
            QVERIFY(!first->isEmpty());
        }
    }

    void nothingDamagedIsExported_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<bool>("excerpt");
        QTest::addColumn<QString>("named");
        const QString change = u"UPDATE ledger_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"name\":\"n%1\"', "
                               "'\"name\":\"x%1\"') AS BLOB) WHERE idx = %1"_s;
        QTest::newRow("an entry, in the whole") << change.arg(5) << false << u"first bad index 5, "_s;
        QTest::newRow("an entry, in an excerpt that holds it") << change.arg(4) << true << u"first bad index 4, "_s;
        QTest::newRow("an entry, in an excerpt that leaves it out")
            << change.arg(5) << true << u"NOT verified: first bad index 5, "_s;
        QTest::newRow("the newest entry, by whose time all is dated")
            << change.arg(299) << true << u"newest entry, 299"_s;
        QTest::newRow("an entry is missing")
            << u"DELETE FROM ledger_entry WHERE idx = 7"_s << true << u"Entry 7 was deleted"_s;
        QTest::newRow("a search column") << u"UPDATE ledger_entry SET tenant_id = 't1' WHERE idx = 5"_s << true
                                         << u"search column tenant_id of entry 5"_s;
        QTest::newRow("a search column that hides an entry")
            << u"UPDATE ledger_entry SET tenant_id = 'zz' WHERE idx = 4"_s << true
            << u"search column tenant_id of entry 4"_s;
        QTest::newRow("a tile") << u"UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE level = 0 AND n = 0"_s << true
                                << u"first bad index 0, "_s;
        QTest::newRow("the head") << u"UPDATE ledger_head SET size = 299"_s << false
                                  << u"not what its signed checkpoint"_s;
        QTest::newRow("the checkpoint") << u"UPDATE ledger_head SET checkpoint = CAST('no note' AS BLOB)"_s << false
                                        << u"checkpoint is not good"_s;
    }
    void nothingDamagedIsExported()
    {
        QFETCH(QString, sql);
        QFETCH(bool, excerpt);
        QFETCH(QString, named);
        ReportHouse house(300);
        house.tamper(sql);
        ledger::EntryFilter filter;
        if (excerpt)
            VERIFY_RESULT(filter.add("tenant-id=t1"));
        const auto request = house.request(report::Format::Jsonl, filter);
        const auto made = report::runExport(request);
        QVERIFY(!made);
        QVERIFY2(made.error().detail.contains(named), qPrintable(made.error().detail));
        QVERIFY(!QFile::exists(request.path));
        QCOMPARE(partFiles(house), QStringList());
    }

    void aRolledBackLedgerIsNotExported()
    {
        ReportHouse house(30);
        auto request = house.request(report::Format::Csv);
        request.files.highWater = house.fixture.file(u"high-water"_s);
        const auto mark = [&](TreeSize size) {
            QFile::remove(request.files.highWater);
            const ledger::Checkpoint newest{TestOrigin, size, house.result.root};
            VERIFY_RESULT(ledger::HighWater::create(
                request.files.highWater, ledger::signCheckpoint(newest, house.fixture.key())));
        };
        VERIFY_RESULT(house.make(report::Format::Csv)); // for the root
        mark(30);
        VERIFY_RESULT(report::runExport(request));
        mark(31);
        request.path += u'x';
        const auto made = report::runExport(request);
        QVERIFY(!made);
        QVERIFY2(made.error().detail.contains(u"was rolled back"_s), qPrintable(made.error().detail));
        QVERIFY(!QFile::exists(request.path));
    }

    void withoutTheKeyNothingCanBeChecked()
    {
        ReportHouse house(3);
        auto request = house.request(report::Format::Jsonl);
        request.files.vkey = house.fixture.file(u"absent"_s);
        QVERIFY(!report::runExport(request));
        house.write(u"other"_s, ledger::verifierKey(TestOrigin, testKey(9).publicKey()).text());
        request.files.vkey = house.fixture.file(u"other"_s);
        const auto foreign = report::runExport(request);
        QVERIFY(!foreign);
        QVERIFY(!QFile::exists(request.path));
    }

    void neverWritesOverWhatIsThere()
    {
        ReportHouse house(3);
        auto request = house.request(report::Format::Jsonl);
        house.write(u"mine"_s, "mine");
        for (const QString &taken : {u"mine"_s, u"link"_s, u"folder"_s}) {
            QFile::link(house.fixture.file(u"mine"_s), house.fixture.file(u"link"_s));
            QDir().mkpath(house.fixture.file(u"folder"_s));
            request.path = house.fixture.file(taken);
            const auto made = report::runExport(request);
            QVERIFY(!made);
            QVERIFY2(made.error().detail.contains(u"exists already"_s), qPrintable(made.error().detail));
        }
        request.path = house.fixture.file(u"mine"_s);
        request.replaces = true;
        VERIFY_RESULT(report::runExport(request));
        QCOMPARE(QFileInfo(request.path).permissions() & 0x7777,
            QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser);
        request.path = house.fixture.file(u"link"_s); // a link is no file, whatever it leads to
        QVERIFY(!report::runExport(request));
        request.path = house.fixture.file(u"absent/x"_s);
        QVERIFY(!report::runExport(request));
        QCOMPARE(partFiles(house), QStringList());
    }

    void stopsWhenItIsToldAndLeavesNothing()
    {
        ReportHouse house(300);
        const auto request = house.request(report::Format::Csv);
        int asked = 0;
        const auto made =
            report::runExport(request, [&](quint64 done, quint64 total) { return ++asked < 2 && done <= total; });
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::Unavailable);
        QVERIFY(!QFile::exists(request.path));
        QCOMPARE(partFiles(house), QStringList());
    }

    void asksOftenEnoughToBeStopped_data()
    {
        QTest::addColumn<int>("format");
        for (const auto format : report::Formats)
            QTest::newRow(report::formatName(format).constData()) << int(format);
    }
    void asksOftenEnoughToBeStopped()
    {
        QFETCH(const int, format);
        ReportHouse house(1000);
        const auto request = house.request(report::Format(format));
        // At the first question: before the first of the readings is through, of which blocks of 2,048 are the steps.
        quint64 at = 0, of = 0;
        const auto made = report::runExport(request, [&](quint64 done, quint64 total) {
            at = done;
            of = total;
            return false;
        });
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::Unavailable);
        const quint64 readings = request.format == report::Format::Bundle ? 6 : 3;
        QVERIFY2(at > 0 && at * readings <= of, qPrintable(u"%1 of %2"_s.arg(at).arg(of)));
        QCOMPARE(partFiles(house), QStringList());
        // To the end it never goes back, and never passes it.
        quint64 last = 0;
        int asked = 0;
        bool forward = true;
        VERIFY_RESULT(report::runExport(request, [&](quint64 done, quint64 total) {
            forward = forward && done >= last && done <= total;
            last = done;
            ++asked;
            return true;
        }));
        QVERIFY(forward);
        QVERIFY(asked > int(readings) * 2);
    }

    void countsWithoutWriting()
    {
        ReportHouse house(30);
        auto request = house.request(report::Format::Csv);
        request.path.clear();
        const auto made = report::runExport(request);
        VERIFY_RESULT(made);
        QCOMPARE(made->rows, quint64(30));
        QCOMPARE(made->reportId, report::reportId(made->root, {}));
    }

private:
    static QStringList partFiles(const ReportHouse &house)
    {
        return QDir(QFileInfo(house.fixture.path()).path()).entryList({u"*.part"_s}, QDir::Files | QDir::Hidden);
    }
};

QTEST_MAIN(TestExport)
#include "tst_export.moc"
