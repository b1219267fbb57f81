// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The door as a stranger meets it: raw bytes on a real socket.
#include "doorhouse.h"

#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <thread>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addsItsOwnFields();
    void answersHeadWithoutBody();
    void leavesOutBodyAndLength();
    void keepsOrCloses_data();
    void keepsOrCloses();
    void lettingNoHandlerSplitAnAnswer();
    void answersPipelinedRequestsInOrder();
    void holdsPipelinedRequestsBehindOneThatWaits();
    void takesAnswersOutOfOrder();
    void dropsAnswersNobodyWaitsFor();
    void answersAHalfClosedClient_data();
    void answersAHalfClosedClient();
    void doesNotReadFasterThanItIsRead();
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
    void cutsWhatOutlivesTheGrace();
    void stopsWithManyIdle();
};

void TestServer::addsItsOwnFields()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    const auto answer = probe.ask(get("/echo"_ba));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, "GET /echo ");
    QCOMPARE(answer.header("Content-Length"), "10");
    QCOMPARE(answer.header("Content-Type"), "text/plain");
    QCOMPARE(answer.header("X-Content-Type-Options"), "nosniff");
    // The test clock's time in the form of RFC 9110, 5.6.7.
    QCOMPARE(answer.header("Date"), "Mon, 23 Nov 2026 18:17:04 GMT");
    QVERIFY(isUuid7(answer.header("X-Request-Id")));
    QVERIFY(answer.header("Connection").isNull());

    const auto second = probe.ask(get("/echo"_ba));
    QVERIFY(isUuid7(second.header("X-Request-Id")));
    QVERIFY(second.header("X-Request-Id") != answer.header("X-Request-Id"));
    QCOMPARE(probe.ask(get("/echo"_ba, "X-Request-Id: mine-1\r\n"_ba)).header("X-Request-Id"), "mine-1");
    QVERIFY(isUuid7(probe.ask(get("/echo"_ba, "X-Request-Id: no good\r\n"_ba)).header("X-Request-Id")));

    const http::Counters counters = house.counters();
    QCOMPARE(counters.requests, 4u);
    QCOMPARE(counters.accepted, 1u);
    QCOMPARE(counters.open, 1u);
    QCOMPARE(counters.refusals, 0u);
    QVERIFY(counters.bytesIn > 0 && counters.bytesOut > counters.bytesIn);
}

void TestServer::answersHeadWithoutBody()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    for (const char *path : {"/echo", "/big/100000"}) {
        const auto answer =
            probe.ask("HEAD "_ba + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n", HttpProbe::Body::Omitted);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.header("Content-Length"), path == "/echo"_ba ? "10" : "100000");
    }
    QCOMPARE(probe.ask(get("/echo"_ba)).body, "GET /echo ");
}

void TestServer::leavesOutBodyAndLength()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    for (const char *path : {"/as/204", "/as/304"}) {
        const auto answer = probe.ask(get(path));
        QCOMPARE(answer.status, QByteArray(path).sliced(4).toInt());
        QVERIFY(answer.header("Content-Length").isNull());
    }
    QCOMPARE(probe.ask(get("/echo"_ba)).body, "GET /echo ");
}

void TestServer::keepsOrCloses_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("connection");
    QTest::newRow("HTTP/1.1 is kept") << get("/echo"_ba) << QByteArray();
    QTest::newRow("a handler's 404 is kept") << get("/as/404"_ba) << QByteArray();
    QTest::newRow("a handler's 400 is kept") << get("/as/400"_ba) << QByteArray();
    QTest::newRow("a client that asks is closed") << get("/echo"_ba, "Connection: close\r\n"_ba) << "close"_ba;
    QTest::newRow("a handler that asks closes") << get("/close"_ba) << "close"_ba;
    QTest::newRow("HTTP/1.0 is closed") << "GET /echo HTTP/1.0\r\nHost: localhost\r\n\r\n"_ba
                                        << "close"_ba;
    QTest::newRow("HTTP/1.0 is kept where it asks")
        << "GET /echo HTTP/1.0\r\nHost: localhost\r\nConnection: Keep-Alive\r\n\r\n"_ba
        << "keep-alive"_ba;
}

