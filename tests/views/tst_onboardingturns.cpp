// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The turns that an onboarding takes in life: left and taken up again, tokens that die midway, a rate that makes it
// wait, quotas at their ends, two assistants at once, and what is copied from it pasted into a shell.

#include "tests/views/onboardinghouse.h"
#include "tests/views/stallwatch.h"

#include <QtCore/qprocess.h>
#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtWidgets/qlistwidget.h>

using namespace Qt::StringLiterals;
using Answer = HttpProbe::Answer;
using Request = TamperingProxy::Request;

class TestOnboardingTurns : public QObject, private OnboardingHouse
{
    Q_OBJECT

private Q_SLOTS:
    void init() { moveIn(); }
    void cleanup() { moveOut(); }

    void whatIsCopiedWorksInAShell()
    {
        m_house->addVm(tokenOf("globex").text);
        open();
        runToTheEnd();
        QCOMPARE(inShell("register").count("HTTP/1.1 "), 1);
        QVERIFY2(inShell("register").contains("\"code\":\"tenant-exists\""), m_shown.constData());
        QVERIFY2(inShell("issue").contains("HTTP/1.1 201 Created"), m_shown.constData());
        inShell("isolation");
        QVERIFY2(m_shown.startsWith("HTTP/1.1 201 Created"), m_shown.constData());
        QCOMPARE(m_shown.count("HTTP/1.1 404 Not Found"), 2); // two ids that are none of its own
        QCOMPARE(m_shown.count("HTTP/1.1 204 No Content"), 1); // the control that this very run made
        QCOMPARE(m_shown.count("HTTP/1.1 200 OK"), 2);
        inShell("quota");
        QVERIFY2(m_shown.contains("HTTP/1.1 429 Too Many Requests"), m_shown.constData());
        inShell("ledger");
        QCOMPARE(m_shown.count("HTTP/1.1 200 OK"), 2);
        // The line for service-fs ends it: the entry's own bytes, which the server gave as well.
        const QByteArray entry = m_shown.trimmed().split('\n').last();
        QVERIFY2(entry.startsWith("{\"v\":1,") && entry.contains("\"TENANT_CREATED\""), m_shown.constData());
        QCOMPARE(m_shown.count(entry), 2);
        press("ledgerCopyLine");
        QCOMPARE(shell(QGuiApplication::clipboard()->text()).trimmed(), entry);
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms?tenant_id=acme-corp", m_house->admin())).size(), 0);
    }

    void aTenantThatExistsIsGoneOnWith()
    {
        m_house->addTenant("acme-corp", {.vms = 2, .storageGb = 20, .rpm = 5000});
        const auto earlier = m_house->issue("acme-corp", "service:tenant-admin");
        open();
        QVERIFY(!button("resumeButton")->isVisible());
        fillRegister();
        press("registerButton");
        QTRY_VERIFY(button("resumeButton")->isVisible());
        press("resumeButton");
        QTRY_VERIFY2(verdict("register").startsWith(u"✔ acme-corp exists since "_s), qPrintable(verdict("register")));
        // As it is, not as the form says.
        QVERIFY(verdict("register").contains(u": 2 VMs, 20 GB, 5,000 requests a minute."_s));
        QVERIFY(verdict("register").contains(QString::fromLatin1(earlier.id)));
        next();
        issue();
        auto *leave = askToLeave();
        QVERIFY(child<QLabel>(leave, "leaveText")
                    ->text()
                    .contains("Tokens issued before this are active: "_L1 + QString::fromLatin1(earlier.id)));
        QTest::keyClick(leave, Qt::Key_Escape);
        for (const char *step : {"isolation", "quota", "ledger"}) {
            next();
            run(step);
            QTRY_VERIFY2(verdict(step).startsWith(u"✔"_s), qPrintable(verdict(step)));
        }
        QVERIFY(verdict("quota").contains(u"3 asked for, 2 of 2 free"_s));
    }

