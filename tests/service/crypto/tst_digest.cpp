// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "service/crypto/digest.h"

#include <QtTest/qtest.h>

#include <algorithm>
#include <openssl/evp.h>
#include <thread>

using namespace Qt::StringLiterals;

class TestDigest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // NIST, Secure Hash Standard, examples of SHA-256; the empty text from the SHAVS test vectors.
    void publishedVectors_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("digest");

        QTest::newRow("of nothing") << ""_ba
                                    << "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"_ba;
        QTest::newRow("of one block") << "abc"_ba
                                      << "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"_ba;
        QTest::newRow("of two blocks") << "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"_ba
                                       << "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"_ba;
        QTest::newRow("of a million letters")
            << QByteArray(1'000'000, 'a') << "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"_ba;
    }
    void publishedVectors()
    {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, digest);
        QCOMPARE(toHex(crypto::sha256(message).view()), digest);
    }

    void partsAreTakenOneAfterTheOther()
    {
        QCOMPARE(crypto::sha256({"a", "", "bc"}), crypto::sha256("abc"));
        QVERIFY(crypto::sha256({"ab", "c"}) != crypto::sha256({"abc", "c"}));
    }

    // Round each block's end and each length of the padding; in one part, and cut so that a block is filled in two.
    void everyLengthIsHashedAsByOpenSsl()
    {
        QByteArray bytes(1200, '\0');
        for (qsizetype i = 0; i < bytes.size(); ++i)
            bytes[i] = char(i * 131 + i / 7);
        for (qsizetype size = 0; size < bytes.size(); ++size) {
            const QByteArrayView message = QByteArrayView(bytes).first(size);
            crypto::Digest wanted;
            QVERIFY(EVP_Digest(message.data(), size_t(size), wanted.bytes.data(), nullptr, EVP_sha256(), nullptr));
            QCOMPARE(crypto::sha256(message), wanted);
            const qsizetype cut = std::min<qsizetype>(size, size * 7 % 130);
            QCOMPARE(crypto::sha256({message.first(cut), message.sliced(cut)}), wanted);
        }
    }

    void aDigestComesBackFromItsBytes()
    {
        const crypto::Digest digest = crypto::sha256("abc");
        QCOMPARE(crypto::Digest::fromBytes(digest.view()), digest);
        QCOMPARE(crypto::DigestHash()(crypto::Digest::fromBytes(digest.view())), crypto::DigestHash()(digest));
    }

    void threadsDoNotDisturbOneAnother()
    {
        const QByteArray message(1000, 'x');
        const crypto::Digest expected = crypto::sha256(message);
        std::array<int, 4> wrong{};
        {
            std::vector<std::jthread> threads;
            for (int &count : wrong) {
                threads.emplace_back([&] {
                    for (int i = 0; i < 2000; ++i)
                        count += crypto::sha256(message) != expected;
                });
            }
        }
        QCOMPARE(wrong, (std::array<int, 4>{}));
    }
};

QTEST_GUILESS_MAIN(TestDigest)
#include "tst_digest.moc"
