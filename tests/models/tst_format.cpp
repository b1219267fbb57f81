// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/format.h"

#include <QtCore/qlocale.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void usage_data()
    {
        QTest::addColumn<qint64>("used");
        QTest::addColumn<qint64>("limit");
        QTest::addColumn<QString>("text");
        QTest::newRow("some are free") << qint64(7) << qint64(10) << u"7 of 10 VMs, 3 free"_s;
        QTest::newRow("just full") << qint64(10) << qint64(10) << u"10 of 10 VMs, 0 free"_s;
        QTest::newRow("more than the limit") << qint64(12) << qint64(10) << u"12 of 10 VMs, 2 over"_s;
        QTest::newRow("nothing allowed, nothing used") << qint64(0) << qint64(0) << u"0 of 0 VMs, 0 free"_s;
    }

    void usage()
    {
        QFETCH(qint64, used);
        QFETCH(qint64, limit);
        QTEST(models::usageText(used, limit, u"VMs"_s), "text");
    }

    void oneVmIsNoneOfMany()
    {
        QCOMPARE(models::vmCount(0), u"0 VMs"_s);
        QCOMPARE(models::vmCount(1), u"1 VM"_s);
        QCOMPARE(models::vmCount(2), u"2 VMs"_s);
    }

    void relative_data()
    {
        QTest::addColumn<qint64>("secondsFromNow");
        QTest::addColumn<QString>("text");
        QTest::newRow("just now") << qint64(0) << u"0 s ago"_s;
        QTest::newRow("within the minute") << qint64(-59) << u"59 s ago"_s;
        QTest::newRow("a minute ago") << qint64(-60) << u"1 min ago"_s;
        QTest::newRow("hours ahead") << qint64(7200) << u"in 2 h"_s;
        QTest::newRow("days ahead") << qint64(4 * 86'400) << u"in 4 d"_s;
    }

    void relative()
    {
        QFETCH(qint64, secondsFromNow);
        const Timestamp now = fromSeconds(1'700'000'000);
        QTEST(models::relativeTime(now + std::chrono::seconds(secondsFromNow), now), "text");
    }

    void hashesAreShortenedInTheMiddle()
    {
        QCOMPARE(models::shortHash(u"yjk9Apa+xeC43KuYO9H7fRRh9RLnJny4ljGtJv1m2Eg="_s), u"yjk9Apa+…Jv1m2Eg="_s);
        QCOMPARE(models::shortHash(u"short"_s), u"short"_s);
    }

    void aToolTipIsNoMarkup_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("shown");
        QTest::newRow("plain text stays as it is") << u"acme \"1\" > 0"_s << u"acme \"1\" > 0"_s;
        QTest::newRow("a tag") << u"<h1>verified</h1>"_s << u"<span>&lt;h1&gt;verified&lt;/h1&gt;</span>"_s;
        QTest::newRow("an escaped tag") << u"&lt;b>"_s << u"<span>&amp;lt;b&gt;</span>"_s;
        QTest::newRow("lines stay lines") << u"a&b\nc"_s << u"<span>a&amp;b<br>c</span>"_s;
    }

    void aToolTipIsNoMarkup()
    {
        QFETCH(QString, text);
        QTEST(models::toolTipText(text), "shown");
    }

    void strangersTextCanNotHide()
    {
        QCOMPARE(models::plainText(u"a\u202eb\x1b[31m"_s), u"a\\u202eb\\u001b[31m"_s);
        QCOMPARE(models::plainText(u"Ünïcode 試験"_s), u"Ünïcode 試験"_s);
    }
};

QTEST_GUILESS_MAIN(TestFormat)
#include "tst_format.moc"
