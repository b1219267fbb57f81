// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/ed25519.h"
#include "service/crypto/runtime.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace crypto;

class TestRuntime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        QVERIFY(m_settings.isValid());
        qputenv("XDG_CONFIG_HOME", QFile::encodeName(m_settings.path()));
    }

    // QCA's own settings can make it leave plugins out, which looks like a machine without them.
    void aMissingPluginIsRefusedWithItsPackage()
    {
        QVERIFY(QDir(m_settings.path()).mkpath(u"Affinix"_s));
        QFile file(m_settings.filePath(u"Affinix/QCA2.conf"_s));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write("[ProviderConfig]\n"
                   "version=2\n"
                   "providerNames=default\n"
                   "default\\formtype=http://affinix.com/qca/forms/default#1.0\n"
                   "default\\use_system=true\n"
                   "default\\roots_file=\n"
                   "default\\skip_plugins=qca-ossl\n"
                   "default\\plugin_priorities=\n");
        file.close();
        const auto runtime = Runtime::start();
        QVERIFY(file.remove());
        QVERIFY(!runtime);
        QCOMPARE(runtime.error().code, ErrorCode::Refused);
        QVERIFY2(runtime.error().detail.contains("libqca-qt6-plugins"_L1), qPrintable(runtime.error().detail));
    }

    void whatTheHouseAsksForIsThere()
    {
        const auto runtime = Runtime::start();
        QVERIFY2(runtime, runtime ? "" : qPrintable(runtime.error().detail));
        QVERIFY(QCA::isSupported("ed25519", u"tenant-ed25519"_s));
        QVERIFY(QCA::isSupported("aes256-gcm"));
        QCOMPARE(QCA::Hash(u"sha256"_s).hashToString(QByteArray("abc")),
            u"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"_s);
    }

    void startsAgainAfterItsEnd()
    {
        for (int i = 0; i < 2; ++i) {
            const auto runtime = Runtime::start();
            QVERIFY(runtime);
            const SigningKey key = SigningKey::generate();
            QVERIFY(verifySignature(key.publicKey(), "m", key.sign("m")));
        }
    }

    void aSecondOneBesideTheFirstIsHarmless()
    {
        const auto first = Runtime::start();
        QVERIFY(first);
        {
            const auto second = Runtime::start();
            QVERIFY(second);
        }
        const SigningKey key = SigningKey::generate();
        QVERIFY(verifySignature(key.publicKey(), "m", key.sign("m")));
    }

private:
    QTemporaryDir m_settings;
};

QTEST_GUILESS_MAIN(TestRuntime)
#include "tst_runtime.moc"
