// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/highwater.h"
#include "tests/service/ledger/fixture.h"

#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;
using namespace ledger;

class TestHighWater : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
        m_key.emplace(testKey());
        m_keys = {verifierKey(TestOrigin, m_key->publicKey())};
    }

    void cleanupTestCase()
    {
        m_key.reset();
        m_runtime.reset();
    }

    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_path = m_dir->filePath(u"high-water"_s);
    }

    void theNewestMarkIsRead()
    {
        auto mark = HighWater::create(m_path, note(1));
        VERIFY_RESULT(mark);
        QCOMPARE(readSize(), TreeSize(1));
        for (TreeSize size = 2; size < 20; ++size) {
            VERIFY_RESULT((*mark)->update(note(size)));
            QCOMPARE(readSize(), size);
        }
        VERIFY_RESULT((*mark)->sync());
        QVERIFY(QFile(m_path).size() <= 8192);
        QCOMPARE(
            QFile(m_path).permissions() & ~(QFile::ReadUser | QFile::WriteUser), QFile::ReadOwner | QFile::WriteOwner);
    }

    void anOpenedFileGoesOnWhereItWasLeft()
    {
        VERIFY_RESULT(HighWater::create(m_path, note(1)));
        for (TreeSize size = 2; size < 8; ++size) {
            auto mark = HighWater::open(m_path);
            VERIFY_RESULT(mark);
            VERIFY_RESULT((*mark)->update(note(size)));
            QCOMPARE(readSize(), size);
        }
    }

    // So that a start that comes to nothing has not touched the file.
    void theNewestMarkIsNotWrittenAgain()
    {
        write(3);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray before = file.readAll();
        auto mark = HighWater::open(m_path);
        VERIFY_RESULT(mark);
        VERIFY_RESULT((*mark)->update(note(3)));
        QVERIFY(file.seek(0));
        QCOMPARE(file.readAll(), before);
        VERIFY_RESULT((*mark)->update(note(4)));
        VERIFY_RESULT((*mark)->update(note(3)));
        QCOMPARE(readSize(), TreeSize(3));
    }

    void createNeverOverwrites()
    {
        VERIFY_RESULT(HighWater::create(m_path, note(5)));
        const auto again = HighWater::create(m_path, note(1));
        QVERIFY(!again);
        QCOMPARE(again.error().code, ErrorCode::Refused);
        QCOMPARE(readSize(), TreeSize(5));
    }

    // Sequence 1 lies in the second slot, 2 in the first, 3 in the second.
    void tornWrites_data()
    {
        QTest::addColumn<int>("marks");
        QTest::addColumn<qint64>("offset");
        QTest::addColumn<qint64>("length");
        QTest::addColumn<TreeSize>("left"); // 0: refused
        QTest::newRow("the newest slot's first byte") << 3 << qint64(4096) << qint64(1) << TreeSize(2);
        QTest::newRow("the newest slot's sequence number") << 3 << qint64(4096 + 15) << qint64(1) << TreeSize(2);
        QTest::newRow("the newest slot's length") << 3 << qint64(4096 + 16) << qint64(4) << TreeSize(2);
        QTest::newRow("the newest slot's text") << 3 << qint64(4096 + 60) << qint64(1) << TreeSize(2);
        QTest::newRow("the newest slot's end") << 3 << qint64(4096 + 100) << qint64(400) << TreeSize(2);
        QTest::newRow("the whole newest slot") << 3 << qint64(4096) << qint64(4096) << TreeSize(2);
        QTest::newRow("the older slot") << 3 << qint64(0) << qint64(4096) << TreeSize(3);
        QTest::newRow("the first slot, being the newest") << 2 << qint64(0) << qint64(200) << TreeSize(1);
        QTest::newRow("both slots") << 3 << qint64(0) << qint64(8192) << TreeSize(0);
        QTest::newRow("the only slot written") << 1 << qint64(4096) << qint64(100) << TreeSize(0);
    }

    void tornWrites()
    {
        QFETCH(int, marks);
        QFETCH(qint64, offset);
        QFETCH(qint64, length);
        QFETCH(TreeSize, left);
        write(marks);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(offset));
        file.write(QByteArray(length, '\xa5'));
        file.close();
        if (left == 0) {
            const auto read = HighWater::read(m_path, m_keys);
            QVERIFY(!read);
            QCOMPARE(read.error().code, ErrorCode::Corrupt);
            QVERIFY(!HighWater::open(m_path));
            return;
        }
        QCOMPARE(readSize(), left);
        auto mark = HighWater::open(m_path);
        VERIFY_RESULT(mark);
        VERIFY_RESULT((*mark)->update(note(9)));
        QCOMPARE(readSize(), TreeSize(9));
    }

    // A write that ends at any byte leaves one mark or the other, never neither.
    void aWriteCutShortAnywhereLeavesAMark()
    {
        write(2);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray before = file.readAll();
        file.close();
        auto mark = HighWater::open(m_path);
        VERIFY_RESULT(mark);
        VERIFY_RESULT((*mark)->update(note(3)));
        mark->reset();
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray after = file.readAll();
        file.close();
        for (qsizetype cut = 4096; cut <= after.size(); cut += 7) {
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(after.first(cut) + before.sliced(std::min(cut, before.size())));
            file.close();
            const TreeSize size = readSize();
            QVERIFY2(size == 2 || size == 3, QByteArray::number(cut).constData());
        }
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(after);
        file.close();
        QCOMPARE(readSize(), TreeSize(3));
    }

    void unusableFiles_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("an empty file") << ""_ba;
        QTest::newRow("zeros") << QByteArray(8192, '\0');
        QTest::newRow("a bare checkpoint") << note(3);
        QTest::newRow("a few bytes") << "TCHWMARK"_ba;
    }

    void unusableFiles()
    {
        QFETCH(QByteArray, content);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        QCOMPARE(HighWater::read(m_path, m_keys).error().code, ErrorCode::Corrupt);
        QCOMPARE(HighWater::open(m_path).error().code, ErrorCode::Corrupt);
    }

    void aMissingFile()
    {
        QCOMPARE(HighWater::read(m_path, m_keys).error().code, ErrorCode::NotFound);
        QCOMPARE(HighWater::open(m_path).error().code, ErrorCode::NotFound);
        QVERIFY(!QFile::exists(m_path));
    }

    void aLinkIsNotFollowed()
    {
        const QString target = m_dir->filePath(u"elsewhere"_s);
        VERIFY_RESULT(HighWater::create(target, note(1)));
        QVERIFY(QFile::link(target, m_path));
        QVERIFY(!HighWater::read(m_path, m_keys));
        QVERIFY(!HighWater::open(m_path));
    }

    void aMarkMustBeSigned()
    {
        const auto stranger = testKey(1);
        const Checkpoint checkpoint{TestOrigin, 3, crypto::sha256("x")};
        VERIFY_RESULT(HighWater::create(m_path, signCheckpoint(checkpoint, stranger)));
        QCOMPARE(HighWater::read(m_path, m_keys).error().code, ErrorCode::Corrupt);
        auto mark = HighWater::open(m_path);
        VERIFY_RESULT(mark);
        VERIFY_RESULT((*mark)->update(checkpoint.text()));
        QCOMPARE(HighWater::read(m_path, m_keys).error().code, ErrorCode::Corrupt);
        QVERIFY(!(*mark)->update({}));
        QVERIFY(!(*mark)->update(QByteArray(4045, 'x')));
        VERIFY_RESULT((*mark)->update(QByteArray(4044, 'x')));
    }

private:
    QByteArray note(TreeSize size) const
    {
        return signCheckpoint({TestOrigin, size, crypto::sha256(QByteArray::number(size))}, *m_key);
    }

    void write(int marks)
    {
        auto mark = HighWater::create(m_path, note(1));
        VERIFY_RESULT(mark);
        for (int i = 2; i <= marks; ++i)
            VERIFY_RESULT((*mark)->update(note(TreeSize(i))));
    }

    TreeSize readSize() const
    {
        const auto read = HighWater::read(m_path, m_keys);
        return read ? read->checkpoint.size : 0;
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::optional<crypto::SigningKey> m_key;
    std::vector<VerifierKey> m_keys;
    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestHighWater)
#include "tst_highwater.moc"
