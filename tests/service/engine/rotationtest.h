// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the tests of rotated keys share: a house with a tenant, the keys it signs with, and what stands beside them.
#pragma once

#include "tests/service/engine/enginehouse.h"

#include "service/tokens/jws.h"

#include <QtTest/qtest.h>

class RotationTest : public QObject
{
protected:
    void start() { m_runtime = crypto::Runtime::start().value(); }
    void setUp()
    {
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme")));
    }
    static void kinds()
    {
        QTest::addColumn<bool>("ofTokens");
        QTest::newRow("of tokens") << true;
        QTest::newRow("of the ledger") << false;
    }
    auto submit(engine::KeyKind kind, engine::Job::Kind how = engine::Job::Kind::Change)
    {
        return m_house->submit<engine::KeyRotation>(
            m_house->admin(),
            [&engine = m_house->engine(), kind, how](
                engine::Work &work) { return engine.rotateKey(work, kind, how == engine::Job::Kind::DryRun); },
            how);
    }
    auto rotate(engine::KeyKind kind) { return submit(kind).result(); }
    QByteArray signer() const
    {
        return m_house->engine().state().read([](const engine::State &state) {
            const auto signs = std::ranges::find_if(state.keys, [](const auto &key) { return !key.second.retiredAt; });
            return signs->first.text();
        });
    }
    QByteArray checkpointKey() const
    {
        const auto keys = ledger::readVerifierKeys(m_house->paths().ledgerVkey()).value();
        const QByteArray note =
            m_house->engine().state().read([](const engine::State &state) { return state.checkpoint; });
        return ledger::openCheckpoint(note, keys).value().signer.text();
    }
    QByteArray inUse(bool ofTokens) const { return ofTokens ? signer() : checkpointKey(); }
    QString keyFile(bool ofTokens) const
    {
        return ofTokens ? m_house->paths().tokenKey() : m_house->paths().ledgerKey();
    }
    static bool copy(const QString &from, const QString &to)
    {
        return (!QFile::exists(to) || QFile::remove(to)) && QFile::copy(from, to)
            && QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner);
    }
    // As a full disk leaves it: the new key signs and is not moved.
    void rotateWithoutMoving(bool ofTokens, engine::RotationStep step = engine::RotationStep::Committed)
    {
        m_house->stop();
        m_house->rotationFault = [step](engine::RotationStep done) { return done == step; };
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(rotate(ofTokens ? engine::KeyKind::Token : engine::KeyKind::Ledger));
        QCOMPARE(leftBeside().size(), 1);
    }
    QStringList leftBeside() const
    {
        return QDir(m_house->paths().keys())
            .entryList({QStringLiteral("*.next"), QStringLiteral("*.new")}, QDir::Files);
    }
    // Everything goes on: a token is issued and passes for one of the key that signs, and the ledger verifies.
    void everythingGoesOn()
    {
        const auto issued = m_house->submitToken(m_house->admin(), "acme", "READ").result();
        VERIFY_RESULT(issued);
        const auto parsed = tokens::parseToken(issued->value.text);
        VERIFY_RESULT(parsed);
        QCOMPARE(parsed->keyId.text(), signer());
        QCOMPARE(m_house->damage(), QString());
    }
    void restart()
    {
        m_house->stop();
        VERIFY_RESULT(m_house->start());
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};
