// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the door refuses, how it says so, and how it stops: raw bytes on a real socket.
#include "tests/service/http/doorhouse.h"

#include <QtTest/qtest.h>

#include <thread>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestServerRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuses_data();
    void refuses();
    void refusesAndKeepsTheConnection_data();
    void refusesAndKeepsTheConnection();
    void delivers413WhileTheClientKeepsSending();
    void says100_data();
    void says100();
    void makesRoomForANewConnection();
    void refusesWhenAllAreBusy();
    void namesThePortInUse();
    void stopsGracefully();
    void cutsWhatOutlivesTheGrace_data();
    void cutsWhatOutlivesTheGrace();
    void stopsWithManyIdle();
};

void TestServerRefusals::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    const QByteArray chunked = "Transfer-Encoding: chunked\r\n"_ba;
    QTest::newRow("what is no HTTP") << "\x16\x03\x01"_ba << 400;
    QTest::newRow("both lengths and codings") << post("Content-Length: 5\r\n" + chunked, "0\r\n\r\n"_ba) << 400;
    QTest::newRow("a chunk with a bad size") << post(chunked, "0x5\r\n"_ba) << 400;
    QTest::newRow("another transfer coding") << post("Transfer-Encoding: gzip\r\n"_ba) << 501;
    QTest::newRow("CONNECT") << "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"_ba << 501;
    QTest::newRow("a header too large") << get("/"_ba, "X: " + QByteArray(17000, 'x') + "\r\n") << 431;
    QTest::newRow("a target too long") << get("/" + QByteArray(9000, 'x')) << 414;
    QTest::newRow("a body too large") << post("Content-Length: 1048577\r\n"_ba) << 413;
    QTest::newRow("another version") << "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n"_ba << 505;
    QTest::newRow("another expectation") << post("Expect: x\r\nContent-Length: 1\r\n"_ba) << 417;
}

void TestServerRefusals::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    DoorHouse house;
    HttpProbe probe(house.port);
    // What stands behind must not be taken for a request.
    const auto answer = probe.ask(bytes + get("/echo/smuggled"_ba));
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.header("Connection"), "close");
    QCOMPARE(answer.header("X-Content-Type-Options"), "nosniff");
    QVERIFY(answer.body.endsWith(answer.header("X-Request-Id")));
    QVERIFY(probe.isClosed());
    QCOMPARE(house.handler.handled.load(), 0);
    QCOMPARE(house.counters().refusals, 1u);
}

void TestServerRefusals::refusesAndKeepsTheConnection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::newRow("a foreign host") << "GET /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n"_ba << 421;
    QTest::newRow("our host with another port") << "GET /echo HTTP/1.1\r\nHost: localhost:1\r\n\r\n"_ba << 421;
    QTest::newRow("a foreign absolute target")
        << "GET http://evil.example/echo HTTP/1.1\r\nHost: localhost\r\n\r\n"_ba << 421;
    QTest::newRow("a foreign origin") << get("/echo"_ba, "Origin: http://evil.example\r\n"_ba) << 403;
    QTest::newRow("no origin to speak of") << get("/echo"_ba, "Origin: null\r\n"_ba) << 403;
    QTest::newRow("another site") << get("/echo"_ba, "Sec-Fetch-Site: cross-site\r\n"_ba) << 403;
    QTest::newRow("another site, with a body")
        << post("Sec-Fetch-Site: cross-site\r\nContent-Length: 2\r\n"_ba, "{}"_ba) << 403;
}

void TestServerRefusals::refusesAndKeepsTheConnection()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    DoorHouse house;
    HttpProbe probe(house.port);
    QCOMPARE(probe.ask(bytes).status, status);
    QCOMPARE(house.handler.handled.load(), 0);

    const QByteArray own = "127.0.0.1:" + QByteArray::number(house.port);
    const auto answer =
        probe.ask("GET http://" + own + "/echo HTTP/1.1\r\nHost: " + own + "\r\nOrigin: http://" + own + "\r\n\r\n");
    QCOMPARE(answer.status, 200);
}

