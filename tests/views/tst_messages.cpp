// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/messages.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestMessages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anErrorIsSaidInThreeLines_data()
    {
        QTest::addColumn<Error>("error");
        QTest::addColumn<QString>("text");
        QTest::newRow("a taken id") << Error{.code = ErrorCode::TenantExists, .detail = u"It is taken."_s}
                                    << u"Not done.\nIt is taken.\nChoose another id."_s;
        QTest::newRow("bad fields are named")
            << Error{.code = ErrorCode::InvalidField,
                   .detail = u"One field is wrong."_s,
                   .fields = {{u"/max_vms"_s, u"must be a whole number"_s}}}
            << u"Not done.\nmax_vms must be a whole number\nCorrect the field and try again."_s;
        QTest::newRow("advice that the reason ends with is given once") << Error{.code = ErrorCode::Unavailable,
            .detail = u"It is stopping. Try again later."_s} << u"Not done.\nIt is stopping.\nTry again later."_s;
        QTest::newRow("a refusal says itself what to do")
            << Error{.code = ErrorCode::Refused, .detail = u"No font is installed. Install one."_s}
            << u"Not done.\nNo font is installed. Install one."_s;
    }

    void anErrorIsSaidInThreeLines()
    {
        QFETCH(Error, error);
        QFETCH(QString, text);
        QCOMPARE(views::messageOf(u"Not done."_s, error).text(), text);
    }

    // Whatever stands in the way of writing to the ledger, the window says it at the top.
    void aLedgerThatCanNotBeWrittenIsNotPutDownToAFullDisk()
    {
        const auto message =
            views::messageOf(u"Not done."_s, {.code = ErrorCode::LedgerUnavailable, .detail = u"It is damaged."_s});
        QVERIFY2(message.todo.contains(u"at the top of the window"_s), qPrintable(message.todo));
        QVERIFY2(!message.text().contains(u"room"_s), qPrintable(message.text()));
    }

    void aPlaceThatSomebodyChoseIsChosenAgain()
    {
        const Error error{.code = ErrorCode::Storage, .detail = u"/absent: No such file or directory."_s};
        QVERIFY(views::fileMessage(u"Not saved."_s, error).todo.startsWith(u"Choose a folder that is there"_s));
        QVERIFY(views::messageOf(u"Not read."_s, error).todo.contains(u"data directory"_s));
    }
};

QTEST_MAIN(TestMessages)
#include "tst_messages.moc"
