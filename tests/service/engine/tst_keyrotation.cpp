// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/keyfile.h"
#include "tests/service/engine/rotationtest.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestKeyRotation : public RotationTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { start(); }
    void init() { setUp(); }
    void cleanup() { m_house.reset(); }

    void theNewKeySignsAtOnce();
    void whatComesAfterInTheSameBatchIsSignedByTheNewKey();
    void twoRotationsLeaveThreeKeys();
    void theOldLedgerKeyVerifiesWhatWasBefore();
    void anOldLedgerKeySignsNothingNew();
    void aRehearsalTouchesNoFile_data() { kinds(); }
    void aRehearsalTouchesNoFile();
    void cutShortAnywhereItIsOneOrTheOther_data();
    void cutShortAnywhereItIsOneOrTheOther();
    void aCommitThatFailsLeavesTheOldKey_data() { kinds(); }
    void aCommitThatFailsLeavesTheOldKey();
    void aCommitThatSeemedToFailHasRotated_data() { kinds(); }
    void aCommitThatSeemedToFailHasRotated();
    void aMarkThatLagsIsTaken();
    void aDatabaseFromBeforeIsRefused();
};

void TestKeyRotation::theNewKeySignsAtOnce()
{
    const QByteArray before = signer();
    const auto rotated = rotate(engine::KeyKind::Token);
    VERIFY_RESULT(rotated);
    QCOMPARE(rotated->value.oldId.text(), before);
    QCOMPARE(signer(), rotated->value.newId.text());
    QVERIFY(rotated->value.verifiesUntil);
    everythingGoesOn();
    QCOMPARE(m_house->events(*rotated->index).first(), "KEY_ROTATED");
    QVERIFY(leftBeside().isEmpty());
    restart();
    QCOMPARE(signer(), rotated->value.newId.text());
    everythingGoesOn();
    // admin.token was signed by the old key, which is known on.
    m_house->engine().state().read([&](const engine::State &state) {
        const auto &old = state.keys.at(KeyId(before));
        QVERIFY(old.retiredAt);
        QVERIFY(old.verifiesAt(m_house->clock.now()));
        QVERIFY(!old.verifiesAt(m_house->clock.now() + std::chrono::days(366)));
    });
}

void TestKeyRotation::whatComesAfterInTheSameBatchIsSignedByTheNewKey()
{
    Gate gate(*m_house);
    const auto before = m_house->submitToken(m_house->admin(), "acme", "READ");
    const auto token = submit(engine::KeyKind::Token);
    const auto between = m_house->submitToken(m_house->admin(), "acme", "READ");
    const auto ledger = submit(engine::KeyKind::Ledger);
    const auto after = m_house->submitToken(m_house->admin(), "acme", "READ");
    gate.open();
    VERIFY_RESULT(after.result());
    VERIFY_RESULT(token.result());
    VERIFY_RESULT(ledger.result());
    QCOMPARE(before.result()->value.record.keyId, token.result()->value.oldId);
    QCOMPARE(between.result()->value.record.keyId, token.result()->value.newId);
    QCOMPARE(after.result()->value.record.keyId, token.result()->value.newId);
    everythingGoesOn();
}

void TestKeyRotation::twoRotationsLeaveThreeKeys()
{
    for (const auto kind :
        {engine::KeyKind::Token, engine::KeyKind::Ledger, engine::KeyKind::Token, engine::KeyKind::Ledger})
        VERIFY_RESULT(rotate(kind));
    QCOMPARE(m_house->engine().state().read([](const engine::State &state) { return state.keys.size(); }), size_t(3));
    QCOMPARE(ledger::readVerifierKeys(m_house->paths().ledgerVkey()).value().size(), size_t(3));
    everythingGoesOn();
    restart();
    everythingGoesOn();
}

