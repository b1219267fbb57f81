// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Before a server whose answers are changed on the way: that the assistant finds every defect, and says what is known.

#include "tests/views/onboardinghouse.h"
#include "tests/views/stallwatch.h"

using namespace Qt::StringLiterals;
using Answer = HttpProbe::Answer;
using Request = TamperingProxy::Request;

class TestOnboardingDefects : public QObject, private OnboardingHouse
{
    Q_OBJECT

private Q_SLOTS:
    void init() { moveIn(); }
    void cleanup() { moveOut(); }

    void aRefusalOfTheServerAppearsAtItsField()
    {
        openBehind([](const Request &asked, Answer real) -> std::optional<Answer> {
            if (asked.method == "POST" && asked.target == "/v1/tenants")
                return Answer{.status = 422,
                    .body =
                        R"({"code":"invalid-field","detail":"d","errors":[{"pointer":"/storage_quota_gb","detail":"is odd"}]})"};
            return real;
        });
        fillRegister();
        press("registerButton");
        QTRY_COMPARE(child<QLabel>(m_wizard, "storageEditNote")->text(), u"✖ is odd"_s);
        QVERIFY(button("registerButton")->isEnabled());
    }

    void aLostAnswerIsFoundAgainOnTheSecondTry()
    {
        bool losing = true; // every time: Qt's own client repeats a request whose connection is cut
        openBehind([&](const Request &asked, Answer real) -> std::optional<Answer> {
            return asked.target == "/v1/tenants" && losing ? std::nullopt : std::optional(real);
        });
        fillRegister();
        press("registerButton");
        QTRY_VERIFY2(
            verdict("register").startsWith(u"✖ The server did not answer."_s), qPrintable(verdict("register")));
        auto *leave = askToLeave(); // and it is not hidden that nobody knows
        QVERIFY(child<QLabel>(leave, "leaveText")->text().startsWith(u"It is not known whether the tenant exists"_s));
        QVERIFY(!child<QAbstractButton>(leave, "removeButton")->isVisible());
        QTest::keyClick(leave, Qt::Key_Escape);
        losing = false;
        press("registerButton"); // the tenant is there already: the same key gives the same answer
        QTRY_VERIFY2(verdict("register").startsWith(u"✔ acme-corp exists"_s), qPrintable(verdict("register")));
    }

    void everyDefectOfAServerIsFound_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("target"); // begins with
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("found");

