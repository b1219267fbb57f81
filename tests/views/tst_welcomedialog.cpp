// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/views/screenshot.h"
#include "tests/views/stallwatch.h"
#include "tests/views/viewhouse.h"
#include "views/welcomedialog.h"

#include <QtGui/qclipboard.h>
#include <QtTest/qsignalspy.h>
#include <QtWidgets/qlabel.h>

using namespace Qt::StringLiterals;
using views::WelcomeDialog;

class TestWelcomeDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dialog = std::make_unique<WelcomeDialog>(m_paths, u"http://127.0.0.1:9221"_s, nullptr);
        m_dialog->open();
    }
    void cleanup() { m_dialog.reset(); }

    void saysWhereEverythingLies_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::newRow("the data directory") << u"dataDirectory"_s << m_paths.root;
        QTest::newRow("the administrator's token") << u"adminToken"_s << m_paths.adminToken();
        QTest::newRow("the server") << u"server"_s << u"http://127.0.0.1:9221"_s;
    }

    void saysWhereEverythingLies()
    {
        QFETCH(QString, name);
        QFETCH(QString, value);
        QCOMPARE(child<QLineEdit>(m_dialog.get(), qPrintable(name + "Edit"_L1))->text(), value);
        QGuiApplication::clipboard()->setText(u"something else"_s);
        QTest::mouseClick(child<QAbstractButton>(m_dialog.get(), qPrintable(name + "CopyButton"_L1)), Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), value);
    }

    void theCommandNamesADirectoryThatIsNotTheUsualOne()
    {
        QVERIFY(
            child<QLabel>(m_dialog.get(), "tokenHint")->text().endsWith("admin-token --data-dir "_L1 + m_paths.root));
        const WelcomeDialog usual({engine::defaultDataDirectory()}, u"http://127.0.0.1:9221"_s, nullptr);
        QVERIFY(child<QLabel>(&usual, "tokenHint")->text().endsWith("service-vm-tenant admin-token"_L1));
    }

    void returnBeginsTheOnboarding()
    {
        QSignalSpy wanted(m_dialog.get(), &WelcomeDialog::onboardingRequested);
        QTest::keyClick(m_dialog.get(), Qt::Key_Return);
        QCOMPARE(wanted.size(), 1);
        QVERIFY(!m_dialog->isVisible());
    }

    void laterClosesAndBeginsNothing()
    {
        QSignalSpy wanted(m_dialog.get(), &WelcomeDialog::onboardingRequested);
        QTest::mouseClick(child<QAbstractButton>(m_dialog.get(), "laterButton"), Qt::LeftButton);
        QCOMPARE(wanted.size(), 0);
        QVERIFY(!m_dialog->isVisible());
    }

    void everyControlHasAName() { QCOMPARE(namelessControls(m_dialog.get()).join(u'\n'), QString()); }

    void isDrawnInBothThemes_data()
    {
        QTest::addColumn<Qt::ColorScheme>("scheme");
        QTest::newRow("light") << Qt::ColorScheme::Light;
        QTest::newRow("dark") << Qt::ColorScheme::Dark;
    }

    void isDrawnInBothThemes()
    {
        QFETCH(Qt::ColorScheme, scheme);
        QApplication::setStyle(u"Fusion"_s);
        views::applyTheme(*qApp, scheme);
        QVERIFY(keepScreenshot(*m_dialog, u"welcome"_s));
    }

private:
    const engine::DataPaths m_paths{u"/srv/tenants"_s};
    std::unique_ptr<WelcomeDialog> m_dialog;
};

WATCHED_TEST_MAIN(TestWelcomeDialog)
#include "tst_welcomedialog.moc"