void TestKeyRotation::theOldLedgerKeyVerifiesWhatWasBefore()
{
    const auto note = [this] {
        return m_house->engine().state().read([](const engine::State &state) { return state.checkpoint; });
    };
    const QByteArray kept = note(), old = checkpointKey();
    VERIFY_RESULT(rotate(engine::KeyKind::Ledger));
    const auto keys = ledger::readVerifierKeys(m_house->paths().ledgerVkey()).value();
    QCOMPARE(keys.size(), size_t(2));
    QCOMPARE(keys.back().text(), old);
    QCOMPARE(checkpointKey(), keys.front().text());
    QCOMPARE(keys.front().name, keys.back().name); // the log has the name it had
    const auto database = m_house->reader();
    const auto report = ledger::verifyTree(*database,
        {.keys = keys, .highWaterPath = m_house->paths().highWater(), .older = {{.name = u"kept"_s, .note = kept}}});
    VERIFY_RESULT(report);
    QVERIFY2(report->ok, qPrintable(report->damage));
    // With the old key alone the newest checkpoint is a stranger's.
    const auto blind = ledger::verifyTree(*database, {.keys = {keys.back()}});
    VERIFY_RESULT(blind);
    QVERIFY(!blind->ok);
}

// Somebody kept the key that was rotated away, and has the database.
void TestKeyRotation::anOldLedgerKeySignsNothingNew()
{
    const auto old = crypto::readKeyFile(m_house->paths().ledgerKey(), {});
    VERIFY_RESULT(old);
    VERIFY_RESULT(rotate(engine::KeyKind::Ledger));
    VERIFY_RESULT(m_house->submitToken(m_house->admin(), "acme", "READ").result());
    m_house->stop();
    QCOMPARE(m_house->damage(), QString());
    const auto note = ledger::parseNote(ledger::LedgerReader(*m_house->reader()).head().value().checkpoint);
    VERIFY_RESULT(note);
    const auto checkpoint = ledger::parseCheckpoint(note->text);
    VERIFY_RESULT(checkpoint);
    const auto database = store::Database::open(m_house->paths().database(), store::Database::Mode::ReadWrite);
    VERIFY_RESULT(database);
    {
        auto forge = (*database)->prepared("UPDATE ledger_head SET checkpoint = ?");
        VERIFY_RESULT(forge);
        VERIFY_RESULT(forge->run(ledger::signCheckpoint(*checkpoint, *old)));
    }
    QVERIFY2(m_house->damage().contains("did not sign trees of its size"_L1), qPrintable(m_house->damage()));
}

void TestKeyRotation::aRehearsalTouchesNoFile()
{
    QFETCH(bool, ofTokens);
    const auto kind = ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger;
    const QByteArray before = inUse(ofTokens);
    const TreeSize size = m_house->size();
    const auto rehearsed = submit(kind, engine::Job::Kind::DryRun).result();
    VERIFY_RESULT(rehearsed);
    QVERIFY(rehearsed->value.newId.isEmpty());
    QCOMPARE(m_house->size(), size);
    QCOMPARE(inUse(ofTokens), before);
    QVERIFY(leftBeside().isEmpty());
    QCOMPARE(ledger::readVerifierKeys(m_house->paths().ledgerVkey()).value().size(), size_t(1));
    everythingGoesOn();
}

void TestKeyRotation::cutShortAnywhereItIsOneOrTheOther_data()
{
    QTest::addColumn<bool>("ofTokens");
    QTest::addColumn<engine::RotationStep>("step");
    QTest::addColumn<bool>("rotated");
    using enum engine::RotationStep;
    QTest::newRow("of tokens, the key is written") << true << KeyWritten << false;
    QTest::newRow("of tokens, the commit is made") << true << Committed << true;
    QTest::newRow("of the ledger, the key is written") << false << KeyWritten << false;
    QTest::newRow("of the ledger, its public half is written") << false << VkeyWritten << false;
    QTest::newRow("of the ledger, the commit is made") << false << Committed << true;
    QTest::newRow("of the ledger, its public half stands first") << false << VkeyMoved << true;
}

