// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// State tables changed behind the ledger's back: verification names the row.

#include "service/engine/plancommands.h"
#include "service/store/schema.h"
#include "tests/service/engine/enginehouse.h"

using namespace Qt::StringLiterals;
using engine::Work;

namespace {

// A ledger of any entries, over tables that nobody fills.
class Logbook
{
public:
    Logbook()
        : m_key(crypto::SigningKey::generate())
    {
        m_database = store::Database::open(path(), store::Database::Mode::Create).value();
        store::migrate(*m_database).value();
        auto transaction = store::Transaction::begin(*m_database).value();
        m_ledger = ledger::Ledger::create(*m_database, m_key, "service-vm-tenant/test").value();
        transaction.commit().value();
    }

    void write(const QByteArray &type, const QByteArray &tenant, const QByteArray &data,
        ledger::Outcome outcome = ledger::Outcome::Ok)
    {
        auto transaction = store::Transaction::begin(*m_database).value();
        m_ledger
            ->append({.time = fromMilliseconds(1'790'000'000'000),
                .eventType = type,
                .tenant = TenantId(tenant),
                .outcome = outcome,
                .data = data})
            .value();
        m_ledger->seal().value();
        transaction.commit().value();
        m_ledger->committed();
    }

    TreeSize size() const { return m_ledger->size(); }

    // What the replay finds.
    Result<std::optional<ledger::Finding>> replay()
    {
        const auto database = store::Database::open(path(), store::Database::Mode::ReadOnly).value();
        engine::Replay replay;
        ASSIGN_OR_RETURN(
            const auto report, ledger::verifyTree(*database, {.keys = {m_ledger->verifierKey()}, .follower = &replay}));
        if (report.ok)
            return std::nullopt;
        return ledger::Finding{report.kind, report.firstBad, report.damage};
    }

private:
    QString path() const { return m_dir.filePath(u"t.db"_s); }

    QTemporaryDir m_dir;
    crypto::SigningKey m_key;
    std::unique_ptr<store::Database> m_database;
    std::unique_ptr<ledger::Ledger> m_ledger;
};

} // namespace

class TestReplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
        build();
        QVERIFY(QFile::copy(m_house->paths().database(), m_dir.filePath(u"whole"_s)));
    }

    void init()
    {
        QFile::remove(m_house->paths().database());
        QVERIFY(QFile::copy(m_dir.filePath(u"whole"_s), m_house->paths().database()));
    }

    void cleanupTestCase() { m_house.reset(); }

    void theEntriesMakeTheTables() { QCOMPARE(m_house->damage(), QString()); }

    void aChangedRowIsNamed_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("named");
        const auto row = [](const char *name, const QString &sql, const QString &named) {
            QTest::newRow(name) << sql << named;
        };
        struct Change
        {
            const char *column;
            const char *value;
        };
        for (const auto &[column, value] :
            {Change{"display_name", "'Evil'"}, {"max_vms", "max_vms + 1"}, {"storage_quota_gb", "0"},
                {"api_rate_limit_rpm", "601"}, {"labels", "'{}'"}, {"plan", "'free'"}, {"state", "'deleted'"},
                {"created_at", "created_at + 1"}, {"created_by", "'nobody'"}, {"updated_at", "updated_at + 1"},
                {"version", "version + 1"}, {"used_vms", "used_vms - 1"}, {"used_storage_gb", "used_storage_gb + 1"}}) {
            QTest::addRow("the %s of a tenant", column)
                << u"UPDATE tenant SET %1 = %2 WHERE tenant_id = 'acme-corp'"_s.arg(
                       QLatin1StringView(column), QLatin1StringView(value))
                << u"The row of tenant acme-corp"_s;
        }
        row("a suspended tenant made active", u"UPDATE tenant SET state = 'active' WHERE tenant_id = 'globex'"_s,
            u"tenant globex"_s);
        row("a deleted tenant made active", u"UPDATE tenant SET state = 'active' WHERE tenant_id = 'initech'"_s,
            u"tenant initech"_s);
        row("a tenant renamed", u"UPDATE tenant SET tenant_id = 'umbrella' WHERE tenant_id = 'globex'"_s,
            u"The row of tenant globex is missing"_s);
        row("a tenant removed", u"DELETE FROM tenant WHERE tenant_id = 'globex'"_s,
            u"The row of tenant globex is missing"_s);
        row("a tenant slipped in",
            u"INSERT INTO tenant SELECT 'hooli', display_name, max_vms, storage_quota_gb, api_rate_limit_rpm, "
            u"labels, "
            "plan, state, created_at, created_by, updated_at, version, used_vms, used_storage_gb, NULL, NULL, NULL "
            "FROM "
            "tenant LIMIT 1"_s,
            u"The row of tenant hooli is of no entry"_s);
        for (const auto &[column, value] :
            {Change{"deleted_at", "deleted_at + 1"}, {"deleted_from", "'suspended'"}, {"purged_at", "1"}}) {
            QTest::addRow("the %s of a deleted tenant", column)
                << u"UPDATE tenant SET %1 = %2 WHERE tenant_id = 'initech'"_s.arg(
                       QLatin1StringView(column), QLatin1StringView(value))
                << u"The row of tenant initech"_s;
        }
        row("the name of a purged tenant remembered",
            u"UPDATE tenant SET display_name = 'Wayne' WHERE tenant_id = 'wayne'"_s, u"The row of tenant wayne"_s);
        row("a token of a purged tenant kept",
            u"INSERT INTO token SELECT 'x', 'wayne', scope, subject_pubkey, parent_id, depth, issued_at, not_before, "
            "expires_at, proof_of_possession, name, key_id, revoked_at, NULL, NULL FROM token WHERE tenant_id IS NOT "
            "NULL LIMIT 1"_s,
            u"The row of token x is of no entry"_s);
        for (const char *column : {"max_vms", "storage_quota_gb", "api_rate_limit_rpm", "created_at", "updated_at"}) {
            QTest::addRow("the %s of a plan", column) << u"UPDATE plan SET %1 = %1 + 1 WHERE name = 'gold'"_s.arg(
                QLatin1StringView(column)) << u"The row of plan gold"_s;
        }
        row("a plan removed", u"DELETE FROM plan WHERE name = 'gold'"_s, u"number of plans (0 instead of 1)"_s);
        row("a plan slipped in", u"INSERT INTO plan VALUES ('free', 1, 1, 1, 1, 1)"_s,
            u"The row of plan free is of no entry"_s);

        for (const auto &[column, value] : {Change{"tenant_id", "'globex'"}, {"scope", "'service:admin'"},
                 {"subject_pubkey", "(SELECT public_key FROM signing_key)"}, {"depth", "depth + 1"},
                 {"issued_at", "issued_at - 1"}, {"not_before", "not_before - 1"}, {"expires_at", "expires_at + 1"},
                 {"proof_of_possession", "1"}, {"name", "'evil'"}, {"key_id", "'other'"},
                 {"revoked_at", "coalesce(revoked_at, 0) + 1"}, {"retires_at", "expires_at"}, {"warned_days", "7"},
                 {"parent_id", "(SELECT token_id FROM token WHERE tenant_id IS NULL)"}}) {
            QTest::addRow("the %s of a token", column)
                << u"UPDATE token SET %1 = %2 WHERE token_id = (SELECT max(token_id) FROM token)"_s.arg(
                       QLatin1StringView(column), QLatin1StringView(value))
                << u"The row of token "_s;
        }
        row("a revoked token made good", u"UPDATE token SET revoked_at = NULL WHERE revoked_at IS NOT NULL"_s,
            u"The row of token "_s);
        row("a token removed", u"DELETE FROM token WHERE revoked_at IS NOT NULL"_s, u" is missing; entry "_s);
        row("a token slipped in",
            u"INSERT INTO token SELECT 'x', tenant_id, scope, subject_pubkey, parent_id, depth, issued_at, "
            u"not_before, "
            "expires_at, proof_of_possession, name, key_id, revoked_at, NULL, NULL FROM token LIMIT 1"_s,
            u"The row of token x is of no entry"_s);

        for (const auto &[column, value] :
            {Change{"tenant_id", "'globex'"}, {"name", "'evil'"}, {"vm_type", "'gpu'"}, {"ram_mb", "1"},
                {"vcpu_count", "64"}, {"disk_gb", "0"}, {"prefer_kvm", "1 - prefer_kvm"}, {"state", "'Running'"},
                {"node_id", "'node-1'"}, {"created_at", "created_at - 1"}, {"started_at", "5"}}) {
            QTest::addRow("the %s of a VM", column)
                << u"UPDATE vm SET %1 = %2 WHERE vm_id = (SELECT max(vm_id) FROM vm)"_s.arg(
                       QLatin1StringView(column), QLatin1StringView(value))
                << u"The row of VM "_s;
        }
        row("a VM removed", u"DELETE FROM vm WHERE vm_id = (SELECT max(vm_id) FROM vm)"_s, u" is missing; entry "_s);
        row("a token key slipped in", u"INSERT INTO signing_key VALUES ('x', 'y', 1, NULL)"_s, u"token key x"_s);
        row("a token key exchanged", u"UPDATE signing_key SET public_key = 'y'"_s, u"The row of the token key"_s);
        row("a token key retired", u"UPDATE signing_key SET retired_at = 5"_s, u"The row of the token key"_s);
        row("a token key removed", u"DELETE FROM signing_key"_s, u"number of token keys (0 instead of 1)"_s);
        row("another name of the log", u"UPDATE meta SET value = 'x' WHERE key = 'origin'"_s,
            u"The row origin of meta"_s);
        row("the installation's id removed", u"DELETE FROM meta WHERE key = 'installation_id'"_s,
            u"number of rows in meta (1 instead of 2)"_s);
        // An empty text is not null: who asks for null does not find the row.
        for (const char *column : {"tenant_id", "subject_pubkey", "parent_id"}) {
            QTest::addRow("the %s of an administrator's token emptied", column)
                << u"UPDATE token SET %1 = '' WHERE tenant_id IS NULL"_s.arg(QLatin1StringView(column))
                << u"The row of token "_s;
        }
        row("the node of a VM emptied", u"UPDATE vm SET node_id = '' WHERE node_id IS NULL"_s, u"The row of VM "_s);
        row("a VM without an id slipped in",
            u"INSERT INTO vm SELECT '', tenant_id, name, vm_type, ram_mb, vcpu_count, disk_gb, prefer_kvm, state, "
            "node_id, created_at, started_at FROM vm LIMIT 1"_s,
            u"The row of VM  is of no entry"_s);
        row("a token without an id slipped in",
            u"INSERT INTO token SELECT '', tenant_id, scope, subject_pubkey, parent_id, depth, issued_at, not_before, "
            "expires_at, proof_of_possession, name, key_id, NULL, NULL, NULL FROM token LIMIT 1"_s,
            u"The row of token  is of no entry"_s);
        row("all VMs removed", u"DELETE FROM vm"_s, u" is missing; entry "_s);
        row("a VM slipped in",
            u"INSERT INTO vm SELECT 'x', tenant_id, name, vm_type, ram_mb, vcpu_count, disk_gb, prefer_kvm, state, "
            u"node_id, "
            "created_at, started_at FROM vm LIMIT 1"_s,
            u"The row of VM x is of no entry"_s);
    }

    void aChangedRowIsNamed()
    {
        QFETCH(const QString, sql);
        QFETCH(const QString, named);
        {
            const auto database = store::Database::open(m_house->paths().database(), store::Database::Mode::ReadWrite);
            VERIFY_RESULT(database);
            VERIFY_RESULT((*database)->execute(sql));
        }
        const QString damage = m_house->damage();
        QVERIFY2(damage.contains(named), qPrintable(damage));
    }

    void entriesThatCanNotFollowAreNamed_data()
    {
        QTest::addColumn<QByteArrayList>("before"); // type, tenant, data
        QTest::addColumn<QByteArrayList>("entry");
        QTest::addColumn<bool>("follows");
        const QByteArrayList none;
        const QByteArrayList tenant{"TENANT_CREATED", "acme-corp", R"({"display_name":"A"})"};
        const QByteArrayList vm{"VM_REGISTERED", "acme-corp", R"({"vm_id":"v","state":"Provisioning"})"};
        QTest::newRow("a tenant") << none << tenant << true;
        QTest::newRow("a tenant made twice") << tenant << tenant << false;
        QTest::newRow("a change of no tenant") << none << QByteArrayList{"QUOTA_CHANGED", "acme-corp", "{}"} << false;
        QTest::newRow("a suspension of another tenant")
            << tenant << QByteArrayList{"TENANT_SUSPENDED", "globex", "{}"} << false;
        QTest::newRow("a VM of a tenant") << tenant << vm << true;
        QTest::newRow("a VM of no tenant") << none << vm << false;
        QTest::newRow("a VM in no state")
            << tenant << QByteArrayList{"VM_REGISTERED", "acme-corp", R"({"vm_id":"v"})"} << false;
        QTest::newRow("the end of a VM that was not there")
            << tenant << QByteArrayList{"VM_DESTROYED", "acme-corp", R"({"vm_id":"v"})"} << false;
        QTest::newRow("the revocation of a token never issued")
            << tenant << QByteArrayList{"TOKEN_REVOKED", "acme-corp", R"({"token_id":"t"})"} << false;
        QTest::newRow("a token without a scope")
            << tenant << QByteArrayList{"TOKEN_ISSUED", "acme-corp", R"({"token_id":"t"})"} << false;
        QTest::newRow("a token with a key that is none")
            << tenant
            << QByteArrayList{"TOKEN_ISSUED", "acme-corp", R"({"token_id":"t","scope":"READ","subject_pubkey":"x"})"}
            << false;
        const QByteArrayList plan{"PLAN_CHANGED", "", R"({"name":"gold","old":null,"new":{"max_vms":1}})"};
        QTest::newRow("a plan") << none << plan << true;
        QTest::newRow("a plan made twice") << plan << plan << false;
        QTest::newRow("the end of a plan that was not there")
            << none << QByteArrayList{"PLAN_CHANGED", "", R"({"name":"gold","old":{"max_vms":1},"new":null})"} << false;
        QTest::newRow("a plan that was another")
            << plan << QByteArrayList{"PLAN_CHANGED", "", R"({"name":"gold","old":{"max_vms":2},"new":null})"} << false;
        QTest::newRow("the undeletion of a tenant that lives")
            << tenant << QByteArrayList{"TENANT_UNDELETED", "acme-corp", "{}"} << false;
        QTest::newRow("the purge of a tenant that lives")
            << tenant << QByteArrayList{"TENANT_PURGED", "acme-corp", "{}"} << false;
        QTest::newRow("what changes no table") << none << QByteArrayList{"SERVER_STARTED", "", "{}"} << true;
    }

    void entriesThatCanNotFollowAreNamed()
    {
        QFETCH(const QByteArrayList, before);
        QFETCH(const QByteArrayList, entry);
        QFETCH(const bool, follows);
        Logbook logbook;
        if (!before.isEmpty())
            logbook.write(before[0], before[1], before[2]);
        logbook.write(entry[0], entry[1], entry[2]);
        const auto finding = logbook.replay();
        VERIFY_RESULT(finding);
        // What follows ends in rows that this database has not.
        const QString named = *finding ? (*finding)->sentence : QString();
        const bool contradicts =
            named.contains(u"Entry %1 "_s.arg(logbook.size() - 1)) && named.contains("can't follow"_L1);
        QVERIFY2(contradicts == !follows, qPrintable(named));
        if (contradicts)
            QCOMPARE(*(*finding)->index, LeafIndex(logbook.size() - 1));
    }

    void aTypeThatNobodyCanReplayIsRefused_data()
    {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<bool>("refused");
        QTest::newRow("one that nobody knows") << "TENANT_MERGED"_ba << true;
        QTest::newRow("one of a later version") << "NODE_ENROLLED"_ba << true;
        QTest::newRow("one that changes no table") << "SERVER_STARTED"_ba << false;
    }

    void aTypeThatNobodyCanReplayIsRefused()
    {
        QFETCH(QByteArray, type);
        QFETCH(bool, refused);
        Logbook logbook;
        logbook.write(type, {}, "{}");
        const auto finding = logbook.replay();
        VERIFY_RESULT(finding);
        QCOMPARE(finding->has_value(), refused);
        if (refused)
            QVERIFY2((*finding)->sentence.contains(u"a %1;"_s.arg(QLatin1StringView(type))),
                qPrintable((*finding)->sentence));
    }

    void aRefusalChangesNothing()
    {
        Logbook logbook;
        logbook.write("TENANT_CREATED", "acme-corp", "{}", ledger::Outcome::Denied);
        logbook.write("NODE_ENROLLED", {}, "{}", ledger::Outcome::Failed);
        const auto finding = logbook.replay();
        VERIFY_RESULT(finding);
        QVERIFY(!*finding);
    }

