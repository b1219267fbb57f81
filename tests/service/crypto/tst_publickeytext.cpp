// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace crypto;

namespace {

// The public half of the seed 00 01 … 1f; its base64 has characters that tell the two alphabets apart.
const QByteArray Hex = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"_ba;
const QString Url = u"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"_s;
const QString Standard = u"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="_s;

// RFC 8410, 10.1, and the same key as ssh-keygen writes it.
const QByteArray PublishedHex = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"_ba;
const QString Pem = u"-----BEGIN PUBLIC KEY-----\n"
                    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                    "-----END PUBLIC KEY-----"_s;
const QString SshBase64 = u"AAAAC3NzaC1lZDI1NTE5AAAAIBm/RAlphM3+hUG6wWfcO5bIUIaqMLa2ywxcOK1wMWbh"_s;
const QString Ssh = u"ssh-ed25519 "_s + SshBase64;

QString sshLine(const QByteArray &wire)
{
    return u"ssh-ed25519 "_s + QString::fromLatin1(toBase64(wire));
}

} // namespace

class TestPublicKeyText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textsThatAreTaken_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("key");

        QTest::newRow("base64url") << Url << Hex;
        QTest::newRow("base64url with padding") << Url + u'=' << Hex;
        QTest::newRow("base64") << Standard << Hex;
        QTest::newRow("base64 without padding") << Standard.chopped(1) << Hex;
        QTest::newRow("hex in lower case") << QString::fromLatin1(Hex) << Hex;
        QTest::newRow("hex in upper case") << QString::fromLatin1(Hex).toUpper() << Hex;
        QTest::newRow("hex in both cases") << u"03A107BFf3ce"_s + QString::fromLatin1(Hex).sliced(12) << Hex;
        QTest::newRow("blanks and line ends around it") << u" \t\r\n"_s + Url + u"\n\n "_s << Hex;
        QTest::newRow("an OpenSSH line") << Ssh << PublishedHex;
        QTest::newRow("an OpenSSH line with a comment") << Ssh + u" alice@example.org\n"_s << PublishedHex;
        QTest::newRow("an OpenSSH line with a comment of several words")
            << Ssh + u" Alice's k\u00e9y, 2026"_s << PublishedHex;
        QTest::newRow("a PEM block") << Pem << PublishedHex;
        QTest::newRow("a PEM block with line ends of Windows")
            << QString(Pem).replace(u"\n"_s, u"\r\n"_s) + u"\r\n"_s << PublishedHex;
        QTest::newRow("a PEM block broken into short lines")
            << QString(Pem).insert(40, u'\n').insert(60, u'\n') << PublishedHex;
    }
    void textsThatAreTaken()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, key);
        const auto parsed = parsePublicKeyText(text);
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
        QCOMPARE(toHex(parsed->view()), key);
        QCOMPARE(*parsePublicKeyText(QString::fromLatin1(publicKeyToText(*parsed))), *parsed);
    }

    void textsThatAreRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("because");

        const QString unread = u"can't be read"_s, privateKey = u"private key"_s;
        QTest::newRow("nothing") << u""_s << u"no key here"_s;
        QTest::newRow("blanks") << u" \n"_s << u"no key here"_s;
        QTest::newRow("words") << u"my public key"_s << unread;
        QTest::newRow("a very long text") << QString(5000, u'A') << u"too long"_s;
        QTest::newRow("both alphabets mixed") << u"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1f/dyGZBJVMbg"_s << unread;
        QTest::newRow("stray bits in the last character") << Url.chopped(1) + u'h' << unread;
        QTest::newRow("stray bits before the padding") << Standard.chopped(2) + u"h="_s << unread;
        QTest::newRow("too much padding") << Url + u"=="_s << unread;
        QTest::newRow("padding only") << u"===="_s << unread;
        QTest::newRow("a blank inside") << QString(Url).insert(10, u' ') << unread;
        QTest::newRow("a character outside ASCII") << QString(Url).replace(3, 1, u"\u00c9"_s) << unread;
        QTest::newRow("31 bytes of base64") << QString::fromLatin1(toBase64(QByteArray(31, 'k'))) << u"holds 31"_s;
        QTest::newRow("64 bytes of base64") << QString::fromLatin1(toBase64(QByteArray(64, 'k'))) << u"holds 64"_s;
        QTest::newRow("64 characters that are base64 and not hex") << QString(63, u'a') + u'g' << u"holds 48"_s;
        QTest::newRow("hex with one digit missing") << QString::fromLatin1(Hex).chopped(1) << unread;
        QTest::newRow("hex of a point of small order") << u"01"_s + QString(62, u'0') << u"small order"_s;
        QTest::newRow("hex of a y past the prime") << QString(62, u'f') + u"7f"_s << u"second spelling"_s;
        QTest::newRow("hex off the curve") << u"02"_s + QString(62, u'0') << u"no point"_s;

        QTest::newRow("a private key of OpenSSH")
            << u"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----"_s
            << privateKey;
        QTest::newRow("a private key in PEM")
            << u"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
               "-----END PRIVATE KEY-----"_s
            << privateKey;
        QTest::newRow("an encrypted private key")
            << u"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"_s << privateKey;
        QTest::newRow("a private key behind other text")
            << u"here: -----BEGIN EC PRIVATE KEY-----\nAAAA"_s << privateKey;
        QTest::newRow("a private key of PuTTY")
            << u"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none"_s << privateKey;

        QTest::newRow("an RSA line") << u"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB alice"_s << u"another kind"_s;
        QTest::newRow("an ECDSA line") << u"ecdsa-sha2-nistp256 AAAAE2Vj alice"_s << u"another kind"_s;
        QTest::newRow("a line of a security key")
            << u"sk-ssh-ed25519@openssh.com AAAAGnNr alice"_s << u"another kind"_s;
        QTest::newRow("two lines") << Ssh + u'\n' + Ssh << u"more than one line"_s;
        QTest::newRow("a line without its base64") << u"ssh-ed25519"_s << u"not base64"_s;
        QTest::newRow("a line cut short") << Ssh.chopped(3) << u"not base64"_s;
        QTest::newRow("a line cut short at a group of four") << Ssh.chopped(4) << u"not the public key"_s;
        QTest::newRow("a line in base64url") << QString(Ssh).replace(u'/', u'_').replace(u'+', u'-') << u"not base64"_s;
        const QByteArray name("\0\0\0\x0bssh-ed25519", 15), key = *fromHex(Hex);
        QTest::newRow("a line that names another kind inside")
            << sshLine(QByteArray("\0\0\0\x0bssh-ed25518", 15) + QByteArray("\0\0\0\x20", 4) + key)
            << u"not the public key"_s;
        QTest::newRow("a line with bytes behind the key")
            << sshLine(name + QByteArray("\0\0\0\x20", 4) + key + 'x') << u"not the public key"_s;
        QTest::newRow("a line whose key claims to be longer")
            << sshLine(name + QByteArray("\0\0\0\x21", 4) + key) << u"not the public key"_s;
        QTest::newRow("a line whose key claims four gigabytes")
            << sshLine(name + QByteArray("\xff\xff\xff\xff", 4) + key) << u"not the public key"_s;
        QTest::newRow("a line with a key of 31 bytes")
            << sshLine(name + QByteArray("\0\0\0\x1f", 4) + key.chopped(1)) << u"has 31"_s;
        QTest::newRow("a line with an empty wire") << sshLine("") << u"not base64"_s;
        QTest::newRow("a line with three bytes of wire") << sshLine("abc") << u"not the public key"_s;
        QTest::newRow("a line with a point of small order")
            << sshLine(name + QByteArray("\0\0\0\x20", 4) + QByteArray(32, '\0')) << u"small order"_s;

        QTest::newRow("a certificate") << u"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"_s
                                       << u"not a PUBLIC KEY"_s;
        QTest::newRow("a PEM block without its end") << Pem.chopped(26) << u"no line -----END"_s;
        QTest::newRow("a PEM block with text behind it") << Pem + u"\nx"_s << u"no line -----END"_s;
        QTest::newRow("a PEM block with stray characters")
            << QString(Pem).replace(u"MCow"_s, u"MC*w"_s) << u"not base64"_s;
        QTest::newRow("an empty PEM block")
            << u"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"_s << u"another kind"_s;
        QTest::newRow("one line of PEM") << u"-----BEGIN PUBLIC KEY-----"_s << u"no line -----END"_s;
        // The published key with the OID of X25519, 1.3.101.110.
        QTest::newRow("a PEM block of another kind")
            << QString(Pem).replace(u"K2VwAy"_s, u"K2VuAy"_s) << u"another kind"_s;
        QTest::newRow("two PEM blocks") << Pem + u'\n' + Pem << u"not base64"_s;
    }
    void textsThatAreRefused()
    {
        QFETCH(QString, text);
        QFETCH(QString, because);
        const auto parsed = parsePublicKeyText(text);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::InvalidField);
        QVERIFY2(parsed.error().detail.contains(because), qPrintable(parsed.error().detail));
        QVERIFY(parsed.error().detail.endsWith(u'.'));
    }

    void aPrivateKeyIsNotRepeated()
    {
        const auto parsed = parsePublicKeyText(u"-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----");
        QVERIFY(!parsed);
        QVERIFY(!parsed.error().detail.contains("SECRET"_L1));
    }

    void thumbprints_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QByteArray>("thumbprint");
        QTest::newRow("RFC 8037, A.3") << u"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"_s
                                       << "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"_ba;
        QTest::newRow("the key of the seed 00 01 … 1f") << Url << "1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y"_ba;
    }
    void thumbprints()
    {
        QFETCH(QString, key);
        QFETCH(QByteArray, thumbprint);
        QCOMPARE(keyThumbprint(*parsePublicKeyText(key)), thumbprint);
    }
};

QTEST_GUILESS_MAIN(TestPublicKeyText)
#include "tst_publickeytext.moc"
