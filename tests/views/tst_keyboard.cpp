// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Every page and dialog by its keyboard alone: Tab comes to all there is, in reading order, and every control says what
// it is to those who can't see it.

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/confirmdialog.h"
#include "views/issuetokendialog.h"
#include "views/mainwindow.h"
#include "views/onboardingwizard.h"
#include "views/tenantdialog.h"
#include "views/tokendelivery.h"
#include "views/welcomedialog.h"

#include <QtCore/qsettings.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qstackedwidget.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtabwidget.h>
#include <QtWidgets/qtoolbutton.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestKeyboard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme-corp");
        m_house->issue("acme-corp", "service:tenant-admin");
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "acme-corp", vmSpec(2)).result());
    }
    void cleanupTestCase() { m_house.reset(); }
    void cleanup()
    {
        m_shown.reset();
        QSettings().clear();
    }

    void pages_data()
    {
        QTest::addColumn<int>("page");
        QTest::addColumn<QString>("list"); // a row of it is chosen
        QTest::addColumn<int>("tab"); // of the tenant's detail
        QTest::newRow("tenants, none chosen") << 0 << QString() << 0;
        QTest::newRow("tenants, the quota of one") << 0 << u"tenantList"_s << 0;
        QTest::newRow("tenants, the tokens of one") << 0 << u"tenantList"_s << 1;
        QTest::newRow("tenants, the VMs of one") << 0 << u"tenantList"_s << 2;
        QTest::newRow("tokens, none chosen") << 1 << QString() << 0;
        QTest::newRow("tokens, one chosen") << 1 << u"tokenList"_s << 0;
        QTest::newRow("ledger, none chosen") << 2 << QString() << 0;
        QTest::newRow("ledger, one chosen") << 2 << u"ledgerList"_s << 0;
    }

    void pages()
    {
        QFETCH(int, page);
        QFETCH(QString, list);
        QFETCH(int, tab);
        auto *window = open<views::MainWindow>(*m_house->link, views::ServerFacts{.url = u"http://127.0.0.1:9221"_s});
        window->showPage(page);
        if (!list.isEmpty()) {
            auto *table = child<QTableView>(window, list.toLatin1());
            QTRY_VERIFY(table->model()->rowCount() > 0);
            QTRY_VERIFY(table->model()->index(0, 1).data().toString() != u"–"_s);
            table->setCurrentIndex(table->model()->index(0, 0));
        }
        child<QTabWidget>(window, "tenantTabs")->setCurrentIndex(tab);
        if (tab == 2)
            QTRY_VERIFY(child<QTableView>(window, "detailVmList")->isVisible());
        if (list == "ledgerList"_L1)
            QTRY_VERIFY(child<QWidget>(window, "ledgerFields")->isVisible());
        verifyUsable(window);
    }

    void dialogs_data()
    {
        QTest::addColumn<QString>("dialog");
        for (const char *name : {"welcome", "onboarding", "tenant", "issue", "delivery", "suspend", "delete"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void dialogs()
    {
        QFETCH(QString, dialog);
        verifyUsable(openDialog(dialog));
    }

    void escapeClosesADialogAndChangesNothing_data()
    {
        QTest::addColumn<QString>("dialog");
        for (const char *name : {"welcome", "onboarding", "tenant", "issue", "suspend", "delete"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    void escapeClosesADialogAndChangesNothing()
    {
        QFETCH(QString, dialog);
        const TreeSize before = m_house->engine.size();
        QWidget *shown = openDialog(dialog);
        QVERIFY(QTest::qWaitForWindowActive(shown));
        QTest::keyClick(shown, Qt::Key_Escape);
        QTRY_VERIFY(!shown->isVisible());
        QCOMPARE(m_house->engine.size(), before);
    }

    void shortcutsGoToThePagesInTheOrderOfTheNavigation()
    {
        auto *window = open<views::MainWindow>(*m_house->link, views::ServerFacts{.url = u"http://127.0.0.1:9221"_s});
        QVERIFY(QTest::qWaitForWindowActive(window));
        auto *navigation = child<QListWidget>(window, "navigation");
        QCOMPARE(navigation->count(), window->pageCount());
        for (int page = window->pageCount() - 1; page >= 0; --page) {
            QTest::keyClick(window, Qt::Key(Qt::Key_1 + page), Qt::ControlModifier);
            QCOMPARE(navigation->currentRow(), page);
        }
        navigation->setFocus();
        QTest::keyClick(navigation, Qt::Key_Down);
        QCOMPARE(navigation->currentRow(), 1);
    }

    void theNavigationCollapsesAndStaysSo()
    {
        auto *window = open<views::MainWindow>(*m_house->link, views::ServerFacts{.url = u"http://127.0.0.1:9221"_s});
        QVERIFY(QTest::qWaitForWindowActive(window));
        auto *navigation = child<QListWidget>(window, "navigation");
        const int wide = navigation->width();
        QTest::keyClick(window, Qt::Key_B, Qt::ControlModifier);
        QTRY_VERIFY(navigation->width() < wide / 2);
        QCOMPARE(navigation->item(0)->data(Qt::AccessibleTextRole).toString(), u"Tenants"_s);
        m_shown.reset();
        window = open<views::MainWindow>(*m_house->link, views::ServerFacts{.url = u"http://127.0.0.1:9221"_s});
        navigation = child<QListWidget>(window, "navigation");
        QVERIFY(navigation->width() < wide / 2);
        QTest::mouseClick(child<QToolButton>(window, "collapseButton"), Qt::LeftButton);
        QTRY_COMPARE(navigation->width(), wide);
        QCOMPARE(navigation->item(0)->text(), u"Tenants"_s);
    }

    void theBadgeCountsWhatNeedsAPerson()
    {
        auto *window = open<views::MainWindow>(*m_house->link, views::ServerFacts{.url = u"http://127.0.0.1:9221"_s});
        auto *tenants = child<QListWidget>(window, "navigation")->item(0);
        const auto told = [&] { return tenants->data(Qt::AccessibleTextRole).toString(); };
        QCOMPARE(told(), u"Tenants"_s);
        limitVms(1);
        QTRY_COMPARE(told(), u"Tenants. 1 tenant is over its quota"_s);
        limitVms(10);
        QTRY_COMPARE(told(), u"Tenants"_s);
    }

    void theWindowIsNeverTooSmall()
    {
        auto *window = open<views::MainWindow>(*m_house->link, views::ServerFacts{.url = u"http://127.0.0.1:9221"_s});
        window->resize(300, 200);
        QVERIFY(window->width() >= 1024 && window->height() >= 680);
        // Nor does a page ask for more than that.
        QVERIFY2(window->minimumSizeHint().width() <= 1024 && window->minimumSizeHint().height() <= 680,
            qPrintable(u"%1 x %2"_s.arg(window->minimumSizeHint().width()).arg(window->minimumSizeHint().height())));
    }

private:
    template <typename Window, typename... Arguments>
    Window *open(Arguments &&...arguments)
    {
        auto window = std::make_unique<Window>(std::forward<Arguments>(arguments)..., nullptr);
        Window *opened = window.get();
        m_shown = std::move(window);
        opened->show();
        return opened;
    }

    QWidget *openDialog(const QString &name)
    {
        if (name == "welcome"_L1)
            return open<views::WelcomeDialog>(m_house->engine.paths(), u"http://127.0.0.1:9221"_s);
        if (name == "onboarding"_L1)
            return open<views::OnboardingWizard>(*m_house->link, QUrl(u"http://127.0.0.1:9221"_s));
        if (name == "tenant"_L1)
            return open<views::TenantDialog>(*m_house->link, tenant());
        if (name == "issue"_L1)
            return open<views::IssueTokenDialog>(*m_house->link, std::nullopt);
        if (name == "delivery"_L1) {
            auto issued =
                m_house->engine.submitToken(m_house->engine.admin(), "acme-corp", "service:tenant-admin").result();
            auto window = std::make_unique<views::TokenDelivery>(
                std::move(issued->value), nullptr, views::DeliveryTimes{.shown = 1h, .clipboard = 1h});
            QWidget *opened = window.get();
            m_shown = std::move(window);
            opened->show();
            return opened;
        }
        views::Question question{.title = name, .text = name, .verb = name};
        (name == "delete"_L1 ? question.typed : question.reasonLabel) = u"acme-corp"_s;
        return open<views::ConfirmDialog>(question);
    }

    tenancy::Tenant tenant() const
    {
        return m_house->link->state().read(
            [](const engine::State &state) { return *state.tenant(TenantId("acme-corp")); });
    }

    void limitVms(qint64 limit)
    {
        auto done =
            m_house->engine
                .submit<tenancy::Tenant>(m_house->engine.admin(),
                    [limit](engine::Work &work) {
                        return engine::patchTenant(work, TenantId("acme-corp"),
                            [limit](const tenancy::Tenant &) -> Result<tenancy::TenantPatch> { return limitTo(limit); },
                            {});
                    })
                .result();
        VERIFY_RESULT(done);
    }

    void verifyUsable(QWidget *window)
    {
        QCOMPARE(namelessControls(window).join(u'\n'), QString());
        QCOMPARE(tabMistakes(window).join(u'\n'), QString());
    }

    std::unique_ptr<ViewHouse> m_house;
    std::unique_ptr<QWidget> m_shown;
};

WATCHED_TEST_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
