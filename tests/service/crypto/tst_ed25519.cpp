// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "service/crypto/ed25519.h"
#include "service/crypto/ed25519provider.h"
#include "service/crypto/runtime.h"

#include <QtTest/qtest.h>

#include <thread>

using namespace Qt::StringLiterals;
using namespace crypto;

namespace {

PublicKey unchecked(const QByteArray &hex)
{
    PublicKey key;
    std::ranges::copy(*fromHex(hex), key.bytes.begin());
    return key;
}

// RFC 8032, 7.1, TEST 2: the message is the one byte 72.
const QByteArray Test2Key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"_ba;
const QByteArray Test2Signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"_ba;

} // namespace

class TestEd25519 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = Runtime::start();
        QVERIFY(runtime);
        m_runtime = std::move(*runtime);
    }
    void cleanupTestCase() { m_runtime.reset(); }

    // RFC 8032, 7.1.
    void publishedVectors_data()
    {
        QTest::addColumn<QByteArray>("seed");
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("signature");

        QTest::newRow("TEST 1, an empty message")
            << "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"_ba
            << "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"_ba
            << ""_ba
            << "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd2"
               "5bf5f0595bbe24655141438e7a100b"_ba;
        QTest::newRow("TEST 2, one byte") << "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"_ba
                                          << Test2Key << "72"_ba << Test2Signature;
        QTest::newRow("TEST 3, two bytes")
            << "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"_ba
            << "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"_ba
            << "af82"_ba
            << "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a"
               "7c15e9716ed28dc027beceea1ec40a"_ba;
        QTest::newRow("TEST SHA(abc), 64 bytes")
            << "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"_ba
            << "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"_ba
            << "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd45"
               "4d4423643ce80e2a9ac94fa54ca49f"_ba
            << "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303d"
               "ca179c138ac17ad9bef1177331a704"_ba;
    }
    void publishedVectors()
    {
        QFETCH(QByteArray, seed);
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, signature);
        message = *fromHex(message);

        const auto signer = SigningKey::fromSeed(QCA::SecureArray(*fromHex(seed)));
        QVERIFY(signer);
        QCOMPARE(toHex(signer->publicKey().view()), key);
        QCOMPARE(toHex(signer->sign(message)), signature);
        QCOMPARE(toHex(signer->seed().toByteArray()), seed);

        const auto publicKey = publicKeyFromBytes(*fromHex(key));
        QVERIFY(publicKey);
        QVERIFY(verifySignature(*publicKey, message, *fromHex(signature)));
        QVERIFY(!verifySignature(*publicKey, message + 'x', *fromHex(signature)));
    }

    void signaturesThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("signature");

        const QByteArray good = *fromHex(Test2Signature);
        QTest::newRow("one byte short") << good.chopped(1);
        QTest::newRow("one byte long") << good + '\0';
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("all zero") << QByteArray(64, '\0');
        for (const int byte : {0, 31, 32, 62}) {
            QByteArray flipped = good;
            flipped[byte] = char(flipped[byte] ^ 1);
            QTest::addRow("with a bit flipped in byte %d", byte) << flipped;
        }
        // The same S plus the order of the group: the equation holds, the range does not (RFC 8032, 5.1.7).
        QTest::newRow("with S + L in place of S") << sPlusOrder(good);
        QByteArray high = good;
        high[63] = char(high[63] | 0x80);
        QTest::newRow("with the top bit of S set") << high;
    }
    void signaturesThatAreRefused()
    {
        QFETCH(QByteArray, signature);
        QVERIFY(!verifySignature(unchecked(Test2Key), "\x72", signature));
    }

    void anotherKeyIsRefusedAfterTheFirst()
    {
        const QByteArray signature = *fromHex(Test2Signature);
        const SigningKey other = SigningKey::generate();
        for (int i = 0; i < 3; ++i) {
            QVERIFY(verifySignature(unchecked(Test2Key), "\x72", signature));
            QVERIFY(!verifySignature(other.publicKey(), "\x72", signature));
        }
    }

    void keysThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QString>("because");

        const QString smallOrder = u"small order"_s, spelling = u"second spelling"_s, curve = u"no point"_s;
        const auto row = [](const char *name, const QByteArray &hex, const QString &because) {
            QTest::newRow(name) << *fromHex(hex) << because;
        };
        const QByteArray zeros(60, '0'), ones(60, 'f');
        row("order 1, y = 1", "01" + zeros + "00", smallOrder);
        row("order 1 with the sign bit", "01" + zeros + "80", smallOrder);
        row("order 2, y = -1", "ec" + ones + "7f", smallOrder);
        row("order 2 with the sign bit", "ec" + ones + "ff", smallOrder);
        row("order 4, y = 0", "00" + zeros + "00", smallOrder);
        row("order 4 with the sign bit", "00" + zeros + "80", smallOrder);
        row("order 8, first y", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", smallOrder);
        row("order 8, first y with the sign bit", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            smallOrder);
        row("order 8, second y", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", smallOrder);
        row("order 8, second y with the sign bit", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            smallOrder);
        row("y = p, which is 0 again", "ed" + ones + "7f", spelling);
        row("y = p + 1, which is 1 again", "ee" + ones + "7f", spelling);
        row("y = p with the sign bit", "ed" + ones + "ff", spelling);
        row("the largest y of 255 bits", "ff" + ones + "7f", spelling);
        row("y = 3 written as p + 3", "f0" + ones + "7f", spelling);
        row("y = 2, off the curve", "02" + zeros + "00", curve);
        row("y = 7, off the curve", "07" + zeros + "00", curve);
        row("y = 2 with the sign bit", "02" + zeros + "80", curve);
        row("31 bytes", QByteArray(62, '1'), u"has 31"_s);
        row("33 bytes", QByteArray(66, '1'), u"has 33"_s);
        row("no bytes", "", u"has 0"_s);
    }
    void keysThatAreRefused()
    {
        QFETCH(QByteArray, key);
        QFETCH(QString, because);
        const auto result = publicKeyFromBytes(key);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::InvalidField);
        QVERIFY2(result.error().detail.contains(because), qPrintable(result.error().detail));
    }

    void pointsOfTheCurveAreTaken()
    {
        for (const char y : {'\3', '\4', '\5', '\6'}) {
            QByteArray bytes(32, '\0');
            bytes[0] = y;
            QVERIFY(publicKeyFromBytes(bytes));
        }
        for (int i = 0; i < 50; ++i)
            QVERIFY(publicKeyFromBytes(SigningKey::generate().publicKey().view()));
    }

    // With A the neutral element, R = A and S = 0 fit every message: OpenSSL says yes.
    void theSignatureThatFitsEveryMessageIsRefused()
    {
        const PublicKey neutral = unchecked("01" + QByteArray(62, '0'));
        const QByteArray signature = neutral.view().toByteArray() + QByteArray(32, '\0');
        Ed25519 openssl;
        QVERIFY(openssl->setPublicKey(neutral.view()));
        QVERIFY(openssl->verify("anything", signature));
        QVERIFY(!verifySignature(neutral, "anything", signature));
        const PublicKey secondName = unchecked("ee" + QByteArray(60, 'f') + "7f");
        QVERIFY(openssl->setPublicKey(secondName.view()));
        QVERIFY(openssl->verify("anything", signature));
        QVERIFY(!verifySignature(secondName, "anything", signature));
        QVERIFY(!verifySignature(PublicKey(), "anything", QByteArray(64, '\0')));
    }

    void aSeedOfAnotherLengthIsRefused()
    {
        for (const int size : {0, 31, 33, 64}) {
            const auto key = SigningKey::fromSeed(QCA::SecureArray(size, 'x'));
            QVERIFY(!key);
            QCOMPARE(key.error().code, ErrorCode::Refused);
        }
    }

    void generatedKeysDiffer()
    {
        const SigningKey a = SigningKey::generate(), b = SigningKey::generate();
        QVERIFY(a.publicKey() != b.publicKey());
        QVERIFY(verifySignature(a.publicKey(), "m", a.sign("m")));
        QVERIFY(!verifySignature(b.publicKey(), "m", a.sign("m")));
    }

    void aMovedKeySignsAsBefore()
    {
        SigningKey key = SigningKey::generate();
        const PublicKey publicKey = key.publicKey();
        const QByteArray signature = key.sign("m");
        SigningKey moved = std::move(key);
        QCOMPARE(moved.sign("m"), signature);
        key = std::move(moved);
        QCOMPARE(key.sign("m"), signature);
        QVERIFY(key.publicKey() == publicKey);
    }

    void aCopiedAlgorithmKeepsItsKey()
    {
        Ed25519 first;
        QVERIFY(first->setSeed(QCA::SecureArray(32, 's')));
        Ed25519 second = first;
        QVERIFY(second->setSeed(QCA::SecureArray(32, 't')));
        QVERIFY(first->publicKey() != second->publicKey());
    }

    void oneContextSignsAndVerifiesInTurn()
    {
        Ed25519 key;
        QVERIFY(key->setSeed(QCA::SecureArray(32, 's')));
        for (int i = 0; i < 3; ++i) {
            const QByteArray message = QByteArray::number(i), signature = key->sign(message);
            QVERIFY(key->verify(message, signature));
            QVERIFY(!key->verify(message + 'x', signature));
        }
    }

    void threadsVerifyAtOnce()
    {
        const SigningKey key = SigningKey::generate();
        const QByteArray signature = key.sign("m");
        const PublicKey publicKey = key.publicKey();
        std::array<int, 4> right{};
        {
            std::vector<std::jthread> threads;
            for (int &count : right) {
                threads.emplace_back([&] {
                    for (int i = 0; i < 100; ++i)
                        count += verifySignature(publicKey, "m", signature);
                });
            }
        }
        QCOMPARE(right, (std::array<int, 4>{100, 100, 100, 100}));
    }

private:
    static QByteArray sPlusOrder(QByteArray signature)
    {
        const QByteArray order = *fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        int carry = 0;
        for (int i = 0; i < 32; ++i) {
            carry += uchar(signature[32 + i]) + uchar(order[i]);
            signature[32 + i] = char(carry);
            carry >>= 8;
        }
        return signature;
    }

    std::unique_ptr<Runtime> m_runtime;
};

QTEST_GUILESS_MAIN(TestEd25519)
#include "tst_ed25519.moc"
