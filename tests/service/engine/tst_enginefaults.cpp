// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The disk says no: before a commit, after it, and for real.

#include "tests/service/engine/enginehouse.h"

#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

// Files of this process may not grow past this size while it lives.
class SizeLimit
{
public:
    explicit SizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit lowered{.rlim_cur = bytes, .rlim_max = m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &lowered);
    }
    ~SizeLimit() { ::setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

// A file system of two megabytes, where this process may mount one.
class SmallDisk
{
public:
    SmallDisk()
        : m_mounted(::mount("none", QFile::encodeName(m_dir.path()).constData(), "tmpfs", 0, "size=2m,mode=0700") == 0)
    {
    }
    ~SmallDisk()
    {
        if (m_mounted)
            ::umount2(QFile::encodeName(m_dir.path()).constData(), MNT_DETACH);
    }

    bool isMounted() const { return m_mounted; }
    QString path() const { return m_dir.path(); }

    void fill()
    {
        QFile ballast(ballastPath());
        if (!ballast.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
            return;
        for (const qsizetype piece : {4096, 1}) { // to the last byte
            while (ballast.write(QByteArray(piece, 'x')) == piece) { }
        }
    }
    void makeRoom() { QFile::remove(ballastPath()); }

private:
    QString ballastPath() const { return m_dir.path() + "/ballast"_L1; }

    QTemporaryDir m_dir;
    bool m_mounted;
};

} // namespace

class TestEngineFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    void aFailedCommitIsNotAnsweredAsMade_data()
    {
        QTest::addColumn<bool>("after");
        QTest::addColumn<int>("sqlite");
        QTest::addColumn<int>("times");
        QTest::addColumn<QString>("said");
        const QString full = u"The disk is full."_s, broken = u"The disk reports errors."_s;
        QTest::newRow("full, before the commit") << false << 13 << 1 << full;
        QTest::newRow("an I/O error, before the commit") << false << 10 << 1 << broken;
        QTest::newRow("an I/O error, after the commit") << true << 10 << 1 << broken;
        QTest::newRow("three times, before the commit") << false << 10 << 3 << broken;
        QTest::newRow("three times, after the commit") << true << 10 << 3 << broken;
    }

    void aFailedCommitIsNotAnsweredAsMade()
    {
        QFETCH(const bool, after);
        QFETCH(const int, sqlite);
        QFETCH(const int, times);
        QFETCH(const QString, said);
        EngineHouse house;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("before")));
        const auto size = house.size();
        house.faults.sqlite = sqlite;

        for (int i = 0; i < times; ++i) {
            Gate gate(house); // so that two commands share the failing batch, and no probe comes between
            (after ? house.faults.after : house.faults.before) = 1;
            const QByteArray id = "lost-" + QByteArray::number(i);
            auto lost = house.submit<tenancy::Tenant>(house.admin(),
                [id](engine::Work &work) { return engine::registerTenant(work, tenantSpec(id.constData())); });
            auto innocent = house.submitVms(house.admin(), "before");
            gate.open();
            VERIFY_ERROR(lost.result(), ErrorCode::LedgerUnavailable);
            VERIFY_ERROR(innocent.result(), ErrorCode::LedgerUnavailable);
            // Nobody is told that nothing was made where it was, or where it can't be known.
            QCOMPARE(lost.result().error().detail.contains(u"may not have been made"_s), after);
            QCOMPARE(lost.result().error().detail.contains(u"was not made"_s), !after);
            QVERIFY2(lost.result().error().detail.contains(said), qPrintable(lost.result().error().detail));
            QCOMPARE(house.memory(), house.disk());
            // After the commit the entries are there, though nobody was told so.
            QCOMPARE(house.size(), size + TreeSize(after ? 2 * (i + 1) : 0));
            QCOMPARE(house.damage(), QString());
        }

        const auto next = house.registerTenant(tenantSpec("next"));
        VERIFY_RESULT(next);
        QCOMPARE(*next->index, size + TreeSize(after ? 2 * times : 0));
        QCOMPARE(house.unavailable(), QString());
        QCOMPARE(house.memory(), house.disk());
        QCOMPARE(house.damage(), QString());
        house.stop();
        VERIFY_RESULT(house.start());
        QCOMPARE(house.memory(), house.disk());
    }

    // What an answer that never came leaves behind is what a repeated request meets.
    void aRepetitionMeetsWhatWasMadeInSilence()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        house.faults.after = 1;
        VERIFY_ERROR(house.registerTenant(tenantSpec("acme-corp")), ErrorCode::LedgerUnavailable);
        VERIFY_ERROR(house.registerTenant(tenantSpec("acme-corp")), ErrorCode::TenantExists);
    }

    // As SQLite does by itself when the disk fails a statement: the savepoints are gone, and what runs next would be
    // committed statement by statement.
    void aTransactionThatEndsWithinACommandFailsTheBatch_data()
    {
        QTest::addColumn<bool>("succeeds");
        QTest::newRow("and the command does not notice") << true;
        QTest::newRow("and the command fails") << false;
    }

    void aTransactionThatEndsWithinACommandFailsTheBatch()
    {
        QFETCH(const bool, succeeds);
        EngineHouse house;
        VERIFY_RESULT(house.start());
        const auto before = house.disk();
        Gate gate(house);
        const auto submit = [&](const char *id) {
            return house.submit<tenancy::Tenant>(
                house.admin(), [id](engine::Work &work) { return engine::registerTenant(work, tenantSpec(id)); });
        };
        auto first = submit("first");
        auto ending = house.submitPlain(house.admin(), [succeeds](engine::Work &work) -> Result<void> {
            TRY(work.database().execute(u"ROLLBACK"_s));
            return succeeds ? Result<void>() : fail(ErrorCode::NoCapacity, u"at last"_s);
        });
        auto last = submit("last");
        gate.open();
        VERIFY_ERROR(first.result(), ErrorCode::LedgerUnavailable);
        VERIFY_ERROR(ending.result(), ErrorCode::LedgerUnavailable);
        VERIFY_ERROR(last.result(), ErrorCode::LedgerUnavailable);
        QCOMPARE(house.disk(), before);
        QCOMPARE(house.memory(), before);
        VERIFY_RESULT(house.registerTenant(tenantSpec("next")));
        QCOMPARE(house.damage(), QString());
    }

    void theQuotaHoldsAcrossFaults()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp", 5)));
        for (int i = 0; i < 20; ++i) {
            house.faults.before = i % 3 == 1;
            house.faults.after = i % 3 == 2;
            std::ignore = house.submitVms(house.admin(), "acme-corp").result();
        }
        house.faults.before = house.faults.after = 0;
        VERIFY_ERROR(house.submitVms(house.admin(), "acme-corp").result(), ErrorCode::QuotaExceeded);
        QCOMPARE(fleet::listVms(*house.reader(), TenantId("acme-corp"), {}, 100)->size(), 5u);
        QCOMPARE(house.damage(), QString());
    }

    void theStateSaysSoUntilAProbeSucceeds()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        house.faults.before = 1;
        VERIFY_ERROR(house.registerTenant(tenantSpec("acme-corp")), ErrorCode::LedgerUnavailable);
        QVERIFY(!house.unavailable().isEmpty());
        QVERIFY(QTest::qWaitFor([&] { return house.unavailable().isEmpty(); }, 5000));
        QCOMPARE(house.damage(), QString()); // the probe left no entry
    }

    void filesThatCanNotGrow()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp", 100'000, 1'000'000)));
        const auto reader = house.reader(); // as the door has one; it keeps the write-ahead log in place
        VERIFY_RESULT(ledger::LedgerReader(*reader).head());
        {
            const SizeLimit limit(rlim_t(QFileInfo(house.paths().database() + "-wal"_L1).size()));
            staysReadable(house, *reader);
        }
        recovers(house);
    }

    void aDiskThatIsFull()
    {
        SmallDisk disk;
        if (!disk.isMounted())
            QSKIP("no file system of our own can be mounted here");
        EngineHouse house(disk.path());
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp", 100'000, 1'000'000)));
        const auto reader = house.reader();
        VERIFY_RESULT(ledger::LedgerReader(*reader).head());
        disk.fill();
        staysReadable(house, *reader);
        QCOMPARE(house.unavailable(), u"The disk is full."_s);
        disk.makeRoom();
        recovers(house);
        house.stop();
    }

    void aFirstStartOnAFullDiskLeavesNothing()
    {
        SmallDisk disk;
        if (!disk.isMounted())
            QSKIP("no file system of our own can be mounted here");
        disk.fill();
        EngineHouse house(disk.path());
        QVERIFY(!house.start());
        QVERIFY(QDir(house.path()).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
        disk.makeRoom();
        VERIFY_RESULT(house.start());
        QCOMPARE(house.damage(), QString());
        house.stop();
    }

private:
    void staysReadable(EngineHouse &house, store::Database &reader)
    {
        const auto size = house.size();
        for (int i = 0; i < 3; ++i)
            VERIFY_ERROR(
                house.submitVms(house.admin(), "acme-corp", vmSpec(1000)).result(), ErrorCode::LedgerUnavailable);
        QVERIFY(!house.unavailable().isEmpty());
        QCOMPARE(house.size(), size);
        const auto head = ledger::LedgerReader(reader).head();
        VERIFY_RESULT(head);
        QCOMPARE(head->size, size);
        QCOMPARE(house.damage(), QString());
    }

    void recovers(EngineHouse &house)
    {
        QVERIFY(QTest::qWaitFor([&] { return house.unavailable().isEmpty(); }, 10'000));
        VERIFY_RESULT(house.submitVms(house.admin(), "acme-corp", vmSpec(100)).result());
        QCOMPARE(house.memory(), house.disk());
        QCOMPARE(house.damage(), QString());
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
};

QTEST_GUILESS_MAIN(TestEngineFaults)
#include "tst_enginefaults.moc"
