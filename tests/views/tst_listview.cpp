// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The columns of a list: they fit, the least important ones go first, what somebody dragged is remembered.

#include "tests/views/controls.h"
#include "views/listview.h"

#include <QtCore/qsettings.h>
#include <QtCore/qstandardpaths.h>
#include <QtGui/qevent.h>
#include <QtGui/qstandarditemmodel.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qtooltip.h>

#include <memory>

using namespace Qt::StringLiterals;

class TestListView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
    void init()
    {
        QSettings().clear();
        m_list.reset();
        m_model.clear();
        m_model.setHorizontalHeaderLabels({u"a"_s, u"b"_s, u"c"_s, u"d"_s});
        m_model.appendRow({new QStandardItem(u"first"_s), new QStandardItem(u"1"_s), new QStandardItem(u"2"_s),
            new QStandardItem(u"3"_s)});
        open();
    }
    void cleanup() { m_list.reset(); }

    void theLeastImportantColumnGoesFirst_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<QString>("shown");
        QTest::newRow("room for all") << 700 << u"abcd"_s;
        QTest::newRow("room for exactly all") << 600 << u"abcd"_s;
        QTest::newRow("a pixel less") << 599 << u"abc"_s;
        QTest::newRow("room for two") << 300 << u"ac"_s;
        QTest::newRow("hardly any room: what never goes stays") << 120 << u"ac"_s;
    }

    void theLeastImportantColumnGoesFirst()
    {
        QFETCH(int, width);
        QFETCH(QString, shown);
        make(width);
        QCOMPARE(columns(), shown);
        // And comes back.
        make(700);
        QCOMPARE(columns(), u"abcd"_s);
    }

    void oneColumnTakesTheRest()
    {
        make(1000);
        QCOMPARE(m_list->columnWidth(0), 500);
        QCOMPARE(m_list->columnWidth(1), 200);
        QCOMPARE(m_list->horizontalScrollBar()->maximum(), 0);
    }

    void aHeadingIsNeverCut()
    {
        m_model.setHorizontalHeaderItem(2, new QStandardItem(QString(60, u'W')));
        open();
        make(2000);
        QVERIFY(m_list->columnWidth(2) >= m_list->fontMetrics().horizontalAdvance(QString(60, u'W')));
    }

    void aDraggedWidthIsRemembered()
    {
        make(900);
        m_list->horizontalHeader()->resizeSection(2, 250);
        QCOMPARE(m_list->columnWidth(0), 300);
        open();
        make(900);
        QCOMPARE(m_list->columnWidth(2), 250);
        QCOMPARE(m_list->columnWidth(1), 200);
    }

    void aDraggedWidthMakesTheOthersFit()
    {
        make(700);
        m_list->horizontalHeader()->resizeSection(2, 290);
        QCOMPARE(columns(), u"abc"_s);
        QCOMPARE(m_list->horizontalScrollBar()->maximum(), 0);
        m_list->horizontalHeader()->resizeSection(2, 150);
        QCOMPARE(columns(), u"abcd"_s);
    }

    void theOrderIsRemembered()
    {
        m_list->sortByColumn(2, Qt::DescendingOrder);
        open();
        QCOMPARE(m_list->horizontalHeader()->sortIndicatorSection(), 2);
        QCOMPARE(m_list->horizontalHeader()->sortIndicatorOrder(), Qt::DescendingOrder);
    }

    void whatAnEarlierVersionLeftDoesNoHarm()
    {
        m_list.reset();
        QSettings settings;
        settings.setValue(u"lists/widths/testList"_s, QStringList{u"9"_s, u"-5"_s, u"x"_s, u"999999999"_s});
        settings.setValue(u"lists/order/testList"_s, QStringList{u"77"_s, u"9"_s});
        open();
        make(600);
        QCOMPARE(m_list->columnWidth(1), 200);
        QVERIFY(m_list->columnWidth(0) > 0);
    }

    void homeAndEndGoToTheFirstAndTheLastRow()
    {
        for (const QString &name : {u"second"_s, u"third"_s})
            m_model.appendRow(new QStandardItem(name));
        make(700);
        m_list->setCurrentIndex(m_model.index(1, 0));
        QTest::keyClick(m_list.get(), Qt::Key_End);
        QCOMPARE(m_list->currentIndex().row(), 2);
        QTest::keyClick(m_list.get(), Qt::Key_Home);
        QCOMPARE(m_list->currentIndex().row(), 0);
    }

    void noNeighbourIsChosenWhenTheChosenRowGoes()
    {
        for (const QString &name : {u"second"_s, u"third"_s})
            m_model.appendRow(new QStandardItem(name));
        m_list->setCurrentIndex(m_model.index(1, 0));
        m_model.removeRow(0);
        QCOMPARE(m_list->currentIndex().data().toString(), u"second"_s);
        m_model.removeRow(0);
        QVERIFY(!m_list->currentIndex().isValid());
    }

    void theToolTipTellsWhatWent()
    {
        make(300);
        const QPoint place = m_list->visualRect(m_model.index(0, 0)).center();
        QHelpEvent help(QEvent::ToolTip, place, m_list->viewport()->mapToGlobal(place));
        QApplication::sendEvent(m_list->viewport(), &help);
        QTRY_COMPARE(QToolTip::text(), u"first\nb: 1\nd: 3"_s);
        QToolTip::hideText();
    }

private:
    void open()
    {
        m_list.reset();
        m_list = std::make_unique<views::ListView>(u"testList"_s, u"Test"_s, nullptr);
        m_list->setModel(&m_model);
        m_list->setFrameShape(QFrame::NoFrame);
        m_list->setSortingEnabled(true);
        m_list->setColumns(
            {{.width = 100, .takesRest = true}, {.width = 200, .goes = 1}, {.width = 150}, {.width = 150, .goes = 2}});
    }
    void make(int width)
    {
        m_list->resize(width, 300);
        m_list->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_list.get()));
        QCOMPARE(m_list->viewport()->width(), width);
    }
    QString columns() const
    {
        QString shown;
        for (int column = 0; column < m_model.columnCount(); ++column) {
            if (!m_list->isColumnHidden(column))
                shown += m_model.headerData(column, Qt::Horizontal).toString();
        }
        return shown;
    }

    QStandardItemModel m_model;
    std::unique_ptr<views::ListView> m_list;
};

QTEST_MAIN(TestListView)
#include "tst_listview.moc"
