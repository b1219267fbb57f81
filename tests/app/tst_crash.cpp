// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The real server, killed in the middle of its work, over and over: what it acknowledged is there with its entry, what
// it refused is not, the usage is what a recount gives, the ledger verifies and replays, and has grown out of every
// checkpoint that anybody got. Five rounds; HOUSE_CRASH_ROUNDS asks for more.

#include "tests/app/crashload.h"
#include "tests/app/programs.h"

#include <QtCore/qfile.h>
#include <QtCore/qrandom.h>

using namespace Qt::StringLiterals;

class TestCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasAcknowledgedSurvivesBeingKilled()
    {
        const int rounds = std::max(qEnvironmentVariableIntValue("HOUSE_CRASH_ROUNDS"), 5);
        const QString data = m_folder.filePath(u"data"_s);
        auto server = std::make_unique<RunningServer>(data);
        QVERIFY(server->port() != 0);
        CrashLoad load(data);
        QVERIFY(load.settle(server->port()));
        for (int round = 0; round < rounds; ++round) {
            const qsizetype before = load.acknowledged();
            // After a random number of answers, so that every round has some, in whatever the server is doing then.
            load.runUntilGone(server->port(), QRandomGenerator::global()->bounded(20, 300),
                [&] { QCOMPARE(server->stop(SIGKILL), -1); });
            QVERIFY(load.acknowledged() > before);
            // Alternately as the killed process left it, and beside the next one.
            if (round % 2)
                verifies(data, load);
            server = std::make_unique<RunningServer>(data);
            QVERIFY2(server->port() != 0, server->err().constData());
            const QStringList problems = load.problems(server->port());
            QVERIFY2(problems.isEmpty(), qPrintable(problems.join(u'\n')));
            if (round % 2 == 0)
                verifies(data, load);
        }
        QVERIFY(load.refused() > 0);
        QCOMPARE(server->stop(SIGTERM), 0);
        verifies(data, load);
        qInfo() << rounds << "rounds," << load.acknowledged() << "changes acknowledged," << load.refused() << "refused";
    }

private:
    // The newest checkpoints that clients got, and some from long ago.
    void verifies(const QString &data, const CrashLoad &load)
    {
        constexpr qsizetype most = 10;
        QStringList arguments{u"verify"_s, u"--full"_s, u"--data-dir"_s, data};
        const qsizetype count = load.checkpoints().size();
        for (qsizetype i = 0; i < std::min(count, most); ++i) {
            const qsizetype which = i < most / 2 ? count - 1 - i : QRandomGenerator::global()->bounded(int(count));
            QFile file(m_folder.filePath(u"checkpoint-%1"_s.arg(i)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(load.checkpoints()[which]);
            arguments << u"--checkpoint"_s << file.fileName();
        }
        const Ran ran = run("service-fs", arguments);
        QVERIFY2(ran.status == 0, (ran.out + ran.err).constData());
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCrash)
#include "tst_crash.moc"
