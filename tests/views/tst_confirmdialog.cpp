// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/confirmdialog.h"

#include <QtTest/qsignalspy.h>
#include <QtWidgets/qlabel.h>

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
        QCOMPARE(typed->accessibleDescription(), QString());
        QTest::keyClicks(typed, u"e"_s);
        QVERIFY(go->isEnabled());
        QTest::keyClicks(typed, u"x"_s);
        QVERIFY(!go->isEnabled());
        QCOMPARE(child<QLabel>(&dialog, "typedEditNote")->text(), u"✖ this is not acme"_s);
        QCOMPARE(typed->accessibleDescription(), u"✖ this is not acme"_s);
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

    void whatIsTypedAtOnceGoesIntoTheFirstField_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QStringList>("order");
        QTest::newRow("an id") << u"acme"_s << QString() << QStringList{u"typedEdit"_s, u"confirmButton"_s};
        QTest::newRow("a reason") << QString() << u"Reason"_s << QStringList{u"reasonEdit"_s, u"confirmButton"_s};
        QTest::newRow("a reason, then an id")
            << u"acme"_s << u"Reason"_s << QStringList{u"reasonEdit"_s, u"typedEdit"_s, u"confirmButton"_s};
        QTest::newRow("nothing to type") << QString() << QString() << QStringList{u"confirmButton"_s};
    }

    void whatIsTypedAtOnceGoesIntoTheFirstField()
    {
        QFETCH(QString, typed);
        QFETCH(QString, reason);
        QFETCH(QStringList, order);
        ConfirmDialog dialog(
            {.title = u"Delete"_s, .text = u"…"_s, .verb = u"Delete"_s, .typed = typed, .reasonLabel = reason},
            nullptr);
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        QStringList reached;
        for (qsizetype i = 0; i < order.size(); ++i) {
            QWidget *focused = QApplication::focusWidget();
            reached.append(focused->objectName());
            // The button is reached only once the id is typed.
            if (focused->objectName() == "typedEdit"_L1)
                QTest::keyClicks(focused, typed);
            QTest::keyClick(focused, Qt::Key_Tab);
        }
        QCOMPARE(reached, order);
    }

    void everyControlHasAName()
    {
        ConfirmDialog dialog(
            {.title = u"Delete"_s, .text = u"…"_s, .verb = u"Delete"_s, .typed = u"acme"_s, .reasonLabel = u"Reason"_s},
            nullptr);
        QCOMPARE(namelessControls(&dialog).join(u'\n'), QString());
    }
};

WATCHED_TEST_MAIN(TestConfirmDialog)
#include "tst_confirmdialog.moc"
