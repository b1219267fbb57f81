// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Copies of the checkpoint in good places and bad ones.

#include "service/engine/checkpointcopies.h"
#include "service/ledger/highwater.h"
#include "tests/service/engine/enginehouse.h"

#include <QtCore/qdir.h>
#include <QtCore/qelapsedtimer.h>

#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

// For tests of what is done with a file, whatever log is in it.
const engine::MayReplace AnyMayGo = [](const QByteArray &) { return Result<void>(); };

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

// What was reported, from whatever thread.
struct Reports
{
    std::mutex mutex;
    QStringList list;

    std::function<void(const QString &)> sink()
    {
        return [this](const QString &sentence) {
            const std::scoped_lock lock(mutex);
            list.append(sentence);
        };
    }
    QStringList all()
    {
        const std::scoped_lock lock(mutex);
        return list;
    }
};

} // namespace

class TestCheckpointCopies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
        m_key.emplace(crypto::SigningKey::generate());
    }

    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void goesWhereItIsTold_data()
    {
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("file");
        QTest::newRow("a file that is not there yet") << u"copy"_s << u"copy"_s;
        QTest::newRow("a file from before") << u"old"_s << u"old"_s;
        QTest::newRow("an empty file") << u"empty"_s << u"empty"_s;
        QTest::newRow("a directory") << u"folder"_s << u"folder/checkpoint"_s;
        QTest::newRow("a link to a file") << u"link"_s << u"old"_s;
    }

    void goesWhereItIsTold()
    {
        QFETCH(const QString, place);
        QFETCH(const QString, file);
        QVERIFY(write(path(u"old"_s), note(3)) && write(path(u"empty"_s), {}));
        QVERIFY(QDir(m_dir->path()).mkdir(u"folder"_s) && QFile::link(path(u"old"_s), path(u"link"_s)));
        VERIFY_RESULT(engine::copyCheckpoint(path(place), note(7), AnyMayGo));
        QCOMPARE(contents(path(file)), note(7));
        struct stat info = {};
        QCOMPARE(::stat(QFile::encodeName(path(file)).constData(), &info), 0);
        QCOMPARE(info.st_mode & 0777, 0644u);
        QVERIFY(QFileInfo(path(u"link"_s)).isSymLink());
        QVERIFY(!QFile::exists(path(file) + ".new"_L1));
    }

    void leavesAloneWhatItMustNotReplace_data()
    {
        QTest::addColumn<QByteArray>("there");
        QTest::addColumn<bool>("replaced");
        QTest::addColumn<QString>("said");
        QTest::newRow("something else") << "my thesis\n"_ba << false << u"holds something else"_s;
        QTest::newRow("a checkpoint with more entries: the proof of a rollback")
            << note(9) << false << u"put back to an older state"_s;
        QTest::newRow("a checkpoint of as many") << note(7) << true << QString();
        QTest::newRow("one of another log with more entries")
            << note(9, "elsewhere"_ba) << false << u"another log, elsewhere with 9 entries"_s;
        QTest::newRow("one of another log with fewer")
            << note(2, "elsewhere"_ba) << false << u"another log, elsewhere with 2 entries"_s;
        QTest::newRow("one of before an accepted rollback") << note(9, "log"_ba) << true << QString();
        QTest::newRow("one of a later name, with fewer entries")
            << note(2, "log/r2"_ba) << false << u"put back to an older state"_s;
    }

    void leavesAloneWhatItMustNotReplace()
    {
        QFETCH(const QByteArray, there);
        QFETCH(const bool, replaced);
        QFETCH(const QString, said);
        QVERIFY(write(path(u"copy"_s), there));
        const auto copied = engine::copyCheckpoint(path(u"copy"_s), note(7), AnyMayGo);
        QCOMPARE(copied.has_value(), replaced);
        QCOMPARE(contents(path(u"copy"_s)), replaced ? note(7) : there);
        if (!replaced)
            QVERIFY2(copied.error().detail.contains(said), qPrintable(copied.error().detail));
    }

    // Once at the start and whenever what stands there is not what was written last.
    void whatStandsThereIsLookedAtAgainOnlyWhenItChanged()
    {
        std::atomic<int> asked = 0;
        engine::CheckpointCopies copies(
            {path(u"copy"_s)},
            [&asked](const QByteArray &) {
                ++asked;
                return Result<void>();
            },
            m_reports.sink());
        QVERIFY(write(path(u"copy"_s), note(1)));
        for (const TreeSize size : {TreeSize(2), TreeSize(3), TreeSize(4)}) {
            copies.offer(note(size));
            QTRY_COMPARE(contents(path(u"copy"_s)), note(size));
        }
        QCOMPARE(asked.load(), 1);
        QVERIFY(write(path(u"copy"_s), note(3)));
        copies.offer(note(5));
        QTRY_COMPARE(contents(path(u"copy"_s)), note(5));
        QCOMPARE(asked.load(), 2);
    }

    // Of the history that was given up it may be all that there is.
    void whatWasBeforeAnAcceptedRollbackIsKept_data()
    {
        QTest::addColumn<QByteArray>("origin");
        QTest::addColumn<TreeSize>("size");
        QTest::addColumn<QString>("kept");
        QTest::newRow("with more entries") << "log"_ba << TreeSize(9) << u"copy.9"_s;
        QTest::newRow("with fewer, of which some may be beyond the cut") << "log"_ba << TreeSize(5) << u"copy.5"_s;
        QTest::newRow("of a log that had another name before") << "log/r3"_ba << TreeSize(9) << u"copy.r3-9"_s;
    }

    void whatWasBeforeAnAcceptedRollbackIsKept()
    {
        QFETCH(const QByteArray, origin);
        QFETCH(const TreeSize, size);
        QFETCH(const QString, kept);
        const QByteArray before = note(size, origin), fresh = note(7, "log/r4"_ba);
        QVERIFY(write(path(u"copy"_s), before));
        VERIFY_RESULT(engine::copyCheckpoint(path(u"copy"_s), fresh, AnyMayGo));
        QCOMPARE(contents(path(u"copy"_s)), fresh);
        QCOMPARE(contents(path(kept)), before);
        // Once more, as after a power cut between the two files; and never over another file.
        QVERIFY(write(path(u"copy"_s), before));
        VERIFY_RESULT(engine::copyCheckpoint(path(u"copy"_s), fresh, AnyMayGo));
        QVERIFY(write(path(u"copy"_s), before) && write(path(kept), "my thesis\n"));
        const auto refused = engine::copyCheckpoint(path(u"copy"_s), fresh, AnyMayGo);
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.contains(u"has to be kept"_s), qPrintable(refused.error().detail));
        QCOMPARE(contents(path(u"copy"_s)), before);
        QCOMPARE(contents(path(kept)), "my thesis\n");
    }

    // A report waits for who reads it; a checkpoint that is offered meanwhile does not.
    void anOfferDoesNotWaitForAReport()
    {
        std::binary_semaphore told{0}, goOn{0};
        engine::CheckpointCopies copies({path(u"absent/copy"_s)}, AnyMayGo, [&](const QString &) {
            told.release();
            goOn.acquire();
        });
        copies.offer(note(1));
        told.acquire();
        copies.offer(note(2));
        QCOMPARE(copies.troubles().size(), 1);
        goOn.release();
    }

    void refusesInWords_data()
    {
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("said");
        QTest::newRow("a folder that is not there") << u"absent/copy"_s << u"No such file"_s;
        QTest::newRow("a file in a file") << u"file/copy"_s << u"Not a directory"_s;
        QTest::newRow("a FIFO that nobody reads") << u"fifo"_s << u"read by nobody"_s;
        QTest::newRow("a device that is full") << u"/dev/full"_s << u"No space left"_s;
    }

    void refusesInWords()
    {
        QFETCH(const QString, place);
        QFETCH(const QString, said);
        QVERIFY(write(path(u"file"_s), note(1)));
        QCOMPARE(::mkfifo(QFile::encodeName(path(u"fifo"_s)).constData(), 0600), 0);
        const auto copied = engine::copyCheckpoint(place.startsWith(u'/') ? place : path(place), note(7), AnyMayGo);
        QVERIFY(!copied);
        QVERIFY2(copied.error().detail.contains(said), qPrintable(copied.error().detail));
    }

    void aReaderOfAFifoGetsEachThatItTakes()
    {
        const QByteArray fifo = QFile::encodeName(path(u"fifo"_s));
        QCOMPARE(::mkfifo(fifo.constData(), 0600), 0);
        const int reader = ::open(fifo.constData(), O_RDONLY | O_NONBLOCK);
        VERIFY_RESULT(engine::copyCheckpoint(path(u"fifo"_s), note(1), AnyMayGo));
        VERIFY_RESULT(engine::copyCheckpoint(path(u"fifo"_s), note(2), AnyMayGo));
        QByteArray bytes(4096, '\0');
        bytes.truncate(::read(reader, bytes.data(), size_t(bytes.size())));
        ::close(reader);
        QCOMPARE(bytes, note(1) + note(2));
    }

    void theNewestWins()
    {
        engine::CheckpointCopies copies({path(u"copy"_s)}, AnyMayGo, m_reports.sink());
        for (TreeSize size = 1; size <= 2000; ++size)
            copies.offer(note(size));
        QTRY_COMPARE(contents(path(u"copy"_s)), note(2000));
    }

    void theLastGoesOutAtTheEnd()
    {
        {
            engine::CheckpointCopies copies({path(u"copy"_s), path(u"second"_s)}, AnyMayGo, m_reports.sink());
            for (TreeSize size = 1; size <= 5; ++size)
                copies.offer(note(size));
        }
        QCOMPARE(contents(path(u"copy"_s)), note(5));
        QCOMPARE(contents(path(u"second"_s)), note(5));
    }

    void whatFailsIsToldOnceAndOnceWhenItWorksAgain()
    {
        Reports reports;
        engine::CheckpointCopies copies({path(u"absent/copy"_s), path(u"good"_s)}, AnyMayGo, reports.sink());
        copies.offer(note(1));
        QTRY_COMPARE(reports.all().size(), 1);
        QVERIFY2(reports.all().first().contains(u"absent"_s), qPrintable(reports.all().first()));
        QCOMPARE(copies.troubles(), reports.all());
        copies.offer(note(2));
        QTRY_COMPARE(contents(path(u"good"_s)), note(2)); // the other one does not wait
        QVERIFY(QDir(m_dir->path()).mkdir(u"absent"_s));
        QTRY_COMPARE(contents(path(u"absent/copy"_s)), note(2));
        QTRY_COMPARE(reports.all().size(), 2);
        QVERIFY2(reports.all().last().contains(u"again"_s), qPrintable(reports.all().last()));
        QVERIFY(copies.troubles().isEmpty());
    }

    // As a file system that does not answer: neither a write nor the end waits for it.
    void aPlaceThatHangsDelaysNobody()
    {
        struct Hang
        {
            std::binary_semaphore entered{0}, release{0};
            std::binary_semaphore left{0};
        } hang;
        Reports reports;
        EngineHouse house;
        QElapsedTimer clock;
        {
            engine::CheckpointCopies copies({u"hanging"_s, path(u"good"_s)}, AnyMayGo, reports.sink(),
                [&hang](const QString &place, const QByteArray &note,
                    const engine::MayReplace &mayReplace) -> Result<void> {
                    if (place != "hanging"_L1)
                        return engine::copyCheckpoint(place, note, mayReplace);
                    hang.entered.release();
                    hang.release.acquire();
                    hang.left.release();
                    return {};
                });
            house.onCheckpoint = [&copies](const QByteArray &note) { copies.offer(note); };
            VERIFY_RESULT(house.start());
            VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp", 100'000, 1'000'000)));
            hang.entered.acquire();
            for (int i = 0; i < 20; ++i)
                VERIFY_RESULT(house.submitVms(house.admin(), "acme-corp").result());
            house.stop();
            clock.start();
        }
        QVERIFY2(clock.elapsed() < 3000, qPrintable(QString::number(clock.elapsed())));
        QVERIFY2(reports.all().join(u' ').contains(u"does not answer"_s), qPrintable(reports.all().join(u' ')));
        const QByteArray newest = ledger::HighWater::readNote(house.paths().highWater()).value();
        QCOMPARE(contents(path(u"good"_s)), newest);
        hang.release.release(); // its thread ends on its own
        hang.left.acquire();
    }

private:
    QString path(const QString &name) const { return m_dir->filePath(name); }
    QByteArray note(TreeSize size, const QByteArray &origin = "log/r1"_ba) const
    {
        return ledger::signCheckpoint({origin, size, crypto::sha256(QByteArray::number(qulonglong(size)))}, *m_key);
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::optional<crypto::SigningKey> m_key;
    std::unique_ptr<QTemporaryDir> m_dir;
    Reports m_reports;
};

QTEST_GUILESS_MAIN(TestCheckpointCopies)
#include "tst_checkpointcopies.moc"
