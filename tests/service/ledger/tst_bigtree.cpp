// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One ledger that grows past every boundary of its tiles, looked at from outside at each size: tiles against hashes
// made from the entries alone, proofs between all sizes, and reading it in parts.
#include "service/ledger/entryparts.h"
#include "tests/service/ledger/fixture.h"

using namespace Qt::StringLiterals;
using namespace ledger;

class TestBigTree : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_runtime = crypto::Runtime::start().value();
        m_house = std::make_unique<LedgerFixture>();
    }

    // In the order of the rows: the ledger grows from one to the next, and stays whole for the last tests.
    void tilesAtEverySize_data()
    {
        QTest::addColumn<TreeSize>("size");
        QTest::addColumn<QList<int>>("widths"); // of the incomplete tile of each level
        const auto row = [](TreeSize size, const QList<int> &widths) {
            QTest::addRow("%llu entries", static_cast<unsigned long long>(size)) << size << widths;
        };
        row(0, {0});
        row(1, {1});
        row(2, {2});
        row(255, {255});
        row(256, {0, 1});
        row(257, {1, 1});
        row(511, {255, 1});
        row(512, {0, 2});
        row(65535, {255, 255});
        row(65536, {0, 0, 1});
        row(65537, {1, 0, 1});
        row(70000, {112, 17, 1});
    }

    void tilesAtEverySize()
    {
        QFETCH(TreeSize, size);
        QFETCH(QList<int>, widths);
        grow(size);
        const auto database = m_house->reading();
        LedgerReader reader(*database);
        QCOMPARE(reader.head()->size, size);
        const Digest root = rootOf(m_leaves);
        QCOMPARE(reader.head()->root, root);
        QCOMPARE(reader.root(size).value(), root);

        std::uint64_t covered = 1; // leaves under one hash of this level
        for (int level = 0; level < 4; ++level, covered *= TileWidth) {
            const std::uint64_t full = size / covered / TileWidth;
            const int width = level < widths.size() ? widths[level] : 0;
            for (std::uint64_t n = full > 2 ? full - 2 : 0; n < full; ++n)
                QCOMPARE(reader.tile({level, n, TileWidth}, size).value(), expected(level, n, TileWidth));
            // Every width up to today's, and nothing beyond.
            for (int w = 1; w < TileWidth; w = w < width - 1 ? width - 1 : w + 1) {
                const auto tile = reader.tile({level, full, w}, size);
                QCOMPARE(tile.has_value(), w <= width);
                if (tile)
                    QCOMPARE(*tile, expected(level, full, w));
                else
                    QCOMPARE(tile.error().code, ErrorCode::NotFound);
            }
            QVERIFY(!reader.tile({level, full, TileWidth}, size));
            QVERIFY(!reader.tile({level, full + 1, 1}, size));
        }
        QVERIFY(!reader.tile({TileId::Entries, size / TileWidth, int(size % TileWidth) + 1}, size));

        // What was published at a smaller size is still there, and this size has grown out of it.
        for (const auto &[earlier, earlierRoot] : m_sizes) {
            if (const int width = int(earlier % TileWidth); width > 0)
                QCOMPARE(reader.tile({0, earlier / TileWidth, width}, size).value(),
                    expected(0, earlier / TileWidth, width));
            const auto proof = reader.consistency(earlier, size);
            VERIFY_RESULT(proof);
            QVERIFY(verifyConsistency(earlier, size, *proof, earlierRoot, root));
            QVERIFY(!reader.tile({0, size / TileWidth, int(size % TileWidth)}, earlier));
            if (earlier > 0) {
                const auto inclusion = reader.inclusion(earlier - 1, size);
                VERIFY_RESULT(inclusion);
                QVERIFY(verifyInclusion(m_leaves[earlier - 1], earlier - 1, size, *inclusion, root));
            }
        }
        m_sizes.append({size, root});
    }

    void partsGiveWhatOneReadingGives_data()
    {
        QTest::addColumn<EntryFilter>("filter");
        EntryFilter all, tenant, searched, bounded, times, none;
        tenant.add("tenant-id=t1").value();
        searched.add("actor=actor-1").value();
        searched.add("outcome=denied").value();
        bounded.eventTypes = {"VM_DESTROYED"};
        bounded.from = 1000;
        bounded.before = 60'001;
        times.add("request-id=request-33333").value();
        times.since = TestTime + std::chrono::seconds(20'000);
        times.until = TestTime + std::chrono::seconds(50'000);
        none.from = 80'000;
        QTest::newRow("everything") << all;
        QTest::newRow("what an index finds") << tenant;
        QTest::newRow("what is searched for") << searched;
        QTest::newRow("between bounds") << bounded;
        QTest::newRow("between times") << times;
        QTest::newRow("nothing") << none;
    }

    void partsGiveWhatOneReadingGives()
    {
        QFETCH(EntryFilter, filter);
        LedgerReader reader(m_house->database());
        const auto whole = reader.indices(filter);
        VERIFY_RESULT(whole);
        for (const bool reverse : {false, true}) {
            filter.reverse = reverse;
            EntryParts parts(filter);
            QCOMPARE(parts.done(), 0u);
            std::vector<LeafIndex> found;
            std::uint64_t counted = 0, before = 0;
            auto part = parts.next(reader);
            for (; part && *part; part = parts.next(reader)) {
                QVERIFY(parts.done() > before && parts.done() <= parts.total());
                before = parts.done();
                counted += reader.count(**part).value();
                VERIFY_RESULT(reader.read(**part, [&](LeafIndex index, const QByteArray &) {
                    found.push_back(index);
                    return true;
                }));
            }
            VERIFY_RESULT(part);
            QCOMPARE(parts.done(), parts.total());
            if (reverse)
                std::ranges::reverse(found);
            QCOMPARE(found, *whole);
            QCOMPARE(counted, std::uint64_t(found.size()));
        }
    }

    void whatIsSearchedForComesInManyParts()
    {
        LedgerReader reader(m_house->database());
        EntryFilter searched;
        searched.add("outcome=denied").value();
        EntryParts parts(searched);
        int count = 0;
        while (parts.next(reader).value())
            ++count;
        QVERIFY(count >= 4);
    }

    void whatComesMeanwhileIsNotRead()
    {
        LedgerReader reader(m_house->database());
        EntryParts parts{EntryFilter()};
        const TreeSize before = m_house->ledger().size();
        const auto part = parts.next(reader).value();
        grow(before + 5);
        QCOMPARE(reader.count(*part).value(), before);
        QVERIFY(!parts.next(reader).value());
    }

private:
    void grow(TreeSize size)
    {
        const TreeSize before = m_house->ledger().size();
        m_house->growTo(size).value();
        LedgerReader(m_house->database())
            .read({.from = before},
                [&](LeafIndex, const QByteArray &bytes) {
                    m_leaves.push_back(leafHash(bytes));
                    return true;
                })
            .value();
    }

    // From the leaves, without any tile.
    QByteArray expected(int level, std::uint64_t n, int width) const
    {
        const std::size_t covered = std::size_t(1) << (8 * level);
        QByteArray bytes;
        for (int i = 0; i < width; ++i)
            bytes += rootOf(std::span(m_leaves).subspan((n * TileWidth + std::uint64_t(i)) * covered, covered)).view();
        return bytes;
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<LedgerFixture> m_house;
    std::vector<Digest> m_leaves;
    QList<std::pair<TreeSize, Digest>> m_sizes; // those before, with their roots
};

QTEST_GUILESS_MAIN(TestBigTree)
#include "tst_bigtree.moc"
