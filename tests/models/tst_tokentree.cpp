// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/tokentree.h"

#include <QtCore/qelapsedtimer.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using models::TokenTree;

class TestTokenTree : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_state = std::make_unique<engine::SharedState>();
        m_cells = std::make_unique<models::TokenModel>();
        m_tree = std::make_unique<TokenTree>(*m_cells);
        new QAbstractItemModelTester(
            m_tree.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_tree.get());
    }

    void childrenStandBelowTheirParents()
    {
        putFamily();
        show();
        QCOMPARE(drawn(),
            (QStringList{
                u"acme · service:tenant-admin"_s, u"  READ"_s, u"  INPUT"_s, u"    USER"_s, u"zeta · READ"_s}));
        QCOMPARE(m_tree->parent(m_tree->indexOf(TokenId("3"))), m_tree->indexOf(TokenId("2")));
        QVERIFY(!m_tree->indexOf(TokenId("9")).isValid());
    }

    void whatMatchesIsShownWithWhatItCameFrom()
    {
        putFamily();
        show([](const tokens::TokenRecord &token) { return token.id.text() == "3"; });
        QCOMPARE(drawn(), (QStringList{u"(acme · service:tenant-admin)"_s, u"  (INPUT)"_s, u"    USER"_s}));
        QVERIFY(!m_tree->indexOf(TokenId("1")).data(TokenTree::MatchesRole).toBool());
        QVERIFY(m_tree->indexOf(TokenId("3")).data(TokenTree::MatchesRole).toBool());
    }

    void aTokenWhoseParentIsNotThereIsARoot()
    {
        put("7", "acme", "READ", "6");
        show();
        QCOMPARE(drawn(), QStringList{u"acme · READ"_s});
    }

    void aRevocationIsToldInPlace()
    {
        putFamily();
        show();
        QSignalSpy reset(m_tree.get(), &QAbstractItemModel::modelReset);
        QSignalSpy changed(m_tree.get(), &QAbstractItemModel::dataChanged);
        m_state->publish([](engine::State &state) { state.tokens.at(TokenId("3")).revokedAt = fromSeconds(5); });
        show();
        QCOMPARE(reset.size(), 0);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex(), m_tree->indexOf(TokenId("3")));
        QCOMPARE(m_tree->indexOf(TokenId("3")).siblingAtColumn(TokenTree::StateColumn).data().toString(), u"Revoked"_s);
    }

    void aNewTokenBeginsAnew()
    {
        putFamily();
        show();
        QSignalSpy reset(m_tree.get(), &QAbstractItemModel::modelReset);
        put("8", "zeta", "READ", "5");
        show();
        QCOMPARE(reset.size(), 1);
        QCOMPARE(drawn().last(), u"  READ"_s);
        m_tree->clear();
        QCOMPARE(m_tree->rowCount(), 0);
    }

    void tenThousandTokensOfDepthEightAreThereAtOnce()
    {
        m_tree = std::make_unique<TokenTree>(*m_cells); // without the tester, which looks at everything
        m_state->publish([](engine::State &state) {
            for (int i = 0; i < 10'000; ++i) {
                const int depth = i % 9;
                tokens::TokenRecord token;
                token.id = TokenId(QByteArray::number(100'000 + i));
                token.tenant = TenantId("acme");
                token.depth = depth;
                token.parent = depth == 0 ? TokenId() : TokenId(QByteArray::number(100'000 + i - 1));
                token.scope = tokens::Scope(tokens::Scope::Kind::Read);
                token.expiresAt = 1000;
                state.tokens.emplace(token.id, token);
            }
        });
        QElapsedTimer timer;
        m_cells->refresh(*m_state, fromSeconds(0));
        timer.start();
        m_tree->show([](const tokens::TokenRecord &) { return true; });
        const qint64 took = timer.elapsed();
        QCOMPARE(m_tree->size(), 10'000);
        QTest::setBenchmarkResult(qreal(took), QTest::WalltimeMilliseconds);
        QVERIFY2(took < 500, qPrintable(u"%1 ms"_s.arg(took))); // 50 in a release build on an idle machine
    }

private:
    void put(const char *id, const char *tenant, const char *scope, const char *parent = "")
    {
        m_state->publish([&](engine::State &state) {
            tokens::TokenRecord token;
            token.id = TokenId(id);
            token.tenant = TenantId(tenant);
            token.parent = TokenId(parent);
            token.scope = *tokens::Scope::fromToken(scope);
            token.expiresAt = 1000;
            state.tokens.emplace(token.id, token);
        });
    }
    void putFamily()
    {
        put("1", "acme", "service:tenant-admin");
        put("2", "acme", "INPUT", "1");
        put("3", "acme", "USER", "2");
        put("4", "acme", "READ", "1");
        put("5", "zeta", "READ");
    }
    void show(const TokenTree::Filter &filter = [](const tokens::TokenRecord &) { return true; })
    {
        m_cells->refresh(*m_state, fromSeconds(0));
        m_tree->show(filter);
    }
    QStringList drawn(const QModelIndex &parent = {}, const QString &indent = {}) const
    {
        QStringList lines;
        for (int row = 0; row < m_tree->rowCount(parent); ++row) {
            const QModelIndex index = m_tree->index(row, 0, parent);
            lines.append(indent + index.data().toString());
            lines += drawn(index, indent + u"  "_s);
        }
        return lines;
    }

    std::unique_ptr<engine::SharedState> m_state;
    std::unique_ptr<models::TokenModel> m_cells;
    std::unique_ptr<TokenTree> m_tree;
};

QTEST_GUILESS_MAIN(TestTokenTree)
#include "tst_tokentree.moc"