private:
    // Something of everything: a changed, a suspended and a deleted tenant, tokens live and revoked, VMs there and
    // gone.
    void build()
    {
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        auto spec = tenantSpec("acme-corp");
        spec.labels = {{u"tier"_s, u"gold \"1\""_s}};
        VERIFY_RESULT(m_house->registerTenant(spec));
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        m_house->clock.advance(std::chrono::milliseconds(1234));
        const auto admin = m_house->admin();
        auto kvm = vmSpec(2, 3);
        kvm.preferKvm = true;
        kvm.name = u"web"_s;
        VERIFY_RESULT(m_house->submitVms(admin, "acme-corp", kvm).result());
        const auto gone = m_house->submitVms(admin, "globex").result();
        VERIFY_RESULT(gone);
        VERIFY_RESULT(plain([&](Work &work) { return engine::destroyVm(work, gone->value.front().id); }));
        const auto token = m_house->submitToken(admin, "acme-corp", "service:tenant-admin").result();
        VERIFY_RESULT(token);
        const auto child = m_house->submitToken(EngineHouse::holder(token->value.record), "acme-corp", "USER").result();
        VERIFY_RESULT(child);
        VERIFY_RESULT(m_house->submitRevocation(admin, child->value.record.id).result());
        VERIFY_RESULT(plain([](Work &work) {
            return engine::patchTenant(work, TenantId("acme-corp"),
                [](const tenancy::Tenant &) {
                    tenancy::TenantPatch patch = limitTo(7);
                    patch.displayName = u"Acme"_s;
                    patch.labels = tenancy::Labels{{u"a"_s, u"b"_s}};
                    return Result<tenancy::TenantPatch>(patch);
                },
                {});
        }));
        VERIFY_RESULT(plain([](Work &work) { return engine::suspendTenant(work, TenantId("globex"), u"unpaid"_s); }));
        VERIFY_RESULT(plain([](Work &work) { return engine::resumeTenant(work, TenantId("globex")); }));
        VERIFY_RESULT(plain([](Work &work) { return engine::suspendTenant(work, TenantId("globex"), {}); }));
        VERIFY_RESULT(plain([](Work &work) { return engine::deleteTenant(work, TenantId("initech"), {}); }));
        buildLives();
        m_house->stop();
    }

    // Plans that come and go, a tenant that was away, and one that is gone for good.
    void buildLives()
    {
        const auto admin = m_house->admin();
        VERIFY_RESULT(plain([](Work &work) { return engine::putPlan(work, u"gold"_s, {10, 100, 600}); }));
        VERIFY_RESULT(plain([](Work &work) { return engine::putPlan(work, u"lead"_s, {1, 1, 1}); }));
        for (const char *id : {"stark", "wayne"}) {
            auto spec = tenantSpec(id);
            spec.limits = {tenancy::FromPlan, tenancy::FromPlan, 700};
            spec.plan = u"gold"_s;
            VERIFY_RESULT(m_house->registerTenant(spec));
            VERIFY_RESULT(m_house->submitVms(admin, id, vmSpec(3, 2)).result());
            VERIFY_RESULT(m_house->submitToken(admin, id, "READ").result());
            const engine::DeleteOptions all{.ifVersion = {}, .cascade = true};
            VERIFY_RESULT(plain([&](Work &work) { return engine::deleteTenant(work, TenantId(id), all); }));
        }
        m_house->clock.advance(std::chrono::hours(1));
        VERIFY_RESULT(plain(
            [](Work &work) { return engine::undeleteTenant(work, TenantId("stark"), {}, std::chrono::days(30)); }));
        VERIFY_RESULT(plain([](Work &work) { return engine::purgeTenant(work, TenantId("wayne"), {}); }));
        VERIFY_RESULT(plain([](Work &work) { return engine::putPlan(work, u"gold"_s, {2, 200, 600}); }));
        VERIFY_RESULT(plain([](Work &work) { return engine::deletePlan(work, u"lead"_s); }));
    }

    template <typename Run>
    Result<engine::Committed<engine::Nothing>> plain(Run run)
    {
        return m_house->submitPlain(m_house->admin(), std::move(run)).result();
    }

    QTemporaryDir m_dir;
    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};

QTEST_GUILESS_MAIN(TestReplay)
#include "tst_replay.moc"
