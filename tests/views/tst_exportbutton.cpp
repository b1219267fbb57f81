// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger page's export menu.

#include "service/crypto/keyfile.h"
#include "service/report/query.h"
#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/confirmdialog.h"
#include "views/ledgerpage.h"
#include "views/mainwindow.h"
#include "views/messages.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qsemaphore.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qsignalspy.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qmenu.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qpushbutton.h>

using namespace Qt::StringLiterals;

// As long as it is shut, nothing that is given to the process's threads begins.
class ThreadGate
{
public:
    ThreadGate()
    {
        auto *pool = QThreadPool::globalInstance();
        m_shut = pool->maxThreadCount();
        for (int i = 0; i < m_shut; ++i)
            pool->start([this] { m_leave.acquire(); });
    }
    ~ThreadGate()
    {
        open();
        QThreadPool::globalInstance()->waitForDone();
    }
    void open() { m_leave.release(std::exchange(m_shut, 0)); }

private:
    QSemaphore m_leave;
    int m_shut = 0;
};

class TestExportButton : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ViewHouse>();
        m_house->registerTenant("acme");
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

    void theMenuHasEveryFormByName()
    {
        QStringList labels;
        for (const QAction *action : menu()->actions())
            labels.append(action->text());
        QCOMPARE(labels,
            (QStringList{
                u"PDF report…"_s, u"HTML report…"_s, u"CSV table…"_s, u"JSON lines…"_s, u"Bundle with proofs…"_s}));
        QVERIFY(!menu()->accessibleName().isEmpty());
        QVERIFY(button()->focusPolicy() & Qt::TabFocus);
    }

    void exportsWhatIsShownAndRecordsIt_data()
    {
        QTest::addColumn<QString>("action");
        QTest::addColumn<QByteArray>("begins");
        QTest::newRow("PDF") << u"pdfExportAction"_s << "%PDF-1."_ba;
        QTest::newRow("HTML") << u"htmlExportAction"_s << "<!DOCTYPE html>"_ba;
        QTest::newRow("CSV") << u"csvExportAction"_s << "index,"_ba;
        QTest::newRow("JSON lines") << u"jsonlExportAction"_s << "{\"v\":1,"_ba;
        QTest::newRow("bundle") << u"bundleExportAction"_s << "PK\x03\x04"_ba;
    }
    void exportsWhatIsShownAndRecordsIt()
    {
        QFETCH(QString, action);
        QFETCH(QByteArray, begins);
        const TreeSize before = m_house->engine.size();
        const QString path = m_folder.filePath(action);
        trigger(action, path);
        QVERIFY(!button()->isEnabled());
        QCOMPARE(m_house->tasks.running(), 1);
        QTRY_VERIFY(box());
        QCOMPARE(m_house->tasks.running(), 0);
        QVERIFY(button()->isEnabled());
        QVERIFY(content(path).startsWith(begins));
        QCOMPARE(m_house->engine.size(), before + 1);
        const auto entry = m_house->engine.entry(before);
        QCOMPARE(entry.eventType, "AUDIT_EXPORTED");
        QCOMPARE(entry.source.via, ledger::Via::Console);
        QCOMPARE(entry.actor.tokenId, m_house->link->administrator());
        QCOMPARE(*entry.data.find("rows")->number()->whole(), qint64(before));
        QVERIFY(box()->text().contains(path));
        QVERIFY(box()->informativeText().contains(QString::fromUtf8(*entry.data.find("report_id")->string())));
        QVERIFY(box()->informativeText().contains(u"entry %1"_s.arg(before)));
        box()->close();
    }

    void aBundleThatCouldNotBeSignedIsSaidToBeSo_data()
    {
        QTest::addColumn<bool>("encrypted");
        QTest::newRow("the ledger's key is encrypted") << true;
        QTest::newRow("the ledger's key is at hand") << false;
    }
    void aBundleThatCouldNotBeSignedIsSaidToBeSo()
    {
        QFETCH(const bool, encrypted);
        const QString key = m_house->link->paths().ledgerKey();
        if (encrypted)
            QVERIFY(QFile::remove(key)
                && crypto::writeKeyFile(key, crypto::SigningKey::generate(), QCA::SecureArray("opens it")));
        trigger(u"bundleExportAction"_s, m_folder.filePath(encrypted ? u"unsigned"_s : u"signed"_s));
        QTRY_VERIFY(box());
        QCOMPARE(box()->informativeText().contains("is not signed"_L1), encrypted);
        QCOMPARE(box()->informativeText().contains("is encrypted"_L1), encrypted);
        box()->close();
    }

    void theFilterShownIsTheFilterExported()
    {
        auto *tenant = child<QLineEdit>(m_page.get(), "ledgerTenantEdit");
        QTest::keyClicks(tenant, u"acme"_s);
        QTest::keyClick(tenant, Qt::Key_Return);
        QTRY_VERIFY(child<QLabel>(m_page.get(), "ledgerCount")->text().startsWith(u"1 of"_s));
        const TreeSize before = m_house->engine.size();
        const QString path = m_folder.filePath(u"filtered"_s);
        trigger(u"jsonlExportAction"_s, path);
        QTRY_VERIFY(box());
        QCOMPARE(content(path).count('\n'), 1);
        QVERIFY(content(path).contains("\"tenant_id\":\"acme\""));
        const auto entry = m_house->engine.entry(before);
        const json::Value *query = entry.data.find("query");
        QCOMPARE(*query->find("tenant_id")->array()->front().string(), "acme");
        QVERIFY(*query->find("reverse")->boolean()); // as it stands on the page
        box()->close();
    }

    void whatThePickerWasToldToReplaceIsReplaced()
    {
        const QString path = m_folder.filePath(u"old"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("old") == 3);
        file.close();
        trigger(u"csvExportAction"_s, path);
        QTRY_VERIFY(box());
        QVERIFY(content(path).startsWith("index,"));
        box()->close();
    }

    void aPickerThatIsClosedDoesNothing()
    {
        trigger(u"csvExportAction"_s, QString());
        QVERIFY(button()->isEnabled());
        QCOMPARE(m_house->tasks.running(), 0);
    }

    void aFailureIsSaidInThreeLines()
    {
        const TreeSize before = m_house->engine.size();
        trigger(u"csvExportAction"_s, m_folder.filePath(u"absent/x"_s));
        QTRY_VERIFY(box());
        QCOMPARE(box()->text(), u"The ledger was not exported."_s);
        QVERIFY2(
            box()->informativeText().contains(u"No such file or directory"_s), qPrintable(box()->informativeText()));
        // What there is to do is not the same as where the ledger's own disk fails.
        QVERIFY2(box()->informativeText().contains(u"Choose a folder that is there"_s)
                && !box()->informativeText().contains(u"by itself"_s),
            qPrintable(box()->informativeText()));
        QCOMPARE(m_house->engine.size(), before);
        QVERIFY(button()->isEnabled());
        box()->close();
    }

    void theKeyboardComesBackToTheButton()
    {
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
        button()->setFocus();
        trigger(u"csvExportAction"_s, m_folder.filePath(u"focus"_s));
        QVERIFY(m_page->focusWidget() != button());
        QTRY_VERIFY(box());
        box()->close();
        QTRY_COMPARE(m_page->focusWidget(), button());
        // Where somebody has gone on meanwhile, it stays there.
        trigger(u"csvExportAction"_s, m_folder.filePath(u"focus"_s));
        auto *list = child<QWidget>(m_page.get(), "ledgerList");
        list->setFocus();
        QTRY_VERIFY(box());
        box()->close();
        QTRY_COMPARE(m_page->focusWidget(), list);
    }

    void aCancelledExportLeavesNoFile()
    {
        ThreadGate gate;
        const TreeSize before = m_house->engine.size();
        const QString path = m_folder.filePath(u"cancelled"_s);
        trigger(u"bundleExportAction"_s, path);
        QTest::mouseClick(child<QAbstractButton>(&m_house->tasks, "cancelTaskButton"), Qt::LeftButton);
        gate.open();
        QTRY_VERIFY(button()->isEnabled());
        QCOMPARE(m_house->tasks.running(), 0);
        QVERIFY(!QFile::exists(path));
        QCOMPARE(partFiles(), QStringList());
        QVERIFY(!box());
        QCOMPARE(m_house->engine.size(), before);
    }

    void aClosedPageEndsItsExport()
    {
        ThreadGate gate;
        const TreeSize before = m_house->engine.size();
        const QString path = m_folder.filePath(u"closed"_s);
        trigger(u"pdfExportAction"_s, path);
        m_page.reset();
        QVERIFY(!QFile::exists(path));
        QCOMPARE(partFiles(), QStringList());
        QVERIFY(m_house->engine.registerTenant(tenantSpec("later")));
        QCOMPARE(m_house->engine.entry(before).eventType, "TENANT_CREATED");
    }

    void aFileThatWasThroughWhenThePageWasClosedIsRecorded()
    {
        const TreeSize before = m_house->engine.size();
        const QString path = m_folder.filePath(u"through"_s);
        trigger(u"jsonlExportAction"_s, path);
        QThreadPool::globalInstance()->waitForDone(); // the page has not been told yet
        QVERIFY(QFile::exists(path));
        m_page.reset();
        QTRY_COMPARE(m_house->engine.size(), before + 1);
        QCOMPARE(m_house->engine.entry(before).eventType, "AUDIT_EXPORTED");
        QCOMPARE(m_house->engine.entry(before).source.via, ledger::Via::Console);
    }

    void aWindowAsksBeforeItStopsAnExport_data()
    {
        QTest::addColumn<bool>("stops");
        QTest::newRow("and closes once it is stopped") << true;
        QTest::newRow("and stays where it is to go on") << false;
    }
    void aWindowAsksBeforeItStopsAnExport()
    {
        QFETCH(const bool, stops);
        m_page.reset();
        ThreadGate gate;
        const TreeSize before = m_house->engine.size();
        const QString path = m_folder.filePath(stops ? u"stopped"_s : u"kept"_s);
        views::MainWindow window(*m_house->link, {.url = u"http://127.0.0.1:9221"_s});
        window.show();
        views::setNextPath(path);
        child<QAction>(&window, "csvExportAction")->trigger();
        QVERIFY(!window.close());
        QVERIFY(!window.close());
        const auto questions = window.findChildren<views::ConfirmDialog *>();
        QCOMPARE(questions.size(), 1);
        QVERIFY(questions.front()->isVisible());
        if (stops)
            QTest::mouseClick(child<QAbstractButton>(questions.front(), "confirmButton"), Qt::LeftButton);
        else
            questions.front()->reject();
        gate.open();
        if (stops)
            QTRY_VERIFY(!window.isVisible());
        else
            QTRY_VERIFY(window.findChild<QMessageBox *>());
        QCOMPARE(window.isVisible(), !stops);
        QCOMPARE(QFile::exists(path), !stops);
        QCOMPARE(partFiles(), QStringList());
        QCOMPARE(m_house->engine.size(), before + (stops ? 0 : 1));
        QVERIFY(window.close());
    }

private:
    QStringList partFiles() const { return QDir(m_folder.path()).entryList({u"*.part"_s}, QDir::Files | QDir::Hidden); }
    QPushButton *button() { return child<QPushButton>(m_page.get(), "exportButton"); }
    QMenu *menu() { return child<QMenu>(m_page.get(), "exportMenu"); }
    QMessageBox *box() { return m_page->findChild<QMessageBox *>(); }
    static QByteArray content(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void trigger(const QString &action, const QString &path)
    {
        views::setNextPath(path);
        auto *found = menu()->findChild<QAction *>(action);
        QVERIFY(found);
        found->trigger();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<ViewHouse> m_house;
    std::unique_ptr<views::LedgerPage> m_page;
};

WATCHED_TEST_MAIN(TestExportButton)
#include "tst_exportbutton.moc"