void TestServerRefusals::delivers413WhileTheClientKeepsSending()
{
    http::Limits limits;
    limits.drain = 4'000'000;
    DoorHouse house(limits);
    HttpProbe probe(house.port);
    probe.send(post("Content-Length: 100000000\r\n"_ba));
    const QByteArray more(1'000'000, 'x');
    QVERIFY(probe.send(more));
    QVERIFY(probe.send(more));
    const auto answer = probe.answer();
    QVERIFY(answer);
    QCOMPARE(answer->status, 413);
    QVERIFY(probe.isClosed());
    // Nor is it drained for ever.
    bool sent = true;
    for (int i = 0; sent && i < 100; ++i)
        sent = probe.send(more);
    QVERIFY(!sent);
    QVERIFY(eventually([&] { return house.counters().open == 0u; }));
}

void TestServerRefusals::says100_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<int>("status");
    const QByteArray five = "Expect: 100-continue\r\nContent-Length: 5\r\n"_ba;
    QTest::newRow("to a body it will take") << post(five) << 100;
    QTest::newRow("not to one that is too large")
        << post("Expect: 100-continue\r\nContent-Length: 99999999\r\n"_ba) << 413;
    QTest::newRow("not to a foreign host") << "POST /echo HTTP/1.1\r\nHost: evil.example\r\n"_ba + five + "\r\n" << 421;
    QTest::newRow("not to a foreign origin") << post(five + "Origin: http://evil.example\r\n") << 403;
    QTest::newRow("not to HTTP/1.0, which knows none") << "POST /echo HTTP/1.0\r\nHost: localhost\r\n"_ba + five
            + "\r\n" << 0;
}

void TestServerRefusals::says100()
{
    QFETCH(QByteArray, head);
    QFETCH(int, status);
    DoorHouse house;
    HttpProbe probe(house.port);
    probe.send(head);
    if (status == 0) {
        QVERIFY(probe.isSilent());
    } else {
        const auto first = probe.answer();
        QVERIFY(first);
        QCOMPARE(first->status, status);
        if (status != 100) {
            // Whether the body comes is the client's to decide, so nothing behind could be read safely.
            QVERIFY(probe.isClosed());
            return;
        }
    }
    QCOMPARE(probe
                 .ask("he"_ba
                      "llo"_ba)
                 .body,
        "POST /echo hello");
}

void TestServerRefusals::makesRoomForANewConnection()
{
    http::Limits limits;
    limits.connections = 3;
    DoorHouse house(limits);
    HttpProbe holding(house.port);
    holding.send(get("/hold"_ba));
    QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    HttpProbe halfway(house.port);
    halfway.send("GET /echo HT"_ba);
    QVERIFY(eventually([&] { return house.counters().open == 2u; }));
    HttpProbe idle(house.port);
    QCOMPARE(idle.ask(get("/echo"_ba)).status, 200);

    HttpProbe fourth(house.port);
    QCOMPARE(fourth.ask(get("/echo"_ba)).status, 200);
    QVERIFY(halfway.isCut());
    HttpProbe fifth(house.port);
    QCOMPARE(fifth.ask(get("/echo"_ba)).status, 200);
    QVERIFY(idle.isCut());

    house.answer(house.handler.takeHeld().front(), "kept"_ba);
    QCOMPARE(holding.answer().value_or(HttpProbe::Answer()).body, "kept");
    QCOMPARE(house.counters().evicted, 2u);
    QCOMPARE(house.counters().open, 3u);
}

void TestServerRefusals::refusesWhenAllAreBusy()
{
    http::Limits limits;
    limits.connections = 2;
    DoorHouse house(limits);
    HttpProbe first(house.port), second(house.port);
    first.send(get("/hold"_ba));
    second.send(get("/hold"_ba));
    QVERIFY(eventually([&] { return house.handler.held() == 2; }));
    for (int i = 0; i < 5; ++i) {
        HttpProbe late(house.port);
        const auto answer = late.answer();
        QVERIFY(answer);
        QCOMPARE(answer->status, 503);
        QVERIFY(late.isClosed());
        QVERIFY(house.counters().open <= 3); // the refused ones make room for one another
    }
    for (const http::Ticket &ticket : house.handler.takeHeld())
        house.answer(ticket, "kept"_ba);
    QCOMPARE(first.answer().value_or(HttpProbe::Answer()).body, "kept");
    QCOMPARE(second.answer().value_or(HttpProbe::Answer()).body, "kept");
}

