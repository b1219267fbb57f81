// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Between the write of a change and its answer stands a sync that succeeded: what being killed can't show, for the
// system keeps what a killed process has written.

#include "tests/app/crashload.h"
#include "tests/app/programs.h"
#include "tests/faults/faultydisk.h"

using namespace Qt::StringLiterals;

class TestSyncOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theOrderIsJudged_data()
    {
        QTest::addColumn<QByteArrayList>("events");
        QTest::addColumn<QByteArray>("unsynced");
        const QByteArrayList good{"write log a", "sync log 0", "write mark", "answer a"};
        QTest::newRow("written, synced, answered") << good << QByteArray();
        QTest::newRow("answered before the sync")
            << QByteArrayList{"write log a", "write mark", "answer a", "sync log 0"} << "a"_ba;
        QTest::newRow("synced before the write") << QByteArrayList{"sync log 0", "write log a", "answer a"} << "a"_ba;
        QTest::newRow("answered after a sync that failed")
            << QByteArrayList{"write log a", "sync log 5", "answer a"} << "a"_ba;
        QTest::newRow("answered after a sync of another file")
            << QByteArrayList{"write log a", "sync mark 0", "answer a"} << "a"_ba;
        QTest::newRow("answered without a write") << QByteArrayList{"sync log 0", "answer a"} << "a"_ba;
        QTest::newRow("the second of one batch written after the sync")
            << QByteArrayList{"write log a", "sync log 0", "write log b", "answer a", "answer b"} << "b"_ba;
    }

    void theOrderIsJudged()
    {
        QFETCH(QByteArrayList, events);
        QFETCH(QByteArray, unsynced);
        int answers = 0;
        QCOMPARE(firstUnsyncedAnswer(events, answers), unsynced);
        QVERIFY(answers > 0);
    }

    void noAnswerBeforeItsSync()
    {
        FaultyDisk disk;
        RunningServer server(disk.data(), {}, disk.powered());
        QVERIFY2(server.port() != 0, server.err().constData());
        CrashLoad load(disk.data());
        QVERIFY(load.settle(server.port()));
        load.run(server.port(), 400);
        QCOMPARE(server.stop(SIGTERM), 0);
        int answers = 0;
        const QByteArrayList events = disk.events();
        QCOMPARE(firstUnsyncedAnswer(events, answers), QByteArray());
        // Each acknowledged VM was seen on its way out.
        QVERIFY2(answers >= load.acknowledgedVms().size() && answers > 100, qPrintable(QString::number(answers)));
        for (const QByteArray &vm : load.acknowledgedVms())
            QVERIFY(std::ranges::any_of(
                events, [&](const QByteArray &event) { return event.startsWith("answer ") && event.contains(vm); }));
        qInfo() << answers << "answers," << events.count("sync log 0") << "syncs of the log";
    }
};

QTEST_GUILESS_MAIN(TestSyncOrder)
#include "tst_syncorder.moc"
