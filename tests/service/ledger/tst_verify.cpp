// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// How verification goes about it: what it looks at, in which order, on how many threads, beside whom.

#include "service/ledger/blockpipeline.h"
#include "tests/service/ledger/verifyhouse.h"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

using namespace Qt::StringLiterals;
using namespace ledger;

namespace {

// Remembers what it was told; finds what it was asked to find.
class Witness : public EntryFollower
{
public:
    class Share : public Part
    {
    public:
        explicit Share(Witness &witness)
            : m_witness(witness)
        {
        }
        std::optional<QString> take(const EntryView &entry) override
        {
            const std::scoped_lock lock(m_witness.m_mutex);
            m_witness.taken.insert(entry.index);
            return entry.index == m_witness.wrongAt ? std::optional(u"a row differs"_s) : std::nullopt;
        }
        bool hasOrder(const EntryView &) override { return true; }

    private:
        Witness &m_witness;
    };

    Part &addPart() override { return *m_shares.emplace_back(std::make_unique<Share>(*this)); }
    Result<void> inOrder(const EntryFields &entry) override
    {
        ordered.push_back(entry.index);
        return entry.index == contradictsAt ? Result<void>(fail(ErrorCode::Corrupt, u"it can't follow"_s))
                                            : Result<void>();
    }
    Result<bool> workAhead(store::Database &) override { return ++slices < 5; }
    Result<std::optional<Finding>> conclude(store::Database &) override
    {
        concluded = true;
        return finds;
    }

    std::set<LeafIndex> taken;
    std::vector<LeafIndex> ordered;
    std::optional<LeafIndex> wrongAt, contradictsAt;
    std::optional<Finding> finds;
    int slices = 0;
    bool concluded = false;

private:
    std::mutex m_mutex;
    std::vector<std::unique_ptr<Share>> m_shares;
};

} // namespace

