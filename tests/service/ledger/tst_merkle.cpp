// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/ledger/vectors.h"

#include <QtCore/qrandom.h>

using namespace Qt::StringLiterals;
using namespace ledger;

class TestMerkle : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rootsOfThePublishedLog_data()
    {
        QTest::addColumn<TreeSize>("size");
        QTest::addColumn<QByteArray>("root");
        QTest::newRow("no entry") << TreeSize(0) << "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="_ba;
        int rows = 0;
        for (const QByteArray &line : vectorFile(u"vectors.txt"_s).split('\n')) {
            const QList<QByteArray> words = line.split(' ');
            if (words.size() != 3 || words[0] != "root")
                continue;
            QTest::addRow("%s entries", words[1].constData()) << TreeSize(words[1].toULongLong()) << words[2];
            ++rows;
        }
        QCOMPARE(rows, 9);
    }

    void rootsOfThePublishedLog()
    {
        QFETCH(TreeSize, size);
        QFETCH(QByteArray, root);
        const auto leaves = vectorLeaves(size);
        QCOMPARE(base64(rootOf(leaves)), root);
        Frontier frontier;
        for (const Digest &leaf : leaves)
            frontier.append(leaf, [](int, const Digest &) {});
        QCOMPARE(base64(frontier.root()), root);
        const auto read = rootAt(size, readerOver(leaves));
        QVERIFY(read);
        QCOMPARE(base64(*read), root);
    }

    void theLeafOfAnEmptyEntry()
    {
        QCOMPARE(toHex(leafHash({}).view()), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"_ba);
    }

    void publishedProofs()
    {
        const auto leaves = vectorLeaves(7);
        const auto text = [](const Result<std::vector<Digest>> &proof) {
            QByteArrayList hashes;
            for (const Digest &hash : proof.value())
                hashes.append(base64(hash));
            return hashes;
        };
        const QByteArrayList inclusion = {"SFM123z+yWXxX/dF/GJcQdXqJkaTaTAWWCj3PdS2iFQ=",
            "vhV4G2KKKEFMHIoRuG24Qi+hBBIV/g18RJbSPNoeQUI=", "l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4="};
        const QByteArrayList fromThree = {
            "V8efTzGuApxdS9MLBzwnyU35NDiytGl+Hh7vW8A5SkE=", "YcoROfaBWEHVuvLQ0tm9nf7pfImN1ve6DAqpQe5sAes=",
            "WkdmL9ijF9lgSaP59HxV3GfKZgUbqjaD27GbL+CaB7A=", "lK+4osoFHAVFjqOdzRmxvWjn4zUp8QtDnSphWlH2NuI="};
        const QByteArrayList fromFour = {"lK+4osoFHAVFjqOdzRmxvWjn4zUp8QtDnSphWlH2NuI="};
        QCOMPARE(text(inclusionProof(5, 7, readerOver(leaves))), inclusion);
        QCOMPARE(text(consistencyProof(3, 7, readerOver(leaves))), fromThree);
        QCOMPARE(text(consistencyProof(4, 7, readerOver(leaves))), fromFour);
    }

    // Every inclusion proof of every size, and every pair of sizes.
    void everyProofUpTo300Entries()
    {
        const auto leaves = randomLeaves(300);
        // Each subtree is needed many times over.
        QHash<std::pair<int, std::uint64_t>, Digest> known;
        const auto slow = readerOver(leaves);
        const HashReader read = [&](int level, std::uint64_t index) -> Result<Digest> {
            const auto found = known.constFind({level, index});
            if (found != known.cend())
                return *found;
            ASSIGN_OR_RETURN(const Digest hash, slow(level, index));
            known.insert({level, index}, hash);
            return hash;
        };
        std::vector<Digest> roots;
        for (TreeSize size = 0; size <= leaves.size(); ++size) {
            roots.push_back(rootOf(std::span(leaves).first(size)));
            for (LeafIndex i = 0; i < size; ++i) {
                const auto proof = inclusionProof(i, size, read);
                QVERIFY(proof);
                QVERIFY(verifyInclusion(leaves[i], i, size, *proof, roots[size]));
                QVERIFY(!verifyInclusion(leaves[(i + 1) % 300], i, size, *proof, roots[size]));
            }
            for (TreeSize older = 0; older <= size; ++older) {
                const auto proof = consistencyProof(older, size, read);
                QVERIFY(proof);
                QVERIFY(verifyConsistency(older, size, *proof, roots[older], roots[size]));
            }
        }
    }

    void aSpoiledProofIsRefused()
    {
        const auto leaves = randomLeaves(100);
        const auto read = readerOver(leaves);
        const Digest root = rootOf(leaves), olderRoot = rootOf(std::span(leaves).first(37));
        const auto inclusion = inclusionProof(41, 100, read), consistency = consistencyProof(37, 100, read);
        QVERIFY(inclusion && consistency);
        for (std::size_t i = 0; i < inclusion->size(); ++i) {
            auto spoiled = *inclusion;
            spoiled[i].bytes[31] ^= 1;
            QVERIFY(!verifyInclusion(leaves[41], 41, 100, spoiled, root));
        }
        for (std::size_t i = 0; i < consistency->size(); ++i) {
            auto spoiled = *consistency;
            spoiled[i].bytes[0] ^= 0x80;
            QVERIFY(!verifyConsistency(37, 100, spoiled, olderRoot, root));
        }
        auto longer = *inclusion;
        longer.push_back(root);
        QVERIFY(!verifyInclusion(leaves[41], 41, 100, longer, root));
        auto shorter = *inclusion;
        shorter.pop_back();
        QVERIFY(!verifyInclusion(leaves[41], 41, 100, shorter, root));
        QVERIFY(!verifyInclusion(leaves[41], 42, 100, *inclusion, root));
        QVERIFY(!verifyInclusion(leaves[41], 41, 41, *inclusion, root));
        QVERIFY(!verifyConsistency(36, 100, *consistency, olderRoot, root));
        QVERIFY(!verifyConsistency(37, 100, {}, olderRoot, root));
        QVERIFY(!verifyConsistency(101, 100, *consistency, olderRoot, root));
        QVERIFY(!verifyConsistency(100, 100, {}, olderRoot, root));
        QVERIFY(!verifyConsistency(0, 100, {}, olderRoot, root));
    }

    void proofsOutsideOfTheTreeAreRefused()
    {
        const auto leaves = randomLeaves(5);
        const auto read = readerOver(leaves);
        QCOMPARE(inclusionProof(5, 5, read).error().code, ErrorCode::InvalidField);
        QCOMPARE(inclusionProof(0, 0, read).error().code, ErrorCode::InvalidField);
        QCOMPARE(consistencyProof(6, 5, read).error().code, ErrorCode::InvalidField);
    }

    void theFrontierNamesEverySubtreeOnce()
    {
        const auto leaves = randomLeaves(64);
        Frontier frontier;
        int subtrees = 0;
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            frontier.append(leaves[i], [&](int level, const Digest &hash) {
                const std::size_t count = std::size_t(1) << level;
                QCOMPARE((i + 1) % count, 0U);
                QCOMPARE(base64(hash), base64(rootOf(std::span(leaves).subspan(i + 1 - count, count))));
                ++subtrees;
            });
        }
        QCOMPARE(subtrees, 63);
    }

private:
    static std::vector<Digest> randomLeaves(std::size_t count)
    {
        QRandomGenerator random(20261123); // the same tree in every run
        std::vector<Digest> leaves(count);
        for (Digest &leaf : leaves) {
            for (uchar &byte : leaf.bytes)
                byte = uchar(random.bounded(256));
        }
        return leaves;
    }
};

QTEST_GUILESS_MAIN(TestMerkle)
#include "tst_merkle.moc"
