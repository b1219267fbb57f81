// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/ratelimit.h"
#include "tests/support/testclock.h"

#include <QtTest/qtest.h>

#include <thread>

using namespace std::chrono_literals;
using tenancy::RateLimiter;
using tenancy::RateVerdict;

namespace {

const TenantId Acme("acme-corp"), Globex("globex");

// How many are let through before the first refusal, at most `most`.
qint64 takeAll(RateLimiter &limiter, const TenantId &tenant, qint64 rpm, qint64 most = 20'000'000)
{
    qint64 taken = 0;
    while (taken < most && limiter.take(tenant, rpm).allowed)
        ++taken;
    return taken;
}

} // namespace

class TestRateLimit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void limits_data()
    {
        QTest::addColumn<qint64>("rpm");
        for (const qint64 rpm : {1, 2, 7, 59, 60, 61, 600, 999, 100'000})
            QTest::addRow("%lld a minute", static_cast<long long>(rpm)) << rpm;
    }

    void aFullBucketHoldsTheLimit_data() { limits_data(); }
    void aFullBucketHoldsTheLimit()
    {
        QFETCH(const qint64, rpm);
        const TestClock clock;
        RateLimiter limiter(clock);
        QCOMPARE(limiter.peek(Acme, rpm).remaining, rpm);
        QCOMPARE(takeAll(limiter, Acme, rpm), rpm);
        QCOMPARE(limiter.take(Acme, rpm).remaining, 0);
    }

    void refillsEvenlyOverAMinute_data() { limits_data(); }
    void refillsEvenlyOverAMinute()
    {
        QFETCH(const qint64, rpm);
        TestClock clock;
        RateLimiter limiter(clock);
        takeAll(limiter, Acme, rpm);
        // Not more than the share of the minute that has passed, and at most one less.
        qint64 taken = 0;
        for (int second = 1; second <= 60; ++second) {
            clock.advance(1s);
            taken += takeAll(limiter, Acme, rpm);
            QVERIFY2(taken >= rpm * second / 60 && taken <= rpm * second / 60 + 1,
                qPrintable(QStringLiteral("%1 after %2 s").arg(taken).arg(second)));
        }
    }

    void whatRemainsIsGuaranteed_data() { limits_data(); }
    void whatRemainsIsGuaranteed()
    {
        QFETCH(const qint64, rpm);
        TestClock clock;
        RateLimiter limiter(clock);
        for (int round = 0; round < 20; ++round) {
            const RateVerdict verdict = limiter.take(Acme, rpm);
            // Also when they all come at this very moment.
            QVERIFY(takeAll(limiter, Acme, rpm, verdict.remaining) == verdict.remaining);
            clock.advance(1700ms);
        }
    }

    void aRefusalSaysWhenToComeAgain_data() { limits_data(); }
    void aRefusalSaysWhenToComeAgain()
    {
        QFETCH(const qint64, rpm);
        TestClock clock;
        RateLimiter limiter(clock);
        takeAll(limiter, Acme, rpm);
        const RateVerdict refused = limiter.take(Acme, rpm);
        QVERIFY(!refused.allowed);
        QCOMPARE(refused.limit, rpm);
        QVERIFY(refused.retryAfterSeconds >= 1);
        QCOMPARE(refused.resetSeconds, 60);
        clock.advance(std::chrono::seconds(refused.retryAfterSeconds));
        QVERIFY(limiter.take(Acme, rpm).allowed);
    }

    void aRefusalTakesNothing()
    {
        TestClock clock;
        RateLimiter limiter(clock);
        takeAll(limiter, Acme, 60);
        for (int i = 0; i < 1000; ++i)
            QVERIFY(!limiter.take(Acme, 60).allowed);
        clock.advance(1s);
        QVERIFY(limiter.take(Acme, 60).allowed);
        QVERIFY(!limiter.take(Acme, 60).allowed);
    }

    void peekingTakesNothing()
    {
        const TestClock clock;
        RateLimiter limiter(clock);
        for (int i = 0; i < 100; ++i)
            QCOMPARE(limiter.peek(Acme, 10).remaining, 10);
        QCOMPARE(takeAll(limiter, Acme, 10), 10);
        QVERIFY(!limiter.peek(Acme, 10).allowed);
    }

    void aBucketNeverHoldsMoreThanTheLimit()
    {
        TestClock clock;
        RateLimiter limiter(clock);
        QVERIFY(limiter.take(Acme, 10).allowed);
        clock.advance(24h);
        QCOMPARE(takeAll(limiter, Acme, 10), 10);
    }

    void aLoweredLimitHoldsFromTheNextRequestOn()
    {
        TestClock clock;
        RateLimiter limiter(clock);
        QVERIFY(limiter.take(Acme, 600).allowed);
        const RateVerdict lowered = limiter.take(Acme, 6);
        QCOMPARE(lowered.limit, 6);
        QVERIFY(lowered.remaining <= 5);
        takeAll(limiter, Acme, 6);
        clock.advance(60s);
        QCOMPARE(takeAll(limiter, Acme, 6), 6);
    }

    void aBucketEmptiedUnderALargerLimitIsFullWithinAMinute()
    {
        TestClock clock;
        RateLimiter limiter(clock);
        takeAll(limiter, Acme, 1000);
        QVERIFY(!limiter.take(Acme, 7).allowed);
        clock.advance(60s);
        QCOMPARE(takeAll(limiter, Acme, 7), 7);
    }

    void aRaisedLimitGivesMoreAtOnceOnlyToABucketThatHasSome()
    {
        TestClock clock;
        RateLimiter limiter(clock);
        takeAll(limiter, Acme, 6);
        QVERIFY(!limiter.take(Acme, 600).allowed); // empty is empty
        clock.advance(1s);
        QCOMPARE(takeAll(limiter, Acme, 600), 10);
    }

    void twoTenantsHaveTwoBuckets()
    {
        const TestClock clock;
        RateLimiter limiter(clock);
        QCOMPARE(takeAll(limiter, Acme, 10), 10);
        QCOMPARE(limiter.peek(Globex, 10).remaining, 10);
        QCOMPARE(takeAll(limiter, Globex, 10), 10);
    }

    void manyThreadsTogetherGetTheLimitAndNoMore()
    {
        const TestClock clock;
        RateLimiter limiter(clock);
        std::atomic<qint64> taken = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 4; ++i)
                threads.emplace_back([&] { taken += takeAll(limiter, Acme, 10'000); });
        }
        QCOMPARE(taken.load(), 10'000);
    }
};

QTEST_GUILESS_MAIN(TestRateLimit)
#include "tst_ratelimit.moc"
