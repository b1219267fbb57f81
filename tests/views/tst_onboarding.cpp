// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Drives the assistant with the keyboard against the real server on a free port; and against one whose answers are
// changed on the way, to see that every defect of a server is found.

#include "tests/views/onboardinghouse.h"
#include "tests/views/screenshot.h"
#include "tests/views/stallwatch.h"
#include "views/messages.h"
#include "views/tokencard.h"

#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qcheckbox.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qtextbrowser.h>

using namespace Qt::StringLiterals;

class TestOnboarding : public QObject, private OnboardingHouse
{
    Q_OBJECT

private Q_SLOTS:
    void init() { moveIn(); }
    void cleanup() { moveOut(); }

    void theFiveStepsLeadToTheHandOver()
    {
        const auto globex = tokenOf("globex");
        const QByteArray foreignVm = m_house->addVm(globex.text);
        open();
        registerTenant();
        QVERIFY(verdict("register").startsWith(u"✔ acme-corp exists since "_s));
        QVERIFY(verdict("register").contains(u"ledger #"_s));
        QVERIFY(request("register").contains(u"curl -si -w '\\n' -X POST"_s));
        QVERIFY(request("register").contains(u"Bearer $ADMIN_TOKEN"_s));
        QVERIFY(answer("register").contains(u"201 Created"_s));
        next();

        issue();
        QVERIFY(verdict("issue").startsWith(u"✔ Token "_s));
        QVERIFY2(!answer("issue").contains(u"eyJ"_s), "the text of the token is shown");
        QVERIFY(m_wizard->findChild<views::TokenCard *>());
        next();

        run("isolation");
        QTRY_VERIFY2(verdict("isolation").startsWith(u"✔"_s), qPrintable(verdict("isolation") + answer("isolation")));
        QVERIFY(verdict("isolation").contains(u"A VM of globex answers 404, exactly as an id that never existed."_s));
        QVERIFY(request("isolation").contains(QString::fromLatin1(foreignVm)));
        next();

        run("quota");
        QTRY_VERIFY2(verdict("quota").startsWith(u"✔"_s), qPrintable(verdict("quota")));
        QCOMPARE(verdict("quota"), u"✔ 429 quota-exceeded: 11 asked for, 10 of 10 free. Nothing was made."_s);
        next();

        run("ledger");
        QTRY_VERIFY2(verdict("ledger").startsWith(u"✔"_s), qPrintable(verdict("ledger")));
        QVERIFY(verdict("ledger").contains(u"proof verified in the signed tree of"_s));
        const QString line = u"service-fs read --filter tenant-id=acme-corp --event-type TENANT_CREATED --limit 1"_s
            + " --data-dir "_L1 + m_house->directory();
        QVERIFY(request("ledger").endsWith(line));
        press("ledgerCopyLine");
        QCOMPARE(QGuiApplication::clipboard()->text(), line);
        next();

        const auto *summary = child<QTextBrowser>(m_wizard, "handoverText");
        QVERIFY(summary->toPlainText().contains(u"Acme Corporation"_s));
        QVERIFY(summary->toPlainText().contains(u"not delivered yet"_s));
        press("backButton");
        m_wizard->findChild<QListWidget *>(u"navigation"_s)->setCurrentRow(1);
        child<QCheckBox>(m_wizard, "deliveredCheckBox")->click();
        m_wizard->findChild<QListWidget *>(u"navigation"_s)->setCurrentRow(5);
        QVERIFY(!summary->toPlainText().contains(u"not delivered yet"_s));
        // The control VM is gone again, and the foreign one is still there.
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms?tenant_id=acme-corp", m_house->admin())).size(), 0);
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms", m_house->admin())).size(), 1);
        press("nextButton");
        QVERIFY(!m_wizard->isVisible());
        QVERIFY(!m_wizard->findChild<views::LeaveDialog *>());
    }

