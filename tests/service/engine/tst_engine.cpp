// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/engine/enginehouse.h"

#include <thread>

using namespace Qt::StringLiterals;
using engine::Work;

class TestEngine : public QObject
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

    void aNewInstallationHoldsItsFirstEntriesAndVerifies()
    {
        QCOMPARE(m_house->events(), (QByteArrayList{"LEDGER_OPENED", "TOKEN_ISSUED"}));
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void rowEntryAndStateAreThereWhenTheAnswerComes()
    {
        // Looked at inside the answer, on the engine's thread: nothing may come after it.
        std::promise<QString> missing;
        m_house->engine().post<tenancy::Tenant>(
            m_house->admin(), [](Work &work) { return engine::registerTenant(work, tenantSpec("acme-corp")); },
            [&](Result<engine::Committed<tenancy::Tenant>> answer) {
                missing.set_value([&]() -> QString {
                    if (!answer || !answer->index)
                        return u"the index"_s;
                    if (!m_house->memory().contains(tenancy::tenantJson(answer->value) + " 1"))
                        return u"the published tenant"_s;
                    if (m_house->disk() != m_house->memory())
                        return u"the row"_s;
                    const auto entry = m_house->entry(*answer->index);
                    if (entry.eventType != "TENANT_CREATED" || entry.tenant.text() != "acme-corp"
                        || entry.tenantSeq != 0u || entry.actor.tokenId != m_house->admin().actor.tokenId)
                        return u"the entry"_s;
                    return {};
                }());
            });
        QCOMPARE(missing.get_future().get(), QString());
        QCOMPARE(m_house->damage(), QString());
    }

    void anIdIsGivenOnce()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
        const auto size = m_house->size();
        VERIFY_ERROR(m_house->registerTenant(tenantSpec("acme-corp")), ErrorCode::TenantExists);
        VERIFY_RESULT(m_house
                          ->submitPlain(m_house->admin(),
                              [](Work &work) { return engine::deleteTenant(work, TenantId("acme-corp"), {}); })
                          .result());
        VERIFY_ERROR(m_house->registerTenant(tenantSpec("acme-corp")), ErrorCode::TenantExists);
        QCOMPARE(m_house->events(size), QByteArrayList{"TENANT_DELETED"});
    }

    void exactlyAsManyAsFitSucceed_data()
    {
        QTest::addColumn<qint64>("count"); // of VMs a request; 0: not given
        QTest::addColumn<qint64>("diskGb");
        QTest::addColumn<int>("succeed");
        QTest::newRow("ten of 200 single ones at a limit of 10 VMs") << qint64(0) << qint64(1) << 10;
        QTest::newRow("three of 200 triples") << qint64(3) << qint64(1) << 3;
        QTest::newRow("none of 200 elevens") << qint64(11) << qint64(1) << 0;
        QTest::newRow("four of 200 with 250 of 1000 GB each") << qint64(0) << qint64(250) << 4;
        QTest::newRow("ten of 200 without disk") << qint64(0) << qint64(0) << 10;
    }

    void exactlyAsManyAsFitSucceed()
    {
        QFETCH(const qint64, count);
        QFETCH(const qint64, diskGb);
        QFETCH(const int, succeed);
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 10, 1000)));
        const auto size = m_house->size();
        const auto spec = vmSpec(count ? std::optional(count) : std::nullopt, diskGb);
        std::atomic<int> made = 0, refused = 0, other = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i) {
                threads.emplace_back([&] {
                    std::vector<QFuture<Result<engine::Committed<std::vector<fleet::Vm>>>>> answers;
                    for (int k = 0; k < 25; ++k)
                        answers.push_back(m_house->submitVms(m_house->admin(), "acme-corp", spec));
                    for (auto &answer : answers) {
                        const auto result = answer.result();
                        if (result)
                            ++made;
                        else
                            ++(result.error().code == ErrorCode::QuotaExceeded ? refused : other);
                    }
                });
            }
        }
        QCOMPARE(made.load(), succeed);
        QCOMPARE(refused.load(), 200 - succeed);
        QCOMPARE(other.load(), 0);

        const qint64 vms = succeed * std::max<qint64>(1, count);
        const auto usage = m_house->engine().state().read(
            [](const engine::State &state) { return state.tenant(TenantId("acme-corp"))->usage; });
        QVERIFY((usage == tenancy::Usage{vms, vms * diskGb}));
        QCOMPARE(qint64(fleet::listVms(*m_house->reader(), TenantId("acme-corp"), {}, 1000)->size()), vms);
        QCOMPARE(m_house->events(size).count("VM_REGISTERED"), vms);
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void whatIsDestroyedMakesRoom()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 1)));
        const auto first = m_house->submitVms(m_house->admin(), "acme-corp").result();
        VERIFY_RESULT(first);
        VERIFY_ERROR(m_house->submitVms(m_house->admin(), "acme-corp").result(), ErrorCode::QuotaExceeded);
        const auto destroy = [&](const VmId &id) {
            return m_house->submitPlain(m_house->admin(), [id](Work &work) { return engine::destroyVm(work, id); })
                .result();
        };
        VERIFY_RESULT(destroy(first->value.front().id));
        VERIFY_ERROR(destroy(first->value.front().id), ErrorCode::NotFound);
        VERIFY_RESULT(m_house->submitVms(m_house->admin(), "acme-corp").result());
        QCOMPARE(m_house->damage(), QString());
    }

    void aDryRunLeavesNothing()
    {
        const auto before = m_house->memory();
        const auto would = m_house->submit<tenancy::Tenant>(
            m_house->admin(), [](Work &work) { return engine::registerTenant(work, tenantSpec("acme-corp")); },
            engine::Job::Kind::DryRun);
        VERIFY_RESULT(would.result());
        QCOMPARE(would.result()->value.id.text(), "acme-corp");
        QVERIFY(!would.result()->index);
        QCOMPARE(m_house->memory(), before);
        QCOMPARE(m_house->disk(), before);
        QCOMPARE(m_house->damage(), QString());
    }

    void aDryRunJudgesAsTheRealOne()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
        const auto again = m_house->submit<tenancy::Tenant>(
            m_house->admin(), [](Work &work) { return engine::registerTenant(work, tenantSpec("acme-corp")); },
            engine::Job::Kind::DryRun);
        VERIFY_ERROR(again.result(), ErrorCode::TenantExists);
    }

    void aDryRunBetweenOthersTakesNoRoom()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 2)));
        Gate gate(*m_house);
        const auto submit = [&](engine::Job::Kind kind) {
            return m_house->submit<std::vector<fleet::Vm>>(
                m_house->admin(), [](Work &work) { return engine::registerVms(work, TenantId("acme-corp"), vmSpec()); },
                kind);
        };
        auto first = submit(engine::Job::Kind::Change);
        auto dry = submit(engine::Job::Kind::DryRun), dryAgain = submit(engine::Job::Kind::DryRun);
        auto second = submit(engine::Job::Kind::Change), third = submit(engine::Job::Kind::Change);
        gate.open();
        VERIFY_RESULT(first.result());
        VERIFY_RESULT(dry.result());
        VERIFY_RESULT(dryAgain.result());
        VERIFY_RESULT(second.result());
        VERIFY_ERROR(third.result(), ErrorCode::QuotaExceeded);
        QCOMPARE(*second.result()->index, *first.result()->index + 2); // behind the warning that the quota is used up
        QCOMPARE(m_house->damage(), QString());
    }

    // A command that wrote rows and entries and then fails, between two that succeed, all in one commit.
    void aFailedCommandTakesBackItsOwnAndNobodyElses_data()
    {
        QTest::addColumn<int>("entries");
        QTest::newRow("after one entry") << 1;
        QTest::newRow("after as many as fill tiles") << 600;
    }

    void aFailedCommandTakesBackItsOwnAndNobodyElses()
    {
        QFETCH(const int, entries);
        const auto size = m_house->size();
        const int commits = m_house->faults.commits;
        Gate gate(*m_house);
        const auto submit = [&](const char *id) {
            return m_house->submit<tenancy::Tenant>(
                m_house->admin(), [id](Work &work) { return engine::registerTenant(work, tenantSpec(id)); });
        };
        auto first = submit("first");
        auto failing = m_house->submitPlain(m_house->admin(), [entries](Work &work) -> Result<void> {
            TRY(engine::registerTenant(work, tenantSpec("failing", 100'000)));
            TRY(engine::registerVms(work, TenantId("failing"), vmSpec(entries)));
            TRY(engine::patchTenant(work, TenantId("first"), [](const auto &) { return limitTo(77); }, {}));
            return fail(ErrorCode::NoCapacity, u"at last"_s);
        });
        auto last = submit("last");
        gate.open();
        VERIFY_RESULT(first.result());
        VERIFY_ERROR(failing.result(), ErrorCode::NoCapacity);
        VERIFY_RESULT(last.result());
        QCOMPARE(m_house->faults.commits - commits, 1);

        QCOMPARE(m_house->events(size), (QByteArrayList{"TENANT_CREATED", "TENANT_CREATED"}));
        QCOMPARE(*first.result()->index, size);
        QCOMPARE(*last.result()->index, size + 1);
        m_house->engine().state().read([](const engine::State &state) {
            QVERIFY(!state.tenant(TenantId("failing")));
            QCOMPARE(state.tenant(TenantId("first"))->limits.maxVms, 10);
        });
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void whoIsRunAnewIsAnsweredAndCountedOnce_data()
    {
        QTest::addColumn<bool>("writesFirst");
        QTest::addColumn<int>("runs"); // of the command before the one that fails
        QTest::newRow("a refusal before anything is written costs the others nothing") << false << 1;
        QTest::newRow("a refusal after a write has the others run anew") << true << 2;
    }

    void whoIsRunAnewIsAnsweredAndCountedOnce()
    {
        QFETCH(const bool, writesFirst);
        QFETCH(const int, runs);
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
        const auto size = m_house->size();
        int before = 0, behind = 0; // engine thread, until the results are in
        Gate gate(*m_house);
        const auto submit = [&](int &count) {
            return m_house->submitPlain(m_house->admin(), [&count](Work &work) -> Result<void> {
                ++count;
                return engine::registerVms(work, TenantId("acme-corp"), vmSpec(1)).transform([](const auto &) {});
            });
        };
        auto first = submit(before);
        auto failing = m_house->submitPlain(m_house->admin(), [writesFirst](Work &work) -> Result<void> {
            if (writesFirst)
                TRY(engine::registerVms(work, TenantId("acme-corp"), vmSpec(3)));
            return fail(ErrorCode::NoCapacity, u"at last"_s);
        });
        auto last = submit(behind);
        gate.open();
        VERIFY_RESULT(first.result());
        VERIFY_ERROR(failing.result(), ErrorCode::NoCapacity);
        VERIFY_RESULT(last.result());
        QCOMPARE(before, runs);
        QCOMPARE(behind, 1); // a batch ends where it is spoiled
        QCOMPARE(*last.result()->index, size + 1);
        m_house->engine().state().read(
            [](const engine::State &state) { QCOMPARE(state.tenant(TenantId("acme-corp"))->usage.vms, 2); });
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    void aStatementThatSqliteRefusesFailsItsOwnCommandOnly()
    {
        Gate gate(*m_house);
        auto failing = m_house->submitPlain(m_house->admin(),
            [](Work &work) { return work.database().execute(u"INSERT INTO tenant (tenant_id) VALUES ('half')"_s); });
        auto good = m_house->submit<tenancy::Tenant>(
            m_house->admin(), [](Work &work) { return engine::registerTenant(work, tenantSpec("acme-corp")); });
        gate.open();
        VERIFY_ERROR(failing.result(), ErrorCode::Storage);
        VERIFY_RESULT(good.result());
        QCOMPARE(m_house->unavailable(), QString());
        QCOMPARE(m_house->damage(), QString());
    }

    void oneEntryPerThingChanged()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 100)));
        auto size = m_house->size();
        VERIFY_RESULT(m_house->submitVms(m_house->admin(), "acme-corp", vmSpec(3)).result());
        QCOMPARE(m_house->events(size), QByteArrayList(3, "VM_REGISTERED"));

        size = m_house->size();
        const auto patch = [&](tenancy::TenantPatch change) {
            return m_house->submitPlain(m_house->admin(), [change](Work &work) {
                return engine::patchTenant(work, TenantId("acme-corp"), [&](const auto &) { return change; }, {});
            });
        };
        tenancy::TenantPatch both;
        both.maxVms = 5;
        both.displayName = u"Acme"_s;
        tenancy::TenantPatch name;
        name.displayName = u"Acme Corporation"_s;
        VERIFY_RESULT(patch(both).result());
        VERIFY_RESULT(patch(name).result());
        VERIFY_RESULT(patch(name).result()); // no difference any more
        QCOMPARE(m_house->events(size), (QByteArrayList{"QUOTA_CHANGED", "TENANT_UPDATED"}));

        size = m_house->size();
        VERIFY_RESULT(m_house
                          ->submitPlain(m_house->admin(),
                              [](Work &work) {
                                  return engine::deleteTenant(
                                      work, TenantId("acme-corp"), {.ifVersion = {}, .cascade = true});
                              })
                          .result());
        QCOMPARE(
            m_house->events(size), (QByteArrayList{"VM_DESTROYED", "VM_DESTROYED", "VM_DESTROYED", "TENANT_DELETED"}));
        QCOMPARE(m_house->damage(), QString());
    }

    void limitsBelowUseKeepWhatRunsAndLetNothingIn()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 5)));
        VERIFY_RESULT(m_house->submitVms(m_house->admin(), "acme-corp", vmSpec(4)).result());
        const auto lower = [&](bool refuse) {
            return m_house
                ->submitPlain(m_house->admin(),
                    [refuse](Work &work) {
                        return engine::patchTenant(work, TenantId("acme-corp"), [](const auto &) { return limitTo(2); },
                            {.ifVersion = {}, .refuseOverQuota = refuse});
                    })
                .result();
        };
        VERIFY_ERROR(lower(true), ErrorCode::OverQuota);
        VERIFY_RESULT(lower(false));
        QCOMPARE(fleet::listVms(*m_house->reader(), TenantId("acme-corp"), {}, 100)->size(), 4u);
        VERIFY_ERROR(m_house->submitVms(m_house->admin(), "acme-corp").result(), ErrorCode::QuotaExceeded);
        QCOMPARE(m_house->damage(), QString());
    }

    void timeInTheLedgerNeverGoesBack()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("first")));
        const Timestamp before = m_house->entry(m_house->size() - 1).time;
        m_house->clock.advance(-std::chrono::hours(5));
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("second")));
        QVERIFY(m_house->entry(m_house->size() - 1).time == before);
        QCOMPARE(m_house->damage(), QString());
    }

    void stoppingRunsWhatIsQueued()
    {
        Gate gate(*m_house);
        std::vector<QFuture<Result<engine::Committed<tenancy::Tenant>>>> answers;
        for (const char *id : {"a", "b", "c"}) {
            answers.push_back(m_house->submit<tenancy::Tenant>(
                m_house->admin(), [id](Work &work) { return engine::registerTenant(work, tenantSpec(id)); }));
        }
        gate.open();
        m_house->stop();
        for (auto &answer : answers)
            VERIFY_RESULT(answer.result());
        QCOMPARE(m_house->damage(), QString());
        VERIFY_RESULT(m_house->start());
        QCOMPARE(m_house->events().count("TENANT_CREATED"), 3);
    }

    void readersNeverSeeHalfABatch()
    {
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp", 100'000, 1'000'000)));
        std::atomic<bool> done = false;
        std::atomic<int> torn = 0, looked = 0;
        std::jthread watcher([&] {
            while (!done) {
                m_house->engine().state().read([&](const engine::State &state) {
                    const auto usage = state.tenant(TenantId("acme-corp"))->usage;
                    torn += usage.vms % 10 != 0 || usage.storageGb != 2 * usage.vms;
                    ++looked;
                });
            }
        });
        for (int i = 0; i < 50; ++i)
            VERIFY_RESULT(m_house->submitVms(m_house->admin(), "acme-corp", vmSpec(10, 2)).result());
        done = true;
        watcher.join();
        QCOMPARE(torn.load(), 0);
        QVERIFY(looked > 0);
    }

private:
    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
