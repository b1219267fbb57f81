// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/attention.h"

#include <QtTest/qtest.h>

using models::Attention;
using models::attention;

namespace {

constexpr qint64 Day = 86'400;

} // namespace

class TestAttention : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tenants_data()
    {
        QTest::addColumn<qint64>("vms");
        QTest::addColumn<TenantState>("tenantState");
        QTest::addColumn<int>("expected");
        QTest::newRow("a tenant with room needs nobody") << qint64(9) << TenantState::Active << 0;
        QTest::newRow("a full one needs nobody") << qint64(10) << TenantState::Active << 0;
        QTest::newRow("one over its quota does") << qint64(11) << TenantState::Active << 1;
        QTest::newRow("a suspended one over its quota does") << qint64(11) << TenantState::Suspended << 1;
        QTest::newRow("a deleted one is past help") << qint64(11) << TenantState::Deleted << 0;
    }

    void tenants()
    {
        QFETCH(qint64, vms);
        QFETCH(TenantState, tenantState);
        engine::State state;
        tenancy::Tenant tenant;
        tenant.id = TenantId("acme");
        tenant.limits = {10, 100, 600};
        tenant.state = tenantState;
        tenant.usage = {vms, 0};
        state.tenants.emplace(tenant.id, tenant);
        QTEST(attention(state, fromSeconds(0)).overQuota, "expected");
    }

    void tokens_data()
    {
        QTest::addColumn<qint64>("life"); // days
        QTest::addColumn<qint64>("left");
        QTest::addColumn<int>("depth");
        QTest::addColumn<bool>("revoked");
        QTest::addColumn<int>("expected");
        QTest::newRow("a root token that ends in two days") << qint64(30) << 2 * Day << 0 << false << 1;
        QTest::newRow("one that ends in a week to the second") << qint64(30) << 7 * Day << 0 << false << 1;
        QTest::newRow("a second more") << qint64(30) << 7 * Day + 1 << 0 << false << 0;
        QTest::newRow("one that has ended") << qint64(30) << qint64(0) << 0 << false << 0;
        QTest::newRow("one that was made for a day") << qint64(1) << Day << 0 << false << 0;
        QTest::newRow("one that a tenant issued") << qint64(30) << 2 * Day << 1 << false << 0;
        QTest::newRow("one that was revoked") << qint64(30) << 2 * Day << 0 << true << 0;
    }

    void administrators_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("expected");
        QTest::newRow("an auditor's needs a person") << QStringLiteral("ada") << 1;
        QTest::newRow("admin.token renews itself") << QStringLiteral("admin.token") << 0;
    }

    void administrators()
    {
        QFETCH(QString, name);
        engine::State state;
        ::tokens::TokenRecord token;
        token.id = TokenId("1");
        token.scope = ::tokens::Scope(::tokens::Scope::Kind::Auditor);
        token.name = name;
        token.expiresAt = 30 * Day;
        state.tokens.emplace(token.id, token);
        QTEST(attention(state, fromSeconds(28 * Day)).expiring, "expected");
    }

    void whatAnotherTookThePlaceOfNeedsNobody()
    {
        engine::State state;
        ::tokens::TokenRecord token;
        token.id = TokenId("1");
        token.tenant = TenantId("acme");
        token.expiresAt = 30 * Day;
        token.retiresAt = 29 * Day;
        state.tokens.emplace(token.id, token);
        QCOMPARE(attention(state, fromSeconds(28 * Day)).expiring, 0);
    }

    void tokens()
    {
        QFETCH(qint64, life);
        QFETCH(qint64, left);
        QFETCH(int, depth);
        QFETCH(bool, revoked);
        constexpr qint64 Now = 1'000 * Day;
        engine::State state;
        ::tokens::TokenRecord token;
        token.id = TokenId("1");
        token.tenant = TenantId("acme");
        token.scope = ::tokens::Scope(::tokens::Scope::Kind::TenantAdmin);
        token.depth = depth;
        token.expiresAt = Now + left;
        token.issuedAt = token.expiresAt - life * Day;
        if (revoked)
            token.revokedAt = fromSeconds(Now - 1);
        state.tokens.emplace(token.id, token);
        QTEST(attention(state, fromSeconds(Now)).expiring, "expected");
    }
};

QTEST_GUILESS_MAIN(TestAttention)
#include "tst_attention.moc"