void TestKeyRotation::cutShortAnywhereItIsOneOrTheOther()
{
    QFETCH(bool, ofTokens);
    QFETCH(engine::RotationStep, step);
    QFETCH(bool, rotated);
    m_house->stop();
    m_house->rotationFault = [step](engine::RotationStep done) { return done == step; };
    VERIFY_RESULT(m_house->start());
    const QByteArray before = inUse(ofTokens);
    const auto outcome = rotate(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger);
    QCOMPARE(outcome.has_value(), rotated);
    QCOMPARE(leftBeside().size(), 1);
    QCOMPARE(m_house->damage(), QString()); // beside a server that goes on
    m_house->stop();
    m_house->rotationFault = {};
    VERIFY_RESULT(m_house->start());
    QVERIFY(leftBeside().isEmpty());
    QCOMPARE(inUse(ofTokens) != before, rotated);
    QCOMPARE(
        ledger::readVerifierKeys(m_house->paths().ledgerVkey()).value().size(), size_t(rotated && !ofTokens ? 2 : 1));
    everythingGoesOn();
    VERIFY_RESULT(rotate(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger));
    restart();
    everythingGoesOn();
}

void TestKeyRotation::aCommitThatFailsLeavesTheOldKey()
{
    QFETCH(bool, ofTokens);
    const QByteArray before = inUse(ofTokens);
    m_house->faults.before = 1;
    VERIFY_ERROR(rotate(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger), ErrorCode::LedgerUnavailable);
    QCOMPARE(inUse(ofTokens), before);
    everythingGoesOn();
    QVERIFY(leftBeside().isEmpty());
    restart();
    QCOMPARE(inUse(ofTokens), before);
    everythingGoesOn();
}

void TestKeyRotation::aCommitThatSeemedToFailHasRotated()
{
    QFETCH(bool, ofTokens);
    const QByteArray before = inUse(ofTokens);
    m_house->faults.after = 1;
    VERIFY_ERROR(rotate(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger), ErrorCode::LedgerUnavailable);
    everythingGoesOn();
    QVERIFY(inUse(ofTokens) != before);
    QVERIFY(leftBeside().isEmpty());
    restart();
    everythingGoesOn();
}

// As a power cut between commit and mark leaves it: the mark is of the old key.
void TestKeyRotation::aMarkThatLagsIsTaken()
{
    m_house->stop();
    QFile mark(m_house->paths().highWater());
    QVERIFY(mark.open(QIODevice::ReadOnly));
    const QByteArray older = mark.readAll();
    mark.close();
    VERIFY_RESULT(m_house->start());
    VERIFY_RESULT(rotate(engine::KeyKind::Ledger));
    m_house->stop();
    QVERIFY(mark.open(QIODevice::WriteOnly));
    QCOMPARE(mark.write(older), older.size());
    mark.close();
    VERIFY_RESULT(m_house->start());
    everythingGoesOn();
}

// And accepted with the key it was signed with.
void TestKeyRotation::aDatabaseFromBeforeIsRefused()
{
    m_house->stop();
    QTemporaryDir kept;
    const auto paths = m_house->paths();
    QVERIFY(QFile::copy(paths.database(), kept.filePath(u"db"_s)));
    QVERIFY(QFile::copy(paths.ledgerKey(), kept.filePath(u"key"_s)));
    VERIFY_RESULT(m_house->start());
    VERIFY_RESULT(rotate(engine::KeyKind::Ledger));
    m_house->stop();
    const auto putBack = [&](const QString &path, const QString &name) { return copy(kept.filePath(name), path); };
    QVERIFY(putBack(paths.database(), u"db"_s));
    const auto refused = m_house->start();
    VERIFY_ERROR(refused, ErrorCode::Refused);
    QCOMPARE(refused.error().reason, "rollback");
    QVERIFY2(refused.error().detail.contains("older key"_L1), qPrintable(refused.error().detail));
    QVERIFY(putBack(paths.ledgerKey(), u"key"_s));
    const auto ahead = m_house->start();
    VERIFY_ERROR(ahead, ErrorCode::Refused);
    QCOMPARE(ahead.error().reason, "rollback");
    m_house->acceptRollback = true;
    VERIFY_RESULT(m_house->start());
    QCOMPARE(m_house->damage(), QString());
}

QTEST_GUILESS_MAIN(TestKeyRotation)
#include "tst_keyrotation.moc"
