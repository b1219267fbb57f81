// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// No file of a key that signs, here or in the newer database that may be put back, is ever lost.

#include "tests/service/engine/rotationtest.h"

using namespace Qt::StringLiterals;

class TestKeyFiles : public RotationTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { start(); }
    void init() { setUp(); }
    void cleanup() { m_house.reset(); }

    void aSecondRotationKeepsWhatTheFirstDidNotMove_data();
    void aSecondRotationKeepsWhatTheFirstDidNotMove();
    void aKeyThatCouldNotBeReadIsReadLater_data() { kinds(); }
    void aKeyThatCouldNotBeReadIsReadLater();
    void aDatabaseFromBeforeCostsNoKey_data() { kinds(); }
    void aDatabaseFromBeforeCostsNoKey();
    void aDatabaseFromBeforeIsAcceptedBesideAKeyOfTheNewer();
    void aKeyFromBeforeIsToldFromADatabase();
};

void TestKeyFiles::aSecondRotationKeepsWhatTheFirstDidNotMove_data()
{
    QTest::addColumn<bool>("ofTokens");
    QTest::addColumn<engine::RotationStep>("first");
    QTest::addColumn<engine::RotationStep>("second");
    using enum engine::RotationStep;
    QTest::newRow("of tokens, the second writes its key") << true << Committed << KeyWritten;
    QTest::newRow("of tokens, the second is not moved either") << true << Committed << Committed;
    QTest::newRow("of the ledger, the second writes its key") << false << Committed << KeyWritten;
    QTest::newRow("of the ledger, the second writes its public half") << false << VkeyMoved << VkeyWritten;
    QTest::newRow("of the ledger, the second is not moved either") << false << Committed << Committed;
}

void TestKeyFiles::aSecondRotationKeepsWhatTheFirstDidNotMove()
{
    QFETCH(bool, ofTokens);
    QFETCH(engine::RotationStep, first);
    QFETCH(engine::RotationStep, second);
    std::atomic<engine::RotationStep> cut = first;
    m_house->stop();
    m_house->rotationFault = [&cut](engine::RotationStep done) { return done == cut; };
    VERIFY_RESULT(m_house->start());
    VERIFY_RESULT(rotate(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger));
    cut = second;
    const bool rotated = second == engine::RotationStep::Committed;
    QCOMPARE(rotate(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger).has_value(), rotated);
    const QByteArray signs = inUse(ofTokens);
    m_house->stop();
    m_house->rotationFault = {};
    VERIFY_RESULT(m_house->start());
    QCOMPARE(inUse(ofTokens), signs);
    QVERIFY(leftBeside().isEmpty());
    if (!ofTokens)
        QCOMPARE(ledger::readVerifierKeys(m_house->paths().ledgerVkey()).value().size(), size_t(rotated ? 3 : 2));
    everythingGoesOn();
}

// The commit was in doubt, and the key, moved after it, failed to be read at the first try.
void TestKeyFiles::aKeyThatCouldNotBeReadIsReadLater()
{
    QFETCH(bool, ofTokens);
    const QString path = keyFile(ofTokens), next = path + u".next"_s;
    m_house->stop();
    m_house->rotationFault = [next](engine::RotationStep done) {
        if (done == engine::RotationStep::KeyWritten)
            QFile::setPermissions(next, QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
        return false;
    };
    VERIFY_RESULT(m_house->start());
    const QByteArray before = inUse(ofTokens);
    {
        Gate gate(*m_house); // no tick comes between
        m_house->faults.after = 1;
        const auto rotated = submit(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger);
        gate.open();
        VERIFY_ERROR(rotated.result(), ErrorCode::LedgerUnavailable);
    }
    QVERIFY(copy(next, path));
    QVERIFY(QFile::remove(next));
    everythingGoesOn();
    QVERIFY(inUse(ofTokens) != before);
}

// It is refused as rolled back, and the newer one goes on where it was.
void TestKeyFiles::aDatabaseFromBeforeCostsNoKey()
{
    QFETCH(bool, ofTokens);
    QTemporaryDir kept;
    const QString database = m_house->paths().database(), older = kept.filePath(u"older"_s);
    const QString newer = kept.filePath(u"newer"_s);
    m_house->stop();
    QVERIFY(copy(database, older));
    rotateWithoutMoving(ofTokens);
    const QByteArray signs = inUse(ofTokens);
    m_house->stop();
    m_house->rotationFault = {};
    QVERIFY(copy(database, newer));
    QVERIFY(copy(older, database));
    const auto refused = m_house->start();
    VERIFY_ERROR(refused, ErrorCode::Refused);
    QCOMPARE(refused.error().reason, "rollback");
    QCOMPARE(leftBeside().size(), 1);
    QVERIFY(copy(newer, database));
    VERIFY_RESULT(m_house->start());
    QCOMPARE(inUse(ofTokens), signs);
    QVERIFY(leftBeside().isEmpty());
    everythingGoesOn();
}

void TestKeyFiles::aDatabaseFromBeforeIsAcceptedBesideAKeyOfTheNewer()
{
    QTemporaryDir kept;
    const QString database = m_house->paths().database(), older = kept.filePath(u"older"_s);
    m_house->stop();
    QVERIFY(copy(database, older));
    rotateWithoutMoving(false);
    m_house->stop();
    m_house->rotationFault = {};
    QVERIFY(copy(older, database));
    m_house->acceptRollback = true;
    VERIFY_RESULT(m_house->start());
    QVERIFY(leftBeside().isEmpty());
    everythingGoesOn();
    m_house->acceptRollback = false;
    restart();
    everythingGoesOn();
}

void TestKeyFiles::aKeyFromBeforeIsToldFromADatabase()
{
    QTemporaryDir kept;
    QVERIFY(copy(keyFile(false), kept.filePath(u"key"_s)));
    VERIFY_RESULT(rotate(engine::KeyKind::Ledger));
    m_house->stop();
    QVERIFY(copy(kept.filePath(u"key"_s), keyFile(false)));
    const auto refused = m_house->start();
    VERIFY_ERROR(refused, ErrorCode::Refused);
    QVERIFY(refused.error().reason.isEmpty());
    QVERIFY2(refused.error().detail.contains("Put the newer key back"_L1), qPrintable(refused.error().detail));
}

QTEST_GUILESS_MAIN(TestKeyFiles)
#include "tst_keyfiles.moc"
