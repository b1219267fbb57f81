// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The real server loses its power under load: of what no sync had put on the disk nothing is left, or any of its
// sectors. What was acknowledged is there all the same. HOUSE_CRASH_ROUNDS asks for more rounds than four.

#include "tests/app/crashload.h"
#include "tests/app/programs.h"
#include "tests/faults/faultydisk.h"

#include <QtCore/qrandom.h>

using namespace Qt::StringLiterals;

class TestPowerLoss : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasAcknowledgedSurvivesAPowerCut_data()
    {
        QTest::addColumn<Unsynced>("unsynced");
        QTest::newRow("of what was not synced nothing is left") << Unsynced::Lost;
        QTest::newRow("of what was not synced any sector may be left") << Unsynced::Torn;
    }

    void whatWasAcknowledgedSurvivesAPowerCut()
    {
        QFETCH(Unsynced, unsynced);
        const int rounds = std::max(qEnvironmentVariableIntValue("HOUSE_CRASH_ROUNDS"), 2);
        FaultyDisk disk;
        auto server = std::make_unique<RunningServer>(disk.data(), QStringList(), disk.powered());
        QVERIFY2(server->port() != 0, server->err().constData());
        CrashLoad load(disk.data());
        QVERIFY(load.settle(server->port()));
        for (int round = 0; round < rounds; ++round) {
            if (round % 2)
                load.registerMany(server->port(), 1000); // a long log, and soon pages on their way to the database
            load.runUntilGone(server->port(), QRandomGenerator::global()->bounded(20, 200),
                [&] { QCOMPARE(server->stop(SIGKILL), -1); });
            disk.cutPower(unsynced);
            QCOMPARE(verify(disk), QByteArray());
            server = std::make_unique<RunningServer>(disk.data(), QStringList(), disk.powered());
            QVERIFY2(server->port() != 0, server->err().constData());
            const QStringList problems = load.problems(server->port());
            QVERIFY2(problems.isEmpty(), qPrintable(problems.join(u'\n')));
        }
        QCOMPARE(server->stop(SIGTERM), 0);
        QCOMPARE(verify(disk), QByteArray());
    }

    // No program can keep its word on such a disk. It shows that the tests above would see a loss; and where the mark
    // is on the disk, the loss is told at the next start instead of being passed over.
    void aDiskThatLiesIsFoundOut_data()
    {
        QTest::addColumn<uint>("files");
        QTest::newRow("about everything: changes are missing") << uint(faults::Everything);
        QTest::newRow("about all but the mark: the start refuses") << uint(faults::Log | faults::Database);
    }

    void aDiskThatLiesIsFoundOut()
    {
        QFETCH(uint, files);
        FaultyDisk disk;
        auto server = std::make_unique<RunningServer>(disk.data(), QStringList(), disk.powered());
        CrashLoad load(disk.data());
        QVERIFY(load.settle(server->port()));
        disk.spoil(faults::Fault::LyingSync, files);
        load.run(server->port(), 60);
        const bool tellsOfMark = !(files & faults::Mark);
        const auto marks = [&] { return disk.events().count("sync mark 0"); };
        const auto before = marks();
        if (tellsOfMark)
            QTRY_VERIFY(marks() > before); // once a second
        QCOMPARE(server->stop(SIGKILL), -1);
        disk.cutPower(Unsynced::Lost);
        server = std::make_unique<RunningServer>(disk.data());
        if (tellsOfMark) {
            QCOMPARE(server->port(), 0);
            QVERIFY2(server->err().contains("--accept-rollback"), server->err().constData());
        } else {
            QVERIFY2(server->port() != 0, server->err().constData());
            QVERIFY(!load.problems(server->port()).isEmpty());
        }
    }

private:
    // What is wrong, or nothing.
    static QByteArray verify(const FaultyDisk &disk)
    {
        const Ran ran = run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, disk.data()});
        return ran.status == 0 ? QByteArray() : ran.out + ran.err;
    }
};

QTEST_GUILESS_MAIN(TestPowerLoss)
#include "tst_powerloss.moc"
