// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The deadlines of the door, with a clock turned by hand and a sweep that comes often.
#include "tests/service/http/doorhouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

http::Limits quickSweep()
{
    http::Limits limits;
    limits.sweep = 5ms;
    return limits;
}

} // namespace

class TestServerTimes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void closesASilentNewConnection();
    void givesTheHeaderTenSeconds();
    void givesTheBodyThirtySeconds();
    void closesAnIdleConnection();
    void doesNotHurryTheHandler();
    void startsAnewWithEachRequest();
    void dropsAReaderThatNeverReads();
    void stopsDraining();
};

void TestServerTimes::closesASilentNewConnection()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    QVERIFY(eventually([&] { return house.counters().open == 1u; }));
    house.clock.advance(9900ms);
    QVERIFY(probe.isSilent());
    house.clock.advance(100ms);
    QVERIFY(probe.isClosed());
    QVERIFY(eventually([&] { return house.counters().open == 0u; }));
}

void TestServerTimes::givesTheHeaderTenSeconds()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    probe.send("GET /echo HTTP/1.1\r\n"_ba);
    QVERIFY(eventually([&] { return house.counters().bytesIn > 0; }));
    house.clock.advance(9s);
    // A byte now and then buys no time: the deadline is absolute.
    probe.send("Host: localhost\r\n"_ba);
    QVERIFY(eventually([&] { return house.counters().bytesIn == 37u; }));
    QVERIFY(probe.isSilent());
    house.clock.advance(1s);
    const auto answer = probe.answer();
    QVERIFY(answer);
    QCOMPARE(answer->status, 408);
    QCOMPARE(answer->header("Connection"), "close");
    QVERIFY(probe.isClosed());
}

void TestServerTimes::givesTheBodyThirtySeconds()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    probe.send(post("Content-Length: 5\r\nX-Request-Id: slow\r\n"_ba, "he"_ba));
    QVERIFY(eventually([&] { return house.counters().bytesIn > 0; }));
    house.clock.advance(29s);
    QVERIFY(probe.isSilent());
    house.clock.advance(1s);
    const auto answer = probe.answer();
    QVERIFY(answer);
    QCOMPARE(answer->status, 408);
    QCOMPARE(answer->header("X-Request-Id"), "slow");
    QVERIFY(probe.isClosed());
}

void TestServerTimes::closesAnIdleConnection()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    QCOMPARE(probe.ask(get("/echo"_ba)).status, 200);
    QCOMPARE(house.counters().open, 1u); // asked on its thread, so the deadline is set by now
    house.clock.advance(59900ms);
    QVERIFY(probe.isSilent());
    house.clock.advance(200ms);
    QVERIFY(probe.isClosed());
}

void TestServerTimes::doesNotHurryTheHandler()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    probe.send(get("/hold"_ba));
    QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    house.clock.advance(1h);
    QVERIFY(probe.isSilent());
    house.answer(house.handler.takeHeld().front(), "late"_ba);
    const auto answer = probe.answer();
    QVERIFY(answer);
    QCOMPARE(answer->body, "late");
    // Idle counts from the answer, not from the request.
    QVERIFY(probe.isSilent());
    QCOMPARE(probe.ask(get("/echo"_ba)).status, 200);
}

void TestServerTimes::startsAnewWithEachRequest()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    for (int i = 0; i < 4; ++i) {
        probe.send("GET /echo HTTP/1.1\r\n"_ba);
        const quint64 before = quint64(i) * 39 + 20;
        QVERIFY(eventually([&] { return house.counters().bytesIn == before; }));
        house.clock.advance(6s);
        QCOMPARE(probe.ask("Host: localhost\r\n\r\n"_ba).status, 200);
    }
}

void TestServerTimes::dropsAReaderThatNeverReads()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    probe.send(get("/big/40000000"_ba));
    QVERIFY(eventually([&] { return house.handler.handled.load() == 1; }));
    QVERIFY(eventually([&] { return house.counters().open == 1u; }));
    house.clock.advance(29s);
    QCOMPARE(house.counters().open, 1u);
    house.clock.advance(2s);
    QVERIFY(eventually([&] { return house.counters().open == 0u; }));
    QVERIFY(probe.isCut());
}

void TestServerTimes::stopsDraining()
{
    DoorHouse house(quickSweep());
    HttpProbe probe(house.port);
    QCOMPARE(probe.ask("nonsense\r\n"_ba).status, 400);
    QVERIFY(probe.isClosed());
    // The peer keeps its side open, which is its right for five seconds.
    QCOMPARE(house.counters().open, 1u);
    house.clock.advance(5s);
    QVERIFY(eventually([&] { return house.counters().open == 0u; }));
}

QTEST_GUILESS_MAIN(TestServerTimes)
#include "tst_servertimes.moc"
