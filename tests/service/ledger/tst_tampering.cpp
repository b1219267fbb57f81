// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What was done to a ledger, and what verification must call it.

#include "tests/service/ledger/verifyhouse.h"

using namespace Qt::StringLiterals;
using namespace ledger;

class TestTampering : public QObject, protected VerifyHouse
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startCrypto(); }
    void init() { build(); }
    void cleanup() { m_fixture.reset(); }
    void cleanupTestCase() { m_runtime.reset(); }

    void tampering_data()
    {
        QTest::addColumn<Tamper>("tamper");
        QTest::addColumn<Damage>("kind");
        QTest::addColumn<int>("firstBad"); // -1: none
        const auto row = [](const char *name, Tamper tamper, Damage kind, int firstBad) {
            QTest::newRow(name) << std::move(tamper) << kind << firstBad;
        };
        row("a byte of an entry", edit(5, u"n5\""_s, u"m5\""_s), Damage::EntryChanged, 5);
        row("a byte of the last entry of a tile", edit(255, u"n255"_s, u"m255"_s), Damage::EntryChanged, 255);
        row("a byte of an entry in the last tile", edit(600, u"n600"_s, u"m600"_s), Damage::EntryChanged, 600);
        row("the form of an entry in the last tile", edit(600, u"\"v\":1"_s, u"\"v\":2"_s), Damage::EntryChanged, 600);
        row("an entry that is empty", sql(u"UPDATE ledger_entry SET bytes = x'' WHERE idx = 300"_s),
            Damage::EntryChanged, 300);
        row("a hash in a tile", flip(u"hashes"_s, u"ledger_tile"_s, u"level = 0 AND n = 1"_s, 10 * 32 + 7),
            Damage::TileChanged, 266);
        row("a hash in an upper tile", flip(u"hashes"_s, u"ledger_tile"_s, u"level = 1"_s, 32), Damage::TileChanged,
            256);
        row("a tile gone", sql(u"DELETE FROM ledger_tile WHERE level = 0 AND n = 1"_s), Damage::TileChanged, 256);
        row("the upper tile gone", sql(u"DELETE FROM ledger_tile WHERE level = 1"_s), Damage::TileChanged, 0);
        row("the upper tile empty", sql(u"UPDATE ledger_tile SET hashes = zeroblob(0) WHERE level = 1"_s),
            Damage::TileChanged, 0);
        row("the upper tile longer",
            sql(u"UPDATE ledger_tile SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE level = 1"_s),
            Damage::TileChanged, 0);
        row("a tile too many", sql(u"INSERT INTO ledger_tile VALUES (0, 3, zeroblob(32))"_s), Damage::TileChanged, -1);
        row("a hash in the newest tile", flip(u"hashes"_s, u"ledger_tile"_s, u"level = 0 AND n = 2"_s, 90 * 32 + 7),
            Damage::TileChanged, 602);
        row("a hash too many in the newest tile",
            flip(u"hashes"_s, u"ledger_tile"_s, u"level = 0 AND n = 2"_s, 188 * 32), Damage::TileChanged, 512);
        row("the newest tile gone", sql(u"DELETE FROM ledger_tile WHERE level = 0 AND n = 2"_s), Damage::TileChanged,
            512);
        row(
            "an entry and its tile changed together",
            edit(300, u"n300"_s, u"m300"_s) + [](LedgerFixture &f) -> Result<void> {
                std::vector<Digest> leaves;
                TRY(forEachEntry(
                    f.database(), 256, 512, [&](const QByteArray &bytes) { leaves.push_back(leafHash(bytes)); }));
                auto write = f.database().prepared("UPDATE ledger_tile SET hashes = ? WHERE level = 0 AND n = 1");
                return write->run(toBytes(leaves));
            },
            Damage::EntryChanged, 256);
        row("an entry and the newest tile changed together", edit(600, u"n600"_s, u"m600"_s) + rehash,
            Damage::EntryChanged, 0);

        row("the head's root", flip(u"root"_s, u"ledger_head"_s, u"id = 1"_s, 3), Damage::HeadChanged, -1);
        row("the head's size", sql(u"UPDATE ledger_head SET size = size - 1"_s), Damage::HeadChanged, -1);
        row("the head's time", sql(u"UPDATE ledger_head SET last_time = last_time + 1"_s), Damage::HeadChanged, -1);
        row("the head gone", sql(u"DELETE FROM ledger_head"_s), Damage::HeadChanged, -1);
        row("a byte of the checkpoint", flip(u"checkpoint"_s, u"ledger_head"_s, u"id = 1"_s, 30),
            Damage::CheckpointUnsigned, -1);
        row("the signature", flip(u"checkpoint"_s, u"ledger_head"_s, u"id = 1"_s, 130), Damage::CheckpointUnsigned, -1);

        row("an entry deleted", sql(u"DELETE FROM ledger_entry WHERE idx = 300"_s), Damage::EntryDeleted, 300);
        row("the first entry deleted", sql(u"DELETE FROM ledger_entry WHERE idx = 0"_s), Damage::EntryDeleted, 0);
        row("the tail cut off", sql(u"DELETE FROM ledger_entry WHERE idx >= 690"_s), Damage::TailCut, 690);
        row("an entry added",
            sql(u"INSERT INTO ledger_entry SELECT 700, time, event_type, tenant_id, tenant_seq, outcome, actor_id, "
                "token_id, vm_id, node_id, request_id, bytes FROM ledger_entry WHERE idx = 699"_s),
            Damage::EntryExtra, 700);
        row("an entry put before the first",
            sql(u"INSERT INTO ledger_entry SELECT -1, time, event_type, tenant_id, tenant_seq, outcome, actor_id, "
                "token_id, vm_id, node_id, request_id, bytes FROM ledger_entry WHERE idx = 699"_s),
            Damage::EntryExtra, -1);
        row("an entry put in between",
            sql(u"UPDATE ledger_entry SET idx = -1 - idx WHERE idx >= 600"_s)
                + sql(u"UPDATE ledger_entry SET idx = -idx WHERE idx < 0"_s)
                + sql(u"INSERT INTO ledger_entry SELECT 600, time, event_type, tenant_id, tenant_seq, outcome, "
                      "actor_id, token_id, vm_id, node_id, request_id, bytes FROM ledger_entry WHERE idx = 599"_s),
            Damage::EntryInserted, 600);
        row("two entries swapped", swapped(300, 301), Damage::EntrySwapped, 300);
        row("two entries of the last tile swapped", swapped(600, 650), Damage::EntrySwapped, 600);

        for (const char *column :
            {"event_type", "tenant_id", "outcome", "actor_id", "token_id", "vm_id", "node_id", "request_id"}) {
            QTest::addRow("the search column %s", column)
                << sql(u"UPDATE ledger_entry SET %1 = 'x' WHERE idx = 400"_s.arg(QLatin1StringView(column)))
                << Damage::ColumnChanged << 400;
        }
        row("the search column time", sql(u"UPDATE ledger_entry SET time = time + 1 WHERE idx = 0"_s),
            Damage::ColumnChanged, 0);
        row("the search column tenant_seq", sql(u"UPDATE ledger_entry SET tenant_seq = NULL WHERE idx = 699"_s),
            Damage::ColumnChanged, 699);
        row("a search column emptied that is null", sql(u"UPDATE ledger_entry SET tenant_id = '' WHERE idx = 400"_s),
            Damage::ColumnChanged, 400);
        row("another one", sql(u"UPDATE ledger_entry SET node_id = '' WHERE idx = 405"_s), Damage::ColumnChanged, 405);
        row("a search column set to nothing", sql(u"UPDATE ledger_entry SET vm_id = NULL WHERE idx = 3"_s),
            Damage::ColumnChanged, 3);
        row("a tenant's counter", sql(u"UPDATE ledger_seq SET next = next + 1 WHERE tenant_id = 't1'"_s),
            Damage::SequenceBroken, -1);
        row("a tenant's counter gone", sql(u"DELETE FROM ledger_seq WHERE tenant_id = 't1'"_s), Damage::SequenceBroken,
            -1);
        row("a counter too many", sql(u"INSERT INTO ledger_seq VALUES ('t9', 1)"_s), Damage::SequenceBroken, -1);

        // With the key in hand: every hash and signature is right, and only the order of things tells.
        const Tamper gap = [](LedgerFixture &f) -> Result<void> {
            auto read = f.database().prepared("SELECT tenant_seq FROM ledger_entry WHERE idx = 602");
            TRY(read->run());
            read->next();
            const qint64 number = read->integer(0);
            TRY(read->finish());
            TRY(edit(602, u"\"tenant_seq\":%1,"_s.arg(number), u"\"tenant_seq\":%1,"_s.arg(number + 1))(f));
            TRY(sql(u"UPDATE ledger_entry SET tenant_seq = tenant_seq + 1 WHERE idx = 602"_s)(f));
            return resign(f);
        };
        row("a gap in tenant_seq, signed", gap, Damage::SequenceBroken, 602);
        row("time going backwards, signed",
            edit(601, QString::fromLatin1(formatTime(testDraft(601).time)),
                QString::fromLatin1(formatTime(testDraft(599).time)))
                + sql(u"UPDATE ledger_entry SET time = %1 WHERE idx = 601"_s.arg(toMilliseconds(testDraft(599).time)))
                + resign,
            Damage::TimeBackwards, 601);
        row("an entry rewritten, signed", edit(5, u"n5\""_s, u"m5\""_s) + resign, Damage::Forked, 0);
        row("the tail cut off, signed", sql(u"DELETE FROM ledger_entry WHERE idx >= 690"_s) + resign,
            Damage::RolledBack, 690);
    }

    void tampering()
    {
        QFETCH(Tamper, tamper);
        QFETCH(Damage, kind);
        QFETCH(int, firstBad);
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT(tamper(*m_fixture));
        requireDamage(options(), kind, firstBad);
    }

    void olderCheckpointsNarrowAChangeDown()
    {
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT((edit(600, u"n600"_s, u"m600"_s) + rehash)(*m_fixture));
        VerifyOptions options = this->options();
        requireDamage(options, Damage::EntryChanged, 0);
        QCOMPARE(verify(options)->lastBad, LeafIndex(Size - 1));
        options.older = {{u"late"_s, m_notes[610]}, {u"early"_s, m_notes[590]}};
        requireDamage(options, Damage::EntryChanged, 590);
        QCOMPARE(verify(options)->lastBad, LeafIndex(609));
    }

    void aForkIsToldByAnOlderCheckpoint_data()
    {
        QTest::addColumn<bool>("full");
        QTest::newRow("in a full verification") << true;
        QTest::newRow("from the last verified size on") << false;
    }

    void aForkIsToldByAnOlderCheckpoint()
    {
        QFETCH(bool, full);
        VERIFY_RESULT(m_fixture->unguard());
        VERIFY_RESULT((edit(310, u"n310"_s, u"m310"_s) + resign)(*m_fixture));
        VERIFY_RESULT(m_fixture->guard());
        VerifyOptions options = this->options();
        options.highWaterPath.clear();
        options.full = full;
        options.verifiedSize = 650;
        QVERIFY(verify(options)->ok); // nothing inside can tell
        options.older = {{u"early"_s, m_notes[300]}};
        QVERIFY(verify(options)->ok);
        options.older.push_back({u"late"_s, m_notes[610]});
        requireDamage(options, Damage::Forked, 300);
        options.verifiedSize = 700;
        options.older[1].note = m_notes[590];
        requireDamage(options, Damage::Forked, 300);
    }

    void olderCheckpointsThatProveNothing_data()
    {
        QTest::addColumn<int>("what");
        QTest::addColumn<Damage>("kind");
        QTest::addColumn<int>("firstBad");
        QTest::newRow("signed by a stranger") << 0 << Damage::CheckpointUnsigned << -1;
        QTest::newRow("not signed") << 1 << Damage::CheckpointUnsigned << -1;
        QTest::newRow("not a checkpoint") << 2 << Damage::CheckpointUnsigned << -1;
        QTest::newRow("signed, with a root the ledger never had") << 3 << Damage::Forked << 0;
        QTest::newRow("signed, with more entries than there are") << 4 << Damage::RolledBack << int(Size);
    }

    void olderCheckpointsThatProveNothing()
    {
        QFETCH(int, what);
        QFETCH(Damage, kind);
        QFETCH(int, firstBad);
        const Checkpoint past{TestOrigin, 100, crypto::sha256("x")}, ahead{TestOrigin, Size + 1, crypto::sha256("x")};
        const QByteArray notes[] = {signCheckpoint(past, testKey(1)), past.text(), "hello",
            signCheckpoint(past, testKey()), signCheckpoint(ahead, testKey())};
        VerifyOptions options = this->options();
        options.older = {{u"given"_s, notes[what]}};
        requireDamage(options, kind, firstBad);
    }

    void anUnusableHighWaterMark_data()
    {
        QTest::addColumn<QByteArray>("content"); // of the whole file; none: no file
        QTest::newRow("missing") << QByteArray();
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("torn") << QByteArray(8192, '\0');
        const QString other = m_dir.filePath(u"unsigned"_s);
        QVERIFY(HighWater::create(other, Checkpoint{TestOrigin, 3, crypto::sha256("x")}.text()));
        QFile file(other);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QTest::newRow("unsigned") << file.readAll();
    }

    void anUnusableHighWaterMark()
    {
        QFETCH(QByteArray, content);
        QFile file(m_mark);
        QVERIFY(file.remove());
        if (!content.isNull()) {
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
            file.close();
        }
        requireDamage(options(), Damage::HighWaterUnusable, -1);
    }

    void aHighWaterMarkThatLagsIsFine()
    {
        auto mark = HighWater::open(m_mark);
        VERIFY_RESULT(mark);
        VERIFY_RESULT((*mark)->update(m_notes[590]));
        QVERIFY(verify(options())->ok);
    }

    void withoutTheLogsKeyNothingIsVerified() { requireDamage({}, Damage::CheckpointUnsigned, -1); }

    void aChangedSchemaIsRefused_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("named");
        QTest::newRow("a trigger dropped")
            << u"DROP TRIGGER ledger_entry_keeps"_s << u"trigger ledger_entry_keeps is missing"_s;
        QTest::newRow("a trigger made harmless") << u"DROP TRIGGER ledger_entry_keeps; CREATE TRIGGER "
                                                    u"ledger_entry_keeps BEFORE UPDATE ON ledger_entry BEGIN "
                                                    "SELECT 1; END"_s
                                                 << u"trigger ledger_entry_keeps of the database is not as"_s;
        QTest::newRow("an index dropped")
            << u"DROP INDEX ledger_entry_by_tenant"_s << u"index ledger_entry_by_tenant is missing"_s;
        QTest::newRow("an index over other columns")
            << u"DROP INDEX ledger_entry_by_tenant; CREATE INDEX ledger_entry_by_tenant ON ledger_entry (tenant_id) "
               "WHERE idx <> 5"_s
            << u"index ledger_entry_by_tenant of the database is not as"_s;
        QTest::newRow("a trigger that writes what nobody asked for")
            << u"CREATE TRIGGER extra AFTER INSERT ON vm BEGIN DELETE FROM vm WHERE vm_id = new.vm_id; END"_s
            << u"trigger extra of the database is not this program's"_s;
        QTest::newRow("a table too many")
            << u"CREATE TABLE extra (a)"_s << u"table extra of the database is not this program's"_s;
        QTest::newRow("a table gone") << u"DROP TABLE token_use"_s << u"table token_use is missing"_s;
        QTest::newRow("a table with a column more")
            << u"ALTER TABLE vm ADD COLUMN extra TEXT"_s << u"table vm of the database is not as"_s;
    }

    void aChangedSchemaIsRefused()
    {
        QFETCH(QString, sql);
        QFETCH(QString, named);
        for (const QString &statement : sql.split(u"; C"_s)) {
            const bool second = !sql.startsWith(statement);
            VERIFY_RESULT(m_fixture->database().execute((second ? u"C"_s : QString()) + statement));
        }
        requireDamage(options(), Damage::SchemaChanged, -1);
        QVERIFY2(verify(options())->damage.contains(named), qPrintable(verify(options())->damage));
    }

    void statisticsOfSQLiteAreNoDamage()
    {
        VERIFY_RESULT(m_fixture->database().execute(u"ANALYZE"_s));
        QVERIFY(verify(options())->ok);
    }

    void everyDamageHasAName()
    {
        QSet<QByteArray> names;
        for (int i = 0; i <= int(Damage::SchemaChanged); ++i)
            names.insert(damageName(Damage(i)));
        QCOMPARE(names.size(), int(Damage::SchemaChanged) + 1);
        QVERIFY(!names.contains("unknown"));
    }
};

QTEST_GUILESS_MAIN(TestTampering)
#include "tst_tampering.moc"
