// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/sealing.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/runtime.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestSealing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_crypto = std::move(*crypto::Runtime::start()); }
    void cleanupTestCase() { m_crypto.reset(); }

    void theKeyIsWrittenAsOpenSshWritesIt()
    {
        const crypto::PublicKey key = crypto::SigningKey::generate().publicKey();
        const QByteArray line = models::sshKeyLine(key);
        QVERIFY(line.startsWith("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"));
        QCOMPARE(crypto::parsePublicKeyText(QString::fromLatin1(line))->bytes, key.bytes);
    }

    void failures_data()
    {
        QTest::addColumn<QByteArray>("script"); // empty: there is no such program
        QTest::addColumn<QString>("said");
        QTest::newRow("it is not there") << ""_ba << u"could not be started"_s;
        QTest::newRow("it fails and says why") << "echo 'no room' >&2; exit 4"_ba << u"no room"_s;
        QTest::newRow("it fails with a number alone") << "exit 4"_ba << u"ended with 4"_s;
        QTest::newRow("it succeeds with nothing") << "exit 0"_ba << u"no sealed text"_s;
        QTest::newRow("it gives back what it was given") << "cat"_ba << u"no sealed text"_s;
        QTest::newRow("it never ends") << "exec sleep 60"_ba << u"was stopped"_s;
        QTest::newRow("it reads nothing") << "exec <&-; exec sleep 60"_ba << u"was stopped"_s;
    }

    void failures()
    {
        QFETCH(QByteArray, script);
        QFETCH(QString, said);
        QTemporaryDir folder;
        QFile program(folder.filePath(u"age"_s));
        if (!script.isEmpty()) {
            QVERIFY(program.open(QIODevice::WriteOnly));
            program.write("#!/bin/sh\n" + script + '\n');
            program.close();
            QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        }
        const auto sealed = models::sealFor(crypto::SigningKey::generate().publicKey(), "secret", program.fileName(),
            said.contains("stopped"_L1) ? 300ms : 10s);
        QVERIFY(!sealed);
        QVERIFY2(sealed.error().detail.contains(said), qPrintable(sealed.error().detail));
        QVERIFY2(!sealed.error().detail.contains("secret"_L1), qPrintable(sealed.error().detail));
    }

private:
    std::unique_ptr<crypto::Runtime> m_crypto;
};

QTEST_GUILESS_MAIN(TestSealing)
#include "tst_sealing.moc"
