// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A tenant's end and its way back: rows, entries, memory, and what a restart finds.

#include "service/fleet/vmjson.h"
#include "service/store/statement.h"
#include "tests/service/engine/enginehouse.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Work;

namespace {

constexpr std::chrono::days Retention(30);
const TenantId Acme("acme-corp");

} // namespace

class TestLifecycle : public QObject
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
        auto spec = tenantSpec("acme-corp");
        spec.labels = {{u"tier"_s, u"gold"_s}};
        VERIFY_RESULT(m_house->registerTenant(spec));
        auto vms = vmSpec(3, 5);
        vms.name = u"web \"1\""_s;
        vms.preferKvm = true;
        const auto made = m_house->submitVms(m_house->admin(), "acme-corp", vms).result();
        VERIFY_RESULT(made);
        m_vms = made->value;
        // In the order they are listed in: those of one millisecond have their ids by chance.
        std::ranges::sort(m_vms, {}, &fleet::Vm::id);
        const auto token = m_house->submitToken(m_house->admin(), "acme-corp", "service:tenant-admin").result();
        VERIFY_RESULT(token);
        m_token = token->value.record;
        m_house->clock.advance(1h);
    }

    void cleanup() { m_house.reset(); }

    void whatWasDestroyedWithItComesBack()
    {
        // One that went before the deletion stays gone.
        VERIFY_RESULT(change([&](Work &work) { return engine::destroyVm(work, m_vms.back().id); }));
        m_vms.pop_back();
        VERIFY_RESULT(remove());
        QCOMPARE(tenant().state, TenantState::Deleted);
        QCOMPARE(tenant().usage, tenancy::Usage());
        QVERIFY(stored().empty());
        m_house->clock.advance(24h);
        const TreeSize before = m_house->size();
        VERIFY_RESULT(undelete());
        QCOMPARE(m_house->events(before), (QByteArrayList{"VM_REGISTERED", "VM_REGISTERED", "TENANT_UNDELETED"}));
        QCOMPARE(tenant().state, TenantState::Active);
        QVERIFY(!tenant().deletedAt);
        QCOMPARE(tenant().usage, (tenancy::Usage{2, 10}));
        QCOMPARE(tenant().limits, (tenancy::Limits{10, 1000, 600}));
        const auto back = stored();
        QCOMPARE(back.size(), m_vms.size());
        for (size_t i = 0; i < back.size(); ++i)
            QCOMPARE(fleet::vmJson(back[i]), fleet::vmJson(m_vms[i]));
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void itsTokensStayDead()
    {
        VERIFY_RESULT(remove());
        VERIFY_RESULT(undelete());
        VERIFY_ERROR(m_house->submitVms(EngineHouse::holder(m_token), "acme-corp").result(), ErrorCode::InvalidToken);
    }

    void aSecondDeletionBringsBackItsOwn()
    {
        VERIFY_RESULT(remove());
        VERIFY_RESULT(undelete());
        VERIFY_RESULT(change([&](Work &work) { return engine::destroyVm(work, m_vms.front().id); }));
        VERIFY_RESULT(remove());
        VERIFY_RESULT(undelete());
        QCOMPARE(stored().size(), 2);
        VERIFY_RESULT(remove());
        QCOMPARE(m_house->damage(), QString());
    }

    void aSuspendedOneComesBackSuspended()
    {
        VERIFY_RESULT(change([](Work &work) { return engine::suspendTenant(work, Acme, {}); }));
        VERIFY_RESULT(remove());
        m_house->stop();
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(undelete());
        QCOMPARE(tenant().state, TenantState::Suspended);
        QCOMPARE(m_house->damage(), QString());
    }

    void onlyWithinTheRetention_data()
    {
        QTest::addColumn<qint64>("hours");
        QTest::addColumn<int>("days");
        QTest::addColumn<bool>("comesBack");
        QTest::newRow("at once") << qint64(0) << 30 << true;
        QTest::newRow("an hour before the end") << qint64(30 * 24 - 1) << 30 << true;
        QTest::newRow("at the end") << qint64(30 * 24) << 30 << false;
        QTest::newRow("without retention") << qint64(0) << 0 << false;
        QTest::newRow("in a longer one") << qint64(40 * 24) << 60 << true;
    }

    void onlyWithinTheRetention()
    {
        QFETCH(const qint64, hours);
        QFETCH(const int, days);
        QFETCH(const bool, comesBack);
        VERIFY_RESULT(remove());
        // A change of the record meanwhile does not put the end off.
        m_house->clock.advance(std::chrono::hours(hours));
        const TreeSize before = m_house->size();
        const auto done = undelete(std::chrono::days(days));
        if (comesBack) {
            VERIFY_RESULT(done);
            return;
        }
        VERIFY_ERROR(done, ErrorCode::TenantDeleted);
        QCOMPARE(m_house->size(), before);
        QVERIFY(stored().empty());
    }

    void aPurgeForgetsAndTheIdStaysTaken()
    {
        VERIFY_RESULT(remove());
        VERIFY_RESULT(change([](Work &work) { return engine::purgeTenant(work, Acme, {}); }));
        QVERIFY(tenant().purgedAt);
        QCOMPARE(tenant().displayName, u"acme-corp"_s);
        QVERIFY(tenant().labels.isEmpty());
        QCOMPARE(count("SELECT count(*) FROM token WHERE tenant_id = 'acme-corp'"), 0);
        QVERIFY(!m_house->engine().state().read([&](const engine::State &state) { return state.token(m_token.id); }));
        QCOMPARE(m_house->memory(), m_house->disk());

        const TreeSize before = m_house->size();
        VERIFY_RESULT(change([](Work &work) { return engine::purgeTenant(work, Acme, {}); }));
        QCOMPARE(m_house->size(), before);
        VERIFY_ERROR(undelete(), ErrorCode::TenantDeleted);
        VERIFY_ERROR(m_house->registerTenant(tenantSpec("acme-corp")), ErrorCode::TenantExists);
        QCOMPARE(m_house->damage(), QString());
        m_house->stop();
        VERIFY_RESULT(m_house->start());
        VERIFY_ERROR(m_house->registerTenant(tenantSpec("acme-corp")), ErrorCode::TenantExists);
        VERIFY_ERROR(m_house->submitVms(EngineHouse::holder(m_token), "acme-corp").result(), ErrorCode::InvalidToken);
    }

    void aPurgeThatFailsLeavesEverything()
    {
        VERIFY_RESULT(remove());
        const QByteArrayList before = m_house->memory();
        m_house->faults.before = 1;
        VERIFY_ERROR(
            change([](Work &work) { return engine::purgeTenant(work, Acme, {}); }), ErrorCode::LedgerUnavailable);
        QCOMPARE(m_house->memory(), before);
        QCOMPARE(m_house->disk(), before);
        QTRY_VERIFY_WITH_TIMEOUT(
            change([](Work &work) { return engine::purgeTenant(work, Acme, {}); }).has_value(), 10'000);
        QCOMPARE(m_house->damage(), QString());
    }

    void whatADeletedOneRefuses_data()
    {
        QTest::addColumn<int>("step");
        const char *names[] = {"a deletion", "a suspension", "a resumption", "a patch", "a VM", "a token"};
        for (int i = 0; i < 6; ++i)
            QTest::newRow(names[i]) << i;
    }

    void whatADeletedOneRefuses()
    {
        QFETCH(const int, step);
        VERIFY_RESULT(remove());
        const TreeSize before = m_house->size();
        for (int round = 0; round < 2; ++round) {
            switch (step) {
            case 0:
                VERIFY_ERROR(remove(), ErrorCode::TenantDeleted);
                break;
            case 1:
                VERIFY_ERROR(
                    change([](Work &work) { return engine::suspendTenant(work, Acme, {}); }), ErrorCode::TenantDeleted);
                break;
            case 2:
                VERIFY_ERROR(
                    change([](Work &work) { return engine::resumeTenant(work, Acme); }), ErrorCode::TenantDeleted);
                break;
            case 3:
                VERIFY_ERROR(change([](Work &work) {
                    return engine::patchTenant(work, Acme,
                        [](const tenancy::Tenant &) { return Result<tenancy::TenantPatch>(limitTo(1)); }, {});
                }),
                    ErrorCode::TenantDeleted);
                break;
            case 4:
                VERIFY_ERROR(m_house->submitVms(m_house->admin(), "acme-corp").result(), ErrorCode::TenantDeleted);
                break;
            default:
                VERIFY_ERROR(
                    m_house->submitToken(m_house->admin(), "acme-corp", "READ").result(), ErrorCode::TenantDeleted);
            }
        }
        QCOMPARE(m_house->size(), before);
    }

    void aLivingOneIsNeitherBroughtBackNorPurged()
    {
        VERIFY_ERROR(undelete(), ErrorCode::TenantNotDeleted);
        VERIFY_ERROR(
            change([](Work &work) { return engine::purgeTenant(work, Acme, {}); }), ErrorCode::TenantNotDeleted);
        VERIFY_ERROR(change([](Work &work) { return engine::undeleteTenant(work, TenantId("nobody"), {}, Retention); }),
            ErrorCode::NotFound);
    }

    void deletedAndBroughtBackInOneTransaction()
    {
        Gate gate(*m_house);
        const engine::DeleteOptions all{.ifVersion = {}, .cascade = true};
        auto gone = m_house->submitPlain(
            m_house->admin(), [all](Work &work) { return drop(engine::deleteTenant(work, Acme, all)); });
        auto back = m_house->submitPlain(
            m_house->admin(), [](Work &work) { return drop(engine::undeleteTenant(work, Acme, {}, Retention)); });
        gate.open();
        VERIFY_RESULT(gone.result());
        VERIFY_RESULT(back.result());
        QCOMPARE(stored().size(), 3);
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

private:
    template <typename Value>
    static Result<void> drop(Result<Value> result)
    {
        return result.transform([](const Value &) {});
    }

    template <typename Run>
    Result<engine::Committed<engine::Nothing>> change(Run run)
    {
        return m_house->submitPlain(m_house->admin(), [run = std::move(run)](Work &work) { return drop(run(work)); })
            .result();
    }

    Result<engine::Committed<engine::Nothing>> remove()
    {
        return change([](Work &work) { return engine::deleteTenant(work, Acme, {.ifVersion = {}, .cascade = true}); });
    }

    Result<engine::Committed<engine::Nothing>> undelete(std::chrono::days retention = Retention)
    {
        return change([retention](Work &work) { return engine::undeleteTenant(work, Acme, {}, retention); });
    }

    tenancy::Tenant tenant() const
    {
        return m_house->engine().state().read([](const engine::State &state) { return *state.tenant(Acme); });
    }

    std::vector<fleet::Vm> stored() const { return fleet::listVms(*m_house->reader(), Acme, {}, 1000).value(); }

    qint64 count(const char *sql) const
    {
        const auto database = m_house->reader();
        auto find = database->prepared(sql).value();
        find.run().value();
        return find.next() ? find.integer(0) : -1;
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
    std::vector<fleet::Vm> m_vms;
    tokens::TokenRecord m_token;
};

QTEST_GUILESS_MAIN(TestLifecycle)
#include "tst_lifecycle.moc"
