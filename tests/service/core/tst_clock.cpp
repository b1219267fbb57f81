// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/clock.h"
#include "tests/service/core/printable.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestClock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timesAndTheirText_data()
    {
        QTest::addColumn<qint64>("milliseconds");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("the epoch") << qint64(0) << "1970-01-01T00:00:00.000Z"_ba;
        QTest::newRow("before the epoch") << qint64(-1) << "1969-12-31T23:59:59.999Z"_ba;
        QTest::newRow("a leap day") << qint64(1709164800123) << "2024-02-29T00:00:00.123Z"_ba;
        QTest::newRow("the end of 32 bits") << qint64(2147483648000) << "2038-01-19T03:14:08.000Z"_ba;
        QTest::newRow("the first millisecond of four digits")
            << qint64(-62167219200000) << "0000-01-01T00:00:00.000Z"_ba;
        QTest::newRow("the last millisecond of four digits")
            << qint64(253402300799999) << "9999-12-31T23:59:59.999Z"_ba;
    }
    void timesAndTheirText()
    {
        QFETCH(qint64, milliseconds);
        QFETCH(QByteArray, text);
        QCOMPARE(formatTime(fromMilliseconds(milliseconds)), text);
        const auto time = parseTime(text);
        QVERIFY(time);
        QCOMPARE(toMilliseconds(*time), milliseconds);
    }

    void textsThatAreTaken_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("meaning");
        QTest::newRow("a bare date is its midnight") << "2026-11-23"_ba
                                                     << "2026-11-23T00:00:00.000Z"_ba;
        QTest::newRow("no fraction") << "2026-11-23T18:17:04Z"_ba
                                     << "2026-11-23T18:17:04.000Z"_ba;
        QTest::newRow("one digit of fraction") << "2026-11-23T18:17:04.1Z"_ba
                                               << "2026-11-23T18:17:04.100Z"_ba;
        QTest::newRow("nine digits are cut") << "2026-11-23T18:17:04.123999999Z"_ba
                                             << "2026-11-23T18:17:04.123Z"_ba;
        QTest::newRow("an offset to the east") << "2026-11-24T00:17:04+05:30"_ba
                                               << "2026-11-23T18:47:04.000Z"_ba;
        QTest::newRow("an offset to the west") << "2026-11-23T18:17:04.5-08:00"_ba
                                               << "2026-11-24T02:17:04.500Z"_ba;
        QTest::newRow("the unknown offset of RFC 3339") << "2026-11-23T18:17:04-00:00"_ba
                                                        << "2026-11-23T18:17:04.000Z"_ba;
        QTest::newRow("small letters") << "2026-11-23t18:17:04z"_ba
                                       << "2026-11-23T18:17:04.000Z"_ba;
    }
    void textsThatAreTaken()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, meaning);
        const auto time = parseTime(text);
        QVERIFY(time);
        QCOMPARE(formatTime(*time), meaning);
    }

    void textsThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"", "2", "2026", "2026-11", "2026-11-2", "2026-13-01", "2026-00-01", "2026-02-29",
                 "2026-11-31", "2026-11-00", "2026/11/23", "20261123", "2026-11-23 ", " 2026-11-23", "2026-11-23T",
                 "2026-11-23 18:17:04Z", "2026-11-23T18:17:04", "2026-11-23T18:17Z", "2026-11-23T24:00:00Z",
                 "2026-11-23T18:60:00Z", "2026-11-23T18:17:60Z", "2026-11-23T18:17:04.Z", "2026-11-23T18:17:04,1Z",
                 "2026-11-23T18:17:04.1234567890Z", "2026-11-23T18:17:04ZZ", "2026-11-23T18:17:04Z ",
                 "2026-11-23T18:17:04+0530", "2026-11-23T18:17:04+05", "2026-11-23T18:17:04+24:00",
                 "2026-11-23T18:17:04+05:60", "2026-11-23T18:17:04+05.30", "+026-11-23", "-026-11-23", "today",
                 "1795457824", "2026-11-23T1a:17:04Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"})
            QTest::addRow("'%s'", printable(text).constData()) << QByteArray(text);
        QTest::newRow("a NUL behind") << QByteArray("2026-11-23T18:17:04Z\0", 21);
        QTest::newRow("digits outside ASCII") << "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6-11-23"_ba;
    }
    void textsThatAreRefused()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!parseTime(text));
    }

    void secondsAreCutTowardsThePast()
    {
        QCOMPARE(toSeconds(fromMilliseconds(1999)), qint64(1));
        QCOMPARE(toSeconds(fromMilliseconds(-1)), qint64(-1));
        QCOMPARE(toMilliseconds(fromSeconds(2)), qint64(2000));
    }

    void theSystemsClockGoesForward()
    {
        const SystemClock clock;
        const auto first = clock.steady();
        QVERIFY(clock.steady() >= first);
        QVERIFY(clock.now() > *parseTime("2024-01-01"));
    }
};

QTEST_GUILESS_MAIN(TestClock)
#include "tst_clock.moc"