class TestVerify : public QObject, protected VerifyHouse
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startCrypto(); }
    void init() { build(); }
    void cleanup() { m_fixture.reset(); }
    void cleanupTestCase() { m_runtime.reset(); }

    void aSoundLedgerIsVerified()
    {
        VerifyOptions options = this->options();
        options.older = {{u"one"_s, m_notes[610]}, {u"two"_s, m_notes[300]}, {u"now"_s, m_notes[Size]}};
        TreeSize done = 0;
        Witness witness;
        options.follower = &witness;
        options.progress = [&](TreeSize now, TreeSize total) {
            done = now;
            return total == Size;
        };
        const auto report = verify(options);
        VERIFY_RESULT(report);
        QVERIFY2(report->ok, qPrintable(report->damage));
        QCOMPARE(report->kind, Damage::None);
        QCOMPARE(report->size, Size);
        QCOMPARE(report->origin, QString::fromUtf8(TestOrigin));
        QCOMPARE(report->keyId, m_fixture->keys().front().id.toHex());
        QVERIFY(!report->firstBad);
        QCOMPARE(done, Size);
        QVERIFY(witness.concluded);
        QCOMPARE(witness.slices, 5);
        QCOMPARE(witness.ordered.size(), std::size_t(Size));
        QVERIFY(std::ranges::is_sorted(witness.ordered));
        QCOMPARE(witness.taken.size(), std::size_t(Size));
    }

    void onlyWhatIsNewIsLookedAt()
    {
        VerifyOptions options = this->options();
        options.full = false;
        for (const TreeSize verified : {0U, 255U, 256U, 300U, 512U, 700U, 9000U}) {
            options.verifiedSize = verified;
            Witness witness;
            options.follower = &witness;
            const auto report = verify(options);
            VERIFY_RESULT(report);
            QVERIFY2(report->ok, qPrintable(report->damage));
            QCOMPARE(report->checkedFrom, std::min<TreeSize>(verified, Size) / 256 * 256);
            QCOMPARE(witness.ordered.empty() ? Size : witness.ordered.front(), report->checkedFrom);
        }
        options.follower = nullptr;
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT(sql(u"UPDATE ledger_entry SET vm_id = 'x' WHERE idx = 5"_s)(*m_fixture));
        VERIFY_RESULT(m_fixture->guard());
        options.verifiedSize = 600;
        QVERIFY(verify(options)->ok);
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT(sql(u"UPDATE ledger_entry SET vm_id = 'x' WHERE idx = 599"_s)(*m_fixture));
        requireDamage(options, Damage::ColumnChanged, 599);
    }

    void aFollowersFindingIsReported()
    {
        VerifyOptions options = this->options();
        Witness early, late, last;
        early.wrongAt = 42;
        late.contradictsAt = 650;
        last.finds = Finding{Damage::StateDiffers, {}, u"a row too many"_s};
        options.follower = &early;
        requireDamage(options, Damage::StateDiffers, 42);
        QVERIFY(!early.concluded);
        options.follower = &late;
        requireDamage(options, Damage::StateDiffers, 650);
        options.follower = &last;
        requireDamage(options, Damage::StateDiffers, -1);
        QCOMPARE(verify(options)->damage, u"a row too many"_s);
    }

    // Of two damages the one with the lower index, whatever finds it.
    void theFirstOfTwoDamagesIsNamed()
    {
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT(sql(u"UPDATE ledger_entry SET vm_id = 'x' WHERE idx = 400"_s)(*m_fixture));
        VerifyOptions options = this->options();
        Witness before, behind;
        before.contradictsAt = 399;
        behind.contradictsAt = 400;
        options.follower = &behind;
        requireDamage(options, Damage::ColumnChanged, 400);
        options.follower = &before;
        requireDamage(options, Damage::StateDiffers, 399);
        VERIFY_RESULT(edit(399, u"n399"_s, u"m399"_s)(*m_fixture));
        requireDamage(options, Damage::EntryChanged, 399);
    }

    void manyThreadsFindWhatOneFinds_data()
    {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 3, 8})
            QTest::addRow("%d threads", threads) << threads;
    }

    void manyThreadsFindWhatOneFinds()
    {
        QFETCH(int, threads);
        VERIFY_RESULT(m_fixture->growTo(BlockSize * 4 + 300));
        VerifyOptions options = this->options();
        options.threads = threads;
        options.older = {{u"in a tile"_s, m_notes[610]}, {u"in the first"_s, m_notes[300]}};
        Witness witness;
        options.follower = &witness;
        const auto report = verify(options);
        VERIFY_RESULT(report);
        QVERIFY2(report->ok, qPrintable(report->damage));
        QCOMPARE(witness.taken.size(), std::size_t(report->size));
        QVERIFY(std::ranges::is_sorted(witness.ordered));
        QCOMPARE(witness.ordered.size(), std::size_t(report->size));
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT(sql(u"UPDATE ledger_entry SET vm_id = 'x' WHERE idx IN (5000, 7000, 8400)"_s)(*m_fixture));
        options.follower = nullptr;
        requireDamage(options, Damage::ColumnChanged, 5000);
    }

    void aVerificationCanBeStopped()
    {
        VerifyOptions options = this->options();
        options.progress = [](TreeSize, TreeSize) { return false; };
        const auto report = verify(options);
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::Unavailable);
    }

    void aWriterBesideItIsNoDamage()
    {
        std::atomic<bool> stop = false;
        std::atomic<int> verified = 0;
        QString damage;
        std::jthread verifier([&] {
            const auto database = m_fixture->reading();
            while (!stop || verified == 0) {
                const auto report = verifyTree(*database, options());
                if (!report || !report->ok) {
                    damage = report ? report->damage : report.error().detail;
                    return;
                }
                ++verified;
            }
        });
        auto mark = HighWater::open(m_mark);
        VERIFY_RESULT(mark);
        for (TreeSize size = Size + 1; size < Size + 600; size += 1 + size % 3) {
            VERIFY_RESULT(m_fixture->growTo(size));
            VERIFY_RESULT((*mark)->update(m_fixture->ledger().signedCheckpoint()));
        }
        stop = true;
        verifier.join();
        QVERIFY2(damage.isEmpty(), qPrintable(damage));
        QVERIFY(verified > 0);
    }
};

QTEST_GUILESS_MAIN(TestVerify)
#include "tst_verify.moc"
