// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Every kind of damage at several places: the first entry, both sides of a tile's edge, the incomplete last tile, the
// last entry. tst_verify has the single cases.

#include "service/ledger/highwater.h"
#include "service/ledger/verify.h"
#include "tests/service/ledger/tamper.h"

#include <QtCore/qfile.h>

using namespace ledger;

namespace {

constexpr TreeSize Size = 700; // two full tiles, and one of 188 entries
const std::vector<TreeSize> CheckpointSizes{1, 256, 300, 590, 610, Size};

Tamper rewritten(int index)
{
    return edit(LeafIndex(index), u"n%1\""_s.arg(index), u"m%1\""_s.arg(index));
}

Tamper inserted(int index)
{
    return sql(u"UPDATE ledger_entry SET idx = -1 - idx WHERE idx >= %1"_s.arg(index))
        + sql(u"UPDATE ledger_entry SET idx = -idx WHERE idx < 0"_s)
        + sql(u"INSERT INTO ledger_entry SELECT %1, time, event_type, tenant_id, tenant_seq, outcome, actor_id, "
              "token_id, vm_id, node_id, request_id, bytes FROM ledger_entry WHERE idx = %2"_s.arg(index)
                  .arg(index == 0 ? 5 : index - 1));
}

// Those after them move up.
Tamper deleted(int index, int count)
{
    return sql(u"DELETE FROM ledger_entry WHERE idx >= %1 AND idx < %2"_s.arg(index).arg(index + count))
        + sql(u"UPDATE ledger_entry SET idx = -1 - idx WHERE idx >= %1"_s.arg(index))
        + sql(u"UPDATE ledger_entry SET idx = -1 - idx - %1 WHERE idx < 0"_s.arg(count));
}

// An entry that gives itself the index it stands at; those from there on move down.
Tamper forged(int index)
{
    return inserted(index)
        + sql(u"UPDATE ledger_entry SET bytes = (SELECT CAST(replace(CAST(bytes AS TEXT), 'n%1\"', 'x\"') AS BLOB) "
              "FROM ledger_entry WHERE idx = %2) WHERE idx = %1"_s.arg(index)
                  .arg(index + 1));
}

Tamper cutFrom(int index)
{
    return sql(u"DELETE FROM ledger_entry WHERE idx >= %1"_s.arg(index));
}

Tamper late(int index, int seconds)
{
    const Timestamp is = testDraft(LeafIndex(index)).time, shall = is - std::chrono::seconds(seconds);
    return edit(LeafIndex(index), QString::fromLatin1(formatTime(is)), QString::fromLatin1(formatTime(shall)))
        + sql(u"UPDATE ledger_entry SET time = %1 WHERE idx = %2"_s.arg(toMilliseconds(shall)).arg(index));
}

Tamper gap(int index)
{
    return [index](LedgerFixture &f) -> Result<void> {
        qint64 number = 0;
        {
            ASSIGN_OR_RETURN(auto read, f.database().prepared("SELECT tenant_seq FROM ledger_entry WHERE idx = ?"));
            TRY(read.run(index));
            number = read.next() ? read.integer(0) : 0;
        }
        TRY(edit(LeafIndex(index), u"\"tenant_seq\":%1,"_s.arg(number), u"\"tenant_seq\":%1,"_s.arg(number + 1))(f));
        return f.database().execute(u"UPDATE ledger_entry SET tenant_seq = tenant_seq + 1 WHERE idx = %1"_s.arg(index));
    };
}

// The largest size that somebody keeps a checkpoint of and that ends before this entry.
int keptBefore(int index)
{
    int kept = 0;
    for (const TreeSize size : CheckpointSizes)
        kept = int(size) <= index ? int(size) : kept;
    return kept;
}

// The last one that the smallest checkpoint covers which this entry is in.
LeafIndex keptWith(int index)
{
    for (const TreeSize size : CheckpointSizes) {
        if (int(size) > index)
            return size - 1;
    }
    return Size - 1;
}

} // namespace

