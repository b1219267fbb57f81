// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Draws every page in both themes into the folder named by SCREENSHOT_DIR (else a temporary one), for people to look
// at; and checks that each has drawn more than its ground.

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/confirmdialog.h"
#include "views/issuetokendialog.h"
#include "views/ledgerpage.h"
#include "views/mainwindow.h"
#include "views/onboardingwizard.h"
#include "views/tenantdialog.h"
#include "views/tokendelivery.h"
#include "views/welcomedialog.h"

#include <QtCore/qdir.h>
#include <QtCore/qset.h>
#include <QtCore/qsettings.h>
#include <QtTest/qsignalspy.h>
#include <QtWidgets/qabstractitemview.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qstylefactory.h>
#include <QtWidgets/qtreewidget.h>

using namespace Qt::StringLiterals;

class TestScreenshots : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
        m_folder = qEnvironmentVariable("SCREENSHOT_DIR", m_temporary.path());
        QVERIFY(QDir().mkpath(m_folder));
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme-corp");
        m_house->registerTenant("globex", 4);
        m_house->registerTenant("initech", 20);
        m_house->issue("acme-corp", "service:tenant-admin");
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "acme-corp", vmSpec(7)).result());
        QVERIFY(m_house->engine.submitVms(m_house->engine.admin(), "globex", vmSpec(4)).result());
    }
    void cleanupTestCase() { m_house.reset(); }

    void pages_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("page");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("list");
        QTest::addColumn<QSize>("size");
        const QSize made(1440, 900);
        for (const QSize size : {made, QSize(1024, 680), QSize(1920, 1080)}) {
            for (const bool dark : {false, true}) {
                int page = 0;
                for (const char *name : {"tenants", "tokens", "ledger"}) {
                    const QString list = QString::fromLatin1(name) == "ledger"_L1
                        ? u"ledgerList"_s
                        : QString::fromLatin1(name).chopped(1) + u"List"_s;
                    const QString file = size == made ? QString::fromLatin1(name)
                                                      : u"%1-%2"_s.arg(QLatin1StringView(name)).arg(size.width());
                    QTest::addRow("the page of the %s, %s, on %d pixels", name, dark ? "dark" : "light", size.width())
                        << dark << page++ << file << list << size;
                }
            }
        }
    }

    void pages()
    {
        QFETCH(bool, dark);
        QFETCH(int, page);
        QFETCH(QString, name);
        QFETCH(QString, list);
        QFETCH(QSize, size);
        apply(dark);
        QSettings().clear(); // as it begins, not as an earlier run left it
        views::MainWindow window(*m_house->link, {.url = u"http://127.0.0.1:9221"_s});
        window.resize(size);
        window.show();
        window.showPage(page);
        auto *table = window.findChild<QAbstractItemView *>(list);
        QVERIFY(table);
        QTRY_VERIFY(table->model()->rowCount() > 0);
        QTRY_VERIFY(table->isVisible());
        const QModelIndex first = table->model()->index(0, 0);
        QTRY_VERIFY(first.siblingAtColumn(1).data().toString() != u"–"_s);
        table->setCurrentIndex(first);
        if (auto *fields = window.findChild<QTreeWidget *>(u"ledgerFields"_s); fields && list == "ledgerList"_L1)
            QTRY_VERIFY(fields->isVisible());
        for (const auto *shown : window.findChildren<QAbstractItemView *>()) {
            if (shown->isVisible())
                QVERIFY2(shown->horizontalScrollBar()->maximum() == 0, qPrintable(nameForTests(shown)));
        }
        keep(window, name, dark);
    }

    void welcome_data() { themes(); }
    void welcome()
    {
        QFETCH(bool, dark);
        apply(dark);
        views::WelcomeDialog dialog(
            {u"/home/admin/.local/share/tenant-console"_s}, u"http://127.0.0.1:9221"_s, nullptr);
        dialog.show();
        keep(dialog, u"welcome"_s, dark);
    }

    void onboarding_data() { themes(); }
    void onboarding()
    {
        QFETCH(bool, dark);
        apply(dark);
        views::OnboardingWizard wizard(*m_house->link, QUrl(u"http://127.0.0.1:9221"_s), nullptr);
        wizard.show();
        keep(wizard, u"onboarding"_s, dark);
    }

    void emptyPages_data() { themes(); }
    void emptyPages()
    {
        QFETCH(bool, dark);
        apply(dark);
        ViewHouse fresh;
        views::MainWindow window(*fresh.link, {.url = u"http://127.0.0.1:9221"_s});
        window.resize(1024, 680);
        window.show();
        keep(window, u"tenants-empty"_s, dark);
        child<QLineEdit>(&window, "tokenFilter")->setText(u"nobody"_s);
        window.showPage(1);
        keep(window, u"tokens-filtered-away"_s, dark);
        fresh.registerTenant("acme-corp");
        fresh.engine.faults.before = 1000;
        QVERIFY(!fresh.engine.registerTenant(tenantSpec("globex")));
        QTRY_VERIFY(child<QWidget>(&window, "alarm")->isVisible());
        window.showPage(0);
        child<QAbstractButton>(&window, "collapseButton")->click();
        keep(window, u"tenants-unwritable-collapsed"_s, dark);
        child<QAbstractButton>(&window, "collapseButton")->click();
        fresh.engine.faults.before = 0;
    }

    void dialogs_data() { themes(); }
    void dialogs()
    {
        QFETCH(bool, dark);
        apply(dark);
        const auto tenant = m_house->link->state().read(
            [](const engine::State &state) { return *state.tenant(TenantId("acme-corp")); });
        views::TenantDialog edit(*m_house->link, tenant, nullptr);
        edit.show();
        child<QLineEdit>(&edit, "maxVmsEdit")->setText(u"3"_s);
        child<QLineEdit>(&edit, "storageEdit")->setText(u"much"_s);
        keep(edit, u"dialog-tenant"_s, dark);
        views::IssueTokenDialog issue(*m_house->link, std::nullopt, nullptr);
        issue.show();
        child<QPlainTextEdit>(&issue, "keyEdit")->setPlainText(u"hello"_s);
        keep(issue, u"dialog-issue"_s, dark);
        views::ConfirmDialog remove(
            {.title = u"Delete tenant"_s,
                .text = u"All tokens of acme-corp die now. 7 VMs are destroyed. The id is never "
                        "given again. The ledger keeps everything."_s,
                .verb = u"Delete tenant"_s,
                .typed = u"acme-corp"_s,
                .reasonLabel = u"Reason (goes into the ledger)"_s},
            nullptr);
        remove.show();
        remove.showMistake(
            u"acme-corp was not deleted.\nThe ledger can't be written: the disk is full.\nMake room and try again."_s);
        keep(remove, u"dialog-delete"_s, dark);
        auto issued = m_house->engine.submitToken(m_house->engine.admin(), "acme-corp", "READ").result();
        QVERIFY(issued);
        views::TokenDelivery delivery(std::move(issued->value), nullptr);
        delivery.show();
        keep(delivery, u"dialog-delivery"_s, dark);
    }

    // Last, for it does damage.
    void damagedLedger_data() { themes(); }
    void damagedLedger()
    {
        QFETCH(bool, dark);
        apply(dark);
        views::MainWindow window(*m_house->link, {.url = u"http://127.0.0.1:9221"_s});
        window.resize(1440, 900);
        window.show();
        window.showPage(2);
        auto *page = window.findChild<views::LedgerPage *>();
        QVERIFY(page);
        QSignalSpy verified(page, &views::LedgerPage::verified);
        auto *verify = child<QAbstractButton>(page, "verifyButton");
        if (!dark) {
            verify->click();
            QTRY_COMPARE(verified.size(), 1);
            page->showEntry(2);
            auto *fields = child<QTreeWidget>(page, "ledgerFields");
            QTRY_VERIFY(fields->topLevelItemCount() > 3);
            fields->setCurrentItem(fields->topLevelItem(3));
            keep(window, u"ledger-verified"_s, dark);
            const auto database =
                store::Database::open(m_house->engine.paths().database(), store::Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY((*database)->execute(u"DROP TRIGGER ledger_entry_keeps"_s));
            QVERIFY((*database)->execute(u"UPDATE ledger_entry SET outcome = 'failed' WHERE idx = 4"_s));
            verified.clear();
        }
        verify->click();
        QTRY_COMPARE(verified.size(), 1);
        child<QAbstractButton>(page, "showBadEntryButton")->click();
        QTRY_VERIFY(child<QTreeWidget>(page, "ledgerFields")->isVisible());
        keep(window, u"ledger-damaged"_s, dark);
    }

private:
    static void themes()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    static void apply(bool dark) { views::applyTheme(*qApp, dark ? Qt::ColorScheme::Dark : Qt::ColorScheme::Light); }
    void keep(QWidget &widget, const QString &name, bool dark)
    {
        QCoreApplication::sendPostedEvents(); // layouts that are due
        const QImage image = widget.grab().toImage();
        QSet<QRgb> seen;
        for (int y = 0; y < image.height(); y += 3) {
            for (int x = 0; x < image.width(); x += 3)
                seen.insert(image.pixel(x, y));
        }
        QVERIFY2(seen.size() > 20, "the page is all but empty");
        QVERIFY(image.save(u"%1/%2-%3.png"_s.arg(m_folder, name, dark ? u"dark"_s : u"light"_s)));
    }

    QTemporaryDir m_temporary;
    QString m_folder;
    std::unique_ptr<ViewHouse> m_house;
};

WATCHED_TEST_MAIN(TestScreenshots)
#include "tst_screenshots.moc"
