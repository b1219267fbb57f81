// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/stallwatch.h"
#include "views/bytesview.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestBytesView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesOfSixteenBytes_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("lines");
        QTest::newRow("nothing") << QByteArray() << QString();
        QTest::newRow("a short line keeps its text in place")
            << "{}"_ba << u"00000000  7b 7d                                            {}"_s;
        QTest::newRow("a full line")
            << "0123456789abcdef"_ba
            << u"00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef"_s;
        QTest::newRow("what can't be printed is a dot") << QByteArray(
            "a\0\n\x7f\xc3\xa9~ ", 8) << u"00000000  61 00 0a 7f c3 a9 7e 20                          a.....~ "_s;
        QTest::newRow("one byte more")
            << "0123456789abcdefg"_ba
            << u"00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
               "00000010  67                                               g"_s;
    }
    void linesOfSixteenBytes()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, lines);
        QCOMPARE(views::hexLines(bytes), lines);
    }

    void marksARangeInBothColumns_data()
    {
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("end");
        QTest::addColumn<QStringList>("marked");
        QTest::newRow("within a line") << 2 << 4 << QStringList{u"32 33"_s, u"23"_s};
        QTest::newRow("over the end of a line") << 14 << 18 << QStringList{u"65 66"_s, u"ef"_s, u"67 68"_s, u"gh"_s};
        QTest::newRow("past the last byte") << 30 << 99 << QStringList{u"75 76"_s, u"uv"_s};
        QTest::newRow("nothing") << 5 << 5 << QStringList();
    }
    void marksARangeInBothColumns()
    {
        QFETCH(int, first);
        QFETCH(int, end);
        QFETCH(QStringList, marked);
        views::BytesView view(u"bytes"_s, u"Bytes"_s, nullptr);
        view.setBytes("0123456789abcdefghijklmnopqrstuv");
        view.mark(first, end);
        QStringList found;
        for (const auto &mark : view.extraSelections())
            found.append(mark.cursor.selectedText());
        QCOMPARE(found, marked);
        view.setBytes("{}");
        QVERIFY(view.extraSelections().isEmpty());
    }
};

WATCHED_TEST_MAIN(TestBytesView)
#include "tst_bytesview.moc"
