// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/engine/enginehouse.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Denial;
using engine::DenialRecorder;

namespace {

Denial denialOf(const char *token, const char *code = "insufficient-scope")
{
    Denial denial{.caller = {}, .eventType = "ACCESS_DENIED", .code = code};
    denial.caller.actor = {
        .kind = ledger::ActorKind::Tenant, .tokenId = TokenId(token), .scope = "READ", .subject = {}};
    denial.caller.tenant = TenantId("acme-corp");
    denial.method = "GET";
    denial.route = "/v1/tenants/{id}";
    return denial;
}

Denial quotaDenial(const char *token, const char *tenant, qint64 used)
{
    Denial denial{.caller = {}, .eventType = "VM_DENIED", .code = "quota-exceeded"};
    denial.caller.actor = {.kind = ledger::ActorKind::Admin, .tokenId = TokenId(token), .scope = {}, .subject = {}};
    denial.tenant = TenantId(tenant);
    denial.quota = "max_vms";
    denial.limit = 10;
    denial.used = used;
    denial.requested = 1;
    return denial;
}

} // namespace

class TestDenials : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    void theFirstIsWrittenAtOnceAndRepeatsAreCounted()
    {
        TestClock clock;
        DenialRecorder recorder(clock);
        QVERIFY(recorder.admit(denialOf("a")));
        for (int i = 0; i < 99; ++i)
            QVERIFY(!recorder.admit(denialOf("a")));
        QVERIFY(recorder.due().empty());
        clock.advance(59s);
        QVERIFY(recorder.due().empty());
        clock.advance(1s);
        const auto due = recorder.due();
        QCOMPARE(due.size(), 1u);
        QCOMPARE(due.front().times, 99);
        QVERIFY(recorder.due().empty());
    }

    void oneEntryAMinuteWhileItGoesOn()
    {
        TestClock clock;
        DenialRecorder recorder(clock);
        qint64 written = recorder.admit(denialOf("a")), entries = 1, asked = 1;
        for (int second = 0; second < 600; ++second) {
            for (int i = 0; i < 3; ++i, ++asked)
                QVERIFY(!recorder.admit(denialOf("a")));
            clock.advance(1s);
            for (const Denial &denial : recorder.due()) {
                written += denial.times;
                ++entries;
            }
        }
        QCOMPARE(entries, 11);
        for (const Denial &denial : recorder.due(true))
            written += denial.times;
        QCOMPARE(written, asked);
    }

    void aQuietMinuteBeginsAnew()
    {
        TestClock clock;
        DenialRecorder recorder(clock);
        QVERIFY(recorder.admit(denialOf("a")));
        clock.advance(60s);
        QVERIFY(recorder.due().empty());
        QVERIFY(recorder.admit(denialOf("a")));
    }

    void eachTokenAndCodeCountsForItself_data()
    {
        QTest::addColumn<Denial>("other");
        QTest::newRow("another token") << denialOf("b");
        QTest::newRow("another code") << denialOf("a", "not-found");
        QTest::newRow("a quota") << quotaDenial("a", "acme-corp", 10);
    }

    void eachTokenAndCodeCountsForItself()
    {
        QFETCH(const Denial, other);
        TestClock clock;
        DenialRecorder recorder(clock);
        QVERIFY(recorder.admit(denialOf("a")));
        QVERIFY(recorder.admit(other));
        QVERIFY(!recorder.admit(denialOf("a")));
        QVERIFY(!recorder.admit(other));
    }

    // An administrator's repeats on one tenant must not stand in another tenant's entries.
    void eachTenantsQuotaCountsForItself()
    {
        TestClock clock;
        DenialRecorder recorder(clock);
        QVERIFY(recorder.admit(quotaDenial("admin", "acme-corp", 10)));
        QVERIFY(recorder.admit(quotaDenial("admin", "globex", 10)));
        QVERIFY(!recorder.admit(quotaDenial("admin", "acme-corp", 10)));
        const auto due = recorder.due(true);
        QCOMPARE(due.size(), 1u);
        QCOMPARE(due.front().tenant.text(), "acme-corp");
        QCOMPARE(due.front().times, 1);
    }

    void theCountedEntryTellsOfTheLast()
    {
        TestClock clock;
        DenialRecorder recorder(clock);
        for (const qint64 used : {10, 11, 12})
            recorder.admit(quotaDenial("a", "acme-corp", used));
        QCOMPARE(engine::denialEntryData(recorder.due(true).front()),
            "{\"code\":\"quota-exceeded\",\"quota\":\"max_vms\",\"limit\":10,\"used\":12,\"requested\":1,\"times\":2}"_ba);
    }

    void theCountedEntryNamesWhatAllShare_data()
    {
        QTest::addColumn<QByteArrayList>("asked"); // behind the first, which has an entry of its own
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("route");
        QTest::newRow("one of them") << QByteArrayList{"POST /b"} << "\"POST\""_ba
                                     << "\"/b\""_ba;
        QTest::newRow("the same again") << QByteArrayList{"GET /a", "GET /a"} << "\"GET\""_ba
                                        << "\"/a\""_ba;
        QTest::newRow("another route") << QByteArrayList{"GET /a", "GET /b"} << "\"GET\""_ba
                                       << "null"_ba;
        QTest::newRow("another method") << QByteArrayList{"GET /a", "POST /a"} << "null"_ba
                                        << "\"/a\""_ba;
        QTest::newRow("others, and the first of them again")
            << QByteArrayList{"GET /a", "POST /b", "GET /a"} << "null"_ba
            << "null"_ba;
    }

    void theCountedEntryNamesWhatAllShare()
    {
        QFETCH(const QByteArrayList, asked);
        QFETCH(const QByteArray, method);
        QFETCH(const QByteArray, route);
        const QByteArray expected = "{\"code\":\"insufficient-scope\",\"method\":" + method + ",\"route\":" + route
            + ",\"actor_tenant\":\"acme-corp\",\"times\":" + QByteArray::number(asked.size()) + '}';
        TestClock clock;
        for (const bool givenBack : {false, true}) {
            DenialRecorder recorder(clock);
            QVERIFY(recorder.admit(denialOf("a")));
            for (const QByteArray &one : asked) {
                Denial denial = denialOf("a");
                denial.method = one.split(' ').first();
                denial.route = one.split(' ').last();
                if (givenBack)
                    recorder.giveBack(denial);
                else
                    QVERIFY(!recorder.admit(denial));
            }
            QCOMPARE(engine::denialEntryData(recorder.due(true).front()), expected);
        }
    }

    void whatIsGivenBackIsNotTheLast()
    {
        TestClock clock;
        DenialRecorder recorder(clock);
        for (const qint64 used : {10, 11, 12})
            recorder.admit(quotaDenial("a", "acme-corp", used));
        recorder.giveBack(quotaDenial("a", "acme-corp", 10));
        const auto due = recorder.due(true);
        QCOMPARE(due.front().used, 12);
        QCOMPARE(due.front().times, 3);
    }

    void theEntryOfForeignAccessNamesNoIdThatWasAskedFor()
    {
        QCOMPARE(engine::denialEntryData(denialOf("a")),
            "{\"code\":\"insufficient-scope\",\"method\":\"GET\",\"route\":\"/v1/tenants/{id}\","
            "\"actor_tenant\":\"acme-corp\",\"times\":1}"_ba);
    }

    void theEngineWritesTheFirstAtOnceAndTheRestWhenTheMinuteIsOver()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp")));
        const auto size = house.size();
        for (int i = 0; i < 5; ++i)
            house.engine().recordDenial(denialOf("a"));
        house.engine().recordDenial(quotaDenial("a", "acme-corp", 10));
        QVERIFY(QTest::qWaitFor([&] { return house.size() == size + 2; }, 5000));

        const auto access = house.entry(size), quota = house.entry(size + 1);
        QCOMPARE(access.eventType, "ACCESS_DENIED");
        QVERIFY(access.tenant.isEmpty()); // the installation's
        QVERIFY(access.outcome == ledger::Outcome::Denied);
        QCOMPARE(quota.eventType, "VM_DENIED");
        QCOMPARE(quota.tenant.text(), "acme-corp");

        house.clock.advance(61s);
        QVERIFY(QTest::qWaitFor([&] { return house.size() == size + 3; }, 5000));
        QCOMPARE(house.entry(size + 2).data.find("times")->number()->text, "4");
        QCOMPARE(house.damage(), QString());
    }

    void nothingIsLostAtStop()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        for (int i = 0; i < 1000; ++i)
            house.engine().recordDenial(denialOf(i % 2 ? "a" : "b"));
        house.stop();
        QCOMPARE(timesIn(house), 1000);
        QCOMPARE(house.damage(), QString());
    }

    // Also those of a request that is answered only now.
    void whatIsPostedAfterwardsStandsBehindThem()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        for (int i = 0; i < 5; ++i)
            house.engine().recordDenial(denialOf("a"));
        house.engine().post<engine::Nothing>(
            engine::systemCaller(), [](engine::Work &) { return engine::Nothing{}; },
            [&house](const Result<engine::Committed<engine::Nothing>> &) {
                house.engine().recordDenial(denialOf("b"));
                house.engine().recordDenial(denialOf("b"));
            },
            engine::Job::Kind::DryRun);
        house.engine().settleDenials();
        VERIFY_RESULT(house.registerTenant(tenantSpec("last")));
        house.stop();
        QCOMPARE(house.events().last(), "TENANT_CREATED");
        QCOMPARE(timesIn(house), 7);
        QCOMPARE(house.damage(), QString());
    }

    void nothingIsLostWhileTheLedgerCanNotBeWritten()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        house.faults.before = 1;
        house.engine().recordDenial(denialOf("a"));
        QVERIFY(QTest::qWaitFor([&] { return house.faults.before == 0; }, 5000));
        house.engine().recordDenial(denialOf("a"));
        house.stop();
        QCOMPARE(timesIn(house), 2);
        QCOMPARE(house.damage(), QString());
    }

private:
    static qint64 timesIn(const EngineHouse &house)
    {
        qint64 times = 0;
        const auto database = house.reader();
        ledger::LedgerReader(*database)
            .read({.eventTypes = {"ACCESS_DENIED"}},
                [&](LeafIndex, const QByteArray &bytes) {
                    times += ledger::parseEntry(bytes)->data.find("times")->number()->whole().value();
                    return true;
                })
            .value();
        return times;
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
};

QTEST_GUILESS_MAIN(TestDenials)
#include "tst_denials.moc"
