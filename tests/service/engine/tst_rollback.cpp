// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An older database put back: refused, accepted, and cut short at every step of the acceptance.

#include "service/crypto/keyfile.h"
#include "service/ledger/highwater.h"
#include "service/ledger/rollbacks.h"
#include "tests/service/engine/enginehouse.h"

using namespace Qt::StringLiterals;

namespace {

bool copyFile(const QString &from, const QString &to)
{
    QFile::remove(to);
    return QFile::copy(from, to) && QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner);
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestRollback : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    // A tenant with a token that is kept and one that is revoked after the copy was made.
    void init()
    {
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
        m_kept = m_house->submitToken(m_house->admin(), "acme-corp", "USER").result().value().value.record;
        m_revoked = m_house->submitToken(m_house->admin(), "acme-corp", "INPUT").result().value().value.record;
        m_sizeThen = m_house->size();
        m_house->stop();
        QVERIFY(copyFile(m_house->paths().database(), saved(u"older"_s)));
        QVERIFY(copyFile(m_house->paths().highWater(), saved(u"oldmark"_s)));
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->submitRevocation(m_house->admin(), m_revoked.id).result());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
        m_admin = m_house->admin();
        m_sizeNow = m_house->size();
        m_house->stop();
        QVERIFY(copyFile(m_house->paths().highWater(), saved(u"mark"_s)));
        QVERIFY(copyFile(m_house->paths().database(), saved(u"newer"_s)));
    }

    void cleanup() { m_house.reset(); }

    void isRefusedWithTheNumbersAndTheWaysOut()
    {
        putBack();
        const auto refused = m_house->start();
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason, "rollback"_ba);
        for (const QString &word : {u"rolled back"_s, u"holds %1 entries"_s.arg(m_sizeThen),
                 u"mark knows %1"_s.arg(m_sizeNow), u"Put the newer database back"_s, u"--accept-rollback"_s})
            QVERIFY2(refused.error().detail.contains(word), qPrintable(refused.error().detail));
        // The first way out.
        QVERIFY(copyFile(saved(u"newer"_s), m_house->paths().database()));
        VERIFY_RESULT(m_house->start());
        QCOMPARE(m_house->damage(), QString());
    }

    void whatWasRevokedStaysDead()
    {
        putBack();
        const QByteArray oldKey = contents(m_house->paths().tokenKey());
        const QByteArray oldText = contents(m_house->paths().adminToken());
        const QByteArray oldOrigin = origin();
        m_house->acceptRollback = true;
        VERIFY_RESULT(m_house->start());
        everyOldTokenIsDead();
        QCOMPARE(m_house->damage(), QString());
        QVERIFY(contents(m_house->paths().tokenKey()) != oldKey);
        QVERIFY(contents(m_house->paths().adminToken()) != oldText);
        QVERIFY(m_house->admin().actor.tokenId != m_admin.actor.tokenId);
        QCOMPARE(origin(), oldOrigin + "/r1");
        // One entry for each thing, and the story last.
        QCOMPARE(m_house->events(m_sizeThen),
            (QByteArrayList{"TOKEN_REVOKED"_ba, "TOKEN_REVOKED"_ba, "TOKEN_REVOKED"_ba, "KEY_ROTATED"_ba,
                "TOKEN_ISSUED"_ba, "ROLLBACK_ACCEPTED"_ba}));
        const auto story = ledger::acceptedRollbacks(*m_house->reader());
        VERIFY_RESULT(story);
        QCOMPARE(story->size(), 1u);
        QCOMPARE(story->front().held.size, m_sizeThen);
        QCOMPARE(story->front().held.origin, oldOrigin);
        QCOMPARE(story->front().mark.size, m_sizeNow);
        QCOMPARE(story->front().origin, oldOrigin + "/r1");
        // Both names of the log, the newest first.
        const QByteArrayList names = contents(m_house->paths().ledgerVkey()).trimmed().split('\n');
        QCOMPARE(names.size(), 2);
        QVERIFY(names[0].startsWith(oldOrigin + "/r1+") && names[1].startsWith(oldOrigin + '+'));
        // It goes on with the new token, and a start needs no option any more.
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        m_house->stop();
        m_house->acceptRollback = false;
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("hooli")));
        QCOMPARE(m_house->damage(), QString());
    }

    void isAcceptedOnlyWhereThereIsOne_data()
    {
        QTest::addColumn<bool>("accepted");
        QTest::newRow("where nothing was put back") << false;
        QTest::newRow("where it was accepted already") << true;
    }

    void isAcceptedOnlyWhereThereIsOne()
    {
        QFETCH(const bool, accepted);
        m_house->acceptRollback = true;
        if (accepted) {
            putBack();
            VERIFY_RESULT(m_house->start());
            m_house->stop();
        }
        const QByteArray before = contents(m_house->paths().adminToken());
        const auto refused = m_house->start();
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.contains(u"no rollback"_s), qPrintable(refused.error().detail));
        QCOMPARE(contents(m_house->paths().adminToken()), before);
        m_house->acceptRollback = false;
        VERIFY_RESULT(m_house->start());
    }

    // What a crash leaves is refused as before, or finished by the next start; in neither case does an old token live.
    void aCrashLeavesNoOldTokenAlive_data()
    {
        using enum engine::RollbackStep;
        QTest::addColumn<int>("step"); // -1, -2: the commit fails before, after
        QTest::addColumn<bool>("done");
        QTest::newRow("after the key was written") << int(KeyWritten) << false;
        QTest::newRow("after the administrator's token was written") << int(TokenWritten) << false;
        QTest::newRow("before the commit") << -1 << false;
        QTest::newRow("after the commit, before it was told") << -2 << true;
        QTest::newRow("after the commit") << int(Committed) << true;
        QTest::newRow("after the mark was written") << int(Marked) << true;
        QTest::newRow("after the log was named") << int(LogNamed) << true;
        QTest::newRow("after the key was put in place") << int(KeyMoved) << true;
    }

    void aCrashLeavesNoOldTokenAlive()
    {
        QFETCH(const int, step);
        QFETCH(const bool, done);
        putBack();
        m_house->acceptRollback = true;
        if (step >= 0)
            m_house->rollbackFault = [step](engine::RollbackStep at) { return int(at) == step; };
        else
            (step == -1 ? m_house->faults.before : m_house->faults.after) = 1;
        QVERIFY(!m_house->start());
        m_house->rollbackFault = {};

        m_house->acceptRollback = false;
        const auto next = m_house->start();
        if (!done) {
            QVERIFY(!next);
            QCOMPARE(next.error().reason, "rollback"_ba);
            m_house->acceptRollback = true;
            VERIFY_RESULT(m_house->start());
        } else {
            VERIFY_RESULT(next);
        }
        everyOldTokenIsDead();
        QCOMPARE(m_house->damage(), QString());
        QVERIFY(!QFile::exists(m_house->paths().tokenKey() + ".next"_L1));
        QVERIFY(!QFile::exists(m_house->paths().adminToken() + ".next"_L1));
        // The file holds a token that lives, and what signs is the key that the database has.
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        VERIFY_RESULT(m_house->submitToken(m_house->admin(), "initech", "READ").result());
    }

    // An acceptance that was cut short before its commit does not stand in the way of the right database.
    void theNewerDatabaseIsTakenAfterACrash()
    {
        putBack();
        m_house->acceptRollback = true;
        m_house->rollbackFault = [](engine::RollbackStep at) { return at == engine::RollbackStep::TokenWritten; };
        QVERIFY(!m_house->start());
        m_house->rollbackFault = {};
        m_house->acceptRollback = false;
        QVERIFY(copyFile(saved(u"newer"_s), m_house->paths().database()));
        VERIFY_RESULT(m_house->start());
        QCOMPARE(m_house->admin().actor.tokenId, m_admin.actor.tokenId);
        QCOMPARE(m_house->damage(), QString());
        QVERIFY(!QFile::exists(m_house->paths().tokenKey() + ".next"_L1));
        QVERIFY(!QFile::exists(m_house->paths().adminToken() + ".next"_L1));
    }

    void marks_data()
    {
        QTest::addColumn<QString>("mark");
        QTest::addColumn<bool>("rollback"); // else: refused for what the mark is
        QTest::addColumn<QString>("said");
        QTest::newRow("ahead in size") << u"ahead"_s << true << u"rolled back"_s;
        QTest::newRow("of the same size with another root") << u"fork"_s << true << u"another history"_s;
        QTest::newRow("of a later name of this log") << u"later"_s << true << u"another history"_s;
        QTest::newRow("of another key") << u"stranger"_s << false << u"not one of this ledger"_s;
        QTest::newRow("of another log") << u"elsewhere"_s << false << u"not one of this ledger"_s;
        QTest::newRow("torn in both slots") << u"torn"_s << false << u"no whole slot"_s;
        QTest::newRow("empty") << u"empty"_s << false << u"empty"_s;
        QTest::newRow("missing") << u"missing"_s << false << u"missing"_s;
    }

    void marks()
    {
        QFETCH(const QString, mark);
        QFETCH(const bool, rollback);
        QFETCH(const QString, said);
        const QByteArray name = origin();
        QVERIFY(layMark(mark, name));
        for (const bool accept : {false, true}) {
            m_house->acceptRollback = accept;
            const auto started = m_house->start();
            if (accept && rollback) {
                VERIFY_RESULT(started);
                everyOldTokenIsDead();
                QCOMPARE(m_house->damage(), QString());
                QCOMPARE(origin(), name + (mark == "later"_L1 ? "/r8" : "/r1"));
            } else {
                QVERIFY(!started);
                QVERIFY2(started.error().detail.contains(said), qPrintable(started.error().detail));
                QCOMPARE(started.error().reason == "rollback", rollback);
            }
        }
    }

    void oneTornSlotIsNoMatter()
    {
        QFile file(m_house->paths().highWater());
        const QByteArray whole = contents(file.fileName());
        for (const qint64 slot : {0, 4096}) {
            QVERIFY(file.open(QIODevice::ReadWrite));
            file.seek(slot + 30);
            file.write("torn");
            file.close();
            const auto started = m_house->start();
            VERIFY_RESULT(started);
            m_house->stop();
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(whole);
            file.close();
        }
    }

    void aSecondRollbackGetsAnotherName()
    {
        putBack();
        m_house->acceptRollback = true;
        VERIFY_RESULT(m_house->start());
        const QByteArray first = origin();
        m_house->stop();
        putBackDatabase(); // from before the first
        VERIFY_RESULT(m_house->start());
        QVERIFY(first.endsWith("/r1"));
        QCOMPARE(origin(), first.chopped(1) + '2');
        everyOldTokenIsDead();
        QCOMPARE(m_house->damage(), QString());
        m_house->stop();
        // And one from within the second.
        QVERIFY(copyFile(m_house->paths().database(), saved(u"second"_s)));
        m_house->acceptRollback = false;
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        m_house->stop();
        QVERIFY(copyFile(saved(u"second"_s), m_house->paths().database()));
        QVERIFY(!m_house->start());
        m_house->acceptRollback = true;
        VERIFY_RESULT(m_house->start());
        QCOMPARE(origin(), first.chopped(1) + '3');
        QCOMPARE(m_house->damage(), QString());
    }

    // As far as the cut they are of this history, and beyond it they are of one that was given up.
    void checkpointsFromBeforeCountUpToTheCut()
    {
        const QByteArray oldNote = ledger::HighWater::readNote(saved(u"oldmark"_s)).value();
        const QByteArray newNote = ledger::HighWater::readNote(saved(u"mark"_s)).value();
        putBack();
        m_house->acceptRollback = true;
        VERIFY_RESULT(m_house->start());
        for (int i = 0; i < 5; ++i) // longer than the history that was given up
            VERIFY_RESULT(m_house->registerTenant(tenantSpec(("t" + QByteArray::number(i)).constData())));
        const auto verified = [&](const QByteArray &note) {
            ledger::VerifyOptions options;
            for (const QByteArray &line : contents(m_house->paths().ledgerVkey()).trimmed().split('\n'))
                options.keys.push_back(ledger::parseVerifierKey(line).value());
            options.older = {{.name = u"kept"_s, .note = note}};
            const auto database = m_house->reader();
            return ledger::verifyTree(*database, options);
        };
        const auto before = verified(oldNote);
        VERIFY_RESULT(before);
        QVERIFY2(before->ok, qPrintable(before->damage));
        const auto beyond = verified(newNote);
        VERIFY_RESULT(beyond);
        QVERIFY(!beyond->ok);
        QCOMPARE(beyond->kind, ledger::Damage::Forked);
        QVERIFY2(beyond->damage.contains(u"given up"_s), qPrintable(beyond->damage));
    }

