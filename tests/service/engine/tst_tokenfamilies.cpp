// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/tiercommands.h"
#include "tests/service/engine/enginehouse.h"

#include <QtTest/qtest.h>

#include <random>
#include <thread>

using namespace Qt::StringLiterals;

// Families of tokens while many issue, rotate, promote and revoke at once: none is ever alive without its parent.
class TestTokenFamilies : public QObject
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

    void neverALiveOrphan();
    void aRotatedFamilyIsRotatedAgain();
    void aRowThatFailsWritesNothing();

private:
    tokens::TokenRecord issue(const engine::Caller &by, const char *scope = "service:tenant-admin")
    {
        return m_house->submitToken(by, "acme", scope).result()->value.record;
    }
    auto rotate(const engine::Caller &by, const TokenId &id, qint64 overlap)
    {
        return m_house
            ->submit<engine::RotatedToken>(by,
                [id, overlap](
                    engine::Work &work) { return engine::rotateToken(work, id, {.overlapSeconds = overlap}); })
            .result();
    }
    auto promote(const engine::Caller &by, std::vector<Result<engine::TierRow>> rows)
    {
        return m_house
            ->submit<std::vector<engine::TierOutcome>>(by,
                [rows = std::move(rows)](
                    engine::Work &work) { return engine::changeTiers(work, TenantId("acme"), rows); })
            .result();
    }
    QString orphan() const
    {
        return m_house->engine().state().read([](const engine::State &state) {
            for (const auto &[id, token] : state.tokens) {
                const tokens::TokenRecord *parent = state.token(token.parent);
                if (!parent || token.revokedAt)
                    continue;
                if (parent->revokedAt || token.endsAt() > parent->endsAt() || !tokens::attenuates(token, *parent))
                    return id.toString();
            }
            return QString();
        });
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};

void TestTokenFamilies::neverALiveOrphan()
{
    constexpr int Threads = 6, Steps = 60;
    const auto root = issue(m_house->admin());
    std::mutex mutex;
    std::vector<tokens::TokenRecord> known{root};
    std::atomic<int> done = 0;
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < Threads; ++number) {
            threads.emplace_back([&, number] {
                std::mt19937 random(unsigned(number) + 1);
                for (int step = 0; step < Steps; ++step) {
                    tokens::TokenRecord one;
                    {
                        const std::scoped_lock lock(mutex);
                        one = known[random() % known.size()];
                    }
                    std::optional<tokens::TokenRecord> made;
                    switch (random() % 8) {
                    case 0: // now and then, or nothing would grow
                        done += m_house->submitRevocation(m_house->admin(), one.id).result() && one.id != root.id;
                        break;
                    case 1:
                    case 2:
                        if (const auto next = rotate(m_house->admin(), one.id, qint64(random() % 3) * 600))
                            made = next->value.next.record;
                        break;
                    case 3: {
                        const auto scope =
                            tokens::Scope::fromToken(random() % 2 ? "service:tenant-admin" : "INPUT").value();
                        const auto outcomes =
                            promote(m_house->admin(), {engine::TierRow{.subjectKey = *one.subjectKey, .scope = scope}});
                        if (outcomes && outcomes->value.front().issued)
                            made = outcomes->value.front().issued->record;
                        break;
                    }
                    default:
                        if (const auto child =
                                m_house->submitToken(EngineHouse::holder(one), "acme", "service:tenant-admin").result())
                            made = child->value.record;
                    }
                    if (made) {
                        ++done;
                        const std::scoped_lock lock(mutex);
                        known.push_back(*made);
                    }
                }
            });
        }
    }
    QVERIFY(done > Threads);
    QCOMPARE(orphan(), QString());
    QCOMPARE(m_house->memory(), m_house->disk());
    QCOMPARE(m_house->damage(), QString());
}

void TestTokenFamilies::aRotatedFamilyIsRotatedAgain()
{
    const auto root = issue(m_house->admin());
    const auto child = issue(EngineHouse::holder(root));
    const auto grandchild = issue(EngineHouse::holder(child), "READ");
    // First a long overlap below, then a shorter one above it: what ends later is brought forward once more.
    const auto lower = rotate(m_house->admin(), child.id, 3600);
    VERIFY_RESULT(lower);
    QCOMPARE(lower->value.descendants, 1);
    VERIFY_ERROR(rotate(m_house->admin(), child.id, 60), ErrorCode::InvalidField);
    const auto upper = rotate(m_house->admin(), root.id, 600);
    VERIFY_RESULT(upper);
    QCOMPARE(upper->value.descendants, 3); // both, and the new one of the child
    QCOMPARE(orphan(), QString());
    m_house->engine().state().read([&](const engine::State &state) {
        for (const TokenId &id : {root.id, child.id, grandchild.id, lower->value.next.record.id})
            QCOMPARE(state.token(id)->retiresAt, upper->value.old.retiresAt);
    });
    QCOMPARE(m_house->damage(), QString());
    m_house->stop();
    VERIFY_RESULT(m_house->start());
    QCOMPARE(m_house->memory(), m_house->disk());
    VERIFY_ERROR(
        m_house->submitToken(EngineHouse::holder(grandchild), "acme", "READ").result(), ErrorCode::InsufficientScope);
    m_house->clock.advance(std::chrono::minutes(10));
    VERIFY_ERROR(m_house->submitToken(EngineHouse::holder(child), "acme", "READ").result(), ErrorCode::InvalidToken);
}

void TestTokenFamilies::aRowThatFailsWritesNothing()
{
    auto deepest = issue(m_house->admin());
    for (int depth = 1; depth <= tokens::MostDepth; ++depth)
        deepest = issue(EngineHouse::holder(deepest));
    const TreeSize before = m_house->size();
    const auto key = crypto::SigningKey::generate().publicKey();
    const auto outcomes = promote(EngineHouse::holder(deepest),
        {engine::TierRow{.subjectKey = key, .scope = tokens::Scope(tokens::Scope::Kind::Read)}});
    VERIFY_RESULT(outcomes);
    QCOMPARE(outcomes->value.front().refusal->code, ErrorCode::DepthExceeded);
    QCOMPARE(m_house->size(), before);
    // What the row would have replaced is still there.
    const auto user = issue(m_house->admin(), "USER");
    const auto refused = promote(EngineHouse::holder(deepest),
        {engine::TierRow{.subjectKey = *user.subjectKey, .scope = tokens::Scope(tokens::Scope::Kind::Read)}});
    VERIFY_RESULT(refused);
    QCOMPARE(refused->value.front().refusal->code, ErrorCode::InsufficientScope);
    QVERIFY(!m_house->engine().state().read(
        [&](const engine::State &state) { return state.token(user.id)->revokedAt.has_value(); }));
}

QTEST_GUILESS_MAIN(TestTokenFamilies)
#include "tst_tokenfamilies.moc"
