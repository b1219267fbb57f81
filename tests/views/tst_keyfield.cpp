// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/keyfield.h"

#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/runtime.h"
#include "tests/views/controls.h"
#include "tests/views/stallwatch.h"
#include "views/messages.h"

#include <QtCore/qtemporarydir.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

class TestKeyField : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_crypto = std::move(*crypto::Runtime::start()); }
    void cleanupTestCase() { m_crypto.reset(); }
    void init()
    {
        m_field = std::make_unique<views::KeyField>(nullptr);
        m_field->show();
    }

    void everyFormIsTakenPastedAndFromAFile_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QByteArray key = *fromBase64(Base64); // 32 bytes
        QTest::newRow("base64") << QByteArray(Base64);
        QTest::newRow("base64url without padding") << QByteArray("A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg");
        QTest::newRow("hexadecimal") << key.toHex();
        QTest::newRow("hexadecimal in capitals") << key.toHex().toUpper();
        const QByteArray wire = QByteArray::fromHex("0000000b") + "ssh-ed25519" + QByteArray::fromHex("00000020") + key;
        QTest::newRow("a line of OpenSSH") << "ssh-ed25519 " + wire.toBase64();
        QTest::newRow("a line of OpenSSH with its comment") << "ssh-ed25519 " + wire.toBase64() + " ada@example.net";
        QTest::newRow("a block of PEM") << "-----BEGIN PUBLIC KEY-----\n"
                + (QByteArray::fromHex("302a300506032b6570032100") + key).toBase64() + "\n-----END PUBLIC KEY-----";
    }

    void everyFormIsTakenPastedAndFromAFile()
    {
        QFETCH(QByteArray, text);
        QGuiApplication::clipboard()->setText(QString::fromLatin1('\n' + text + "\n\n"));
        edit()->paste();
        verifyTaken();
        edit()->clear();
        QVERIFY(!m_field->key());

        fromFile(text + '\n');
        QTRY_VERIFY(m_field->key());
        verifyTaken();
        edit()->clear();
        fromFile(QByteArray(text).replace('\n', "\r\n") + "\r\n"); // as an editor on Windows leaves it
        QTRY_VERIFY2(m_field->key(), qPrintable(note()));
        verifyTaken();
    }

    void whatIsWrongIsSaidAndHeardWhileItIsTyped()
    {
        QTest::keyClicks(edit(), u"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMb"_s);
        QVERIFY(note().startsWith(u"✖"_s));
        QCOMPARE(edit()->accessibleDescription(), note());
        QTest::keyClicks(edit(), u"g="_s);
        QVERIFY(note().startsWith(u"✔ Ed25519 key with the fingerprint "_s));
        QCOMPARE(edit()->accessibleDescription(), note());
    }

    void aFileThatIsRefusedLeavesTheFieldAndSaysSo()
    {
        edit()->setPlainText(QString::fromLatin1(Base64));
        fromFile("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n-----END OPENSSH PRIVATE KEY-----\n");
        QTRY_VERIFY2(note().contains(u"private key"_s), qPrintable(note()));
        QVERIFY2(note().endsWith(u" The field keeps what it held."_s), qPrintable(note()));
        QCOMPARE(edit()->toPlainText(), QString::fromLatin1(Base64));
    }

    void aPipeIsNoFileToReadFrom()
    {
        const QString path = m_folder.filePath(u"pipe"_s);
        QCOMPARE(::mkfifo(QFile::encodeName(path).constData(), 0600), 0);
        views::setNextPath(path);
        child<QAbstractButton>(m_field.get(), "keyFileButton")->click();
        QTRY_VERIFY2(note().contains(u"no regular file"_s), qPrintable(note()));
    }

private:
    static constexpr char Base64[] = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

    void fromFile(const QByteArray &bytes)
    {
        QFile file(m_folder.filePath(u"key"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        file.close();
        views::setNextPath(file.fileName());
        child<QAbstractButton>(m_field.get(), "keyFileButton")->click();
    }
    void verifyTaken()
    {
        QVERIFY2(m_field->key(), qPrintable(note()));
        QCOMPARE(crypto::publicKeyToText(*m_field->key()), "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg");
        QVERIFY(note().startsWith(u"✔"_s));
    }
    QPlainTextEdit *edit() const { return child<QPlainTextEdit>(m_field.get(), "keyEdit"); }
    QString note() const { return child<QLabel>(m_field.get(), "keyNote")->text(); }

    std::unique_ptr<crypto::Runtime> m_crypto;
    QTemporaryDir m_folder;
    std::unique_ptr<views::KeyField> m_field;
};

WATCHED_TEST_MAIN(TestKeyField)
#include "tst_keyfield.moc"
