// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/expirywarnings.h"
#include "tests/service/engine/enginehouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestExpiryWarnings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }
    void init()
    {
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme")));
    }
    void cleanup() { m_house.reset(); }

    void onceForEachThreshold();
    void theEngineLooksByItself();
    void noneBehindTheEnd();
    void acrossStarts();
    void whatWasMissedIsToldOnce();
    void notOfWhatEndsAnyway_data();
    void notOfWhatEndsAnyway();

private:
    tokens::TokenRecord issue(std::chrono::seconds life)
    {
        auto request = tokenRequest("READ");
        request.expiresInSeconds = life.count();
        return m_house
            ->submit<engine::IssuedToken>(m_house->admin(),
                [request](engine::Work &work) { return engine::issueToken(work, TenantId("acme"), request); })
            .result()
            ->value.record;
    }
    // What is due, written as the engine does it; the days, of one token or of all.
    QByteArray warn(const TokenId &of = {})
    {
        const TreeSize from = m_house->size();
        const auto written =
            m_house
                ->submitPlain(engine::systemCaller(),
                    [this](engine::Work &work) {
                        return engine::warnOfTokens(
                            work, engine::tokensToWarnOf(m_house->engine().state().ofEngineThread(), work.now(), 1000));
                    })
                .result();
        if (!written)
            return "failed: " + written.error().detail.toUtf8();
        QByteArrayList days;
        for (LeafIndex index = from; index < m_house->size(); ++index) {
            const auto entry = m_house->entry(index);
            if (entry.eventType == "TOKEN_EXPIRING"
                && (of.isEmpty() || *entry.data.find("token_id")->string() == of.text()))
                days.append(entry.data.find("warned_days")->number()->text);
        }
        return days.join(' ');
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};

void TestExpiryWarnings::onceForEachThreshold()
{
    const auto token = issue(40 * 24h);
    const std::pair<std::chrono::hours, const char *> days[] = {
        {9 * 24h + 23h, ""}, {1h, "30"}, {24h, ""}, {22 * 24h, "7"}, {5 * 24h, ""}, {24h, "1"}, {23h, ""}, {2h, ""}};
    for (const auto &[hours, told] : days) {
        m_house->clock.advance(hours);
        QCOMPARE(warn(token.id), told);
        QCOMPARE(warn(token.id), "");
    }
    QCOMPARE(m_house->damage(), QString());
}

void TestExpiryWarnings::theEngineLooksByItself()
{
    const auto token = issue(25h);
    m_house->clock.advance(2h);
    QTRY_VERIFY_WITH_TIMEOUT(m_house->engine().state().read(
                                 [&](const engine::State &state) { return state.token(token.id)->warnedDays == 1; }),
        5000);
}

// The tick that writes what was counted would warn too.
void TestExpiryWarnings::noneBehindTheEnd()
{
    issue(25h);
    m_house->engine().settleDenials();
    const engine::Denial denial{
        .caller = m_house->admin(), .eventType = "ACCESS_DENIED", .code = "forbidden", .method = "GET", .route = "/"};
    m_house->engine().recordDenial(denial);
    m_house->engine().recordDenial(denial);
    m_house->clock.advance(2h);
    QTRY_COMPARE_WITH_TIMEOUT(m_house->events().count("ACCESS_DENIED"), 2, 5000);
    VERIFY_RESULT(m_house->registerTenant(tenantSpec("behind")));
    QVERIFY(!m_house->events().contains("TOKEN_EXPIRING"));
}

void TestExpiryWarnings::acrossStarts()
{
    const auto token = issue(8 * 24h);
    m_house->clock.advance(25h);
    QCOMPARE(warn(token.id), "7");
    m_house->stop();
    VERIFY_RESULT(m_house->start());
    QCOMPARE(warn(token.id), "");
    m_house->clock.advance(6 * 24h);
    QCOMPARE(warn(token.id), "1");
    QCOMPARE(m_house->damage(), QString());
}

void TestExpiryWarnings::whatWasMissedIsToldOnce()
{
    const auto token = issue(100 * 24h);
    m_house->clock.advance(99 * 24h + 1h);
    QCOMPARE(warn(token.id), "1");
    m_house->clock.advance(22h);
    QCOMPARE(warn(token.id), "");
}

void TestExpiryWarnings::notOfWhatEndsAnyway_data()
{
    QTest::addColumn<int>("life"); // seconds
    QTest::addColumn<QString>("what");
    QTest::newRow("a day's token") << 86'400 << QString();
    QTest::newRow("a week's token in its first hour") << 7 * 86'400 << QString();
    QTest::newRow("a revoked token") << 30 * 86'400 << u"revoke"_s;
    QTest::newRow("a replaced token") << 30 * 86'400 << u"rotate"_s;
}

void TestExpiryWarnings::notOfWhatEndsAnyway()
{
    QFETCH(int, life);
    QFETCH(QString, what);
    const auto token = issue(std::chrono::seconds(life));
    if (!what.isEmpty())
        m_house->clock.advance(std::chrono::seconds(life) - 20h);
    else
        m_house->clock.advance(1h);
    if (what == "revoke"_L1)
        VERIFY_RESULT(m_house->submitRevocation(m_house->admin(), token.id).result());
    if (what == "rotate"_L1)
        VERIFY_RESULT(m_house
                          ->submitPlain(m_house->admin(),
                              [&](engine::Work &work) -> Result<void> {
                                  return engine::rotateToken(work, token.id, {.expiresInSeconds = 90 * 86'400})
                                      .transform([](auto &&) {});
                              })
                          .result());
    QCOMPARE(warn(token.id), "");
}

QTEST_GUILESS_MAIN(TestExpiryWarnings)
#include "tst_expirywarnings.moc"
