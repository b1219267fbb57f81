// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The real server on a disk that fails for a while under load, and then loses its power: nothing is acknowledged that
// is lost, nothing refused is there, and what was acknowledged before, meanwhile and afterwards is. HOUSE_ALL_FAULTS
// asks for all of them.

#include "tests/app/crashload.h"
#include "tests/app/programs.h"
#include "tests/faults/faultydisk.h"

#include <QtCore/qrandom.h>

using namespace Qt::StringLiterals;
using faults::Fault;

class TestDiskFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsForgotten_data();
    void nothingIsForgotten();

private:
    static int ready(const RunningServer &server) { return server.ask("GET"_ba, "/readyz"_ba, "x"_ba).status; }
};

void TestDiskFaults::nothingIsForgotten_data()
{
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<uint>("files");
    QTest::addColumn<int>("times"); // negative: until it is mended
    QTest::addColumn<bool>("isMended"); // else the power goes while it lasts
    const bool all = qEnvironmentVariableIsSet("HOUSE_ALL_FAULTS");
    const auto row = [](const char *name, Fault fault, uint files, int times = -1, bool isMended = true) {
        QTest::newRow(name) << fault << files << times << isMended;
    };
    row("the log has no room, and the power goes", Fault::NoSpace, faults::Log, -1, false);
    row("one write of the log fails", Fault::BadWrite, faults::Log, 1);
    row("a write of the log is cut short", Fault::ShortWrite, faults::Log, 1);
    row("one sync of the log fails", Fault::BadSync, faults::Log, 1);
    row("syncs of the log fail", Fault::BadSync, faults::Log);
    row("syncs of the log fail, and the power goes", Fault::BadSync, faults::Log, -1, false);
    row("one write of the mark is cut short", Fault::ShortWrite, faults::Mark, 1);
    if (!all)
        return;
    row("the log has no room", Fault::NoSpace, faults::Log);
    row("writes of the log fail", Fault::BadWrite, faults::Log);
    row("writes of the log are cut short, and the power goes", Fault::ShortWrite, faults::Log, -1, false);
    row("one sync of everything fails", Fault::BadSync, faults::Everything, 1);
    row("syncs of log and database fail", Fault::BadSync, faults::Log | faults::Database);
    row("nothing can be written", Fault::NoSpace, faults::Everything);
    row("every write fails, and the power goes", Fault::BadWrite, faults::Everything, -1, false);
    row("the database has no room when the log is written back", Fault::NoSpace, faults::Database);
    row("the database can't be synced when the log is written back", Fault::BadSync, faults::Database);
    row("a write of the database is cut short", Fault::ShortWrite, faults::Database, 1);
    row("the mark has no room", Fault::NoSpace, faults::Mark);
    row("the mark can't be synced", Fault::BadSync, faults::Mark);
    row("the mark can't be synced, and the power goes", Fault::BadSync, faults::Mark, -1, false);
}

void TestDiskFaults::nothingIsForgotten()
{
    QFETCH(Fault, fault);
    QFETCH(uint, files);
    QFETCH(int, times);
    QFETCH(bool, isMended);
    FaultyDisk disk;
    auto server = std::make_unique<RunningServer>(disk.data(), QStringList(), disk.powered());
    QVERIFY2(server->port() != 0, server->err().constData());
    CrashLoad load(disk.data());
    QVERIFY(load.settle(server->port()));
    load.run(server->port(), 30);
    const qsizetype before = load.acknowledged();
    QVERIFY(before > 0);

    disk.spoil(fault, files, times, files == faults::Database ? 0 : QRandomGenerator::global()->bounded(4));
    load.run(server->port(), 30);
    // The database is written to when the log has grown to some 4,000 pages.
    for (int i = 0; i < 60 && files == faults::Database && disk.struck() == 0; ++i)
        load.registerMany(server->port(), 1000);
    if (files == faults::Mark)
        QTRY_VERIFY(disk.struck() > 0); // synced once a second
    QVERIFY(disk.struck() > 0);
    load.run(server->port(), 30);
    if (isMended) {
        disk.mend();
        QTRY_COMPARE_WITH_TIMEOUT(ready(*server), 200, 10'000);
        const qsizetype meanwhile = load.acknowledged();
        load.run(server->port(), 30);
        QVERIFY(load.acknowledged() > meanwhile);
    }
    int answers = 0;
    QCOMPARE(firstUnsyncedAnswer(disk.events(), answers), QByteArray());

    QCOMPARE(server->stop(SIGKILL), -1);
    disk.cutPower(Unsynced::Lost);
    server = std::make_unique<RunningServer>(disk.data(), QStringList(), disk.powered());
    QVERIFY2(server->port() != 0, server->err().constData());
    const QStringList problems = load.problems(server->port());
    QVERIFY2(problems.isEmpty(), qPrintable(problems.join(u'\n')));
    QCOMPARE(server->stop(SIGTERM), 0);
    const Ran ran = run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, disk.data()});
    QVERIFY2(ran.status == 0, (ran.out + ran.err).constData());
}

QTEST_GUILESS_MAIN(TestDiskFaults)
#include "tst_diskfaults.moc"
