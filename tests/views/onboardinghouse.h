// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The assistant before the whole server, or before one whose answers are changed on the way; and the hands that drive
// it.
#pragma once

#include "models/enginelink.h"
#include "tests/service/api/apihouse.h"
#include "tests/support/tamperingproxy.h"
#include "tests/views/controls.h"
#include "views/leavedialog.h"
#include "views/onboardingwizard.h"

#include <QtCore/qpointer.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>

class OnboardingHouse
{
public:
    void moveIn()
    {
        m_house = std::make_unique<ApiHouse>();
        m_link = std::make_unique<models::EngineLink>(m_house->engine(), TokenId(m_house->adminId()));
    }
    void moveOut()
    {
        delete m_wizard;
        m_proxy.reset();
        m_link.reset();
        m_house.reset();
    }

    void open(const QUrl &server)
    {
        m_wizard = new views::OnboardingWizard(*m_link, server, nullptr);
        m_wizard->show();
        QVERIFY(QTest::qWaitForWindowActive(m_wizard));
    }
    void open() { open(QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_house->port()))); }
    void openBehind(TamperingProxy::Tamper tamper)
    {
        m_proxy = std::make_unique<TamperingProxy>(m_house->port(), std::move(tamper));
        open(m_proxy->url());
    }

    QAbstractButton *button(const QByteArray &name) const { return child<QAbstractButton>(m_wizard, name); }
    void press(const QByteArray &name)
    {
        QVERIFY2(button(name)->isEnabled(), name.constData());
        QTest::mouseClick(button(name), Qt::LeftButton);
    }
    void type(const QByteArray &name, const QString &text)
    {
        auto *edit = child<QLineEdit>(m_wizard, name);
        edit->setFocus();
        edit->selectAll();
        // There are no keys for what is not ASCII.
        if (QtPrivate::isAscii(text))
            QTest::keyClicks(edit, text);
        else
            edit->insert(text);
    }
    QString part(const QByteArray &step, const char *name) const
    {
        return child<QPlainTextEdit>(m_wizard, step + name)->toPlainText();
    }
    QString request(const QByteArray &step) const { return part(step, "Request"); }
    QString answer(const QByteArray &step) const { return part(step, "Answer"); }
    QString verdict(const QByteArray &step) const { return child<QLabel>(m_wizard, step + "Verdict")->text(); }

    void fillRegister()
    {
        type("tenantIdEdit", QStringLiteral("acme-corp"));
        type("displayNameEdit", QStringLiteral("Acme Corporation"));
    }
    void registerTenant()
    {
        fillRegister();
        QTest::keyClick(child<QLineEdit>(m_wizard, "displayNameEdit"), Qt::Key_Return);
        QTRY_VERIFY2(verdict("register").startsWith(QStringLiteral("✔")), qPrintable(verdict("register")));
    }
    void issue()
    {
        auto *key = child<QPlainTextEdit>(m_wizard, "keyEdit");
        QTest::keyClicks(key, QString::fromLatin1(SubjectKey));
        press("issueButton");
        QTRY_VERIFY2(verdict("issue").startsWith(QStringLiteral("✔")), qPrintable(verdict("issue")));
    }
    void run(const QByteArray &step) { press(step + "Button"); }
    void next()
    {
        QVERIFY(button("nextButton")->isEnabled());
        QTest::keyClick(button("nextButton"), Qt::Key_Space);
    }
    void runToTheEnd()
    {
        registerTenant();
        next();
        issue();
        for (const char *step : {"isolation", "quota", "ledger"}) {
            next();
            run(step);
            QTRY_VERIFY2(verdict(step).startsWith(QStringLiteral("✔")), qPrintable(verdict(step)));
        }
        next();
    }
    views::LeaveDialog *askToLeave()
    {
        m_wizard->close();
        auto *leave = m_wizard->findChild<views::LeaveDialog *>();
        if (!leave)
            qFatal("nothing asks");
        return leave;
    }

    ApiHouse::Token tokenOf(const QByteArray &tenant)
    {
        m_house->addTenant(tenant);
        return m_house->issue(tenant, "service:tenant-admin");
    }
    QList<tokens::TokenRecord> onboardingTokens(bool revoked)
    {
        return m_link->state().read([&](const engine::State &state) {
            QList<tokens::TokenRecord> found;
            for (const auto &[id, token] : state.tokens) {
                if (token.name == QLatin1StringView("onboarding") && token.revokedAt.has_value() == revoked)
                    found.append(token);
            }
            return found;
        });
    }

    std::unique_ptr<ApiHouse> m_house;
    std::unique_ptr<models::EngineLink> m_link;
    std::unique_ptr<TamperingProxy> m_proxy;
    QPointer<views::OnboardingWizard> m_wizard;
};
