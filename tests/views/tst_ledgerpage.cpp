// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/ledgermodel.h"
#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/bytesview.h"
#include "views/ledgerpage.h"
#include "views/listview.h"

#include <QtGui/qclipboard.h>
#include <QtTest/qsignalspy.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qscrollbar.h>
#include <QtWidgets/qtreewidget.h>

using namespace Qt::StringLiterals;
using models::LedgerModel;

class TestLedgerPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme", 2000);
        m_house->registerTenant("zeta");
        m_page = std::make_unique<views::LedgerPage>(views::PageContext{*m_house->link, m_house->tasks}, nullptr);
        m_page->resize(1200, 800);
        m_page->show();
        m_page->activate();
    }
    void cleanup()
    {
        m_page.reset();
        m_house.reset();
    }

    void showsEveryEntryWithAnExactCount()
    {
        QCOMPARE(rows(), int(m_house->engine.size()));
        QCOMPARE(countText(), u"%1 entries"_s.arg(rows()));
        QTRY_COMPARE(cell(0, LedgerModel::EventColumn), u"TENANT_CREATED"_s);
        addVms("acme", 5);
        QTRY_COMPARE(countText(), u"%1 entries"_s.arg(m_house->engine.size()));
    }

    void filtersByTenantEventAndOutcome()
    {
        addVms("acme", 5);
        QTest::keyClicks(tenant(), u"acme"_s);
        QTRY_COMPARE(countText(), matching(6));
        auto *event = child<QComboBox>(m_page.get(), "ledgerEvent");
        event->setCurrentText(u"VM_REGISTERED"_s);
        QTRY_COMPARE(countText(), matching(5));
        QTRY_COMPARE(cell(0, LedgerModel::EventColumn), u"VM_REGISTERED"_s);
        tenant()->clear();
        event->setCurrentIndex(0);
        press("okChip");
        QTRY_COMPARE(countText(), u"%1 of %1 entries"_s.arg(m_house->engine.size()));
        press("anyOutcomeChip");
        QTRY_COMPARE(countText(), u"%1 entries"_s.arg(m_house->engine.size()));
    }

    void aFilterThatHidesAllOffersTheWayBack()
    {
        press("failedChip");
        QTRY_COMPARE(hintTitle(), u"No entry matches"_s);
        QVERIFY(!list()->isVisible());
        press("hintAction");
        QTRY_VERIFY(list()->isVisible());
        QVERIFY(child<QAbstractButton>(m_page.get(), "anyOutcomeChip")->isChecked());
        QCOMPARE(rows(), int(m_house->engine.size()));
    }

    void saysWhatIsWrongWithATenant_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("mistake");
        QTest::newRow("while it can't be one") << u"Acme Corp"_s << u"lower-case letters"_s;
        QTest::newRow("when nobody has it") << u"nobody\n"_s << u"No tenant has the id nobody."_s;
        QTest::newRow("not while it may become one") << u"acm"_s << QString();
    }
    void saysWhatIsWrongWithATenant()
    {
        QFETCH(QString, typed);
        QFETCH(QString, mistake);
        if (typed.endsWith(u'\n')) {
            QTest::keyClicks(tenant(), typed.chopped(1));
            QTest::keyClick(tenant(), Qt::Key_Return);
        } else {
            QTest::keyClicks(tenant(), typed);
        }
        auto *label = child<QLabel>(m_page.get(), "ledgerFilterMistake");
        QCOMPARE(label->isVisible(), !mistake.isEmpty());
        QVERIFY2(label->text().contains(mistake), qPrintable(label->text()));
        QVERIFY(tenant()->accessibleDescription().contains(mistake));
        tenant()->clear();
        QVERIFY(!label->isVisible());
    }

    void showsFieldsAndMarksTheirBytes()
    {
        m_page->showEntry(0);
        auto *fields = child<QTreeWidget>(m_page.get(), "ledgerFields");
        QTRY_COMPARE(child<QLabel>(m_page.get(), "ledgerDetailTitle")->text(), u"#0 · LEDGER_OPENED"_s);
        auto *bytes = child<views::BytesView>(m_page.get(), "ledgerBytes");
        QVERIFY(bytes->bytes().startsWith("{\"v\":1,\"index\":0,"));
        QVERIFY(bytes->toPlainText().startsWith(u"00000000  7b 22 76 22 3a 31 2c"_s));
        const auto found = fields->findItems(u"event_type"_s, Qt::MatchExactly);
        QCOMPARE(found.size(), 1);
        QCOMPARE(found.first()->text(1), u"LEDGER_OPENED"_s);
        fields->setCurrentItem(found.first());
        QString marked;
        for (const auto &mark : bytes->extraSelections())
            marked += mark.cursor.selectedText() + u'|';
        QVERIFY2(marked.contains(u"4c 45 44 47 45 52"_s), qPrintable(marked)); // LEDGER
    }

    void everyFieldCanBeCopied()
    {
        m_page->showEntry(1);
        auto *fields = child<QTreeWidget>(m_page.get(), "ledgerFields");
        QTRY_VERIFY(fields->topLevelItemCount() > 5);
        QVERIFY(!child<QWidget>(m_page.get(), "copyFieldButton")->isEnabled());
        fields->setCurrentItem(fields->findItems(u"event_type"_s, Qt::MatchExactly).first());
        press("copyFieldButton");
        QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromLatin1(m_house->engine.entry(1).eventType));
        m_page->activateWindow(); // shortcuts belong to the active window
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
        fields->setFocus();
        fields->setCurrentItem(fields->findItems(u"outcome"_s, Qt::MatchExactly).first());
        QTest::keyClick(fields, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"ok"_s);
        press("copyEntryButton");
        QCOMPARE(QGuiApplication::clipboard()->text().toUtf8(),
            child<views::BytesView>(m_page.get(), "ledgerBytes")->bytes());
    }

    void newEntriesDoNotPushAwayWhatIsLookedAt()
    {
        addVms("acme", 300);
        QTRY_COMPARE(rows(), int(m_house->engine.size()));
        const LeafIndex entry = m_house->engine.size() - 150;
        m_page->showEntry(entry);
        QCoreApplication::processEvents();
        const int before = list()->rowViewportPosition(list()->currentIndex().row());
        addVms("acme", 20);
        QTRY_COMPARE(rows(), int(m_house->engine.size()));
        QCOMPARE(list()->rowViewportPosition(list()->currentIndex().row()), before);
        QCOMPARE(child<QLabel>(m_page.get(), "ledgerDetailTitle")->text().section(u' ', 0, 0), u"#%1"_s.arg(entry));
        // At the very top the newest is what one wants to see.
        list()->verticalScrollBar()->setValue(0);
        addVms("acme", 3);
        QTRY_COMPARE(rows(), int(m_house->engine.size()));
        QCOMPARE(list()->verticalScrollBar()->value(), 0);
    }

    void theOtherOrderKeepsTheChosenEntry()
    {
        m_page->showEntry(1);
        child<QComboBox>(m_page.get(), "ledgerOrder")->setCurrentIndex(1);
        QCOMPARE(list()->currentIndex().row(), 1);
        QTRY_COMPARE(cell(0, LedgerModel::EventColumn), u"LEDGER_OPENED"_s);
    }

    void showingAnEntryThatTheFilterHidesTakesTheFilterAway()
    {
        QTest::keyClicks(tenant(), u"acme"_s);
        QTRY_COMPARE(countText(), matching(1));
        m_page->showEntry(0);
        QCOMPARE(tenant()->text(), QString());
        QCOMPARE(list()->currentIndex().row(), rows() - 1);
    }

    void verifiesTheWholeLedger()
    {
        QSignalSpy verified(m_page.get(), &views::LedgerPage::verified);
        press("verifyButton");
        QVERIFY(!child<QWidget>(m_page.get(), "verifyButton")->isEnabled());
        QCOMPARE(m_house->tasks.running(), 1);
        QTRY_COMPARE(verified.size(), 1);
        QCOMPARE(verified.first().at(0).toULongLong(), m_house->engine.size());
        QCOMPARE(verified.first().at(1).toBool(), true);
        QCOMPARE(m_house->tasks.running(), 0);
        QVERIFY(child<QWidget>(m_page.get(), "verifyButton")->isEnabled());
        auto *card = child<QWidget>(m_page.get(), "verifyCard");
        QVERIFY(card->isVisible());
        QCOMPARE(child<QLabel>(card, "verifyTitle")->text(), u"Verified: %1 entries"_s.arg(m_house->engine.size()));
        QVERIFY(child<QLabel>(card, "verifyDetail")->text().contains(u"Root "_s));
        press("closeVerificationButton");
        QVERIFY(!card->isVisible());
    }

    void aTamperedLedgerIsSaidLoudlyAndStays_data()
    {
        QTest::addColumn<QStringList>("statements");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("firstBad");
        QTest::newRow("one byte of an entry") << QStringList{u"DROP TRIGGER ledger_entry_keeps"_s,
            u"UPDATE ledger_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"max_vms\":10', "
            "'\"max_vms\":90') AS BLOB) WHERE tenant_id = 'zeta'"_s}
                                              << u"entry-changed"_s << 3;
        QTest::newRow("an entry taken out")
            << QStringList{u"DROP TRIGGER ledger_entry_stays"_s, u"DELETE FROM ledger_entry WHERE idx = 2"_s}
            << u"entry-deleted"_s << 2;
        QTest::newRow("a table that the entries do not give")
            << QStringList{u"UPDATE tenant SET max_vms = 9 WHERE tenant_id = 'acme'"_s} << u"state-differs"_s << -1;
    }
    void aTamperedLedgerIsSaidLoudlyAndStays()
    {
        QFETCH(QStringList, statements);
        QFETCH(QString, kind);
        QFETCH(int, firstBad);
        tamper(statements);
        QSignalSpy verified(m_page.get(), &views::LedgerPage::verified);
        press("verifyButton");
        QTRY_COMPARE(verified.size(), 1);
        QCOMPARE(verified.first().at(1).toBool(), false);
        auto *card = child<QWidget>(m_page.get(), "verifyCard");
        QVERIFY(card->isVisible());
        QVERIFY(child<QLabel>(card, "verifyTitle")->property("mistake").toBool());
        const QString detail = child<QLabel>(card, "verifyDetail")->text();
        QVERIFY2(detail.contains(kind), qPrintable(detail));
        QVERIFY2(detail.contains(u"restore a backup"_s), qPrintable(detail));
        QVERIFY(!child<QWidget>(card, "closeVerificationButton")->isVisible());
        auto *show = child<QAbstractButton>(card, "showBadEntryButton");
        QCOMPARE(show->isVisible(), firstBad >= 0);
        if (firstBad >= 0) {
            show->click();
            QCOMPARE(list()->currentIndex().row(), rows() - 1 - firstBad);
        }
    }

    void aVerificationThatCanNotBeDoneIsNoSuccess()
    {
        QVERIFY(QFile::remove(m_house->engine.paths().ledgerVkey()));
        QSignalSpy verified(m_page.get(), &views::LedgerPage::verified);
        press("verifyButton");
        QTRY_COMPARE(verified.size(), 1);
        QCOMPARE(verified.first().at(1).toBool(), false);
        QVERIFY(child<QLabel>(m_page.get(), "verifyTitle")->text().startsWith(u"The ledger could not be verified."_s));
        QVERIFY(child<QLabel>(m_page.get(), "verifyDetail")->text().contains(u"ledger.vkey"_s));
    }

    void aCancelledVerificationSaysNothing()
    {
        addVms("acme", 1000);
        QSignalSpy verified(m_page.get(), &views::LedgerPage::verified);
        press("verifyButton");
        // Cancelled in the same turn of the event loop, so that no answer can have come before.
        QTest::mouseClick(child<QAbstractButton>(&m_house->tasks, "cancelTaskButton"), Qt::LeftButton);
        QTRY_VERIFY(child<QWidget>(m_page.get(), "verifyButton")->isEnabled());
        QCOMPARE(m_house->tasks.running(), 0);
        QCOMPARE(verified.size(), 0);
        QVERIFY(!child<QWidget>(m_page.get(), "verifyCard")->isVisible());
        press("verifyButton");
        QTRY_COMPARE(verified.size(), 1);
    }

    void aClosedPageEndsItsVerification()
    {
        addVms("acme", 1000);
        press("verifyButton");
        m_page.reset();
        QVERIFY(m_house->engine.registerTenant(tenantSpec("later")));
    }

    void aLedgerThatCanNotBeReadIsSaidAndTriedAgain()
    {
        tamper({u"ALTER TABLE ledger_entry RENAME TO hidden"_s});
        QTest::keyClicks(tenant(), u"acme"_s);
        QTRY_COMPARE(hintTitle(), u"The ledger can't be read"_s);
        tamper({u"ALTER TABLE hidden RENAME TO ledger_entry"_s});
        press("hintAction");
        QTRY_COMPARE(countText(), matching(1));
        QVERIFY(list()->isVisible());
    }

    void lookingChangesNothing()
    {
        const TreeSize before = m_house->engine.size();
        m_page->showEntry(1);
        QTest::keyClicks(tenant(), u"acme"_s);
        QTRY_COMPARE(countText(), matching(1));
        QSignalSpy verified(m_page.get(), &views::LedgerPage::verified);
        press("verifyButton");
        QTRY_COMPARE(verified.size(), 1);
        QCOMPARE(m_house->engine.size(), before);
    }

    void everythingIsReachedWithTab()
    {
        m_page->showEntry(0);
        auto *fields = child<QTreeWidget>(m_page.get(), "ledgerFields");
        QTRY_VERIFY(fields->topLevelItemCount() > 0);
        fields->setCurrentItem(fields->topLevelItem(0));
        m_page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
        m_page->focusFilter();
        QStringList passed;
        for (int i = 0; i < 30; ++i) {
            const QWidget *focused = QApplication::focusWidget();
            QVERIFY(focused);
            if (passed.contains(focused->objectName()))
                break;
            passed.append(focused->objectName());
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(passed,
            (QStringList{u"ledgerTenant"_s, u"ledgerEvent"_s, u"anyOutcomeChip"_s, u"exportButton"_s, u"verifyButton"_s,
                u"ledgerOrder"_s, u"ledgerList"_s, u"copyFieldButton"_s, u"copyEntryButton"_s, u"ledgerFields"_s,
                u"ledgerBytes"_s}));
    }

    void everyControlSaysWhatItIs()
    {
        press("verifyButton");
        QTRY_VERIFY(child<QWidget>(m_page.get(), "verifyCard")->isVisible());
        QCOMPARE(namelessControls(m_page.get()).join(u", "_s), QString());
        QVERIFY(!list()->accessibleName().isEmpty());
        QVERIFY(!child<QWidget>(m_page.get(), "ledgerFields")->accessibleName().isEmpty());
        QVERIFY(!child<QWidget>(m_page.get(), "ledgerBytes")->accessibleName().isEmpty());
    }

private:
    QTableView *list() { return child<QTableView>(m_page.get(), "ledgerList"); }
    QLineEdit *tenant() { return child<QLineEdit>(m_page.get(), "ledgerTenantEdit"); }
    QString countText() { return child<QLabel>(m_page.get(), "ledgerCount")->text(); }
    QString matching(int found) { return u"%1 of %2 entries"_s.arg(found).arg(m_house->engine.size()); }
    QString hintTitle() { return child<QLabel>(m_page.get(), "hintTitle")->text(); }
    int rows() { return list()->model()->rowCount(); }
    QString cell(int row, int column) { return list()->model()->index(row, column).data().toString(); }
    void press(const char *name) { QTest::mouseClick(child<QAbstractButton>(m_page.get(), name), Qt::LeftButton); }
    void addVms(const char *id, int count)
    {
        const auto done = m_house->engine.submitVms(m_house->engine.admin(), id, vmSpec(count)).result();
        QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
    }
    // By a second connection, as someone who holds the file would.
    void tamper(const QStringList &statements)
    {
        const auto database =
            store::Database::open(m_house->engine.paths().database(), store::Database::Mode::ReadWrite);
        QVERIFY(database);
        for (const QString &sql : statements) {
            const auto done = (*database)->execute(sql);
            QVERIFY2(done, done ? "" : qPrintable(done.error().detail));
        }
    }

    std::unique_ptr<ViewHouse> m_house;
    std::unique_ptr<views::LedgerPage> m_page;
};

WATCHED_TEST_MAIN(TestLedgerPage)
#include "tst_ledgerpage.moc"
