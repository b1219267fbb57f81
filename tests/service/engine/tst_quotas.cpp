// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Quotas over many changes: warnings once per crossing, usage that a recount confirms, plans that move their followers.

#include "service/engine/plancommands.h"
#include "service/engine/quotacommands.h"
#include "tests/service/engine/enginehouse.h"

#include <QtCore/qrandom.h>

#include <future>

using namespace Qt::StringLiterals;
using engine::Work;

class TestQuotas : public QObject
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
    }

    void cleanup() { m_house.reset(); }

    void aCrossingIsWarnedOfOnce()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 20)));
        const TreeSize before = m_house->size();
        VERIFY_RESULT(add(15));
        QCOMPARE(warnings(before), QByteArrayList());
        VERIFY_RESULT(add(1)); // 80 percent
        QCOMPARE(warnings(before), QByteArrayList{"max_vms 80"});
        for (int i = 0; i < 5; ++i) { // 75 percent is not below 75 percent
            VERIFY_RESULT(takeAway());
            VERIFY_RESULT(add(1));
        }
        QCOMPARE(warnings(before), QByteArrayList{"max_vms 80"});
        VERIFY_RESULT(add(3)); // 95 percent
        VERIFY_RESULT(takeAway());
        VERIFY_RESULT(add(1));
        QCOMPARE(warnings(before), (QByteArrayList{"max_vms 80", "max_vms 95"}));
        for (int i = 0; i < 5; ++i) // 70 percent
            VERIFY_RESULT(takeAway());
        VERIFY_RESULT(add(6));
        QCOMPARE(warnings(before), (QByteArrayList{"max_vms 80", "max_vms 95", "max_vms 95"}));
        QCOMPARE(m_house->damage(), QString());
    }

    void aWarningStandsBeforeTheChangeThatMakesIt()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 2, 4)));
        const TreeSize before = m_house->size();
        const auto made = add(2, 2);
        VERIFY_RESULT(made);
        QCOMPARE(m_house->events(before),
            (QByteArrayList{"QUOTA_WARNING", "QUOTA_WARNING", "VM_REGISTERED", "VM_REGISTERED"}));
        QCOMPARE(*made->index, LeafIndex(before + 3));
    }

    void aLimitThatIsLoweredWarnsToo()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 20)));
        VERIFY_RESULT(add(5));
        const TreeSize before = m_house->size();
        VERIFY_RESULT(patch(limitTo(6)));
        QCOMPARE(m_house->events(before), (QByteArrayList{"QUOTA_WARNING", "QUOTA_CHANGED"}));
        VERIFY_RESULT(patch(limitTo(5)));
        QCOMPARE(m_house->events(before + 2), (QByteArrayList{"QUOTA_WARNING", "QUOTA_CHANGED"}));
        QCOMPARE(warnings(before), (QByteArrayList{"max_vms 80", "max_vms 95"}));
    }

    void aRestartWarnsOfNothingAnew()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 20)));
        VERIFY_RESULT(add(17));
        m_house->stop();
        VERIFY_RESULT(m_house->start());
        const TreeSize before = m_house->size();
        VERIFY_RESULT(add(1));
        QCOMPARE(warnings(before), QByteArrayList());
    }

    // Whatever happens in whatever order: what is kept of usage is what a recount says, and the ledger replays.
    void usageIsAlwaysWhatARecountSays_data()
    {
        QTest::addColumn<quint32>("seed");
        for (const quint32 seed : {1U, 2U, 3U, 4U})
            QTest::addRow("seed %u", seed) << seed;
    }

    void usageIsAlwaysWhatARecountSays()
    {
        QFETCH(const quint32, seed);
        QRandomGenerator random(seed);
        const char *ids[] = {"a", "b", "c"};
        for (const char *id : ids)
            VERIFY_RESULT(m_house->registerTenant(tenantSpec(id, 12, 60)));
        for (int i = 0; i < 120; ++i) {
            const TenantId id(ids[random.bounded(3)]);
            const auto vms = fleet::listVms(*m_house->reader(), id, {}, 100).value();
            switch (random.bounded(8)) {
            case 0:
                submit([&](Work &work) { return engine::deleteTenant(work, id, {.ifVersion = {}, .cascade = true}); });
                break;
            case 1:
            case 2:
                submit([&](Work &work) { return engine::undeleteTenant(work, id, {}, std::chrono::days(30)); });
                break;
            case 3:
                if (!vms.empty())
                    submit([&](Work &work) { return engine::destroyVm(work, vms.front().id); });
                break;
            case 4:
                submit([&](Work &work) {
                    return engine::patchTenant(
                        work, id, [](const tenancy::Tenant &) { return Result<tenancy::TenantPatch>(limitTo(8)); }, {});
                });
                break;
            default:
                submit([&](Work &work) {
                    return engine::registerVms(work, id, vmSpec(qint64(random.bounded(1, 5)), random.bounded(9)));
                });
            }
        }
        const auto report = verify();
        VERIFY_RESULT(report);
        QVERIFY(report->isExact());
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void driftIsNamedAndRecorded_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QByteArray>("named");
        QTest::newRow("a sum that was changed")
            << u"UPDATE tenant SET used_vms = 2"_s << R"("acme-corp","stored":{"vms":2,)"_ba;
        QTest::newRow("a VM that was removed")
            << u"DELETE FROM vm WHERE vm_id = (SELECT max(vm_id) FROM vm)"_s << R"("counted":{"vms":2,)"_ba;
        QTest::newRow("a VM of nobody")
            << u"UPDATE vm SET tenant_id = 'nobody' WHERE vm_id = (SELECT max(vm_id) FROM vm)"_s << R"("nobody")"_ba;
    }

    void driftIsNamedAndRecorded()
    {
        QFETCH(const QString, sql);
        QFETCH(const QByteArray, named);
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
        VERIFY_RESULT(add(3, 2));
        const auto before = verify();
        VERIFY_RESULT(before);
        QVERIFY(before->isExact());
        QCOMPARE(m_house->events(m_house->size() - 1), QByteArrayList{"QUOTA_VERIFIED"});
        {
            const auto database = store::Database::open(m_house->paths().database(), store::Database::Mode::ReadWrite);
            VERIFY_RESULT(database);
            VERIFY_RESULT((*database)->execute(sql));
        }
        const auto report = verify();
        VERIFY_RESULT(report);
        QVERIFY(!report->isExact());
        QCOMPARE(m_house->events(m_house->size() - 1), QByteArrayList{"QUOTA_FAILED"});
        const QByteArray data = engine::quotaReportData(*report);
        QVERIFY2(data.contains(named), data.constData());
    }

    void aPlanMovesWhatEqualsIt_data()
    {
        QTest::addColumn<qint64>("own"); // max_vms of the tenant; -1: the plan's
        QTest::addColumn<qint64>("after");
        QTest::addColumn<bool>("differs");
        QTest::newRow("one that follows") << qint64(-1) << qint64(20) << false;
        QTest::newRow("one that was given the same number") << qint64(10) << qint64(20) << false;
        QTest::newRow("one with a limit of its own") << qint64(7) << qint64(7) << true;
        QTest::newRow("one whose own limit is the plan's new one") << qint64(20) << qint64(20) << false;
    }

    void aPlanMovesWhatEqualsIt()
    {
        QFETCH(const qint64, own);
        QFETCH(const qint64, after);
        QFETCH(const bool, differs);
        VERIFY_RESULT(putPlan({10, 100, 600}));
        auto spec = tenantSpec("acme-corp");
        spec.limits = {own, tenancy::FromPlan, tenancy::FromPlan};
        spec.plan = u"gold"_s;
        VERIFY_RESULT(m_house->registerTenant(spec));
        const auto changed = putPlan({20, 100, 600});
        VERIFY_RESULT(changed);
        QCOMPARE(changed->value.followers.size(), 1);
        QCOMPARE(changed->value.followers.front().differs, differs);
        QCOMPARE(tenant().limits, (tenancy::Limits{after, 100, 600}));
        const TreeSize before = m_house->size();
        VERIFY_RESULT(putPlan({20, 100, 600}));
        QCOMPARE(m_house->size(), before); // the same again
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void namingThePlanAgainFollowsItAgain()
    {
        VERIFY_RESULT(putPlan({10, 100, 600}));
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 3)));
        tenancy::TenantPatch follow;
        follow.plan = u"gold"_s;
        VERIFY_RESULT(patch(follow));
        QCOMPARE(tenant().limits, (tenancy::Limits{10, 100, 600}));
        follow.maxVms = 4;
        VERIFY_RESULT(patch(follow));
        QCOMPARE(tenant().limits, (tenancy::Limits{4, 100, 600}));
        tenancy::TenantPatch leave;
        leave.plan = QString();
        VERIFY_RESULT(patch(leave));
        QCOMPARE(tenant().limits, (tenancy::Limits{4, 100, 600}));
        QCOMPARE(tenant().plan, QString());
        follow.plan = u"silver"_s;
        VERIFY_ERROR(patch(follow), ErrorCode::InvalidField);
        QCOMPARE(m_house->damage(), QString());
    }

    void aPlanThatGoesLeavesItsTenantsTheirLimits()
    {
        VERIFY_RESULT(putPlan({10, 100, 600}));
        for (const char *id : {"acme-corp", "globex"}) {
            auto spec = tenantSpec(id);
            spec.limits = {tenancy::FromPlan, tenancy::FromPlan, tenancy::FromPlan};
            spec.plan = u"gold"_s;
            VERIFY_RESULT(m_house->registerTenant(spec));
        }
        submit([](Work &work) { return engine::deleteTenant(work, TenantId("globex"), {}); });
        const auto gone = [&] {
            return m_house
                ->submit<engine::PlanChange>(
                    m_house->admin(), [](Work &work) { return engine::deletePlan(work, u"gold"_s); })
                .result();
        };
        VERIFY_RESULT(gone());
        QCOMPARE(tenant().plan, QString());
        QCOMPARE(tenant().limits, (tenancy::Limits{10, 100, 600}));
        VERIFY_ERROR(gone(), ErrorCode::NotFound);
        submit([](Work &work) { return engine::undeleteTenant(work, TenantId("globex"), {}, std::chrono::days(30)); });
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

private:
    Result<engine::Committed<std::vector<fleet::Vm>>> add(qint64 count, qint64 diskGb = 1)
    {
        return m_house->submitVms(m_house->admin(), "acme-corp", vmSpec(count, diskGb)).result();
    }

    template <typename Run>
    Result<engine::Committed<engine::Nothing>> submit(Run run)
    {
        return m_house
            ->submitPlain(m_house->admin(),
                [run = std::move(run)](Work &work) { return run(work).transform([](const auto &) {}); })
            .result();
    }

    Result<engine::Committed<engine::Nothing>> takeAway()
    {
        const auto vms = fleet::listVms(*m_house->reader(), TenantId("acme-corp"), {}, 1).value();
        return submit([id = vms.front().id](Work &work) { return engine::destroyVm(work, id); });
    }

    Result<engine::Committed<engine::Nothing>> patch(const tenancy::TenantPatch &patch)
    {
        return submit([patch](Work &work) {
            return engine::patchTenant(work, TenantId("acme-corp"),
                [patch](const tenancy::Tenant &) { return Result<tenancy::TenantPatch>(patch); }, {});
        });
    }

    Result<engine::Committed<engine::PlanChange>> putPlan(const tenancy::Limits &limits)
    {
        return m_house
            ->submit<engine::PlanChange>(
                m_house->admin(), [limits](Work &work) { return engine::putPlan(work, u"gold"_s, limits); })
            .result();
    }

    Result<engine::QuotaReport> verify()
    {
        engine::QueryThread queries(m_house->paths().database());
        std::promise<Result<engine::QuotaReport>> made;
        engine::verifyQuotas(queries, m_house->engine(), engine::systemCaller(),
            [&made](Result<engine::QuotaReport> report) { made.set_value(std::move(report)); });
        return made.get_future().get();
    }

    tenancy::Tenant tenant() const
    {
        return m_house->engine().state().read(
            [](const engine::State &state) { return *state.tenant(TenantId("acme-corp")); });
    }

    // "max_vms 80" for each QUOTA_WARNING from this index on.
    QByteArrayList warnings(LeafIndex from) const
    {
        QByteArrayList list;
        for (LeafIndex index = from; index < m_house->size(); ++index) {
            const ledger::EntryFields entry = m_house->entry(index);
            if (entry.eventType == "QUOTA_WARNING")
                list.append(*entry.data.find("quota")->string() + ' ' + entry.data.find("percent")->number()->text);
        }
        return list;
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};

QTEST_GUILESS_MAIN(TestQuotas)
#include "tst_quotas.moc"
