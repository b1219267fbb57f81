// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/tilestore.h"
#include "service/ledger/verify.h"
#include "tests/service/ledger/fixture.h"

#include <QtCore/qrandom.h>

using namespace Qt::StringLiterals;
using namespace ledger;

class TestLedger : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    void init() { m_fixture = std::make_unique<LedgerFixture>(); }
    void cleanup() { m_fixture.reset(); }
    void cleanupTestCase() { m_runtime.reset(); }

    void anEmptyLedgerHasASignedCheckpoint()
    {
        const auto opened = openCheckpoint(m_fixture->ledger().signedCheckpoint(), m_fixture->keys());
        VERIFY_RESULT(opened);
        QCOMPARE(opened->checkpoint, (Checkpoint{TestOrigin, 0, emptyRoot()}));
        VERIFY_RESULT(m_fixture->reopen());
        QCOMPARE(m_fixture->ledger().size(), TreeSize(0));
        requireVerified();
    }

    void numbersAreAssigned()
    {
        VERIFY_RESULT(m_fixture->growTo(60));
        std::map<QByteArray, std::uint64_t> next;
        LeafIndex index = 0;
        const auto read = forEachEntry(m_fixture->database(), 0, 60, [&](const QByteArray &bytes) {
            const auto fields = parseEntry(bytes);
            QVERIFY(fields);
            QCOMPARE(fields->index, index++);
            if (fields->tenantSeq)
                QCOMPARE(*fields->tenantSeq, next[fields->tenant.text()]++);
        });
        VERIFY_RESULT(read);
        QCOMPARE(index, LeafIndex(60));
        QCOMPARE(next.size(), 3U);
    }

    void numbersGoOnAfterReopening()
    {
        VERIFY_RESULT(m_fixture->growTo(31));
        VERIFY_RESULT(m_fixture->reopen());
        VERIFY_RESULT(m_fixture->growTo(62));
        requireVerified();
    }

    void timeNeverGoesBackwards()
    {
        VERIFY_RESULT(m_fixture->growTo(3));
        EntryDraft late = testDraft(0);
        VERIFY_RESULT(appendOne(late));
        QCOMPARE(m_fixture->ledger().lastTime(), testDraft(2).time);
        VERIFY_RESULT(m_fixture->reopen());
        VERIFY_RESULT(appendOne(late));
        QCOMPARE(m_fixture->ledger().lastTime(), testDraft(2).time);
        requireVerified();
    }

    void refusedDrafts_data()
    {
        QTest::addColumn<EntryDraft>("draft");
        QTest::addColumn<ErrorCode>("code");
        const auto row = [](const char *name, auto change, ErrorCode code = ErrorCode::InvalidField) {
            EntryDraft draft = testDraft(1);
            change(draft);
            QTest::newRow(name) << draft << code;
        };
        row("an event type in lower case", [](EntryDraft &d) { d.eventType = "vm_registered"; });
        row("no event type", [](EntryDraft &d) { d.eventType.clear(); });
        row("a tenant id that is none", [](EntryDraft &d) { d.tenant = TenantId("Acme"); });
        row("data that is a list", [](EntryDraft &d) { d.data = "[1]"; });
        row("data that is no JSON", [](EntryDraft &d) { d.data = "{vm_id}"; });
        row("data with the same name twice", [](EntryDraft &d) { d.data = "{\"a\":1,\"a\":2}"; });
        row("data on two lines", [](EntryDraft &d) { d.data = "{\"a\":1,\n\"b\":2}"; });
        row("data that is not UTF-8", [](EntryDraft &d) { d.data = "{\"a\":\"\xff\"}"; });
        row("data with more behind it", [](EntryDraft &d) { d.data = "{},\"x\":{}"; });
        row("a machine that the data does not name", [](EntryDraft &d) { d.vm = VmId("other"); });
        row("a token that the data does not name", [](EntryDraft &d) { d.token = TokenId("T"); });
        row(
            "more than 65,535 bytes",
            [](EntryDraft &d) {
                d.vm = {};
                d.data = "{\"a\":\"" + QByteArray(MaxEntrySize - 100, 'x') + "\"}";
            },
            ErrorCode::TooLarge);
    }

    void refusedDrafts()
    {
        QFETCH(EntryDraft, draft);
        QFETCH(ErrorCode, code);
        VERIFY_RESULT(m_fixture->growTo(1));
        auto transaction = store::Transaction::begin(m_fixture->database());
        VERIFY_RESULT(transaction);
        const auto index = m_fixture->ledger().append(draft);
        QVERIFY(!index);
        QCOMPARE(index.error().code, code);
        // Nothing was taken by it.
        QCOMPARE(m_fixture->ledger().append(testDraft(1)).value(), LeafIndex(1));
        VERIFY_RESULT(m_fixture->ledger().seal());
        VERIFY_RESULT(transaction->commit());
        m_fixture->ledger().committed();
        requireVerified();
    }

    void theLargestEntryFits()
    {
        EntryDraft draft{.time = TestTime, .eventType = "X", .data = "{\"a\":\"\"}"};
        const auto rest = MaxEntrySize - entryBytes(draft, 0, 0).size();
        draft.data = "{\"a\":\"" + QByteArray(rest, 'x') + "\"}";
        VERIFY_RESULT(appendOne(draft));
        requireVerified();
    }

    void sealWithoutEntriesWritesNothing()
    {
        VERIFY_RESULT(m_fixture->growTo(5));
        const QByteArray before = m_fixture->ledger().signedCheckpoint();
        auto transaction = store::Transaction::begin(m_fixture->database());
        VERIFY_RESULT(transaction);
        const auto sealed = m_fixture->ledger().seal();
        VERIFY_RESULT(sealed);
        QCOMPARE(sealed->size, TreeSize(5));
        VERIFY_RESULT(transaction->commit());
        m_fixture->ledger().committed();
        QCOMPARE(m_fixture->ledger().signedCheckpoint(), before);
    }

    void theCheckpointIsShownOnlyOnceCommitted()
    {
        const QByteArray before = m_fixture->ledger().signedCheckpoint();
        auto transaction = store::Transaction::begin(m_fixture->database());
        VERIFY_RESULT(transaction);
        VERIFY_RESULT(m_fixture->ledger().append(testDraft(0)));
        VERIFY_RESULT(m_fixture->ledger().seal());
        QCOMPARE(m_fixture->ledger().signedCheckpoint(), before);
        VERIFY_RESULT(transaction->commit());
        m_fixture->ledger().committed();
        QVERIFY(m_fixture->ledger().signedCheckpoint() != before);
    }

    void twoSealsInOneTransaction()
    {
        VERIFY_RESULT(m_fixture->growTo(250));
        auto transaction = store::Transaction::begin(m_fixture->database());
        VERIFY_RESULT(transaction);
        for (const TreeSize size : {260U, 600U, 601U}) {
            VERIFY_RESULT(appendUpTo(size));
            VERIFY_RESULT(m_fixture->ledger().seal());
        }
        VERIFY_RESULT(transaction->commit());
        m_fixture->ledger().committed();
        requireVerified();
    }

    void rollingBackATransaction()
    {
        VERIFY_RESULT(m_fixture->growTo(200));
        const QByteArray before = m_fixture->ledger().signedCheckpoint();
        {
            auto transaction = store::Transaction::begin(m_fixture->database());
            VERIFY_RESULT(transaction);
            VERIFY_RESULT(appendUpTo(900));
            VERIFY_RESULT(m_fixture->ledger().seal());
        }
        m_fixture->ledger().rolledBack();
        QCOMPARE(m_fixture->ledger().size(), TreeSize(200));
        QCOMPARE(m_fixture->ledger().signedCheckpoint(), before);
        QCOMPARE(m_fixture->ledger().lastTime(), testDraft(199).time);
        VERIFY_RESULT(m_fixture->growTo(300));
        requireVerified();
    }

    // Savepoints of all lengths, some rolled back, over the borders of tiles.
    void savepoints_data()
    {
        QTest::addColumn<quint32>("seed");
        QTest::addColumn<TreeSize>("start");
        QTest::newRow("from an empty tree") << 1U << TreeSize(0);
        QTest::newRow("from just before a full tile") << 2U << TreeSize(254);
        QTest::newRow("from a full tile") << 3U << TreeSize(512);
        QTest::newRow("from the middle of a tile") << 4U << TreeSize(700);
    }

    void savepoints()
    {
        QFETCH(quint32, seed);
        QFETCH(TreeSize, start);
        QRandomGenerator random(seed);
        auto &ledger = m_fixture->ledger();
        VERIFY_RESULT(m_fixture->growTo(start));
        for (int round = 0; round < 4; ++round) {
            auto transaction = store::Transaction::begin(m_fixture->database());
            VERIFY_RESULT(transaction);
            for (int command = 0; command < 8; ++command) {
                VERIFY_RESULT(m_fixture->database().execute(u"SAVEPOINT command"_s));
                const Ledger::Mark mark = ledger.mark();
                const TreeSize size = ledger.size();
                VERIFY_RESULT(appendUpTo(size + random.bounded(400U)));
                if (random.bounded(4) == 0)
                    VERIFY_RESULT(ledger.seal());
                if (random.bounded(2) == 0) {
                    VERIFY_RESULT(m_fixture->database().execute(u"ROLLBACK TO command"_s));
                    ledger.rollbackTo(mark);
                    QCOMPARE(ledger.size(), size);
                }
                VERIFY_RESULT(m_fixture->database().execute(u"RELEASE command"_s));
            }
            VERIFY_RESULT(ledger.seal());
            VERIFY_RESULT(transaction->commit());
            ledger.committed();
            requireVerified();
        }
        const TreeSize size = ledger.size();
        VERIFY_RESULT(m_fixture->reopen());
        QCOMPARE(m_fixture->ledger().size(), size);
    }

    // All borders of tiles of three levels, each reached after opening anew at the one before.
    void reopeningAtEveryBorder()
    {
        std::vector<Digest> leaves;
        for (const TreeSize size : {1U, 2U, 255U, 256U, 257U, 511U, 512U, 65535U, 65536U, 65537U, 70000U}) {
            const LeafIndex from = leaves.size();
            VERIFY_RESULT(m_fixture->growTo(size));
            VERIFY_RESULT(m_fixture->reopen());
            VERIFY_RESULT(forEachEntry(m_fixture->database(), from, size,
                [&](const QByteArray &bytes) { leaves.push_back(leafHash(bytes)); }));
            const auto opened = openCheckpoint(m_fixture->ledger().signedCheckpoint(), m_fixture->keys());
            VERIFY_RESULT(opened);
            QCOMPARE(opened->checkpoint, (Checkpoint{TestOrigin, size, rootOf(leaves)}));
        }
        requireVerified();
    }

    void openRefuses_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("no head") << u"DELETE FROM ledger_head"_s;
        QTest::newRow("another root") << u"UPDATE ledger_head SET root = zeroblob(32)"_s;
        QTest::newRow("a size too small") << u"UPDATE ledger_head SET size = size - 1"_s;
        QTest::newRow("a checkpoint that is none") << u"UPDATE ledger_head SET checkpoint = x'00'"_s;
        QTest::newRow("the last entry gone") << u"DELETE FROM ledger_entry WHERE idx = 299"_s;
        QTest::newRow("a late entry changed") << u"UPDATE ledger_entry SET bytes = x'00' WHERE idx = 280"_s;
        QTest::newRow("a late entry gone") << u"DELETE FROM ledger_entry WHERE idx = 280"_s;
        QTest::newRow("an entry too many")
            << u"INSERT INTO ledger_entry (idx, time, event_type, outcome, bytes) VALUES (300, 0, 'X', 'ok', x'00')"_s;
        QTest::newRow("the upper tile changed") << u"UPDATE ledger_tile SET hashes = zeroblob(32) WHERE level = 1"_s;
        QTest::newRow("the newest tile changed") << u"UPDATE ledger_tile SET hashes = zeroblob(8160) WHERE n = 1"_s;
        QTest::newRow("the upper tile gone") << u"DELETE FROM ledger_tile WHERE level = 1"_s;
    }

    void openRefuses()
    {
        QFETCH(QString, sql);
        VERIFY_RESULT(m_fixture->growTo(300));
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT(m_fixture->database().execute(sql));
        const auto opened = m_fixture->reopen();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::Corrupt);
    }

    void openRefusesAnotherKeyAndAnotherOrigin()
    {
        VERIFY_RESULT(m_fixture->growTo(3));
        const auto other = testKey(1);
        QVERIFY(!Ledger::open(m_fixture->database(), other, TestOrigin));
        QVERIFY(!Ledger::open(m_fixture->database(), m_fixture->key(), TestOrigin + "/r1"));
    }

    void aNewKeySignsFromTheNextSealOn()
    {
        VERIFY_RESULT(m_fixture->growTo(3));
        const auto next = testKey(9);
        m_fixture->ledger().signAs(next, TestOrigin + "/r1");
        VERIFY_RESULT(m_fixture->growTo(4));
        const auto key = m_fixture->ledger().verifierKey();
        const auto opened = openCheckpoint(m_fixture->ledger().signedCheckpoint(), std::span(&key, 1));
        VERIFY_RESULT(opened);
        QCOMPARE(opened->checkpoint.origin, TestOrigin + "/r1");
        QVERIFY(Ledger::open(m_fixture->database(), next, TestOrigin + "/r1"));
    }

    void aSecondWriterIsNoticed()
    {
        VERIFY_RESULT(m_fixture->growTo(3));
        auto other = Ledger::open(m_fixture->database(), m_fixture->key(), TestOrigin);
        VERIFY_RESULT(other);
        VERIFY_RESULT(m_fixture->growTo(4));
        auto transaction = store::Transaction::begin(m_fixture->database());
        VERIFY_RESULT(transaction);
        QVERIFY(!(*other)->append(testDraft(3))); // its index is taken
    }

private:
    Result<void> appendOne(const EntryDraft &draft)
    {
        ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(m_fixture->database()));
        TRY(m_fixture->ledger().append(draft));
        TRY(m_fixture->ledger().seal());
        TRY(transaction.commit());
        m_fixture->ledger().committed();
        return {};
    }

    Result<void> appendUpTo(TreeSize size)
    {
        for (LeafIndex i = m_fixture->ledger().size(); i < size; ++i)
            TRY(m_fixture->ledger().append(testDraft(i)));
        return {};
    }

    void requireVerified()
    {
        const auto report = verifyTree(*m_fixture->reading(), {.keys = m_fixture->keys()});
        VERIFY_RESULT(report);
        QVERIFY2(report->ok, qPrintable(report->damage));
        QCOMPARE(report->size, m_fixture->ledger().size());
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<LedgerFixture> m_fixture;
};

QTEST_GUILESS_MAIN(TestLedger)
#include "tst_ledger.moc"