void TestServer::keepsOrCloses()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, connection);
    DoorHouse house;
    HttpProbe probe(house.port);
    const auto answer = probe.ask(request);
    QVERIFY(answer.status != 0);
    QCOMPARE(answer.header("Connection"), connection);
    if (connection == "close")
        QVERIFY(probe.isClosed());
    else
        QCOMPARE(probe.ask(get("/echo"_ba)).status, 200);
}

void TestServer::lettingNoHandlerSplitAnAnswer()
{
    DoorHouse house;
    house.handler.extra = {{"Location"_ba, "/a\r\nSet-Cookie: x"_ba}};
    HttpProbe probe(house.port);
    const auto answer = probe.ask(get("/echo"_ba));
    QCOMPARE(answer.header("Location"), "/a  Set-Cookie: x");
    QVERIFY(answer.header("Set-Cookie").isNull());
}

void TestServer::answersPipelinedRequestsInOrder()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    constexpr int count = 2000; // more than one read takes
    QByteArray all;
    for (int i = 0; i < count; ++i)
        all += get("/echo/" + QByteArray::number(i));
    std::thread sender([&] { probe.send(all); });
    for (int i = 0; i < count; ++i) {
        const auto answer = probe.answer();
        if (!answer || answer->body != "GET /echo/" + QByteArray::number(i) + ' ') {
            sender.join();
            QFAIL(qPrintable(u"answer %1 is missing or another's"_s.arg(i)));
        }
    }
    sender.join();
}

void TestServer::holdsPipelinedRequestsBehindOneThatWaits()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    probe.send(get("/hold"_ba) + get("/echo/1"_ba) + get("/hold"_ba) + get("/echo/2"_ba));
    QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    QVERIFY(probe.isSilent());
    QCOMPARE(house.handler.handled.load(), 1);

    house.answer(house.handler.takeHeld().front(), "first"_ba);
    QCOMPARE(probe.answer().value_or(HttpProbe::Answer()).body, "first");
    QCOMPARE(probe.answer().value_or(HttpProbe::Answer()).body, "GET /echo/1 ");
    QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    house.answer(house.handler.takeHeld().front(), "third"_ba);
    QCOMPARE(probe.answer().value_or(HttpProbe::Answer()).body, "third");
    QCOMPARE(probe.answer().value_or(HttpProbe::Answer()).body, "GET /echo/2 ");
}

void TestServer::takesAnswersOutOfOrder()
{
    DoorHouse house;
    std::vector<std::unique_ptr<HttpProbe>> probes;
    for (int i = 0; i < 8; ++i) {
        probes.push_back(std::make_unique<HttpProbe>(house.port));
        probes.back()->send(get("/hold"_ba) + get("/echo"_ba));
        QVERIFY(eventually([&] { return house.handler.held() == i + 1; }));
    }
    // One batch, last come first answered.
    const std::vector<http::Ticket> tickets = house.handler.takeHeld();
    http::Answers answers;
    for (size_t i = tickets.size(); i-- > 0;)
        answers.emplace_back(
            tickets[i], http::Response{.contentType = {}, .body = QByteArray::number(i), .headers = {}});
    house.io.server().postAnswers(std::move(answers));
    for (size_t i = 0; i < probes.size(); ++i) {
        QCOMPARE(probes[i]->answer().value_or(HttpProbe::Answer()).body, QByteArray::number(i));
        QCOMPARE(probes[i]->answer().value_or(HttpProbe::Answer()).body, "GET /echo ");
    }
}

