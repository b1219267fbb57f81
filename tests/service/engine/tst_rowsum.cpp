// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/rowsum.h"

#include <QtCore/qset.h>
#include <QtTest/qtest.h>

using engine::RowHash;
using engine::RowHasher;
using engine::RowKey;
using engine::RowSums;

namespace {

RowHash hash(const RowKey &key, QByteArrayView text, qint64 number)
{
    return RowHasher(key).text(text).number(number).finish();
}

} // namespace

class TestRowSum : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsThatDifferHaveOtherHashes()
    {
        const RowKey key = RowKey::random();
        const std::optional<qint64> none, zero = 0;
        const std::vector<RowHash> hashes{
            RowHasher(key).finish(),
            RowHasher(key).text("").finish(),
            RowHasher(key).text("a").text("").finish(),
            RowHasher(key).text("").text("a").finish(),
            RowHasher(key).text("ab").text("c").finish(),
            RowHasher(key).text("a").text("bc").finish(),
            RowHasher(key).text("abcdefgh").finish(),
            RowHasher(key).text("abcdefghi").finish(),
            RowHasher(key).text(QByteArrayView("a\0", 2)).finish(),
            RowHasher(key).number(1).number(2).finish(),
            RowHasher(key).number(2).number(1).finish(),
            RowHasher(key).number(-1).finish(),
            RowHasher(key).number(none).finish(),
            RowHasher(key).number(zero).finish(),
            RowHasher(key).textOrNull(std::nullopt).text("").finish(),
            RowHasher(key).text("abcd").finish(),
            RowHasher(key).text("abcde").finish(),
            RowHasher(key).text("abcdf").finish(),
            RowHasher(key).text("abcdefghijkl").finish(),
            RowHasher(key).text("abcdefghijklm").finish(),
            RowHasher(key).text("abcxefghijklm").finish(),
            RowHasher(key).smallNumbers(0, 0, 0, 0).finish(),
            RowHasher(key).smallNumbers(1, 2, 3, 4).finish(),
            RowHasher(key).smallNumbers(2, 1, 3, 4).finish(),
            RowHasher(key).smallNumbers(1, 2, 4, 3).finish(),
            RowHasher(key).smallNumbers(32767, 0, 0, 0).finish(),
            RowHasher(key).smallNumbers(32768, 0, 0, 0).finish(),
            RowHasher(key).smallNumbers(0, 32768, 0, 0).finish(),
            RowHasher(key).smallNumbers(0, 1, 0, 0).finish(),
            RowHasher(key).smallNumbers(-1, 0, 0, 0).finish(),
            RowHasher(key).smallNumbers(0, 0, 0, -1).finish(),
        };
        for (size_t i = 0; i < hashes.size(); ++i) {
            for (size_t j = 0; j < i; ++j)
                QVERIFY2(hashes[i] != hashes[j], qPrintable(QStringLiteral("%1 and %2").arg(i).arg(j)));
        }
    }

    void aKeyIsMadeForEachComparison()
    {
        const RowKey one = RowKey::random(), other = RowKey::random();
        QVERIFY(hash(one, "a", 1) != hash(other, "a", 1));
        QVERIFY(hash(one, "a", 1) == hash(one, "a", 1));
    }

    void sumsDoNotDependOnTheOrderAndEndAtNothing()
    {
        const RowKey key = RowKey::random();
        RowHash forth, back;
        for (int i = 0; i < 1000; ++i)
            forth += hash(key, QByteArray::number(i), i);
        for (int i = 999; i >= 0; --i)
            back += hash(key, QByteArray::number(i), i);
        QVERIFY(forth == back);
        for (int i = 0; i < 1000; ++i)
            forth -= hash(key, QByteArray::number((i * 7) % 1000), (i * 7) % 1000);
        QVERIFY(forth == RowHash());
    }

    // What a sum linear in the columns would pass.
    void valuesSwappedBetweenTwoRowsAreNoticed()
    {
        const RowKey key = RowKey::random();
        RowHash before = hash(key, "a", 1), after = hash(key, "a", 2);
        before += hash(key, "b", 2);
        after += hash(key, "b", 1);
        QVERIFY(before != after);
    }

    void onlyTheBucketsOfWhatDiffersDiffer()
    {
        const RowKey key = RowKey::random();
        RowSums table, told, part;
        QSet<size_t> buckets;
        for (int i = 0; i < 20'000; ++i) {
            const QByteArray id = "0192f0c1-2b3c-7d4e-8f50-" + QByteArray::number(i * 7919).rightJustified(12, '0');
            const size_t bucket = RowSums::bucketOf(key, id);
            buckets.insert(bucket);
            table.add(bucket, hash(key, id, 1));
            (i % 2 ? told : part).add(bucket, hash(key, id, 1));
        }
        told.merge(part);
        QVERIFY(std::ranges::none_of(table.differing(told), std::identity()));
        QVERIFY(buckets.size() > qsizetype(RowSums::Buckets) / 2); // they are spread
        const size_t bucket = RowSums::bucketOf(key, "x");
        told.add(bucket, hash(key, "x", 1));
        const auto differing = table.differing(told);
        QCOMPARE(std::ranges::count(differing, true), 1);
        QVERIFY(differing[bucket]);
        told.remove(bucket, hash(key, "x", 1));
        QVERIFY(std::ranges::none_of(table.differing(told), std::identity()));
    }

    void shortIdsHaveBucketsToo()
    {
        const RowKey key = RowKey::random();
        for (const char *id : {"", "a", "abcdefg"})
            QVERIFY(RowSums::bucketOf(key, id) < RowSums::Buckets);
    }
};

QTEST_GUILESS_MAIN(TestRowSum)
#include "tst_rowsum.moc"