        const QByteArray foreign = R"([{"vm_id":"0199f3b2-7c1e-7a54-9d55-1c5a9c0b1234","tenant_id":"globex"}])";
        QTest::newRow("the list holds another tenant's VM")
            << u"isolation"_s << "GET"_ba
            << "/v1/vms?limit=1000"_ba << 200 << foreign
            << u"The list holds 0199f3b2-7c1e-7a54-9d55-1c5a9c0b1234, a VM of globex."_s;
        QTest::newRow("the list lacks the tenant's own VM")
            << u"isolation"_s << "GET"_ba
            << "/v1/vms?"_ba << 200 << "[]"_ba << u"The list lacks the tenant's own VM"_s;
        QTest::newRow("the list can't be had")
            << u"isolation"_s << "GET"_ba
            << "/v1/vms?"_ba << 403 << "{}"_ba << u"can't list its VMs: the server answered 403"_s;
        QTest::newRow("a foreign VM is shown")
            << u"isolation"_s << "GET"_ba
            << "/v1/vms/FOREIGN"_ba << 200 << "{}"_ba << u"A VM of globex answers 200, not 404."_s;
        QTest::newRow("a foreign VM is refused in other words")
            << u"isolation"_s << "GET"_ba
            << "/v1/vms/FOREIGN"_ba << 404 << R"({"code":"not-found","detail":"It is not yours."})"_ba
            << u"otherwise than an id that never existed"_s;
        QTest::newRow("the control can't be destroyed")
            << u"isolation"_s << "DELETE"_ba
            << "/v1/vms/"_ba << 500 << "{}"_ba << u"could not be destroyed: 500"_s;
        QTest::newRow("one too many is registered")
            << u"quota"_s << "POST"_ba
            << "/v1/vms"_ba << 201 << "[]"_ba
            << u"11 VMs were asked for where 10 of 10 were free, and the server made them."_s;
        QTest::newRow("another refusal than that of the quota")
            << u"quota"_s << "POST"_ba
            << "/v1/vms"_ba << 422 << R"({"code":"invalid-field","detail":"no"})"_ba
            << u"the answer is not the refusal of max_vms"_s;
        QTest::newRow("the status says nothing")
            << u"quota"_s << "GET"_ba
            << "/v1/status"_ba << 200 << "{}"_ba << u"names no usage and no limit"_s;
        QTest::newRow("there is no entry") << u"ledger"_s << "GET"_ba
                                           << "/v1/ledger/entries?"_ba << 200 << "[]"_ba
                                           << u"The ledger holds no entry TENANT_CREATED of acme-corp."_s;
        QTest::newRow("the proof is of nothing")
            << u"ledger"_s << "GET"_ba
            << "/v1/ledger/entries/"_ba << 200 << "{}"_ba << u"The proof lacks a member"_s;
        QTest::newRow("the entry can't be read")
            << u"ledger"_s << "GET"_ba
            << "/v1/ledger/entries?"_ba << 503 << R"({"code":"ledger-unavailable","detail":"The disk is full."})"_ba
            << u"The disk is full."_s;
    }

    void everyDefectOfAServerIsFound()
    {
        QFETCH(QString, step);
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, target);
        QFETCH(int, status);
        QFETCH(QByteArray, body);
        QFETCH(QString, found);
        target.replace("FOREIGN", m_house->addVm(tokenOf("globex").text));
        bool tamper = false;
        openBehind([&](const Request &asked, Answer real) -> std::optional<Answer> {
            if (!tamper || asked.method != method || !asked.target.startsWith(target))
                return real;
            return Answer{.status = status, .body = body};
        });
        registerTenant();
        next();
        issue();
        for (const char *before : {"isolation", "quota", "ledger"}) {
            next();
            if (step == QLatin1StringView(before))
                break;
            run(before);
            QTRY_VERIFY(verdict(before).startsWith(u"✔"_s));
        }
        tamper = true;
        const QByteArray name = step.toLatin1();
        run(name);
        QTRY_VERIFY2(verdict(name).startsWith(u"✖"_s), qPrintable(verdict(name)));
        QVERIFY2(verdict(name).contains(found), qPrintable(verdict(name)));
        QCOMPARE(verdict(name).count(u'\n'), 2); // what happened, why, what to do
        QVERIFY(!button("nextButton")->isEnabled());
        // And once the server is mended, the step passes.
        tamper = false;
        run(name);
        QTRY_VERIFY2(verdict(name).startsWith(u"✔"_s), qPrintable(verdict(name)));
    }

    void aRemovalThatIsRefusedStaysAndSaysWhy()
    {
        openBehind([](const Request &asked, Answer real) -> std::optional<Answer> {
            if (asked.method == "DELETE")
                return Answer{.status = 503, .body = R"({"code":"ledger-unavailable","detail":"The disk is full."})"};
            return real;
        });
        registerTenant();
        auto *leave = askToLeave();
        QTest::mouseClick(child<QAbstractButton>(leave, "removeButton"), Qt::LeftButton);
        QTRY_VERIFY(child<QLabel>(leave, "mistakeLabel")->isVisible());
        QVERIFY(child<QLabel>(leave, "mistakeLabel")
                    ->text()
                    .startsWith(u"acme-corp was not removed.\nThe disk is full."_s));
        QVERIFY(child<QAbstractButton>(leave, "removeButton")->isEnabled());
        QVERIFY(m_wizard->isVisible());
    }

    void everyMemberOfTheRefusalIsLookedAt_data()
    {
        QTest::addColumn<QByteArray>("real");
        QTest::addColumn<QByteArray>("told");
        QTest::addColumn<QString>("found");
        QTest::newRow("another tenant") << "\"acme-corp\""_ba
                                        << "\"globex\""_ba << u"tenant_id is \"globex\", not \"acme-corp\""_s;
        QTest::newRow("another limit") << "\"limit\":10"_ba
                                       << "\"limit\":11"_ba << u"limit is 11, not 10"_s;
        QTest::newRow("another use") << "\"used\":0"_ba
                                     << "\"used\":1"_ba << u"used is 1, not 0"_s;
        QTest::newRow("another number asked for") << "\"requested\":11"_ba
                                                  << "\"requested\":1"_ba << u"requested is 1, not 11"_s;
        QTest::newRow("nothing left") << "\"remaining\":10"_ba
                                      << "\"remaining\":0"_ba << u"remaining is 0, not 10"_s;
        QTest::newRow("to be tried again") << "\"retryable\":false"_ba
                                           << "\"retryable\":true"_ba << u"retryable is true, not false"_s;
        QTest::newRow("a member that lacks") << "\"remaining\":"_ba
                                             << "\"rest\":"_ba << u"remaining is missing, not 10"_s;
    }

    void everyMemberOfTheRefusalIsLookedAt()
    {
        QFETCH(QByteArray, real);
        QFETCH(QByteArray, told);
        QFETCH(QString, found);
        openBehind([&](const Request &asked, Answer answer) -> std::optional<Answer> {
            if (asked.method == "POST" && asked.target == "/v1/vms" && answer.status == 429) {
                if (!answer.body.contains(real))
                    qFatal("%s does not hold %s", answer.body.constData(), real.constData());
                answer.body.replace(real, told);
            }
            return answer;
        });
        registerTenant();
        next();
        issue();
        next();
        run("isolation");
        QTRY_VERIFY(verdict("isolation").startsWith(u"✔"_s));
        next();
        run("quota");
        QTRY_VERIFY(verdict("quota").startsWith(u"✖ The quota was not verified: the refusal says something wrong."_s));
        QVERIFY2(verdict("quota").contains(found), qPrintable(verdict("quota")));
    }
};

WATCHED_TEST_MAIN(TestOnboardingDefects)
#include "tst_onboardingdefects.moc"
