// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/failurebudget.h"
#include "tests/support/testclock.h"

#include <QtTest/qtest.h>

using namespace std::chrono_literals;
using api::FailureBudget;

class TestFailureBudget : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBurstIsHadAndNoMore();
    void itFillsWithTime();
    void itHoldsNoMoreThanTheBurst();
};

namespace {

int taken(FailureBudget &budget, int tries)
{
    int count = 0;
    for (int i = 0; i < tries; ++i)
        count += budget.take() ? 1 : 0;
    return count;
}

} // namespace

void TestFailureBudget::aBurstIsHadAndNoMore()
{
    TestClock clock;
    FailureBudget budget(clock);
    QCOMPARE(taken(budget, 5000), int(FailureBudget::AtOnce));
    QVERIFY(!budget.take());
}

void TestFailureBudget::itFillsWithTime()
{
    // The contract's floor is 100 a second.
    QVERIFY(FailureBudget::PerSecond >= 100);
    TestClock clock;
    FailureBudget budget(clock);
    taken(budget, 5000);
    for (int second = 0; second < 3; ++second) {
        clock.advance(1s);
        QCOMPARE(taken(budget, 5000), int(FailureBudget::PerSecond));
    }
    clock.advance(std::chrono::nanoseconds(1s) / FailureBudget::PerSecond - 1ns);
    QVERIFY(!budget.take());
    clock.advance(1ns);
    QVERIFY(budget.take());
}

void TestFailureBudget::itHoldsNoMoreThanTheBurst()
{
    TestClock clock;
    FailureBudget budget(clock);
    clock.advance(24h);
    QCOMPARE(taken(budget, 5000), int(FailureBudget::AtOnce));
}

QTEST_GUILESS_MAIN(TestFailureBudget)
#include "tst_failurebudget.moc"