class TestDamage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
        LedgerFixture whole;
        for (const TreeSize size : CheckpointSizes) {
            VERIFY_RESULT(whole.growTo(size));
            m_notes[size] = whole.ledger().signedCheckpoint();
            VERIFY_RESULT(whole.database().execute(u"PRAGMA wal_checkpoint(TRUNCATE)"_s));
            QVERIFY(QFile::copy(whole.path(), copyOf(size)));
        }
        m_mark = m_dir.filePath(u"high-water"_s);
        VERIFY_RESULT(HighWater::create(m_mark, m_notes[Size]));
    }

    void cleanupTestCase() { m_runtime.reset(); }

    void isLocated_data()
    {
        QTest::addColumn<Tamper>("tamper");
        QTest::addColumn<Damage>("kind");
        QTest::addColumn<int>("firstBad"); // -1: none
        for (const int i : {0, 255, 256, 511, 512, 600, 699}) {
            const bool isLast = i == int(Size) - 1;
            QTest::addRow("a flipped byte in entry %d", i) << rewritten(i) << Damage::EntryChanged << i;
            QTest::addRow("the form of entry %d", i)
                << edit(LeafIndex(i), u"\"v\":1"_s, u"\"v\":2"_s) << Damage::EntryChanged << i;
            QTest::addRow("entry %d deleted", i) << sql(u"DELETE FROM ledger_entry WHERE idx = %1"_s.arg(i))
                                                 << (isLast ? Damage::TailCut : Damage::EntryDeleted) << i;
            QTest::addRow("entry %d deleted, those after it moved up", i)
                << deleted(i, 1) << (isLast ? Damage::TailCut : Damage::EntryDeleted) << i;
            if (i < int(Size) - 3)
                QTest::addRow("three entries from %d on deleted, those after them moved up", i)
                    << deleted(i, 3) << Damage::EntryDeleted << i;
            QTest::addRow("a copy of an entry inserted at %d", i) << inserted(i) << Damage::EntryInserted << i;
            QTest::addRow("a copy of an entry inserted at %d, the last taken away", i)
                << inserted(i) + sql(u"DELETE FROM ledger_entry WHERE idx = %1"_s.arg(Size))
                << (isLast ? Damage::EntryMisplaced : Damage::EntryInserted) << i;
            QTest::addRow("a forged entry inserted at %d", i) << forged(i) << Damage::EntryInserted << i;
            const int low = std::min(i, int(Size) - 2);
            QTest::addRow("entries %d and %d swapped", low, low + 1)
                << swapped(low, low + 1) << Damage::EntrySwapped << low;
            QTest::addRow("entries %d and 100 swapped", i)
                << swapped(100, i) << Damage::EntrySwapped << std::min(i, 100);
            QTest::addRow("a search column of entry %d", i)
                << sql(u"UPDATE ledger_entry SET actor_id = 'x' WHERE idx = %1"_s.arg(i)) << Damage::ColumnChanged << i;
            QTest::addRow("the tail cut off from entry %d", i) << cutFrom(i) << Damage::TailCut << i;
            QTest::addRow("history forked at entry %d, signed", i)
                << rewritten(i) + resign << Damage::Forked << keptBefore(i);
        }
        for (const int i : {1, 255, 256, 512, 601, 699}) { // not of the installation, not the first of all
            QTest::addRow("a gap in tenant_seq at entry %d, signed", i)
                << gap(i) + resign << Damage::SequenceBroken << i;
            QTest::addRow("time going backwards at entry %d, signed", i)
                << late(i, 2) + resign << Damage::TimeBackwards << i;
            QTest::addRow("the tail cut off from entry %d, signed", i)
                << cutFrom(i) + resign << Damage::RolledBack << i;
        }
        for (const int hash : {0, 255, 256, 511, 512, 600, 699}) {
            QTest::addRow("the hash of entry %d in its tile", hash)
                << flip(u"hashes"_s, u"ledger_tile"_s, u"level = 0 AND n = %1"_s.arg(hash / 256), hash % 256 * 32 + 31)
                << Damage::TileChanged << hash;
        }
        for (const int tile : {0, 1}) {
            QTest::addRow("the hash of tile %d in the tile above", tile)
                << flip(u"hashes"_s, u"ledger_tile"_s, u"level = 1"_s, tile * 32) << Damage::TileChanged << tile * 256;
            QTest::addRow("tile %d deleted", tile)
                << sql(u"DELETE FROM ledger_tile WHERE level = 0 AND n = %1"_s.arg(tile)) << Damage::TileChanged
                << tile * 256;
        }
        for (const int byte : {0, 15, 31})
            QTest::addRow("byte %d of the head's root", byte)
                << flip(u"root"_s, u"ledger_head"_s, u"id = 1"_s, byte) << Damage::HeadChanged << -1;
        const int length = int(signCheckpoint({TestOrigin, Size, emptyRoot()}, testKey()).size());
        for (const int byte : {0, 10, 24, 40, length / 2, length - 5, length - 1})
            QTest::addRow("byte %d of the checkpoint", byte)
                << flip(u"checkpoint"_s, u"ledger_head"_s, u"id = 1"_s, byte) << Damage::CheckpointUnsigned << -1;
    }

    void isLocated()
    {
        QFETCH(Tamper, tamper);
        QFETCH(Damage, kind);
        QFETCH(int, firstBad);
        LedgerFixture fixture(copyOf(Size));
        VERIFY_RESULT(fixture.unguard());
        VERIFY_RESULT(tamper(fixture));
        requireDamage(fixture, kind, firstBad);
    }

    // Whoever signs a history signs a mark for it too: only what is kept elsewhere tells, and no more than it can.
    void aForkIsBoundedByTheCheckpointsKept_data()
    {
        QTest::addColumn<int>("forked");
        QTest::addColumn<QList<int>>("kept");
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("last");
        QTest::newRow("one of the ledger's size") << 300 << QList<int>{700} << 0 << 699;
        QTest::newRow("one of the ledger's size, and an older good one") << 600 << QList<int>{700, 590} << 590 << 699;
        QTest::newRow("a good one after the first bad one can't be") << 300 << QList<int>{590, 610, 300} << 300 << 589;
        QTest::newRow("good ones on both sides of what they cover") << 600 << QList<int>{256, 610, 590} << 590 << 609;
        QTest::newRow("only older bad ones") << 100 << QList<int>{610, 300} << 0 << 299;
        QTest::newRow("one that leaves one entry") << 0 << QList<int>{1} << 0 << 0;
    }

    void aForkIsBoundedByTheCheckpointsKept()
    {
        QFETCH(int, forked);
        QFETCH(QList<int>, kept);
        QFETCH(int, first);
        QFETCH(int, last);
        LedgerFixture fixture(copyOf(Size));
        VERIFY_RESULT(fixture.unguard());
        VERIFY_RESULT((rewritten(forked) + resign)(fixture));
        VERIFY_RESULT(fixture.guard());
        VERIFY_RESULT(fixture.reopen());
        VerifyOptions options{.keys = fixture.keys(), .highWaterPath = fixture.file(u"mark"_s)};
        VERIFY_RESULT(HighWater::create(options.highWaterPath, fixture.ledger().signedCheckpoint()));
        QVERIFY(verifyTree(*fixture.reading(), options)->ok); // nothing inside can tell
        for (const int size : kept)
            options.older.push_back({QString::number(size), m_notes[TreeSize(size)]});
        const auto report = verifyTree(*fixture.reading(), options);
        VERIFY_RESULT(report);
        QVERIFY2(report->kind == Damage::Forked, qPrintable(report->damage));
        QCOMPARE(report->firstBad, LeafIndex(first));
        QCOMPARE(report->lastBad.value_or(*report->firstBad), LeafIndex(last));
        QVERIFY2(report->damage.contains(QString::number(first)) && report->damage.contains(QString::number(last)),
            qPrintable(report->damage));
    }

    void anOlderCopyOfTheDatabaseIsARollback_data()
    {
        QTest::addColumn<TreeSize>("size");
        for (const TreeSize size : CheckpointSizes) {
            if (size < Size)
                QTest::addRow("of %llu entries", qulonglong(size)) << size;
        }
    }

    void anOlderCopyOfTheDatabaseIsARollback()
    {
        QFETCH(TreeSize, size);
        LedgerFixture fixture(copyOf(size));
        requireDamage(fixture, Damage::RolledBack, int(size));
    }