    void theHandOverIsSavedAsPdf()
    {
        open();
        runToTheEnd();
        QTemporaryDir folder;
        views::setNextPath(folder.filePath(u"a.pdf"_s));
        press("handoverPdfButton");
        QTRY_VERIFY(child<QLabel>(m_wizard, "handoverNote")->text().startsWith(u"✔"_s));
        QFile pdf(folder.filePath(u"a.pdf"_s));
        QVERIFY(pdf.open(QIODevice::ReadOnly));
        QVERIFY(pdf.read(5) == "%PDF-");
        views::setNextPath(u"/nonexistent/folder/a.pdf"_s);
        press("handoverPdfButton");
        QTRY_VERIFY(child<QLabel>(m_wizard, "handoverNote")->text().startsWith(u"✖"_s));
    }

    void nothingIsLeftOfTheAdministratorsToken()
    {
        open();
        registerTenant();
        const auto minted = onboardingTokens(false);
        QCOMPARE(minted.size(), 1);
        QCOMPARE(minted.first().expiresAt - minted.first().issuedAt, 300);
        delete m_wizard;
        QTRY_COMPARE(onboardingTokens(false).size(), 0);
        QCOMPARE(onboardingTokens(true).size(), 1);
    }

    void aTokenThatHasExpiredIsMadeAnew()
    {
        open();
        registerTenant();
        next();
        m_house->clock.advance(std::chrono::minutes(6));
        issue();
        QVERIFY(verdict("issue").startsWith(u"✔"_s));
        QCOMPARE(onboardingTokens(false).size(), 1);
    }

