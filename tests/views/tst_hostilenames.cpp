// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Names that strangers chose are shown as they are written, wherever the window shows them.

#include "models/format.h"
#include "service/engine/tokencommands.h"
#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/filterbar.h"
#include "views/ledgerpage.h"
#include "views/listview.h"
#include "views/mainwindow.h"
#include "views/messages.h"

#include <QtGui/qtextdocument.h>
#include <QtGui/qtextdocumentfragment.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qmessagebox.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qstackedwidget.h>

using namespace Qt::StringLiterals;

namespace {

const QString Hostile = u"<h1>verified</h1> &lt;b> & <img src='x'>"_s;

// As a person sees what may be taken for markup.
QString seen(const QString &text)
{
    return Qt::mightBeRichText(text) ? QTextDocumentFragment::fromHtml(text).toPlainText() : text;
}

// The caption of a form's row is the program's own word.
bool isCaption(const QLabel *label)
{
    const auto *form = label->parentWidget() ? qobject_cast<QFormLayout *>(label->parentWidget()->layout()) : nullptr;
    int row = -1;
    QFormLayout::ItemRole role = QFormLayout::FieldRole;
    if (form)
        form->getWidgetPosition(const_cast<QLabel *>(label), &row, &role);
    return role == QFormLayout::LabelRole;
}

// Whether a tool tip is nothing but text, and of those with our name how many there were.
struct Tips
{
    QStringList mistakes;
    int hostile = 0;

    void look(const QString &tip, const QString &where)
    {
        if (models::toolTipText(seen(tip)) != tip)
            mistakes.append(where + u": "_s + tip);
        hostile += seen(tip).contains(Hostile) ? 1 : 0;
    }
    void look(const QAbstractItemModel &model, const QModelIndex &parent, const QString &where)
    {
        for (int row = 0; row < model.rowCount(parent); ++row) {
            for (int column = 0; column < model.columnCount(parent); ++column)
                look(model.index(row, column, parent).data(Qt::ToolTipRole).toString(), where);
            look(model, model.index(row, 0, parent), where);
        }
    }
};

} // namespace

class TestHostileNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_house = std::make_unique<ViewHouse>();
        tenancy::TenantSpec spec = tenantSpec("acme-corp");
        spec.displayName = Hostile;
        VERIFY_RESULT(m_house->engine.registerTenant(spec));
        VERIFY_RESULT(m_house->engine
                          .submit<engine::IssuedToken>(engine::systemCaller(),
                              [](engine::Work &work) {
                                  return engine::issueAdministrator(work, {.name = Hostile, .expiresInSeconds = 3600});
                              })
                          .result());
        m_window =
            std::make_unique<views::MainWindow>(*m_house->link, views::ServerFacts{.url = u"http://127.0.0.1:9221"_s});
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanupTestCase()
    {
        m_window.reset();
        m_house.reset();
    }

    void noPageTakesThemForMarkup()
    {
        auto *pages = child<QListWidget>(m_window.get(), "navigation");
        Tips tips;
        for (int page = 0; page < pages->count(); ++page) {
            pages->setCurrentRow(page);
            const QWidget *shown = m_window->findChild<QStackedWidget *>()->currentWidget();
            const int before = tips.hostile;
            for (auto *list : shown->findChildren<views::ListView *>()) {
                if (!list->isVisible())
                    continue;
                QTRY_VERIFY(list->model()->rowCount() > 0 && list->model()->index(0, 0).data().isValid());
                for (int row = 0; row < list->model()->rowCount(); ++row) {
                    list->setCurrentIndex(list->model()->index(row, 0));
                    // What is read for it comes later; not every row has the name.
                    if (QTest::qWaitFor([&] { return (lookAt(tips), tips.hostile > before); }, 300))
                        break;
                }
            }
            QVERIFY2(page == 0 || tips.hostile > before, "the name stands nowhere");
        }
        QCOMPARE(tips.mistakes, QStringList());
        for (const QLabel *label : m_window->findChildren<QLabel *>()) {
            if (!isCaption(label))
                QVERIFY2(
                    label->textFormat() == Qt::PlainText, qPrintable(nameForTests(label) + u": "_s + label->text()));
        }
    }

    // It quotes ids of a database that somebody has written to.
    void norDoesAVerificationThatFails()
    {
        const QString sentence = Hostile + QString(5000, u'x');
        Q_EMIT m_window->findChild<views::LedgerPage *>()->verified(3, false, sentence);
        const auto *label = child<QLabel>(m_window.get(), "ledgerLabel");
        QCOMPARE(label->textFormat(), Qt::PlainText);
        QVERIFY(seen(label->toolTip()).contains(sentence));
        QVERIFY2(m_window->minimumSizeHint().width() <= 1024, "a long id makes the window wider than a screen");
    }

    void norDoesAMessage()
    {
        views::showMessage(m_window.get(), u"Export"_s, {Hostile, Hostile, u"Do it again."_s});
        const auto *box = child<QMessageBox>(m_window.get(), "messageBox");
        QCOMPARE(box->textFormat(), Qt::PlainText);
        QCOMPARE(box->text(), Hostile);
        QCOMPARE(seen(box->informativeText()), Hostile + u"\nDo it again."_s);
        delete box;
        const auto rollback = views::rollbackBox({.detail = Hostile}, u"/srv/"_s + Hostile);
        QVERIFY(seen(rollback->informativeText()).startsWith(Hostile));
        QVERIFY(seen(rollback->informativeText()).contains(u"/srv/<h1>verified</h1> &lt;b> & <img src="_s));
    }

    void noPillAndNoButtonIsCut()
    {
        for (auto *list : m_window->findChildren<views::ListView *>()) {
            if (list->objectName() == u"tenantList"_s || list->objectName() == u"tokenList"_s) {
                for (const QString &word : {u"Active"_s, u"Suspended"_s, u"Revoked"_s}) {
                    if (word != u"Suspended"_s || list->objectName() == u"tenantList"_s)
                        QVERIFY2(list->columnWidth(0) >= list->fontMetrics().horizontalAdvance(word) + 38,
                            qPrintable(list->objectName() + u' ' + word));
                }
            }
        }
        child<QListWidget>(m_window.get(), "navigation")->setCurrentRow(1);
        for (const char *name : {"copyIdButton", "copyHolderButton", "revokeButton"}) {
            const auto *button = child<QPushButton>(m_window.get(), name);
            QVERIFY2(button->width() >= button->sizeHint().width(), name);
        }
    }

    void downInTheFilterFieldGoesToTheList()
    {
        child<QListWidget>(m_window.get(), "navigation")->setCurrentRow(0);
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        auto *list = child<views::ListView>(m_window.get(), "tenantList");
        auto *field = m_window->findChild<QStackedWidget *>()->currentWidget()->findChild<views::FilterBar *>();
        field->focus();
        list->setCurrentIndex({});
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QCOMPARE(QApplication::focusWidget(), list);
        QCOMPARE(list->currentIndex().row(), 0);
    }

private:
    void lookAt(Tips &tips) const
    {
        for (const QWidget *widget : m_window->findChildren<QWidget *>()) {
            tips.look(widget->toolTip(), nameForTests(widget));
            const auto *view = qobject_cast<const QAbstractItemView *>(widget);
            if (view && view->model() && view->isVisible())
                tips.look(*view->model(), {}, nameForTests(widget));
        }
    }

    std::unique_ptr<ViewHouse> m_house;
    std::unique_ptr<views::MainWindow> m_window;
};

WATCHED_TEST_MAIN(TestHostileNames)
#include "tst_hostilenames.moc"
