// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tenantmodel.h"

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using models::TenantModel;

class TestTenantModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_state = std::make_unique<engine::SharedState>();
        m_model = std::make_unique<TenantModel>();
        new QAbstractItemModelTester(
            m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_model.get());
    }

    void showsTenantsInOrderWithTheirUsage()
    {
        put("zeta", 3);
        put("acme", 7);
        refresh();
        QCOMPARE(m_model->rowCount(), 2);
        QCOMPARE(text(0, TenantModel::TenantColumn), u"acme"_s);
        QCOMPARE(text(0, TenantModel::VmsColumn), u"7 of 10 VMs, 3 free"_s);
        QCOMPARE(text(1, TenantModel::TenantColumn), u"zeta"_s);
    }

    void deletedTenantsAreLeftOut()
    {
        put("acme", 1);
        put("gone", 0, TenantState::Deleted);
        refresh();
        QCOMPARE(m_model->rowCount(), 1);
        QCOMPARE(m_model->rowOf(TenantId("gone")), -1);
    }

    void tellsOnlyTheRowThatDiffers()
    {
        put("a", 1);
        put("b", 1);
        put("c", 1);
        refresh();
        put("b", 2);
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
        refresh();
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed.first().at(0).value<QModelIndex>().row(), 1);
        QCOMPARE(reset.size(), 0);
    }

    void rowsComeAndGoWithoutReset()
    {
        put("b", 1);
        put("d", 1);
        refresh();
        QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
        put("a", 1);
        put("c", 1);
        put("e", 1);
        put("d", 1, TenantState::Deleted);
        refresh();
        QCOMPARE(reset.size(), 0);
        QStringList ids;
        for (int row = 0; row < m_model->rowCount(); ++row)
            ids.append(text(row, TenantModel::TenantColumn));
        QCOMPARE(ids, (QStringList{u"a"_s, u"b"_s, u"c"_s, u"e"_s}));
    }

    void countsActiveTokensOnly()
    {
        put("acme", 0);
        const Timestamp now = fromSeconds(1000);
        m_state->publish([&](engine::State &state) {
            for (const auto &[id, expires, revoked] :
                {std::tuple("1", 2000, false), {"2", 500, false}, {"3", 2000, true}}) {
                tokens::TokenRecord token;
                token.id = TokenId(id);
                token.tenant = TenantId("acme");
                token.expiresAt = expires;
                if (revoked)
                    token.revokedAt = now;
                state.tokens.emplace(token.id, token);
            }
        });
        m_model->refresh(*m_state, now);
        QCOMPARE(text(0, TenantModel::TokensColumn), u"1"_s);
    }

    void everyCellHasAWordForThoseWhoCanNotSee()
    {
        put("acme", 7);
        refresh();
        for (int column = 0; column < TenantModel::ColumnCount; ++column)
            QVERIFY(!m_model->index(0, column).data(Qt::AccessibleTextRole).toString().isEmpty());
    }

private:
    void put(const char *id, qint64 vms, TenantState tenantState = TenantState::Active)
    {
        m_state->publish([&](engine::State &state) {
            tenancy::Tenant tenant{.id = TenantId(id),
                .displayName = QString::fromLatin1(id),
                .limits = {10, 100, 600},
                .labels = {},
                .plan = {},
                .state = tenantState,
                .createdAt = {},
                .createdBy = {},
                .updatedAt = {},
                .usage = {vms, vms}};
            state.tenants.insert_or_assign(tenant.id, tenant);
        });
    }
    void refresh() { m_model->refresh(*m_state, fromSeconds(0)); }
    QString text(int row, int column) const { return m_model->index(row, column).data().toString(); }

    std::unique_ptr<engine::SharedState> m_state;
    std::unique_ptr<TenantModel> m_model;
};

QTEST_GUILESS_MAIN(TestTenantModel)
#include "tst_tenantmodel.moc"
