// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/visibletext.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestVisibleText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shows_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("shown");
        QTest::newRow("plain text stays") << u"Acme Corp."_s << u"Acme Corp."_s;
        QTest::newRow("other scripts stay") << u"Ünïcode 東京"_s << u"Ünïcode 東京"_s;
        QTest::newRow("what lies beyond the first plane stays") << u"a😀b"_s << u"a😀b"_s;
        QTest::newRow("an escape sequence of a terminal") << u"\u001b[31mred"_s << u"\\u001b[31mred"_s;
        QTest::newRow("a carriage return") << u"ok\rno"_s << u"ok\\u000dno"_s;
        QTest::newRow("a line end") << u"a\nb"_s << u"a\\u000ab"_s;
        QTest::newRow("a C1 control") << u"\u009b31m"_s << u"\\u009b31m"_s;
        QTest::newRow("a right-to-left override") << u"exe\u202egpj"_s << u"exe\\u202egpj"_s;
        QTest::newRow("a line separator") << u"a\u2028b"_s << u"a\\u2028b"_s;
        QTest::newRow("a paragraph separator") << u"a\u2029b"_s << u"a\\u2029b"_s;
        QTest::newRow("a tag") << u"x\U000E0041"_s << u"x\\udb40\\udc41"_s;
        QTest::newRow("a lone surrogate") << QString(QChar(0xd800)) + u'x' << u"\\ud800x"_s;
        QTest::newRow("a lone surrogate at the end") << u"x"_s + QChar(0xdbff) << u"x\\udbff"_s;
        QTest::newRow("nothing") << QString() << QString();
    }

    void shows()
    {
        QFETCH(QString, text);
        QFETCH(QString, shown);
        QCOMPARE(visibleText(text), shown);
    }
};

QTEST_GUILESS_MAIN(TestVisibleText)
#include "tst_visibletext.moc"
