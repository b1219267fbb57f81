// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tokenmodel.h"

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using models::TokenModel;

class TestTokenModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_state = std::make_unique<engine::SharedState>();
        m_model = std::make_unique<TokenModel>();
        new QAbstractItemModelTester(
            m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_model.get());
    }

    void newestFirst()
    {
        put("1", "acme");
        put("2", "acme");
        refresh(0);
        QCOMPARE(m_model->at(0)->id.text(), "2"_ba);
    }

    void newTokensAreInsertedAbove()
    {
        put("1", "acme");
        refresh(0);
        QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
        QSignalSpy inserted(m_model.get(), &QAbstractItemModel::rowsInserted);
        put("2", "acme");
        put("3", "acme");
        refresh(0);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(m_model->rowCount(), 3);
    }

    void aRevocationIsTold()
    {
        put("1", "acme");
        refresh(0);
        m_state->publish([](engine::State &state) { state.tokens.at(TokenId("1")).revokedAt = fromSeconds(5); });
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        refresh(10);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(m_model->index(0, TokenModel::StateColumn).data().toString(), u"Revoked"_s);
    }

    void timePassesWithoutAnyChange()
    {
        put("1", "acme");
        refresh(0);
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        refresh(2000);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(m_model->index(0, TokenModel::StateColumn).data().toString(), u"Expired"_s);
    }

    void oneTenantAtATime()
    {
        put("1", "acme");
        put("2", "other");
        m_model->setTenant(TenantId("acme"));
        refresh(0);
        QCOMPARE(m_model->rowCount(), 1);
        QCOMPARE(m_model->at(0)->id.text(), "1"_ba);
    }

    void descendantsOfAnyDepth()
    {
        put("1", "acme");
        put("2", "acme", "1");
        put("3", "acme", "2");
        put("4", "acme", "1");
        put("5", "acme");
        refresh(0);
        QStringList ids;
        for (const auto &token : m_model->descendants(TokenId("1")))
            ids.append(token.id.toString());
        ids.sort();
        QCOMPARE(ids, (QStringList{u"2"_s, u"3"_s, u"4"_s}));
        QVERIFY(m_model->descendants(TokenId("5")).empty());
    }

private:
    void put(const char *id, const char *tenant, const char *parent = "")
    {
        m_state->publish([&](engine::State &state) {
            tokens::TokenRecord token;
            token.id = TokenId(id);
            token.tenant = TenantId(tenant);
            token.parent = TokenId(parent);
            token.scope = tokens::Scope(tokens::Scope::Kind::Read);
            token.expiresAt = 1000;
            state.tokens.emplace(token.id, token);
        });
    }
    void refresh(qint64 seconds) { m_model->refresh(*m_state, fromSeconds(seconds)); }

    std::unique_ptr<engine::SharedState> m_state;
    std::unique_ptr<TokenModel> m_model;
};

QTEST_GUILESS_MAIN(TestTokenModel)
#include "tst_tokenmodel.moc"