private:
    QString copyOf(TreeSize size) const { return m_dir.filePath(QString::number(size)); }

    void requireDamage(LedgerFixture &fixture, Damage kind, int firstBad)
    {
        VerifyOptions options{.keys = fixture.keys(), .highWaterPath = m_mark};
        if (kind == Damage::Forked) {
            for (const auto &[size, note] : m_notes)
                options.older.push_back({QString::number(size), note});
        }
        for (const int threads : {1, 2}) {
            options.threads = threads;
            const auto report = verifyTree(*fixture.reading(), options);
            VERIFY_RESULT(report);
            QVERIFY(!report->ok);
            QVERIFY2(report->kind == kind,
                qPrintable(QLatin1StringView(damageName(report->kind)) + ": "_L1 + report->damage));
            const int index = report->firstBad ? int(*report->firstBad) : -1;
            QVERIFY2(index == firstBad, qPrintable(u"%1: %2"_s.arg(index).arg(report->damage)));
            if (kind == Damage::Forked)
                QCOMPARE(report->lastBad.value_or(index), keptWith(firstBad));
            else
                QVERIFY(!report->lastBad);
        }
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    QTemporaryDir m_dir;
    QString m_mark;
    std::map<TreeSize, QByteArray> m_notes;
};

QTEST_GUILESS_MAIN(TestDamage)
#include "tst_damage.moc"
