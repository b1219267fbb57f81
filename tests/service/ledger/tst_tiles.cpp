// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/tiles.h"
#include "service/ledger/tilestore.h"
#include "tests/service/ledger/vectors.h"

using namespace Qt::StringLiterals;
using namespace ledger;

class TestTiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void canonicalPaths_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<int>("level");
        QTest::addColumn<quint64>("n");
        QTest::addColumn<int>("width");
        QTest::newRow("the first tile") << "tile/0/000"_ba << 0 << quint64(0) << 256;
        QTest::newRow("the last of one group") << "tile/0/999"_ba << 0 << quint64(999) << 256;
        QTest::newRow("the first of two groups") << "tile/0/x001/000"_ba << 0 << quint64(1000) << 256;
        QTest::newRow("three groups") << "tile/1/x001/x234/067"_ba << 1 << quint64(1234067) << 256;
        QTest::newRow("the highest level") << "tile/63/000.p/1"_ba << 63 << quint64(0) << 1;
        QTest::newRow("a partial tile") << "tile/0/001.p/44"_ba << 0 << quint64(1) << 44;
        QTest::newRow("the widest partial tile") << "tile/0/x001/000.p/255"_ba << 0 << quint64(1000) << 255;
        QTest::newRow("an entry bundle") << "tile/entries/000"_ba << -1 << quint64(0) << 256;
        QTest::newRow("a partial entry bundle") << "tile/entries/x001/067.p/7"_ba << -1 << quint64(1067) << 7;
        QTest::newRow("the highest number")
            << "tile/0/x018/x446/x744/x073/x709/x551/615"_ba << 0 << quint64(UINT64_MAX) << 256;
    }

    void canonicalPaths()
    {
        QFETCH(QByteArray, path);
        QFETCH(int, level);
        QFETCH(quint64, n);
        QFETCH(int, width);
        const TileId tile{level, n, width};
        QCOMPARE(tilePath(tile), path);
        const auto parsed = parseTilePath(path);
        QVERIFY(parsed);
        QVERIFY(*parsed == tile);
    }

    void otherSpellingsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::newRow("a group of zeros in front") << "tile/0/x000/000"_ba;
        QTest::newRow("one digit") << "tile/0/0"_ba;
        QTest::newRow("four digits") << "tile/0/0000"_ba;
        QTest::newRow("a group without its x") << "tile/0/001/000"_ba;
        QTest::newRow("an x before the last group") << "tile/0/x001"_ba;
        QTest::newRow("two digits in a group") << "tile/0/00/000"_ba;
        QTest::newRow("a capital X") << "tile/0/X001/000"_ba;
        QTest::newRow("a level with a leading zero") << "tile/00/000"_ba;
        QTest::newRow("a level past 63") << "tile/64/000"_ba;
        QTest::newRow("a signed level") << "tile/+1/000"_ba;
        QTest::newRow("no level") << "tile//000"_ba;
        QTest::newRow("a partial tile of no width") << "tile/0/000.p/0"_ba;
        QTest::newRow("a width with a leading zero") << "tile/0/000.p/01"_ba;
        QTest::newRow("a partial tile of full width") << "tile/0/000.p/256"_ba;
        QTest::newRow("a partial tile without width") << "tile/0/000.p/"_ba;
        QTest::newRow("a width and more") << "tile/0/000.p/1/"_ba;
        QTest::newRow("a slash at the end") << "tile/0/000/"_ba;
        QTest::newRow("a slash in front") << "/tile/0/000"_ba;
        QTest::newRow("a doubled slash") << "tile/0//000"_ba;
        QTest::newRow("a capital") << "Tile/0/000"_ba;
        QTest::newRow("a percent escape") << "tile/0/%30%30%30"_ba;
        QTest::newRow("the parent") << "tile/0/../0/000"_ba;
        QTest::newRow("a number past 64 bits") << "tile/0/x018/x446/x744/x073/x709/x551/616"_ba;
        QTest::newRow("a number far past 64 bits") << "tile/0/x999/x999/x999/x999/x999/x999/x999/999"_ba;
        QTest::newRow("a NUL behind it") << "tile/0/000\0"_ba;
        QTest::newRow("a line end behind it") << "tile/0/000\n"_ba;
        QTest::newRow("bundles in the singular") << "tile/entry/000"_ba;
        QTest::newRow("nothing") << ""_ba;
        QTest::newRow("the folder") << "tile/0"_ba;
    }

    void otherSpellingsAreRefused()
    {
        QFETCH(QByteArray, path);
        QVERIFY(!parseTilePath(path));
    }

    // The widths of the last tile of levels 0, 1 and 2, and how many full ones go before it.
    void widths_data()
    {
        QTest::addColumn<TreeSize>("size");
        QTest::addColumn<QList<int>>("partial");
        QTest::addColumn<QList<int>>("full");
        const auto row = [](TreeSize size, QList<int> full, QList<int> partial) {
            QTest::addRow("%llu entries", qulonglong(size)) << size << partial << full;
        };
        row(0, {0, 0, 0}, {0, 0, 0});
        row(1, {0, 0, 0}, {1, 0, 0});
        row(2, {0, 0, 0}, {2, 0, 0});
        row(255, {0, 0, 0}, {255, 0, 0});
        row(256, {1, 0, 0}, {0, 1, 0});
        row(257, {1, 0, 0}, {1, 1, 0});
        row(511, {1, 0, 0}, {255, 1, 0});
        row(512, {2, 0, 0}, {0, 2, 0});
        row(65535, {255, 0, 0}, {255, 255, 0});
        row(65536, {256, 1, 0}, {0, 0, 1});
        row(65537, {256, 1, 0}, {1, 0, 1});
        row(70000, {273, 1, 0}, {112, 17, 1}); // the example of tlog-tiles, "Partial Tiles"
    }

    void widths()
    {
        QFETCH(TreeSize, size);
        QFETCH(QList<int>, partial);
        QFETCH(QList<int>, full);
        for (int level = 0; level < 3; ++level) {
            const auto count = std::uint64_t(full[level]);
            QCOMPARE(tileWidthAt(level, count, size), partial[level]);
            QCOMPARE(tileWidthAt(level, count + 1, size), 0);
            if (count > 0)
                QCOMPARE(tileWidthAt(level, count - 1, size), 256);
        }
        QCOMPARE(tileWidthAt(TileId::Entries, std::uint64_t(full[0]), size), partial[0]);
        QCOMPARE(tileWidthAt(63, 0, size), 0);
    }

    void publishedTiles_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<TreeSize>("first");
        QTest::addColumn<TreeSize>("end");
        QTest::newRow("the full tile") << u"000"_s << TreeSize(0) << TreeSize(256);
        QTest::newRow("the partial tile") << u"001.p/44"_s << TreeSize(256) << TreeSize(300);
    }

    void publishedTiles()
    {
        QFETCH(QString, file);
        QFETCH(TreeSize, first);
        QFETCH(TreeSize, end);
        const auto leaves = vectorLeaves(300);
        const auto hashes = std::span(leaves).subspan(first, end - first);
        QCOMPARE(toBytes(hashes), vectorFile(u"log-300/log/tile/0/"_s + file));
        QVERIFY(std::ranges::equal(toDigests(toBytes(hashes)), hashes));
        QByteArray bundle;
        for (LeafIndex i = first; i < end; ++i)
            appendToBundle(bundle, vectorEntry(i));
        QCOMPARE(bundle, vectorFile(u"log-300/log/tile/entries/"_s + file));
    }

    void thePublishedUpperTile()
    {
        const auto leaves = vectorLeaves(256);
        QCOMPARE(rootOf(leaves).view(), vectorFile(u"log-300/log/tile/1/000.p/1"_s));
    }

    void lengthsInABundleAreBigEndian()
    {
        QByteArray bundle;
        appendToBundle(bundle, {});
        appendToBundle(bundle, QByteArray(MaxEntrySize, 'x'));
        QCOMPARE(bundle.first(4).toHex(), "0000ffff"_ba);
        QCOMPARE(bundle.size(), 2 + 2 + MaxEntrySize);
    }
};

QTEST_GUILESS_MAIN(TestTiles)
#include "tst_tiles.moc"
