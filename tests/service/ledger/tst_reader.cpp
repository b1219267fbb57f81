// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/reader.h"
#include "service/ledger/tilestore.h"
#include "tests/service/ledger/fixture.h"

using namespace Qt::StringLiterals;
using namespace ledger;

namespace {

constexpr TreeSize Size = 2600; // more than two pages of a reading, and ten full tiles

// What a reading must give, from the drafts alone.
QList<LeafIndex> expected(const std::function<bool(LeafIndex, const EntryDraft &)> &passes)
{
    QList<LeafIndex> indices;
    for (LeafIndex i = 0; i < Size; ++i) {
        if (passes(i, testDraft(i)))
            indices.append(i);
    }
    return indices;
}

} // namespace

class TestReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
        m_fixture = std::make_unique<LedgerFixture>();
        VERIFY_RESULT(m_fixture->growTo(Size));
        m_database = m_fixture->reading();
        VERIFY_RESULT(forEachEntry(*m_database, 0, Size, [this](const QByteArray &bytes) {
            m_entries.push_back(bytes);
            m_leaves.push_back(leafHash(bytes));
        }));
    }

    void cleanupTestCase()
    {
        m_database.reset();
        m_fixture.reset();
        m_runtime.reset();
    }

    void theHead()
    {
        const auto head = LedgerReader(*m_database).head();
        VERIFY_RESULT(head);
        QCOMPARE(head->size, Size);
        QCOMPARE(head->root, rootOf(m_leaves));
        QCOMPARE(head->checkpoint, m_fixture->ledger().signedCheckpoint());
        QCOMPARE(head->lastTime, testDraft(Size - 1).time);
    }

    void entriesByIndex()
    {
        LedgerReader reader(*m_database);
        QCOMPARE(reader.entry(0).value(), m_entries.front());
        QCOMPARE(reader.entry(Size - 1).value(), m_entries.back());
        QCOMPARE(reader.entry(Size).error().code, ErrorCode::NotFound);
        QCOMPARE(reader.entry(UINT64_MAX).error().code, ErrorCode::NotFound);
    }

    void filters_data()
    {
        QTest::addColumn<EntryFilter>("filter");
        QTest::addColumn<QList<LeafIndex>>("indices");
        const auto terms = [](std::initializer_list<QByteArray> texts) {
            EntryFilter filter;
            for (const QByteArray &text : texts)
                filter.add(text).value();
            return filter;
        };
        using I = LeafIndex;
        using D = const EntryDraft &;
        const auto isOf = [](D d, const char *tenant) { return d.tenant.text() == tenant; };
        QTest::newRow("everything") << EntryFilter() << expected([](I, D) { return true; });
        QTest::newRow("one tenant") << terms({"tenant-id=t1"}) << expected([=](I, D d) { return isOf(d, "t1"); });
        QTest::newRow("the key with an underscore")
            << terms({"tenant_id=t1"}) << expected([=](I, D d) { return isOf(d, "t1"); });
        QTest::newRow("two tenants") << terms({"tenant-id=t1", "tenant-id=t2"})
                                     << expected([=](I, D d) { return isOf(d, "t1") || isOf(d, "t2"); });
        QTest::newRow("a tenant that is none") << terms({"tenant-id=none"}) << QList<LeafIndex>();
        QTest::newRow("one machine") << terms({"vm-id=vm-77"}) << QList<LeafIndex>{77};
        QTest::newRow("one node") << terms({"node-id=node-1"}) << expected([](I i, D) { return i % 5 != 0; });
        QTest::newRow("a token acted on") << terms({"token-id=actor-1"}) << QList<LeafIndex>();
        QTest::newRow("an actor") << terms({"actor=actor-1"}) << expected([](I i, D) { return i % 2 == 1; });
        QTest::newRow("a request") << terms({"request-id=request-9"}) << QList<LeafIndex>{9};
        QTest::newRow("an outcome") << terms({"outcome=denied"}) << expected([](I i, D) { return i % 7 == 0; });
        QTest::newRow("a tenant and an outcome") << terms({"tenant-id=t0", "outcome=denied"})
                                                 << expected([=](I i, D d) { return isOf(d, "t0") && i % 7 == 0; });
        QTest::newRow("a value that looks like SQL") << terms({"tenant-id=' OR 1=1 --"}) << QList<LeafIndex>();

        EntryFilter types;
        types.eventTypes = {"VM_DESTROYED"};
        QTest::newRow("one type") << types << expected([](I i, D) { return i % 4 == 0; });
        types.add("tenant-id=t2").value();
        QTest::newRow("a tenant and a type")
            << types << expected([=](I i, D d) { return i % 4 == 0 && isOf(d, "t2"); });
        types.eventTypes.append("VM_REGISTERED");
        QTest::newRow("a tenant and two types") << types << expected([=](I, D d) { return isOf(d, "t2"); });

        EntryFilter bounds;
        bounds.since = testDraft(100).time;
        bounds.until = testDraft(2300).time;
        QTest::newRow("times") << bounds << expected([](I i, D) { return i >= 100 && i < 2300; });
        bounds.since = testDraft(100).time + std::chrono::milliseconds(1);
        bounds.from = 50;
        bounds.before = 200;
        QTest::newRow("times and indices") << bounds << expected([](I i, D) { return i > 100 && i < 200; });
        EntryFilter past;
        past.since = testDraft(Size).time;
        QTest::newRow("since after the end") << past << QList<LeafIndex>();
        EntryFilter before;
        before.until = TestTime;
        QTest::newRow("until the beginning") << before << QList<LeafIndex>();
        EntryFilter crossed;
        crossed.from = 20;
        crossed.before = 10;
        QTest::newRow("bounds the wrong way round") << crossed << QList<LeafIndex>();
        EntryFilter far;
        far.from = UINT64_MAX;
        QTest::newRow("from far beyond the end") << far << QList<LeafIndex>();
    }

    void filters()
    {
        QFETCH(EntryFilter, filter);
        QFETCH(QList<LeafIndex>, indices);
        LedgerReader reader(*m_database);
        QCOMPARE(readIndices(filter), indices);
        QCOMPARE(reader.count(filter).value(), std::uint64_t(indices.size()));
        QCOMPARE(reader.count(filter, 3).value(), std::min<std::uint64_t>(3, std::uint64_t(indices.size())));
        QCOMPARE(reader.indices(filter).value(), std::vector<LeafIndex>(indices.begin(), indices.end()));

        filter.limit = 2;
        QCOMPARE(readIndices(filter), indices.first(std::min<qsizetype>(2, indices.size())));
        filter.limit = {};
        filter.reverse = true;
        std::ranges::reverse(indices);
        QCOMPARE(readIndices(filter), indices);
        filter.limit = 1500;
        QCOMPARE(readIndices(filter), indices.first(std::min<qsizetype>(1500, indices.size())));
        filter.limit = 0;
        QCOMPARE(readIndices(filter), QList<LeafIndex>());
    }

    void aSinkCanStop()
    {
        int seen = 0;
        VERIFY_RESULT(LedgerReader(*m_database).read({}, [&](LeafIndex, const QByteArray &) { return ++seen < 1200; }));
        QCOMPARE(seen, 1200);
    }

    void filterTexts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("no equals sign") << "tenant-id"_ba;
        QTest::newRow("an unknown key") << "tenant=acme"_ba;
        QTest::newRow("no key") << "=acme"_ba;
        QTest::newRow("no value") << "tenant-id="_ba;
        QTest::newRow("a key in capitals") << "Tenant-Id=acme"_ba;
        QTest::newRow("an outcome that is none") << "outcome=fine"_ba;
        QTest::newRow("a value that is not UTF-8") << "actor=\xff"_ba;
        QTest::newRow("nothing") << ""_ba;
    }

    void filterTexts()
    {
        QFETCH(QByteArray, text);
        EntryFilter filter;
        QCOMPARE(filter.add(text).error().code, ErrorCode::InvalidField);
        QVERIFY(filter.terms.isEmpty());
    }

    // No sorting, and the index that each filter is meant to use.
    void searchesGoThroughTheIndexes_data()
    {
        QTest::addColumn<EntryFilter>("filter");
        QTest::addColumn<QString>("plan");
        EntryFilter filter;
        QTest::newRow("everything") << filter << u"USING INTEGER PRIMARY KEY"_s;
        filter.eventTypes = {"VM_DESTROYED"};
        QTest::newRow("one type") << filter << u"USING INTEGER PRIMARY KEY"_s;
        filter.add("tenant-id=t1").value();
        QTest::newRow("a tenant and a type") << filter << u"ledger_entry_by_tenant_type"_s;
        filter.eventTypes.append("VM_REGISTERED");
        QTest::newRow("a tenant and two types") << filter << u"ledger_entry_by_tenant "_s;
        filter.eventTypes.clear();
        QTest::newRow("a tenant") << filter << u"ledger_entry_by_tenant "_s;
    }

    void searchesGoThroughTheIndexes()
    {
        QFETCH(EntryFilter, filter);
        QFETCH(QString, plan);
        const FilterSql sql = filterSql(filter);
        for (const QString &shape : {u"idx, bytes/ DESC"_s, u"idx/"_s}) { // of read() and of indices()
            auto find = m_database->statement(u"EXPLAIN QUERY PLAN SELECT "_s + shape.section(u'/', 0, 0)
                + u" FROM ledger_entry WHERE idx >= ? AND idx < ?"_s
                + (sql.condition.isEmpty() ? QString() : u" AND "_s + sql.condition) + u" ORDER BY idx"_s
                + shape.section(u'/', 1, 1) + u" LIMIT 10"_s);
            VERIFY_RESULT(find);
            find->bind(0, 0);
            find->bind(1, 9);
            for (qsizetype i = 0; i < sql.values.size(); ++i)
                find->bind(int(i) + 2, sql.values[i]);
            VERIFY_RESULT(find->execute());
            QStringList steps;
            while (find->next())
                steps.append(find->text(3));
            QCOMPARE(steps.size(), 1);
            QVERIFY2(steps.front().contains(plan), qPrintable(steps.front()));
        }
    }

    void tilesAsPublished_data()
    {
        QTest::addColumn<TreeSize>("published");
        for (const TreeSize size : {1U, 255U, 256U, 257U, 512U, 2599U, 2600U})
            QTest::addRow("at %llu entries", qulonglong(size)) << size;
    }

    // Every width that exists, with the hashes that the leaves make, and none beyond.
    void tilesAsPublished()
    {
        QFETCH(TreeSize, published);
        LedgerReader reader(*m_database);
        for (int level = 0; level < 3; ++level) {
            const std::size_t leavesEach = std::size_t(1) << (8 * level);
            for (std::uint64_t n = 0; n < 12; ++n) {
                const int width = tileWidthAt(level, n, published);
                for (const int asked : {1, width / 2, width - 1, width}) {
                    if (asked < 1 || asked > width)
                        continue;
                    const auto tile = reader.tile({level, n, asked}, published);
                    VERIFY_RESULT(tile);
                    std::vector<Digest> hashes;
                    for (std::size_t i = 0; i < std::size_t(asked); ++i)
                        hashes.push_back(rootOf(std::span(m_leaves).subspan((n * 256 + i) * leavesEach, leavesEach)));
                    QCOMPARE(*tile, toBytes(hashes));
                }
                if (width < 256)
                    QCOMPARE(reader.tile({level, n, width + 1}, published).error().code, ErrorCode::NotFound);
            }
        }
        QCOMPARE(reader.tile({0, 0, 1}, Size + 1).error().code, ErrorCode::NotFound);
        QCOMPARE(reader.tile({63, 0, 1}, published).error().code, ErrorCode::NotFound);
        QCOMPARE(reader.tile({0, UINT64_MAX, 1}, published).error().code, ErrorCode::NotFound);
    }

    void bundles()
    {
        LedgerReader reader(*m_database);
        QByteArray bundle;
        for (LeafIndex i = 2560; i < 2570; ++i)
            appendToBundle(bundle, m_entries[i]);
        QCOMPARE(reader.tile({TileId::Entries, 10, 10}, Size).value(), bundle);
        QCOMPARE(reader.tile({TileId::Entries, 10, 10}, 2569).error().code, ErrorCode::NotFound);
        QCOMPARE(reader.tile({TileId::Entries, 10, 256}, Size).error().code, ErrorCode::NotFound);
        QVERIFY(reader.tile({TileId::Entries, 9, 256}, Size).has_value());
    }

    void proofs()
    {
        LedgerReader reader(*m_database);
        for (const TreeSize size : {1U, 256U, 257U, 600U, 2599U, 2600U}) {
            const Digest root = rootOf(std::span(m_leaves).first(size));
            for (LeafIndex i = 0; i < size; i += 97) {
                const auto proof = reader.inclusion(i, size);
                VERIFY_RESULT(proof);
                QVERIFY(verifyInclusion(m_leaves[i], i, size, *proof, root));
            }
            for (TreeSize older = 0; older <= size; older += 113) {
                const auto proof = reader.consistency(older, size);
                VERIFY_RESULT(proof);
                QVERIFY(verifyConsistency(older, size, *proof, rootOf(std::span(m_leaves).first(older)), root));
            }
        }
        QCOMPARE(reader.inclusion(Size, Size).error().code, ErrorCode::NotFound);
        QCOMPARE(reader.inclusion(0, Size + 1).error().code, ErrorCode::NotFound);
        QCOMPARE(reader.consistency(1, Size + 1).error().code, ErrorCode::NotFound);
        QCOMPARE(reader.consistency(7, 6).error().code, ErrorCode::InvalidField);
    }

    void continuing()
    {
        LedgerReader reader(*m_database);
        for (const TreeSize size : {0U, 1U, 256U, 1000U, 2600U})
            VERIFY_RESULT(reader.continues({TestOrigin, size, rootOf(std::span(m_leaves).first(size))}));
        QCOMPARE(reader.continues({TestOrigin, 1000, rootOf(m_leaves)}).error().code, ErrorCode::Refused);
        QCOMPARE(reader.continues({TestOrigin, Size, rootOf({})}).error().code, ErrorCode::Refused);
        QCOMPARE(reader.continues({TestOrigin, Size + 1, rootOf(m_leaves)}).error().code, ErrorCode::Refused);
    }

private:
    QList<LeafIndex> readIndices(const EntryFilter &filter)
    {
        QList<LeafIndex> indices;
        const auto done = LedgerReader(*m_database).read(filter, [&](LeafIndex index, const QByteArray &bytes) {
            indices.append(index);
            return bytes == m_entries[index];
        });
        return done ? indices : QList<LeafIndex>{UINT64_MAX};
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<LedgerFixture> m_fixture;
    std::unique_ptr<store::Database> m_database;
    std::vector<QByteArray> m_entries;
    std::vector<Digest> m_leaves;
};

QTEST_GUILESS_MAIN(TestReader)
#include "tst_reader.moc"