    void fieldsSayWhatIsWrongWhileTheyAreTyped_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("mistake");
        QTest::newRow("capitals in the id") << u"tenantIdEdit"_s << u"Acme"_s << u"✖ may hold only a-z, 0-9 and '-'"_s;
        QTest::newRow("an id that begins with a digit")
            << u"tenantIdEdit"_s << u"1a"_s << u"✖ must begin with a letter and must not end with '-'"_s;
        QTest::newRow("an id of 64 characters")
            << u"tenantIdEdit"_s << QString(64, u'a') << u"✖ has 64 characters; at most 63 are allowed"_s;
        QTest::newRow("a name of 201 characters")
            << u"displayNameEdit"_s << QString(201, u'a') << u"✖ must have 1 to 200 characters"_s;
        QTest::newRow("a name that turns the writing")
            << u"displayNameEdit"_s << u"a\u202eb"_s << u"✖ must not contain control characters"_s;
        QTest::newRow("more VMs than there may be")
            << u"maxVmsEdit"_s << u"100001"_s << u"✖ must be a whole number from 0 to 100000"_s;
        QTest::newRow("a number that is none")
            << u"storageEdit"_s << u"ten"_s << u"✖ must be a whole number from 0 to 1000000000"_s;
        QTest::newRow("no requests at all")
            << u"rateEdit"_s << u"0"_s << u"✖ must be a whole number from 1 to 10000000"_s;
    }

    void fieldsSayWhatIsWrongWhileTheyAreTyped()
    {
        QFETCH(QString, field);
        QFETCH(QString, text);
        QFETCH(QString, mistake);
        open();
        fillRegister();
        QVERIFY(button("registerButton")->isEnabled());
        type(qPrintable(field), text);
        QCOMPARE(child<QLabel>(m_wizard, qPrintable(field + "Note"_L1))->text(), mistake);
        // Who can't see it hears it.
        QCOMPARE(child<QLineEdit>(m_wizard, qPrintable(field))->accessibleDescription(), mistake);
        QVERIFY(!child<QLineEdit>(m_wizard, qPrintable(field))->accessibleName().contains(u'&'));
        QVERIFY(!button("registerButton")->isEnabled());
    }

    void anIdThatIsTakenIsSaidAtTheField()
    {
        m_house->addTenant("acme-corp");
        open();
        fillRegister();
        press("registerButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✖ acme-corp was not created."_s));
        QVERIFY(verdict("register").endsWith(u"Choose another id."_s));
        QVERIFY(child<QLabel>(m_wizard, "tenantIdEditNote")->text().startsWith(u"✖"_s));
        QVERIFY(!button("nextButton")->isEnabled());
        QVERIFY(answer("register").contains(u"tenant-exists"_s));
        // Another id goes, in the same form.
        type("tenantIdEdit", u"acme-two"_s);
        press("registerButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✔ acme-two exists"_s));
    }

    void aKeyThatIsNoneCanNotBeSent_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("not a key") << u"hello"_s;
        QTest::newRow("a private key") << u"-----BEGIN PRIVATE KEY-----\nMC4CAQA=\n-----END PRIVATE KEY-----"_s;
        QTest::newRow("a key of small order") << QString(64, u'0');
    }

    void aKeyThatIsNoneCanNotBeSent()
    {
        QFETCH(QString, text);
        open();
        registerTenant();
        next();
        child<QPlainTextEdit>(m_wizard, "keyEdit")->setPlainText(text);
        QVERIFY(child<QLabel>(m_wizard, "keyNote")->text().startsWith(u"✖"_s));
        QVERIFY(!button("issueButton")->isEnabled());
        child<QPlainTextEdit>(m_wizard, "keyEdit")->setPlainText(QString::fromLatin1(SubjectKey));
        QVERIFY(child<QLabel>(m_wizard, "keyNote")->text().startsWith(u"✔"_s));
        type("hoursEdit", u"8761"_s);
        QVERIFY(!button("issueButton")->isEnabled());
        type("hoursEdit", u"8760"_s);
        QVERIFY(button("issueButton")->isEnabled());
    }

    void aKeyComesFromAFile()
    {
        open();
        registerTenant();
        next();
        QTemporaryDir folder;
        const auto write = [&](const QString &name, const QByteArray &bytes) {
            QFile file(folder.filePath(name));
            if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
                qFatal("%s can't be written", qPrintable(name));
            file.close();
            views::setNextPath(file.fileName());
            press("keyFileButton");
        };
        auto *note = child<QLabel>(m_wizard, "keyNote");
        const auto *edit = child<QPlainTextEdit>(m_wizard, "keyEdit");
        write(u"private"_s, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n-----END OPENSSH PRIVATE KEY-----\n");
        QTRY_VERIFY(note->text().contains(u"private key"_s));
        QVERIFY2(edit->toPlainText().isEmpty(), "a private key must not be shown");
        write(u"large"_s, QByteArray(20'000, 'a'));
        QTRY_VERIFY(note->text().contains(u"too large"_s));
        write(u"good.pub"_s, QByteArray(SubjectKey) + '\n');
        QTRY_COMPARE(edit->toPlainText(), QString::fromLatin1(SubjectKey));
        QVERIFY(button("issueButton")->isEnabled());
    }

    void aTenantWithoutAnyQuotaIsOnboardedAsWell()
    {
        open();
        fillRegister();
        type("maxVmsEdit", u"0"_s);
        type("storageEdit", u"0"_s);
        press("registerButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✔"_s));
        next();
        issue();
        next();
        run("isolation");
        QTRY_VERIFY2(verdict("isolation").startsWith(u"✔"_s), qPrintable(verdict("isolation")));
        QVERIFY(verdict("isolation").contains(u"No VM could be registered as control, for the quota has no room"_s));
        QVERIFY(verdict("isolation").contains(u"No other tenant has a VM, so a made-up id was asked for"_s));
        next();
        run("quota");
        QTRY_VERIFY(verdict("quota").startsWith(u"✔ 429 quota-exceeded: 1 asked for, 0 of 0 free."_s));
    }

    void closingBeforeAnythingExistsAsksNothing()
    {
        open();
        m_wizard->close();
        QVERIFY(!m_wizard->isVisible());
    }

    void leavingMidwaySaysWhatExists()
    {
        open();
        registerTenant();
        next();
        issue();
        auto *leave = askToLeave();
        const QString text = child<QLabel>(leave, "leaveText")->text();
        QVERIFY(text.startsWith(u"acme-corp exists since "_s));
        QVERIFY(text.contains(u"is issued but not delivered"_s));
        QVERIFY(text.contains(u"Isolation: not verified."_s));
        QCOMPARE(namelessControls(leave).join(u'\n'), QString());
        QTest::keyClick(leave, Qt::Key_Return); // "Continue"
        QTRY_VERIFY(!m_wizard->findChild<views::LeaveDialog *>());
        QVERIFY(m_wizard->isVisible());
        leave = askToLeave();
        QTest::mouseClick(child<QAbstractButton>(leave, "leaveButton"), Qt::LeftButton);
        QVERIFY(!m_wizard->isVisible());
        QCOMPARE(m_house->ask("GET", "/v1/tenants/acme-corp", m_house->admin()).status, 200);
    }

    void leavingMidwayRemovesTheTenantWhereAsked()
    {
        open();
        registerTenant();
        next();
        issue();
        auto *leave = askToLeave();
        QTest::mouseClick(child<QAbstractButton>(leave, "removeButton"), Qt::LeftButton);
        QTRY_VERIFY(!m_wizard->isVisible());
        const auto gone = m_house->ask("GET", "/v1/tenants/acme-corp", m_house->admin());
        QCOMPARE(objectOf(gone)["state"_L1].toString(), u"deleted"_s);
    }

    void everyControlHasAName()
    {
        open();
        QCOMPARE(namelessControls(m_wizard).join(u'\n'), QString());
        runToTheEnd();
        QCOMPARE(namelessControls(m_wizard).join(u'\n'), QString());
    }

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
        m_house->addTenant("taken");
        m_house->addVm(tokenOf("globex").text);
        open();
        type("tenantIdEdit", u"taken"_s);
        type("displayNameEdit", u"Acme Corporation"_s);
        press("registerButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✖"_s));
        QVERIFY(keepScreenshot(*m_wizard, u"onboarding-refused"_s));
        registerTenant();
        QVERIFY(keepScreenshot(*m_wizard, u"onboarding-register"_s));
        next();
        QVERIFY(keepScreenshot(*m_wizard, u"onboarding-key"_s));
        issue();
        QVERIFY(keepScreenshot(*m_wizard, u"onboarding-token"_s));
        auto *leave = askToLeave();
        QVERIFY(keepScreenshot(*leave, u"onboarding-leave"_s));
        QTest::keyClick(leave, Qt::Key_Escape);
        for (const char *step : {"isolation", "quota", "ledger"}) {
            next();
            run(step);
            QTRY_VERIFY2(verdict(step).startsWith(u"✔"_s), qPrintable(verdict(step)));
            QVERIFY(keepScreenshot(*m_wizard, "onboarding-"_L1 + QLatin1StringView(step)));
        }
        next();
        QVERIFY(keepScreenshot(*m_wizard, u"onboarding-handover"_s));
    }

    void tabGoesFromFieldToField()
    {
        open();
        QStringList reached;
        child<QLineEdit>(m_wizard, "tenantIdEdit")->setFocus();
        fillRegister();
        child<QLineEdit>(m_wizard, "tenantIdEdit")->setFocus();
        for (int i = 0; i < 6; ++i) {
            reached.append(QApplication::focusWidget()->objectName());
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(reached,
            QStringList({u"tenantIdEdit"_s, u"displayNameEdit"_s, u"maxVmsEdit"_s, u"storageEdit"_s, u"rateEdit"_s,
                u"registerButton"_s}));
    }
};

WATCHED_TEST_MAIN(TestOnboarding)
#include "tst_onboarding.moc"
