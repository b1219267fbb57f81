// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/confirmdialog.h"
#include "views/listview.h"
#include "views/tenantspage.h"

#include <QtTest/qsignalspy.h>
#include <QtWidgets/qlabel.h>

using namespace Qt::StringLiterals;

class TestTenantsPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ViewHouse>();
        m_page = std::make_unique<views::TenantsPage>(views::PageContext{*m_house->link, m_house->tasks}, nullptr);
        m_page->resize(1200, 700);
        m_page->show();
    }
    void cleanup()
    {
        m_page.reset();
        m_house.reset();
    }

    void anEmptyListOffersTheFirstStep()
    {
        QVERIFY(!list()->isVisible());
        QSignalSpy requested(m_page.get(), &views::TenantsPage::onboardingRequested);
        QTest::mouseClick(child<QAbstractButton>(hint(), "hintAction"), Qt::LeftButton);
        QCOMPARE(requested.size(), 1);
    }

    void tenantsAppearAsTheyAreRegistered()
    {
        m_house->registerTenant("acme");
        QTRY_COMPARE(list()->model()->rowCount(), 1);
        QVERIFY(list()->isVisible());
        m_house->registerTenant("zeta");
        QTRY_COMPARE(list()->model()->rowCount(), 2);
    }

    void filtersAsOneTypes()
    {
        m_house->registerTenant("acme");
        m_house->registerTenant("zeta");
        QTRY_COMPARE(list()->model()->rowCount(), 2);
        auto *filter = child<QLineEdit>(m_page.get(), "tenantFilter");
        QTest::keyClicks(filter, u"ZE"_s);
        QCOMPARE(list()->model()->rowCount(), 1);
        QTest::keyClicks(filter, u"xx"_s);
        QVERIFY(!list()->isVisible());
        QCOMPARE(child<QLabel>(hint(), "hintTitle")->text(), u"No tenant matches"_s);
        QTest::mouseClick(child<QAbstractButton>(hint(), "hintAction"), Qt::LeftButton);
        QCOMPARE(list()->model()->rowCount(), 2);
    }

    void showsTheChosenOne()
    {
        select("acme");
        QCOMPARE(child<QLabel>(m_page.get(), "detailId")->text(), u"acme"_s);
        QCOMPARE(child<QLabel>(m_page.get(), "detailVmsText")->text(), u"0 of 10 VMs, 10 free"_s);
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "acme", vmSpec(3)).result());
        QTRY_COMPARE(child<QLabel>(m_page.get(), "detailVmsText")->text(), u"3 of 10 VMs, 7 free"_s);
        QTRY_COMPARE(child<QTableView>(m_page.get(), "detailVmList")->model()->rowCount(), 3);
    }

    void suspendsAndResumes()
    {
        select("acme");
        press("suspendButton");
        QTest::keyClicks(child<QLineEdit>(dialog(), "reasonEdit"), u"unpaid"_s);
        QTest::mouseClick(child<QAbstractButton>(dialog(), "confirmButton"), Qt::LeftButton);
        QTRY_COMPARE(child<QLabel>(m_page.get(), "detailState")->text(), u"Suspended"_s);
        QTRY_VERIFY(!m_page->findChild<views::ConfirmDialog *>());
        QVERIFY(!child<QWidget>(m_page.get(), "suspendButton")->isVisible());
        press("resumeButton");
        QTest::mouseClick(child<QAbstractButton>(dialog(), "confirmButton"), Qt::LeftButton);
        QTRY_COMPARE(child<QLabel>(m_page.get(), "detailState")->text(), u"Active"_s);
    }

    void deletesWhenTheIdIsTyped()
    {
        select("acme");
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "acme", vmSpec(2)).result());
        QTRY_COMPARE(child<QLabel>(m_page.get(), "detailVmsText")->text(), u"2 of 10 VMs, 8 free"_s);
        press("deleteButton");
        QVERIFY(child<QLabel>(dialog(), "confirmText")->text().contains(u"2 VMs are destroyed"_s));
        QTest::keyClicks(child<QLineEdit>(dialog(), "typedEdit"), u"acme"_s);
        QTest::mouseClick(child<QAbstractButton>(dialog(), "confirmButton"), Qt::LeftButton);
        QTRY_COMPARE(list()->model()->rowCount(), 0);
        QVERIFY(m_house->link->state().read(
            [](const engine::State &state) { return state.tenant(TenantId("acme"))->state == TenantState::Deleted; }));
    }

    void theKeyboardGoesBackToTheListWhenItsTenantHasGone()
    {
        m_house->registerTenant("zeta");
        QTRY_COMPARE(list()->model()->rowCount(), 1);
        m_house->registerTenant("acme");
        QTRY_COMPARE(list()->model()->rowCount(), 2);
        m_page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
        list()->selectRow(0);
        child<QWidget>(m_page.get(), "deleteButton")->setFocus();
        QTest::keyClick(child<QWidget>(m_page.get(), "deleteButton"), Qt::Key_Space);
        QTest::keyClicks(child<QLineEdit>(dialog(), "typedEdit"), u"acme"_s);
        QTest::keyClick(dialog(), Qt::Key_Return);
        QTRY_COMPARE(list()->model()->rowCount(), 1);
        QTRY_VERIFY(!dialog());
        QTRY_COMPARE(m_page->focusWidget(), list());
        QVERIFY2(!list()->currentIndex().isValid(), "another one came under the button");
    }

    void aRefusalIsSaidWhereItWasAsked()
    {
        select("acme");
        m_house->engine.faults.before = 1;
        press("suspendButton");
        QTest::mouseClick(child<QAbstractButton>(dialog(), "confirmButton"), Qt::LeftButton);
        auto *mistake = child<QLabel>(dialog(), "mistakeLabel");
        QTRY_VERIFY(mistake->isVisible());
        QVERIFY2(mistake->text().startsWith(u"acme was not suspended."_s), qPrintable(mistake->text()));
        QCOMPARE(child<QLabel>(m_page.get(), "detailState")->text(), u"Active"_s);
    }

    void lookingChangesNothing()
    {
        m_house->registerTenant("acme");
        const auto size = [this] {
            return m_house->link->state().read([](const engine::State &s) { return s.ledgerSize; });
        };
        const TreeSize before = size();
        select("acme", false);
        m_page->activate();
        press("editButton");
        QCOMPARE(size(), before);
    }

    void tabReachesFilterChipsAndList()
    {
        m_house->registerTenant("acme");
        QTRY_COMPARE(list()->model()->rowCount(), 1);
        m_page->activateWindow();
        m_page->focusFilter();
        QStringList order;
        for (int i = 0; i < 4; ++i) {
            order.append(m_page->focusWidget()->objectName());
            QTest::keyClick(m_page->focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(order, (QStringList{u"tenantFilter"_s, u"allChip"_s, u"onboardButton"_s, u"tenantList"_s}));
        // Of the chips one is chosen; the arrows go to the others.
        auto *all = child<QAbstractButton>(m_page.get(), "allChip");
        all->setFocus();
        QTest::keyClick(all, Qt::Key_Right);
        QVERIFY(child<QAbstractButton>(m_page.get(), "activeChip")->isChecked());
    }

    void everyControlHasAName()
    {
        select("acme");
        QCOMPARE(namelessControls(m_page.get()).join(u'\n'), QString());
    }

private:
    QTableView *list() const { return child<QTableView>(m_page.get(), "tenantList"); }
    QWidget *hint() const { return child<QWidget>(m_page.get(), "tenantListOrHint"); }
    views::ConfirmDialog *dialog() const { return m_page->findChild<views::ConfirmDialog *>(); }
    void press(const char *name) { QTest::mouseClick(child<QAbstractButton>(m_page.get(), name), Qt::LeftButton); }
    void select(const char *id, bool make = true)
    {
        if (make)
            m_house->registerTenant(id);
        QTRY_COMPARE(list()->model()->rowCount(), 1);
        list()->setFocus();
        list()->selectRow(0);
    }

    std::unique_ptr<ViewHouse> m_house;
    std::unique_ptr<views::TenantsPage> m_page;
};

WATCHED_TEST_MAIN(TestTenantsPage)
#include "tst_tenantspage.moc"