private:
    QString saved(const QString &name) const { return m_saved.filePath(name); }

    void putBackDatabase() { QVERIFY(copyFile(saved(u"older"_s), m_house->paths().database())); }
    void putBack()
    {
        QFile::remove(m_house->paths().database() + "-wal"_L1);
        QFile::remove(m_house->paths().database() + "-shm"_L1);
        putBackDatabase();
    }

    // As the database in the directory has it.
    QByteArray origin() const { return engine::readOrigin(*m_house->reader()).value(); }

    bool layMark(const QString &kind, const QByteArray &name)
    {
        const QString path = m_house->paths().highWater();
        if (kind == "ahead"_L1)
            return copyFile(saved(u"older"_s), m_house->paths().database());
        if (kind == "empty"_L1)
            return QFile::resize(path, 0);
        if (!QFile::remove(path) || kind == "missing"_L1)
            return kind == "missing"_L1;
        if (kind == "torn"_L1) {
            QFile file(path);
            return file.open(QIODevice::WriteOnly) && file.write(QByteArray(8192, 'x')) == 8192
                && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        }
        const auto own = crypto::readKeyFile(m_house->paths().ledgerKey());
        const auto other = crypto::SigningKey::generate();
        const ledger::Checkpoint checkpoint{.origin = kind == "later"_L1 ? name + "/r7"
                : kind == "elsewhere"_L1                                 ? name + "x"
                                                                         : name,
            .size = kind == "later"_L1 ? m_sizeNow - 1 : m_sizeNow,
            .root = crypto::sha256("another history")};
        return ledger::HighWater::create(path, ledger::signCheckpoint(checkpoint, kind == "stranger"_L1 ? other : *own))
            .has_value();
    }

    void everyOldTokenIsDead()
    {
        m_house->engine().state().read([&](const engine::State &state) {
            for (const TokenId &id : {m_kept.id, m_revoked.id, m_admin.actor.tokenId}) {
                const tokens::TokenRecord *token = state.token(id);
                QVERIFY(!token || token->revokedAt);
            }
            int alive = 0, signing = 0, published = 0;
            for (const auto &[id, token] : state.tokens)
                alive += !token.revokedAt;
            for (const auto &[id, key] : state.keys) {
                signing += !key.retiredAt;
                published += key.verifiesAt(m_house->clock.now());
            }
            QCOMPARE(alive, 1); // the new administrator's
            QCOMPARE(signing, 1);
            QCOMPARE(published, 1);
        });
        VERIFY_ERROR(m_house->submitVms(EngineHouse::holder(m_revoked), "acme-corp").result(), ErrorCode::InvalidToken);
    }

    QTemporaryDir m_saved;
    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
    tokens::TokenRecord m_kept, m_revoked;
    engine::Caller m_admin;
    TreeSize m_sizeThen = 0, m_sizeNow = 0;
};

QTEST_GUILESS_MAIN(TestRollback)
#include "tst_rollback.moc"
