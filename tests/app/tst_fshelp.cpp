// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The help of service-fs, held against the table it is made from.
#include "app/fshelp.h"
#include "app/fsprogress.h"
#include "tests/app/programs.h"

using namespace Qt::StringLiterals;

class TestFsHelp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theListNamesEveryCommand();
    void eachCommandTeaches_data();
    void eachCommandTeaches();
    void examplesAreCommandsThatThereAre();
    void whatItCannotExplain();
    void progressInOneLine_data();
    void progressInOneLine();
};

void TestFsHelp::theListNamesEveryCommand()
{
    const Ran help = run("service-fs", {u"--help"_s});
    QCOMPARE(help.status, 0);
    QCOMPARE(help.err, "");
    QCOMPARE(run("service-fs", {u"help"_s}).out, help.out);
    QCOMPARE(run("service-fs", {u"-h"_s}).out, help.out);
    for (const app::FsCommand &command : app::fsCommands())
        QVERIFY(help.out.contains("\n  " + app::fsSynopsis(command).toUtf8()));
    QVERIFY(help.out.contains("Exit status: 0"));
}

void TestFsHelp::eachCommandTeaches_data()
{
    QTest::addColumn<QString>("name");
    for (const app::FsCommand &command : app::fsCommands())
        QTest::newRow(command.name) << QString::fromLatin1(command.name);
}

void TestFsHelp::eachCommandTeaches()
{
    QFETCH(QString, name);
    const app::FsCommand *command = app::findFsCommand(name);
    QVERIFY(command);
    const Ran help = run("service-fs", {u"help"_s, name});
    QCOMPARE(help.status, 0);
    QCOMPARE(run("service-fs", {name, u"--help"_s}).out, help.out);
    QCOMPARE(run("service-fs", {u"--help"_s, name}).out, help.out);
    QVERIFY(help.out.startsWith("Usage: service-fs " + app::fsSynopsis(*command).toUtf8()));
    for (const app::FsOption &option : command->options)
        QVERIFY2(help.out.contains("\n  --"_ba + option.name), option.name);
    QVERIFY(command->examples.size() >= 2);
    for (const app::FsExample &example : command->examples)
        QVERIFY(help.out.contains("\n  service-fs "_ba + example.command + '\n'));
    // What is meant to be pasted is in one line; all else fits a terminal.
    for (const QByteArray &line : help.lines())
        QVERIFY2(line.size() <= 80 || line.startsWith("  service-fs "), line.constData());
}

void TestFsHelp::examplesAreCommandsThatThereAre()
{
    for (const app::FsCommand &command : app::fsCommands()) {
        for (const app::FsExample &example : command.examples) {
            const app::FsCommand *used =
                app::findFsCommand(QString::fromLatin1(QByteArray(example.command).split(' ')[0]));
            QVERIFY2(used, example.command);
            for (const QByteArray &word : QByteArray(example.command).split(' ')) {
                if (word.startsWith("--"))
                    QVERIFY2(std::ranges::any_of(used->options,
                                 [&](const app::FsOption &option) { return word == "--"_ba + option.name; }),
                        example.command);
            }
        }
    }
}

void TestFsHelp::whatItCannotExplain()
{
    for (const QStringList &arguments : {QStringList{u"help"_s, u"nonsense"_s}, {u"help"_s, u"read"_s, u"verify"_s}}) {
        const Ran ran = run("service-fs", arguments);
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    }
}

void TestFsHelp::progressInOneLine_data()
{
    QTest::addColumn<quint64>("done");
    QTest::addColumn<quint64>("total");
    QTest::addColumn<double>("seconds");
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("at the beginning") << quint64(0) << quint64(10) << 1.0
                                      << "[........................]   0 %  0 of 10 entries"_ba;
    QTest::newRow("half way") << quint64(500) << quint64(1000) << 2.0
                              << "[############............]  50 %  500 of 1000 entries, 250/s, 2 s left"_ba;
    QTest::newRow("at the end") << quint64(1000) << quint64(1000) << 4.0
                                << "[########################] 100 %  1000 of 1000 entries, 250/s, 0 s left"_ba;
    QTest::newRow("of nothing") << quint64(0) << quint64(0) << 0.0
                                << "[########################] 100 %  0 of 0 entries"_ba;
}

void TestFsHelp::progressInOneLine()
{
    QFETCH(quint64, done);
    QFETCH(quint64, total);
    QFETCH(double, seconds);
    QFETCH(QByteArray, line);
    QCOMPARE(app::FsProgress::line(done, total, std::chrono::duration<double>(seconds)), line);
}

QTEST_GUILESS_MAIN(TestFsHelp)
#include "tst_fshelp.moc"
