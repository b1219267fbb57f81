// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What the window says while the ledger can't be written, and before it can be opened at all.

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/mainwindow.h"
#include "views/messages.h"

#include <QtWidgets/qlabel.h>
#include <QtWidgets/qmessagebox.h>

using namespace Qt::StringLiterals;

class TestAlarm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void staysUntilTheLedgerCanBeWrittenAgain()
    {
        ViewHouse house;
        QStringList troubles;
        views::MainWindow window(*house.link,
            {.url = u"http://127.0.0.1:9221"_s, .firstStart = false, .copyTroubles = [&troubles] { return troubles; }});
        window.show();
        const auto *alarm = child<QLabel>(&window, "alarm");
        const auto *ledger = child<QLabel>(&window, "ledgerLabel");
        QVERIFY(!alarm->isVisible());
        QVERIFY(!ledger->text().contains(u"Read-only"_s));

        house.engine.faults.sqlite = 13;
        house.engine.faults.before = 1'000'000;
        VERIFY_ERROR(house.engine.registerTenant(tenantSpec("acme-corp")), ErrorCode::LedgerUnavailable);
        QTRY_VERIFY(alarm->isVisible());
        for (const QString &word : {u"Nothing can be changed"_s, u"Reading goes on"_s, u"The disk is full."_s,
                 u"Make room on it; then writing goes on by itself."_s})
            QVERIFY2(alarm->text().contains(word), qPrintable(alarm->text()));
        QVERIFY2(ledger->text().contains(u"Read-only: The disk is full."_s), qPrintable(ledger->text()));
        // Probes that fail don't make it flicker.
        const int tried = house.engine.faults.commits;
        QTRY_VERIFY_WITH_TIMEOUT(house.engine.faults.commits > tried, 5000);
        QVERIFY(alarm->isVisible());

        house.engine.faults.before = 0;
        QTRY_VERIFY_WITH_TIMEOUT(!alarm->isVisible(), 5000);
        QVERIFY(!ledger->text().contains(u"Read-only"_s));
        house.registerTenant("acme-corp");
    }

    void copiesOfTheCheckpointThatFailAreToldOf()
    {
        ViewHouse house;
        QStringList troubles{u"The checkpoint is not copied: /mnt/kept: No such file or directory."_s};
        views::MainWindow window(*house.link,
            {.url = u"http://127.0.0.1:9221"_s, .firstStart = false, .copyTroubles = [&troubles] { return troubles; }});
        window.show();
        const auto *copies = child<QLabel>(&window, "copiesLabel");
        QTRY_VERIFY(copies->isVisible());
        QVERIFY(copies->text().contains(u"1"_s));
        QCOMPARE(copies->toolTip(), troubles.first());
        troubles.clear();
        QTRY_VERIFY(!copies->isVisible());
    }

    // What can't be taken back is typed on a command line; the box has nothing that one clicks by accident.
    void aRollbackIsExplainedAndCanOnlyBeClosed()
    {
        const Error error{.code = ErrorCode::Refused,
            .detail = u"The database was rolled back: it holds 7 entries, the high-water mark knows 9."_s,
            .reason = "rollback"_ba};
        const auto box = views::rollbackBox(error, u"/srv/it's here"_s);
        QCOMPARE(box->buttons().size(), 1);
        QCOMPARE(box->standardButton(box->buttons().first()), QMessageBox::Close);
        const QString text = box->text() + box->informativeText();
        QVERIFY2(text.contains(error.detail), qPrintable(text));
        QVERIFY2(text.contains(u"--accept-rollback --data-dir '/srv/it'\\''s here'"_s), qPrintable(text));
        QVERIFY(box->textInteractionFlags() & Qt::TextSelectableByMouse);
    }
};

WATCHED_TEST_MAIN(TestAlarm)
#include "tst_alarm.moc"
