// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Looking never changes anything: with every page and dialog opened, looked at and closed again, the ledger and the
// tokens are as they were.

#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/listview.h"
#include "views/mainwindow.h"
#include "views/messages.h"
#include "views/welcomedialog.h"

#include <QtGui/qaction.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qdialog.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qstackedwidget.h>

using namespace Qt::StringLiterals;

class TestLooking : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyPageAndDialogLeavesTheLedgerAsItWas()
    {
        ViewHouse house;
        house.registerTenant("acme-corp");
        house.issue("acme-corp", "service:tenant-admin");
        const auto state = [&] {
            return house.link->state().read(
                [](const engine::State &now) { return std::pair(now.ledgerSize, now.tokens.size()); });
        };
        const auto before = state();

        views::MainWindow window(*house.link, {.url = u"http://127.0.0.1:9221"_s, .firstStart = true});
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY(window.findChild<views::WelcomeDialog *>());
        QVERIFY(closesWhatIsOpen(window));

        auto *pages = child<QListWidget>(&window, "navigation");
        QVERIFY(pages->count() >= 3);
        int opened = 0;
        for (int page = 0; page < pages->count(); ++page) {
            pages->setCurrentRow(page);
            const QWidget *shown = window.findChild<QStackedWidget *>()->currentWidget();
            // Whatever list it has: its first row, with the detail beside it.
            for (auto *list : shown->findChildren<views::ListView *>()) {
                QTRY_VERIFY2(!list->model() || list->model()->rowCount() > 0 || !list->isVisible(),
                    qPrintable(list->objectName()));
                if (list->model())
                    list->setCurrentIndex(list->model()->index(0, 0));
            }
            // What opens a dialog ends with dots.
            for (auto *button : shown->findChildren<QAbstractButton *>()) {
                if (button->text().endsWith(u'…') && button->isVisible() && button->isEnabled()) {
                    views::setNextPath({}); // a file picker is left without a choice
                    QTest::mouseClick(button, Qt::LeftButton);
                    opened += int(dialogs(window).size());
                    QVERIFY2(closesWhatIsOpen(window), qPrintable(button->text()));
                }
            }
        }
        for (QAction *action : window.findChildren<QAction *>()) {
            if (!action->text().endsWith(u'…') || !action->isEnabled())
                continue;
            views::setNextPath({});
            action->trigger();
            opened += int(dialogs(window).size());
            QVERIFY2(closesWhatIsOpen(window), qPrintable(action->text()));
        }
        QVERIFY2(opened >= 6, qPrintable(u"only %1 dialogs were opened"_s.arg(opened)));
        QVERIFY(state() == before);
    }

    // The longest look: every entry is read.
    void verifyingChangesNothing()
    {
        ViewHouse house;
        house.registerTenant("acme-corp");
        const auto size = [&] {
            return house.link->state().read([](const engine::State &now) { return now.ledgerSize; });
        };
        const TreeSize before = size();
        views::MainWindow window(*house.link, {.url = u"http://127.0.0.1:9221"_s, .firstStart = false});
        window.show();
        QTest::mouseClick(child<QAbstractButton>(&window, "verifyButton"), Qt::LeftButton);
        QTRY_VERIFY(child<QLabel>(&window, "ledgerLabel")->text().contains(u"verified to #"_s));
        QCOMPARE(size(), before);
    }

private:
    static QList<QDialog *> dialogs(const QWidget &window)
    {
        QList<QDialog *> open;
        for (auto *dialog : window.findChildren<QDialog *>()) {
            if (dialog->isVisible())
                open.append(dialog);
        }
        return open;
    }

    static bool closesWhatIsOpen(const QWidget &window)
    {
        for (QDialog *dialog : dialogs(window))
            dialog->close();
        return QTest::qWaitFor([&] { return dialogs(window).isEmpty(); });
    }
};

WATCHED_TEST_MAIN(TestLooking)
#include "tst_looking.moc"
