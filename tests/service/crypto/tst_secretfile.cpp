// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/secretfile.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace crypto;

class TestSecretFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        QVERIFY(m_directory->isValid());
        m_path = m_directory->filePath(u"secret"_s);
    }

    void whatWasWrittenIsReadBack_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing at all") << QByteArray();
        QTest::newRow("text") << "a token"_ba;
        QTest::newRow("bytes with a NUL") << QByteArray("\0\n\xff", 3);
        QTest::newRow("as many as may be read") << QByteArray(1000, 'x');
    }
    void whatWasWrittenIsReadBack()
    {
        QFETCH(QByteArray, bytes);
        QVERIFY(writeSecretFile(m_path, bytes, Overwrite::Never));
        const auto read = readSecretFile(m_path, 1000);
        QVERIFY(read);
        QCOMPARE(*read, bytes);
        QCOMPARE(QDir(m_directory->path()).entryList(QDir::Files), QStringList{u"secret"_s});
    }

    void onlyTheOwnerMayReadWhateverTheMaskSays()
    {
        for (const mode_t mask : {mode_t(0), mode_t(0777)}) {
            const mode_t before = umask(mask);
            const auto written = writeSecretFile(m_path, "x", Overwrite::Replace);
            umask(before);
            QVERIFY(written);
            struct stat status = {};
            QCOMPARE(stat(QFile::encodeName(m_path).constData(), &status), 0);
            QCOMPARE(status.st_mode & 07777, mode_t(0600));
        }
    }

    void aTakenPathIsLeftAlone()
    {
        QVERIFY(writeSecretFile(m_path, "first", Overwrite::Never));
        const auto second = writeSecretFile(m_path, "second", Overwrite::Never);
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::Refused);
        QCOMPARE(*readSecretFile(m_path, 100), "first"_ba);
        QVERIFY(!QFile::exists(m_path + ".new"_L1));
    }

    void replacingChangesTheFileAsAWhole()
    {
        QVERIFY(writeSecretFile(m_path, "the first, longer one", Overwrite::Replace));
        QVERIFY(writeSecretFile(m_path, "second", Overwrite::Replace));
        QCOMPARE(*readSecretFile(m_path, 100), "second"_ba);
    }

    void aLinkIsReplacedAndItsTargetKept()
    {
        const QString target = m_directory->filePath(u"target"_s);
        QVERIFY(writeSecretFile(target, "kept", Overwrite::Never));
        QVERIFY(QFile::link(target, m_path));
        QVERIFY(!writeSecretFile(m_path, "new", Overwrite::Never));
        QVERIFY(writeSecretFile(m_path, "new", Overwrite::Replace));
        QCOMPARE(*readSecretFile(target, 100), "kept"_ba);
        QCOMPARE(*readSecretFile(m_path, 100), "new"_ba);
    }

    void aLinkWhereTheFreshFileGoesIsNotFollowed()
    {
        const QString target = m_directory->filePath(u"target"_s);
        QVERIFY(writeSecretFile(target, "kept", Overwrite::Never));
        QVERIFY(QFile::link(target, m_path + ".new"_L1));
        QVERIFY(writeSecretFile(m_path, "new", Overwrite::Never));
        QCOMPARE(*readSecretFile(target, 100), "kept"_ba);
    }

    void whatAPowerCutLeftIsClearedAway()
    {
        QVERIFY(writeSecretFile(m_path + ".new"_L1, "half", Overwrite::Never));
        QVERIFY(writeSecretFile(m_path, "whole", Overwrite::Never));
        QCOMPARE(*readSecretFile(m_path, 100), "whole"_ba);
        QVERIFY(!QFile::exists(m_path + ".new"_L1));
    }

    void inASharedFolderNothingElseIsTouched()
    {
        const QString neighbour = m_path + ".new"_L1;
        QVERIFY(writeSecretFile(neighbour, "somebody's", Overwrite::Never));
        QVERIFY(writeSecretFile(m_path, "first", Overwrite::Replace, Folder::Shared));
        QVERIFY(writeSecretFile(m_path, "second", Overwrite::Replace, Folder::Shared));
        QVERIFY(!writeSecretFile(m_path, "third", Overwrite::Never, Folder::Shared));
        QCOMPARE(*readSecretFile(neighbour, 100), "somebody's"_ba);
        QCOMPARE(*readSecretFile(m_path, 100), "second"_ba);
        // A directory can't be replaced: nothing stays behind.
        QVERIFY(QDir().mkdir(m_directory->filePath(u"folder"_s)));
        QVERIFY(!writeSecretFile(m_directory->filePath(u"folder"_s), "x", Overwrite::Replace, Folder::Shared));
        QCOMPARE(QDir(m_directory->path()).entryList(QDir::Files | QDir::Hidden, QDir::Name),
            (QStringList{u"secret"_s, u"secret.new"_s}));
    }

    void aMissingDirectoryIsNamed()
    {
        const QString path = m_directory->filePath(u"missing/secret"_s);
        for (const Folder folder : {Folder::Ours, Folder::Shared}) {
            const auto written = writeSecretFile(path, "x", Overwrite::Never, folder);
            QVERIFY(!written);
            QCOMPARE(written.error().code, ErrorCode::Storage);
            QVERIFY(written.error().detail.contains(path));
        }
        QCOMPARE(readSecretFile(path, 100).error().code, ErrorCode::Storage);
    }

    void filesThatAreRefused_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("because");
        QTest::newRow("the group may read it") << 0640 << u"chmod 600"_s;
        QTest::newRow("others may read it") << 0604 << u"chmod 600"_s;
        QTest::newRow("others may write it") << 0602 << u"chmod 600"_s;
        QTest::newRow("the group may run it") << 0610 << u"chmod 600"_s;
    }
    void filesThatAreRefused()
    {
        QFETCH(int, mode);
        QFETCH(QString, because);
        QVERIFY(writeSecretFile(m_path, "x", Overwrite::Never));
        QCOMPARE(chmod(QFile::encodeName(m_path).constData(), mode_t(mode)), 0);
        const auto read = readSecretFile(m_path, 100);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Refused);
        QVERIFY2(read.error().detail.contains(because), qPrintable(read.error().detail));
        QVERIFY(read.error().detail.contains(m_path));
    }

    void aLinkIsNotRead()
    {
        const QString target = m_directory->filePath(u"target"_s);
        QVERIFY(writeSecretFile(target, "x", Overwrite::Never));
        QVERIFY(QFile::link(target, m_path));
        const auto read = readSecretFile(m_path, 100);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Refused);
        QVERIFY(read.error().detail.contains("link"_L1));
    }

    void aPipeIsRefusedWithoutWaiting()
    {
        QCOMPARE(mkfifo(QFile::encodeName(m_path).constData(), 0600), 0);
        const auto read = readSecretFile(m_path, 100);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::Refused);
    }

    void aDirectoryIsRefused() { QCOMPARE(readSecretFile(m_directory->path(), 100).error().code, ErrorCode::Refused); }

    void oneByteTooManyIsRefused()
    {
        QVERIFY(writeSecretFile(m_path, QByteArray(101, 'x'), Overwrite::Never));
        QCOMPARE(readSecretFile(m_path, 100).error().code, ErrorCode::Refused);
        QVERIFY(readSecretFile(m_path, 101));
    }

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestSecretFile)
#include "tst_secretfile.moc"