    void whatWasLeftIsOfferedUntilItIsRemoved()
    {
        open();
        registerTenant();
        QTest::mouseClick(child<QAbstractButton>(askToLeave(), "leaveButton"), Qt::LeftButton);
        QVERIFY(!m_wizard->isVisible());

        openAnew();
        QVERIFY(button("resumeButton")->isVisible());
        QCOMPARE(child<QComboBox>(m_wizard, "resumeCombo")->currentText(), u"acme-corp"_s);
        press("resumeButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✔"_s));
        QVERIFY(verdict("register").endsWith(u"requests a minute."_s)); // no token of it is active
        QTest::mouseClick(child<QAbstractButton>(askToLeave(), "removeButton"), Qt::LeftButton);
        QTRY_VERIFY(!m_wizard->isVisible());

        openAnew();
        QVERIFY(!button("resumeButton")->isVisible());
    }

    void whatIsSuspendedOrGoneIsNotGoneOnWith_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QString>("why");
        QTest::newRow("suspended") << "POST"_ba
                                   << "/v1/tenants/acme-corp/suspend"_ba << u"acme-corp is suspended."_s;
        QTest::newRow("deleted") << "DELETE"_ba
                                 << "/v1/tenants/acme-corp"_ba << u"acme-corp is deleted."_s;
    }

    void whatIsSuspendedOrGoneIsNotGoneOnWith()
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, target);
        QFETCH(QString, why);
        open();
        registerTenant();
        QTest::mouseClick(child<QAbstractButton>(askToLeave(), "leaveButton"), Qt::LeftButton);
        openAnew();
        m_house->ask(method, target, m_house->admin());
        press("resumeButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✖ The onboarding of acme-corp does not go on.\n"_s));
        QVERIFY2(verdict("register").contains(why), qPrintable(verdict("register")));
        QVERIFY(!button("nextButton")->isEnabled());
    }

    void aRootTokenThatExpiredMidwayIsIssuedAgain()
    {
        open();
        registerTenant();
        next();
        type("hoursEdit", u"1"_s);
        issue();
        next();
        m_house->clock.advance(std::chrono::hours(2));
        run("isolation");
        QTRY_VERIFY(verdict("isolation").startsWith(u"✖ The root token is no longer good.\n"_s));
        QVERIFY(verdict("isolation").endsWith(u"go back to step 2 and issue another one."_s));
        QVERIFY(!button("isolationButton")->isEnabled());
        press("backButton");
        QVERIFY(child<QPlainTextEdit>(m_wizard, "keyEdit")->isVisible());
        QVERIFY(verdict("issue").startsWith(u"No verdict yet."_s));
        press("issueButton"); // the key stands there still
        QTRY_VERIFY2(verdict("issue").startsWith(u"✔"_s), qPrintable(verdict("issue")));
        next();
        run("isolation");
        QTRY_VERIFY2(verdict("isolation").startsWith(u"✔"_s), qPrintable(verdict("isolation")));
    }

    void whatWasProvedWithATokenGoesWithIt()
    {
        open();
        registerTenant();
        next();
        type("hoursEdit", u"1"_s);
        issue();
        for (const char *step : {"isolation", "quota"}) {
            next();
            run(step);
            QTRY_VERIFY2(verdict(step).startsWith(u"✔"_s), qPrintable(verdict(step)));
        }
        press("backButton");
        m_house->clock.advance(std::chrono::hours(2));
        run("isolation");
        QTRY_VERIFY(verdict("isolation").startsWith(u"✖ The root token is no longer good.\n"_s));
        QVERIFY2(verdict("quota").startsWith(u"No verdict yet."_s), qPrintable(verdict("quota")));
    }

    void anAdministratorsTokenThatWasRevokedIsMadeAnew()
    {
        open();
        registerTenant();
        const QByteArray id = onboardingTokens(false).first().id.text();
        QCOMPARE(m_house->ask("DELETE", "/v1/tokens/" + id, m_house->admin()).status, 204);
        next();
        issue();
        QVERIFY2(answer("issue").contains(u"401 Unauthorized"_s), "it is shown what happened");
        QCOMPARE(onboardingTokens(false).size(), 1);
    }

    void aWaitForTheRateCanBeLeft()
    {
        waitForTheRate();
        auto *leave = askToLeave();
        const QString text = child<QLabel>(leave, "leaveText")->text();
        QVERIFY2(text.contains(u", made for the check of isolation, exists still."_s), qPrintable(text));
        QVERIFY(child<QAbstractButton>(leave, "leaveButton")->isEnabled());
        QTest::mouseClick(child<QAbstractButton>(leave, "leaveButton"), Qt::LeftButton);
        QVERIFY(!m_wizard->isVisible());
        QVERIFY(verdict("isolation").startsWith(u"✖ The check was stopped.\n"_s));
    }

    void aTenantIsRemovedWhileTheRateIsWaitedFor()
    {
        waitForTheRate();
        QTest::mouseClick(child<QAbstractButton>(askToLeave(), "removeButton"), Qt::LeftButton);
        QTRY_VERIFY(!m_wizard->isVisible());
        QCOMPARE(objectOf(m_house->ask("GET", "/v1/tenants/acme-corp", m_house->admin()))["state"_L1].toString(),
            u"deleted"_s);
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms", m_house->admin())).size(), 0);
    }

    void theControlOfARunThatBrokeOffGoes()
    {
        bool cut = false;
        openBehind([&](const Request &asked, Answer real) -> std::optional<Answer> {
            return cut && asked.target == "/v1/vms?limit=1000" ? std::nullopt : std::optional(real);
        });
        registerTenant();
        next();
        issue();
        next();
        cut = true;
        run("isolation");
        QTRY_VERIFY(verdict("isolation").startsWith(u"✖ The server did not answer.\n"_s));
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms", m_house->admin())).size(), 1);
        cut = false;
        run("isolation");
        QTRY_VERIFY2(verdict("isolation").startsWith(u"✔"_s), qPrintable(verdict("isolation")));
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms", m_house->admin())).size(), 0);
    }

    void theControlWhoseAnswerWasLostIsFoundAgain()
    {
        bool cut = true;
        openBehind([&](const Request &asked, Answer real) -> std::optional<Answer> {
            return cut && asked.method == "POST" && asked.target == "/v1/vms" ? std::nullopt : std::optional(real);
        });
        registerTenant();
        next();
        issue();
        next();
        run("isolation");
        QTRY_VERIFY(verdict("isolation").startsWith(u"✖ The server did not answer.\n"_s));
        cut = false;
        run("isolation");
        QTRY_VERIFY2(verdict("isolation").startsWith(u"✔"_s), qPrintable(verdict("isolation")));
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms", m_house->admin())).size(), 0);
    }

    void theLargestQuotaIsVerifiedWithoutAnyVm()
    {
        open();
        fillRegister();
        type("maxVmsEdit", u"100000"_s);
        press("registerButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✔"_s));
        next();
        issue();
        next();
        run("isolation");
        QTRY_VERIFY(verdict("isolation").startsWith(u"✔"_s));
        next();
        const TreeSize before = m_house->entries();
        run("quota");
        QTRY_COMPARE(
            verdict("quota"), u"✔ 429 quota-exceeded: 100,001 asked for, 100,000 of 100,000 free. Nothing was made."_s);
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/vms", m_house->admin())).size(), 0);
        QCOMPARE(m_house->entries(), before + 1); // VM_DENIED
    }

    void ofTwoAssistantsAtOnceOneRegisters()
    {
        open();
        fillRegister();
        const QPointer<views::OnboardingWizard> first = m_wizard;
        open();
        fillRegister();
        const QPointer<views::OnboardingWizard> second = m_wizard;
        m_wizard = first;
        press("registerButton");
        m_wizard = second;
        press("registerButton");
        const auto has = [&](views::OnboardingWizard *wizard, QChar sign) {
            m_wizard = wizard;
            return verdict("register").startsWith(sign);
        };
        QTRY_VERIFY(!has(first, u'A') && !has(second, u'A')); // "Asking the server …"
        QVERIFY(has(first, u'✔') != has(second, u'✔'));
        QVERIFY(has(first, u'✖') != has(second, u'✖'));
        // The other one goes on with the tenant as well, and each issues a token of its own.
        m_wizard = has(first, u'✔') ? second : first;
        press("resumeButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✔"_s));
        for (views::OnboardingWizard *wizard : {first.data(), second.data()}) {
            m_wizard = wizard;
            next();
            issue();
        }
        QCOMPARE(arrayOf(m_house->ask("GET", "/v1/tenants/acme-corp/tokens", m_house->admin())).size(), 2);
        delete first;
        m_wizard = second;
    }

    void aRefusalStaysAtItsFieldWhileAnotherIsTypedIn()
    {
        m_house->addTenant("acme-corp");
        open();
        fillRegister();
        press("registerButton");
        auto *note = child<QLabel>(m_wizard, "tenantIdEditNote");
        QTRY_VERIFY(note->text().startsWith(u"✖"_s));
        QVERIFY(child<QLineEdit>(m_wizard, "tenantIdEdit")->hasFocus());
        type("displayNameEdit", u"Acme"_s);
        QVERIFY(note->text().startsWith(u"✖"_s));
        QVERIFY(child<QLineEdit>(m_wizard, "tenantIdEdit")->accessibleDescription().startsWith(u"✖"_s));
        type("tenantIdEdit", u"acme-two"_s);
        QVERIFY(!note->text().startsWith(u"✖"_s));
    }

    void theTitleSaysHowFarItIs()
    {
        open();
        QCOMPARE(m_wizard->windowTitle(), u"Onboard a tenant: step 1 of 5, open"_s);
        registerTenant();
        QCOMPARE(m_wizard->windowTitle(), u"Onboard acme-corp: step 1 of 5, done"_s);
        next();
        QCOMPARE(m_wizard->windowTitle(), u"Onboard acme-corp: step 2 of 5, open"_s);
    }

