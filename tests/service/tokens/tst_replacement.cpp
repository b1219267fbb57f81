// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/tokens/samples.h"

#include <QtTest/qtest.h>

#include <random>

using namespace Qt::StringLiterals;
using namespace tokens;
using Kind = Scope::Kind;

namespace {

const Issue AtNoon{.id = samples::ChildId, .keyId = KeyId("key"), .now = fromSeconds(samples::Noon)};

} // namespace

class TestReplacement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Whatever is rotated, however often: the new one lies within the same parent.
    void replacedMeansAttenuated()
    {
        std::mt19937 random(20261124);
        const auto pick = [&](int most) { return int(random() % unsigned(most + 1)); };
        int replaced = 0;
        for (int i = 0; i < 20'000; ++i) {
            TokenRecord parent = samples::tenantAdmin();
            parent.expiresAt = samples::Noon + pick(200'000);
            if (pick(3) == 0)
                parent.retiresAt = std::min(parent.expiresAt, samples::Noon + pick(100'000));
            TokenRecord old = samples::user();
            old.expiresAt = samples::Noon + pick(int(parent.endsAt() - samples::Noon));
            old.warnedDays = 7;
            old.proofOfPossession = pick(1);
            const auto life = pick(1) ? std::optional<qint64>(30 + pick(200'000)) : std::nullopt;
            const Issue issue{
                .id = TokenId("0199a8c0-0000-7000-8000-000000000003"), .keyId = KeyId("new"), .now = AtNoon.now};
            const auto next = deriveReplacement(old, &parent, life, issue);
            const bool may =
                old.expiresAt > samples::Noon && (!life || (*life >= 60 && samples::Noon + *life <= parent.endsAt()));
            QCOMPARE(next.has_value(), may);
            if (!next)
                continue;
            ++replaced;
            QVERIFY(attenuates(*next, parent));
            QVERIFY(next->id != old.id && next->subjectKey == old.subjectKey && next->scope == old.scope);
            QCOMPARE(next->proofOfPossession, old.proofOfPossession);
            QCOMPARE(next->keyId, KeyId("new"));
            QVERIFY(!next->warnedDays && !next->retiresAt);
        }
        QVERIFY(replaced > 1000);
    }

    void whatCantBeReplaced_data()
    {
        QTest::addColumn<TokenRecord>("old");
        const auto row = [](const char *name, auto change) {
            TokenRecord old = samples::user();
            change(old);
            QTest::newRow(name) << old;
        };
        row("an administrator's token", [](TokenRecord &old) { old.scope = Scope(Kind::Auditor); });
        row("a revoked token", [](TokenRecord &old) { old.revokedAt = fromSeconds(samples::Noon); });
        row("an expired token", [](TokenRecord &old) { old.expiresAt = samples::Noon; });
        row("a token that has been replaced", [](TokenRecord &old) { old.retiresAt = samples::Noon + 60; });
    }
    void whatCantBeReplaced()
    {
        QFETCH(TokenRecord, old);
        const auto next = deriveReplacement(old, nullptr, {}, AtNoon);
        QVERIFY(!next);
        QCOMPARE(next.error().code, ErrorCode::InvalidField);
    }

    void aReplacedTokenEndsWithTheOverlap()
    {
        TokenRecord record = samples::user();
        record.retiresAt = samples::Noon + 100;
        QVERIFY(!refusalAt(record, fromSeconds(samples::Noon + 99)));
        QCOMPARE(refusalAt(record, fromSeconds(samples::Noon + 100)), std::optional(Refusal::Expired));
        QCOMPARE(record.endsAt(), samples::Noon + 100);
        QVERIFY(matches(claimsOf(samples::user(), samples::Issuer), record, samples::Issuer)); // its text stays right
    }
};

QTEST_GUILESS_MAIN(TestReplacement)
#include "tst_replacement.moc"