void TestServerRefusals::namesThePortInUse()
{
    DoorHouse house;
    TestClock clock;
    DoorHandler handler;
    http::IoThread second(handler, clock, {});
    const auto port = second.start(QHostAddress::LocalHost, house.port);
    QVERIFY(!port);
    QCOMPARE(port.error().code, ErrorCode::Refused);
    QCOMPARE(port.error().detail, u"Can't listen on 127.0.0.1:%1: the port is in use."_s.arg(house.port));
    // It may be tried again with another.
    QVERIFY(second.start(QHostAddress::LocalHost, 0));
}

void TestServerRefusals::stopsGracefully()
{
    DoorHouse house;
    HttpProbe idle(house.port), holding(house.port), halfway(house.port);
    QCOMPARE(idle.ask(get("/echo"_ba)).status, 200);
    holding.send(get("/hold"_ba) + get("/echo/never"_ba));
    halfway.send("GET /echo HTTP/1.1\r\n"_ba);
    QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    QVERIFY(eventually([&] { return house.counters().open == 3u; }));
    std::thread stopper([&] { house.io.stop(10s); });
    QVERIFY(idle.isClosed());
    QVERIFY(!HttpProbe(house.port).isConnected());
    QVERIFY(holding.isSilent());

    // What has begun may end, and is told that nothing follows.
    const auto late = halfway.ask("Host: localhost\r\n\r\n"_ba);
    house.answer(house.handler.takeHeld().front(), "finished"_ba);
    const auto finished = holding.answer().value_or(HttpProbe::Answer());
    const bool closed = holding.isClosed();
    halfway.closeSending();
    holding.closeSending();
    stopper.join();
    QCOMPARE(late.status, 200);
    QCOMPARE(late.header("Connection"), "close");
    QCOMPARE(finished.body, "finished");
    QCOMPARE(finished.header("Connection"), "close");
    QVERIFY(closed);
    QCOMPARE(house.handler.handled.load(), 3);
    // Too late, and nobody is hurt.
    house.answer({1, 1}, "nobody"_ba);
}

void TestServerRefusals::cutsWhatOutlivesTheGrace_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::newRow("a request that is being handled") << get("/hold"_ba);
    QTest::newRow("a body that never arrives") << post("Content-Length: 5\r\n"_ba, "he"_ba);
    QTest::newRow("a chunked body that never arrives") << post("Transfer-Encoding: chunked\r\n"_ba, "5\r\nhe"_ba);
    QTest::newRow("a header that never ends") << "GET /echo HTTP/1.1\r\n"_ba;
}

void TestServerRefusals::cutsWhatOutlivesTheGrace()
{
    QFETCH(QByteArray, sent);
    http::Limits limits;
    limits.header = limits.receive = 1h; // it is the grace that ends them
    DoorHouse house(limits);
    HttpProbe probe(house.port);
    probe.send(sent);
    QVERIFY(eventually([&] { return house.counters().bytesIn == quint64(sent.size()); }));
    std::thread stopper([&] { house.io.stop(9s); });
    const bool stopping = eventually([&] { return !HttpProbe(house.port).isConnected(); });
    house.clock.advance(8900ms);
    const bool silent = probe.isSilent();
    house.clock.advance(100ms);
    stopper.join();
    QVERIFY(stopping);
    QVERIFY(silent);
    QVERIFY(probe.isCut());
}

void TestServerRefusals::stopsWithManyIdle()
{
    DoorHouse house;
    std::vector<std::unique_ptr<HttpProbe>> probes;
    for (quint64 i = 0; i < 100; ++i)
        probes.push_back(std::make_unique<HttpProbe>(house.port));
    QVERIFY(eventually([&] { return house.counters().open == 100u; }));
    house.io.stop(10s);
    for (const auto &probe : probes)
        QVERIFY(probe->isClosed());
}

QTEST_GUILESS_MAIN(TestServerRefusals)
#include "tst_serverrefusals.moc"