void TestServer::dropsAnswersNobodyWaitsFor()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    probe.send(get("/hold"_ba));
    QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    const http::Ticket ticket = house.handler.takeHeld().front();
    house.answer({ticket.connection, ticket.sequence + 1}, "of a request to come"_ba);
    house.answer({ticket.connection + 1, ticket.sequence}, "of another connection"_ba);
    house.answer(ticket, "right"_ba);
    house.answer(ticket, "twice"_ba);
    QCOMPARE(probe.answer().value_or(HttpProbe::Answer()).body, "right");
    QVERIFY(probe.isSilent());
    {
        HttpProbe gone(house.port);
        gone.send(get("/hold"_ba));
        QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    }
    house.answer(house.handler.takeHeld().front(), "to nobody"_ba);
    QVERIFY(eventually([&] { return house.counters().open == 1u; }));
    QCOMPARE(probe.ask(get("/echo"_ba)).status, 200);
}

void TestServer::answersAHalfClosedClient_data()
{
    QTest::addColumn<QByteArray>("requests");
    QTest::addColumn<qsizetype>("size");
    QTest::newRow("with an answer at once") << get("/echo"_ba) << qsizetype(10);
    QTest::newRow("with an answer that takes its time") << get("/hold"_ba) << qsizetype(4);
    QTest::newRow("with an answer larger than any buffer") << get("/big/30000000"_ba) << qsizetype(30000000);
    QTest::newRow("with an answer behind one that takes its time")
        << get("/hold"_ba) + get("/big/30000000"_ba) << qsizetype(30000000);
}

void TestServer::answersAHalfClosedClient()
{
    QFETCH(QByteArray, requests);
    QFETCH(qsizetype, size);
    DoorHouse house;
    HttpProbe probe(house.port);
    probe.send(requests);
    probe.closeSending();
    if (requests.contains("/hold")) {
        QVERIFY(eventually([&] { return house.handler.held() == 1; }));
        QVERIFY(probe.isSilent());
        house.answer(house.handler.takeHeld().front(), "held"_ba);
        if (size != 4)
            QCOMPARE(probe.answer().value_or(HttpProbe::Answer()).body, "held");
    }
    const auto answer = probe.answer();
    QVERIFY(answer);
    QCOMPARE(answer->body.size(), size);
    QVERIFY(probe.isClosed());
    QVERIFY(eventually([&] { return house.counters().open == 0u; }));
}

void TestServer::doesNotReadFasterThanItIsRead()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    constexpr int count = 100;
    QByteArray all;
    for (int i = 0; i < count; ++i)
        all += get("/big/1000000"_ba);
    probe.send(all);
    QVERIFY(eventually([&] { return house.handler.handled > 0; }));
    // Buffers of the system take some; the rest of the requests is left unread and unanswered.
    QVERIFY(HttpProbe(house.port).ask(get("/echo"_ba)).status == 200);
    QVERIFY(house.handler.handled < count / 2);
    for (int i = 0; i < count; ++i) {
        const auto answer = probe.answer();
        QVERIFY(answer);
        QCOMPARE(answer->body.size(), 1000000);
    }
    QCOMPARE(house.handler.handled.load(), count + 1);
}

void TestServer::refuses_data()
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

void TestServer::refuses()
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

void TestServer::refusesAndKeepsTheConnection_data()
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

void TestServer::refusesAndKeepsTheConnection()
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

void TestServer::delivers413WhileTheClientKeepsSending()
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

void TestServer::says100_data()
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

void TestServer::says100()
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

void TestServer::makesRoomForANewConnection()
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

void TestServer::refusesWhenAllAreBusy()
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

void TestServer::namesThePortInUse()
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

void TestServer::stopsGracefully()
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

void TestServer::cutsWhatOutlivesTheGrace()
{
    DoorHouse house;
    HttpProbe probe(house.port);
    probe.send(get("/hold"_ba));
    QVERIFY(eventually([&] { return house.handler.held() == 1; }));
    house.io.stop(20ms);
    QVERIFY(probe.isCut());
}

void TestServer::stopsWithManyIdle()
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

QTEST_GUILESS_MAIN(TestServer)
#include "tst_server.moc"