private:
    void openAnew()
    {
        delete m_wizard;
        open();
    }

    void waitForTheRate()
    {
        open();
        fillRegister();
        type("rateEdit", u"1"_s);
        press("registerButton");
        QTRY_VERIFY(verdict("register").startsWith(u"✔"_s));
        next();
        issue();
        next();
        run("isolation");
        QTRY_VERIFY2(verdict("isolation").contains(u"The tenant's rate is used up; going on in 60 s."_s),
            qPrintable(verdict("isolation")));
        QVERIFY(!button("isolationButton")->isEnabled());
        QVERIFY(!button("nextButton")->isEnabled());
    }

    // What `Copy` beside the request gives, in a shell that has the programs on its path.
    QByteArray inShell(const QByteArray &step)
    {
        child<QAbstractButton>(m_wizard, step + "RequestCopy")->click();
        return m_shown = shell(QGuiApplication::clipboard()->text());
    }
    QByteArray shell(const QString &lines)
    {
        QTest::mousePress(button("revealButton"), Qt::LeftButton);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"TENANT_TOKEN"_s, child<QLineEdit>(m_wizard, "tokenBox")->text());
        QTest::mouseRelease(button("revealButton"), Qt::LeftButton);
        environment.insert(u"PATH"_s, QStringLiteral(HOUSE_PROGRAMS ":") + qEnvironmentVariable("PATH"));
        environment.remove(u"http_proxy"_s);
        QProcess process;
        process.setProcessEnvironment(environment);
        process.start(u"sh"_s, QStringList());
        process.write(lines.toUtf8() + '\n');
        process.closeWriteChannel();
        if (!process.waitForFinished() || process.exitStatus() != QProcess::NormalExit)
            return "the shell did not end: " + process.readAllStandardError();
        return process.readAllStandardOutput().replace('\r', "");
    }

    QByteArray m_shown;
};

WATCHED_TEST_MAIN(TestOnboardingTurns)
#include "tst_onboardingturns.moc"
