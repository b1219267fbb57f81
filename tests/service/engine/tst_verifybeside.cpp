// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Verification with replay beside an engine that writes: never a false alarm. HOUSE_VERIFICATIONS says how many times;
// 40 without it.

#include "tests/service/engine/enginehouse.h"

#include <atomic>
#include <thread>

using namespace Qt::StringLiterals;
using engine::Work;

class TestVerifyBeside : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    void aLedgerThatIsWrittenIsNoDamage()
    {
        bool given = false;
        int left = std::max(1, qEnvironmentVariableIntValue("HOUSE_VERIFICATIONS", &given));
        for (left = given ? left : 40; left > 0; left -= RunsOfOneLedger)
            verifyBesideAWriter(std::min(left, RunsOfOneLedger));
    }

private:
    static constexpr int RunsOfOneLedger = 100; // a ledger that has grown long makes long runs

    void verifyBesideAWriter(int runs)
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp")));
        const TreeSize first = house.size();
        std::atomic<bool> stop = false;
        std::jthread writer([&] {
            while (!stop && write(house)) { }
        });
        QString damage;
        for (int run = 0; run < runs && damage.isEmpty(); ++run)
            damage = house.damage();
        QTRY_VERIFY(house.size() > first + 7);
        stop = true;
        writer.join();
        QVERIFY2(damage.isEmpty(), qPrintable(damage));
        QCOMPARE(house.damage(), QString());
    }

    // VMs come and go and tokens live and die.
    static bool write(EngineHouse &house)
    {
        const auto vms = house.submitVms(house.admin(), "acme-corp", vmSpec(3)).result();
        const auto token = house.submitToken(house.admin(), "acme-corp", "READ").result();
        if (!vms || !token)
            return false;
        for (const fleet::Vm &vm : vms->value) {
            const auto gone =
                house.submitPlain(house.admin(), [id = vm.id](Work &work) { return engine::destroyVm(work, id); })
                    .result();
            if (!gone)
                return false;
        }
        return house.submitRevocation(house.admin(), token->value.record.id).result().has_value();
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
};

QTEST_GUILESS_MAIN(TestVerifyBeside)
#include "tst_verifybeside.moc"
