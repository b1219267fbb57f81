// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "service/crypto/keyfile.h"
#include "service/crypto/runtime.h"
#include "service/crypto/secretfile.h"

#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace crypto;

namespace {

// RFC 8410, 10.3 and 10.1: a private key and its public half.
const QByteArray PublishedKey = "-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                                "-----END PRIVATE KEY-----\n"_ba;
const QByteArray PublishedHalf = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"_ba;

} // namespace

class TestKeyFile : public QObject
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
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        QVERIFY(m_directory->isValid());
        m_path = m_directory->filePath(u"token.key"_s);
    }

    void aKeyComesBack_data()
    {
        QTest::addColumn<QByteArray>("passphrase");
        QTest::addColumn<QByteArray>("label");
        QTest::newRow("plain") << QByteArray() << "-----BEGIN PRIVATE KEY-----"_ba;
        QTest::newRow("encrypted") << "correct horse"_ba
                                   << "-----BEGIN ENCRYPTED PRIVATE KEY-----"_ba;
    }
    void aKeyComesBack()
    {
        QFETCH(QByteArray, passphrase);
        QFETCH(QByteArray, label);
        const SigningKey key = SigningKey::generate();
        QVERIFY(writeKeyFile(m_path, key, QCA::SecureArray(passphrase)));

        const auto text = readSecretFile(m_path, 4096);
        QVERIFY(text);
        QVERIFY(text->startsWith(label));
        struct stat status = {};
        QCOMPARE(stat(QFile::encodeName(m_path).constData(), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0600));

        const auto read = readKeyFile(m_path, QCA::SecureArray(passphrase));
        QVERIFY2(read, read ? "" : qPrintable(read.error().detail));
        QVERIFY(read->publicKey() == key.publicKey());
        QCOMPARE(read->sign("m"), key.sign("m"));
    }

    void thePlainFormIsThePublishedOne()
    {
        const QByteArray seed = *fromHex("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
        const auto key = SigningKey::fromSeed(QCA::SecureArray(seed));
        QVERIFY(key);
        QVERIFY(writeKeyFile(m_path, *key));
        QCOMPARE(*readSecretFile(m_path, 4096), PublishedKey);
        QCOMPARE(toHex(readKeyFile(m_path)->publicKey().view()), PublishedHalf);
    }

    void theEncryptedFormIsAes256WithPbkdf2()
    {
        QVERIFY(writeKeyFile(m_path, SigningKey::generate(), QCA::SecureArray("p")));
        QByteArray text = *readSecretFile(m_path, 4096);
        text.replace("-----BEGIN ENCRYPTED PRIVATE KEY-----", "").replace("-----END ENCRYPTED PRIVATE KEY-----", "");
        const auto der = fromBase64(text.replace("\n", ""));
        QVERIFY(der);
        // OIDs: PBES2, PBKDF2, hmacWithSHA256 (RFC 8018, A and B), aes256-CBC (NIST).
        for (const char *oid :
            {"06092a864886f70d01050d", "06092a864886f70d01050c", "06082a864886f70d0209", "060960864801650304012a"})
            QVERIFY2(der->contains(*fromHex(oid)), oid);
    }

    void anExistingFileIsNeverReplaced()
    {
        const SigningKey first = SigningKey::generate();
        QVERIFY(writeKeyFile(m_path, first));
        const auto second = writeKeyFile(m_path, SigningKey::generate());
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::Refused);
        QVERIFY(readKeyFile(m_path)->publicKey() == first.publicKey());
    }

    void filesThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("passphrase");
        QTest::addColumn<QString>("because");

        const auto row = [](const char *name, const QByteArray &content, const QString &because) {
            QTest::newRow(name) << content << QByteArray() << because;
        };
        QTest::newRow("a passphrase for a plain key") << PublishedKey << "p"_ba << u"is not encrypted"_s;
        row("empty", ""_ba, u"no complete PEM"_s);
        row("truncated in its base64", PublishedKey.first(60), u"no complete PEM"_s);
        row("truncated in its last line", PublishedKey.chopped(10), u"no complete PEM"_s);
        row("no PEM at all", QByteArray(32, 'k'), u"no complete PEM"_s);
        row("two keys", PublishedKey + PublishedKey, u"more than the key"_s);
        row("text behind the key", PublishedKey + "x", u"more than the key"_s);
        row("a public key",
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
            "-----END PUBLIC KEY-----\n"_ba,
            u"holds a PUBLIC KEY"_s);
        row("a block with the wrong content",
            "-----BEGIN PRIVATE KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
            "-----END PRIVATE KEY-----\n"_ba,
            u"no PKCS#8"_s);
        // The published key with the OID of X25519, 1.3.101.110.
        row("a key of another kind",
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
            "-----END PRIVATE KEY-----\n"_ba,
            u"no Ed25519 key"_s);
        row("the content of a plain key under the name of an encrypted one",
            QByteArray(PublishedKey).replace("PRIVATE", "ENCRYPTED PRIVATE"), u"is encrypted"_s);
        QTest::newRow("the same with a passphrase")
            << QByteArray(PublishedKey).replace("PRIVATE", "ENCRYPTED PRIVATE") << "p"_ba << u"is damaged"_s;
        row("longer than any key", QByteArray(5000, ' ') + PublishedKey, u"longer than"_s);
    }
    void filesThatAreRefused()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, passphrase);
        QFETCH(QString, because);
        QVERIFY(writeSecretFile(m_path, content, Overwrite::Never));
        const auto read = readKeyFile(m_path, QCA::SecureArray(passphrase));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Refused);
        QVERIFY2(read.error().detail.contains(because), qPrintable(read.error().detail));
        QVERIFY(read.error().detail.contains(m_path));
    }

    void thePassphraseMustBeTheRightOne()
    {
        QVERIFY(writeKeyFile(m_path, SigningKey::generate(), QCA::SecureArray("right")));
        const auto wrong = readKeyFile(m_path, QCA::SecureArray("wrong"));
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().code, ErrorCode::Refused);
        QVERIFY(wrong.error().detail.contains("does not open"_L1));
        const auto missing = readKeyFile(m_path);
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::Refused);
        QVERIFY(missing.error().detail.contains("--key-passphrase-file"_L1));
    }

    void aFileThatOthersCanReadIsRefused()
    {
        QVERIFY(writeKeyFile(m_path, SigningKey::generate()));
        QCOMPARE(chmod(QFile::encodeName(m_path).constData(), 0644), 0);
        const auto read = readKeyFile(m_path);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Refused);
        QVERIFY(read.error().detail.contains("chmod 600"_L1));
    }

    void aLinkIsRefused()
    {
        const QString target = m_directory->filePath(u"elsewhere"_s);
        QVERIFY(writeKeyFile(target, SigningKey::generate()));
        QVERIFY(QFile::link(target, m_path));
        QCOMPARE(readKeyFile(m_path).error().code, ErrorCode::Refused);
    }

    void aMissingFileIsNamed()
    {
        const auto read = readKeyFile(m_path);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Storage);
        QVERIFY(read.error().detail.contains(m_path));
    }

private:
    std::unique_ptr<Runtime> m_runtime;
    std::unique_ptr<QTemporaryDir> m_directory;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestKeyFile)
#include "tst_keyfile.moc"
