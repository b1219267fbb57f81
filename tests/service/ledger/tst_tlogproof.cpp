// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/runtime.h"
#include "service/ledger/checkpoint.h"
#include "service/ledger/tlogproof.h"
#include "tests/service/ledger/vectors.h"

using namespace Qt::StringLiterals;
using namespace ledger;

class TestTlogProof : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_runtime = crypto::Runtime::start().value(); }

    // C2SP tlog-proof, "Format", over the published log.
    void aProofIsItsLinesAndTheCheckpoint()
    {
        const QByteArray checkpoint = vectorFile(u"log-300/log/checkpoint"_s);
        const auto leaves = vectorLeaves(300);
        const auto hashes = inclusionProof(299, 300, readerOver(leaves)).value();
        const QByteArray text = tlogProof(299, hashes, checkpoint);
        QByteArrayList lines = text.split('\n');
        QCOMPARE(lines.takeFirst(), "c2sp.org/tlog-proof@v1");
        QCOMPARE(lines.takeFirst(), "index 299");
        std::vector<Digest> read;
        while (!lines.first().isEmpty()) {
            const auto hash = fromBase64(lines.takeFirst());
            QVERIFY(hash && hash->size() == 32);
            read.push_back(Digest::fromBytes(*hash));
        }
        QCOMPARE(text.sliced(text.indexOf("\n\n") + 2), checkpoint);
        const auto note = parseNote(checkpoint);
        QVERIFY(verifyInclusion(leaves[299], 299, 300, read, parseCheckpoint(note->text)->root));
    }

    void inATreeOfOneThereAreNoHashes()
    {
        QCOMPARE(tlogProof(0, {}, "log\n1\nroot\n\nsignature\n"),
            "c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n1\nroot\n\nsignature\n");
    }

private:
    std::unique_ptr<crypto::Runtime> m_runtime;
};

QTEST_GUILESS_MAIN(TestTlogProof)
#include "tst_tlogproof.moc"
