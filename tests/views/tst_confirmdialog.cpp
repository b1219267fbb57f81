// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/viewhouse.h"
#include "views/confirmdialog.h"

#include <QtTest/qsignalspy.h>

using namespace Qt::StringLiterals;
using views::ConfirmDialog;

class TestConfirmDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theIrreversibleAsksForTheId()
    {
        ConfirmDialog dialog(
            {.title = u"Delete"_s, .text = u"…"_s, .verb = u"Delete tenant"_s, .typed = u"acme"_s}, nullptr);
        dialog.show();
        auto *go = child<QAbstractButton>(&dialog, "confirmButton");
        auto *typed = child<QLineEdit>(&dialog, "typedEdit");
        QSignalSpy confirmed(&dialog, &ConfirmDialog::confirmed);
        QVERIFY(!go->isEnabled());
        QTest::keyClicks(typed, u"acm"_s);
        QVERIFY(!go->isEnabled());
        QTest::keyClicks(typed, u"e"_s);
        QVERIFY(go->isEnabled());
        QTest::keyClicks(typed, u"x"_s);
        QVERIFY(!go->isEnabled());
        QTest::keyClick(typed, Qt::Key_Backspace);
        QTest::mouseClick(go, Qt::LeftButton);
        QCOMPARE(confirmed.size(), 1);
    }

    void aRefusalStaysInTheDialog()
    {
        ConfirmDialog dialog(
            {.title = u"Suspend"_s, .text = u"…"_s, .verb = u"Suspend tenant"_s, .reasonLabel = u"Reason"_s}, nullptr);
        dialog.show();
        QTest::keyClicks(child<QLineEdit>(&dialog, "reasonEdit"), u"unpaid"_s);
        dialog.setBusy(true);
        QVERIFY(!child<QAbstractButton>(&dialog, "confirmButton")->isEnabled());
        dialog.showMistake(u"not now"_s);
        QVERIFY(dialog.isVisible());
        QVERIFY(child<QWidget>(&dialog, "mistakeLabel")->isVisible());
        QVERIFY(child<QAbstractButton>(&dialog, "confirmButton")->isEnabled());
        QCOMPARE(dialog.reason(), u"unpaid"_s);
    }

    void escapeLeavesEverythingAsItIs()
    {
        ConfirmDialog dialog({.title = u"Resume"_s, .text = u"…"_s, .verb = u"Resume"_s}, nullptr);
        dialog.show();
        QSignalSpy confirmed(&dialog, &ConfirmDialog::confirmed);
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(confirmed.size(), 0);
    }

    void everyControlHasAName()
    {
        ConfirmDialog dialog(
            {.title = u"Delete"_s, .text = u"…"_s, .verb = u"Delete"_s, .typed = u"acme"_s, .reasonLabel = u"Reason"_s},
            nullptr);
        QCOMPARE(namelessControls(&dialog).join(u'\n'), QString());
    }
};

QTEST_MAIN(TestConfirmDialog)
#include "tst_confirmdialog.moc"
