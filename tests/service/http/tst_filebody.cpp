// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Answers whose body lies in a file.

#include "tests/service/http/doorhouse.h"

#include <QtCore/qfile.h>

class TestFileBody : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theBytesArriveWhole_data()
    {
        QTest::addColumn<qint64>("size");
        QTest::newRow("an empty file") << qint64(0);
        QTest::newRow("one byte") << qint64(1);
        QTest::newRow("just one piece") << qint64(256 * 1024);
        QTest::newRow("one byte more than a piece") << qint64(256 * 1024 + 1);
        QTest::newRow("many pieces") << qint64(20'000'003);
    }
    void theBytesArriveWhole()
    {
        QFETCH(qint64, size);
        DoorHouse house;
        HttpProbe probe(house.port);
        const QByteArray path = "/file/" + QByteArray::number(size);
        const auto answer = probe.ask(get(path));
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.header("Content-Length"), QByteArray::number(size));
        QVERIFY(answer.body == DoorHandler::digits(size));
        // The connection goes on.
        QVERIFY(probe.ask(get("/echo")).body.startsWith("GET /echo"));
    }

    void whatIsPipelinedBehindItWaitsItsTurn()
    {
        DoorHouse house;
        HttpProbe probe(house.port);
        QVERIFY(
            probe.send(get("/file/3000000") + get("/echo/1") + get("/file/0") + get("/file/700000") + get("/echo/2")));
        QVERIFY(probe.answer()->body == DoorHandler::digits(3'000'000));
        QVERIFY(probe.answer()->body.startsWith("GET /echo/1"));
        QCOMPARE(probe.answer()->body, QByteArray());
        QVERIFY(probe.answer()->body == DoorHandler::digits(700'000));
        QVERIFY(probe.answer()->body.startsWith("GET /echo/2"));
    }

    void aClosingAnswerIsSentToItsEnd()
    {
        DoorHouse house;
        HttpProbe probe(house.port);
        const auto answer = probe.ask(get("/file/5000000", "Connection: close\r\n"));
        QVERIFY(answer.body == DoorHandler::digits(5'000'000));
        QVERIFY(probe.isClosed());
    }

    void aHeadGetsNoBytes()
    {
        DoorHouse house;
        HttpProbe probe(house.port);
        const auto answer = probe.ask("HEAD /file/1000 HTTP/1.1\r\nHost: localhost\r\n\r\n", HttpProbe::Body::Omitted);
        QCOMPARE(answer.header("Content-Length"), "1000");
        QVERIFY(probe.ask(get("/echo")).body.startsWith("GET /echo"));
    }

    void aFileThatEndsEarlyCutsTheConnection()
    {
        DoorHouse house;
        HttpProbe probe(house.port);
        QVERIFY(probe.send(get("/cut/1000000")));
        QVERIFY(probe.isCut());
    }

    // Most of a big file stays on the disk while its reader does nothing, and others are served meanwhile.
    void aReaderThatDawdlesHoldsUpNobody()
    {
        DoorHouse house;
        HttpProbe slow(house.port);
        QVERIFY(slow.send(get("/file/200000000")));
        HttpProbe other(house.port);
        QVERIFY(other.ask(get("/echo")).body.startsWith("GET /echo"));
        QVERIFY(house.counters().bytesOut < 50'000'000);
    }

    void aReaderThatTakesNothingIsCutInTime()
    {
        http::Limits limits;
        limits.sweep = std::chrono::milliseconds(10);
        DoorHouse house(limits);
        HttpProbe probe(house.port);
        QVERIFY(probe.send(get("/file/200000000")));
        QVERIFY(eventually([&] { return house.counters().bytesOut > 0; }));
        // What the sockets' own buffers take still counts as progress.
        QVERIFY(eventually([&] {
            house.clock.advance(std::chrono::seconds(31));
            return house.counters().open == 0;
        }));
    }
};

QTEST_GUILESS_MAIN(TestFileBody)
#include "tst_filebody.moc"
