// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/tenant.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using tenancy::Tenant;

namespace {

Tenant tenantWith(tenancy::Limits limits, tenancy::Usage usage)
{
    return {.id = TenantId("acme-corp"),
        .displayName = u"Acme Corporation"_s,
        .limits = limits,
        .labels = {{u"tier"_s, u"gold"_s}},
        .plan = {},
        .createdAt = fromSeconds(1),
        .createdBy = TokenId("t"),
        .updatedAt = fromSeconds(1),
        .usage = usage};
}

} // namespace

class TestTenant : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void admits_data()
    {
        QTest::addColumn<qint64>("maxVms");
        QTest::addColumn<qint64>("maxStorage");
        QTest::addColumn<qint64>("usedVms");
        QTest::addColumn<qint64>("usedStorage");
        QTest::addColumn<qint64>("vms");
        QTest::addColumn<qint64>("storage");
        QTest::addColumn<QString>("quota"); // that refuses; empty: it fits
        QTest::addColumn<qint64>("remaining");

        const auto row = [](const char *name, std::array<qint64, 6> n, const QString &quota, qint64 remaining) {
            QTest::newRow(name) << n[0] << n[1] << n[2] << n[3] << n[4] << n[5] << quota << remaining;
        };
        row("the first of ten fits", {10, 100, 0, 0, 1, 10}, {}, 0);
        row("the tenth of ten fits", {10, 100, 9, 90, 1, 10}, {}, 0);
        row("the eleventh does not", {10, 1000, 10, 100, 1, 10}, u"max_vms"_s, 0);
        row("ten at once fit exactly", {10, 100, 0, 0, 10, 100}, {}, 0);
        row("eleven at once do not, and ten remain", {10, 1000, 0, 0, 11, 110}, u"max_vms"_s, 10);
        row("storage to the last gigabyte fits", {10, 100, 1, 99, 1, 1}, {}, 0);
        row("one gigabyte too much does not", {10, 100, 1, 99, 1, 2}, u"storage_quota_gb"_s, 1);
        row("where both are exceeded the VMs are named", {1, 1, 1, 1, 1, 1}, u"max_vms"_s, 0);
        row("no VM at all with a limit of none", {0, 100, 0, 0, 1, 0}, u"max_vms"_s, 0);
        row("a VM without disk fits where the storage is just used up", {10, 100, 1, 100, 1, 0}, {}, 0);
        row("a limit lowered below use lets nothing in", {2, 100, 5, 50, 1, 0}, u"max_vms"_s, 0);
        row("storage lowered below use lets nothing in", {10, 20, 5, 50, 1, 10}, u"storage_quota_gb"_s, 0);
        row("storage lowered below use lets not even a VM without disk in", {10, 20, 5, 50, 1, 0},
            u"storage_quota_gb"_s, 0);
        row("the largest request that a body can name does not wrap round",
            {100'000, 1'000'000'000, 0, 0, 2'147'483'647, 2'147'483'647'000'000}, u"max_vms"_s, 100'000);
        row("the largest storage that a request can come to does not wrap round",
            {100'000, 1'000'000'000, 0, 0, 1000, 1'000'000'000'000}, u"storage_quota_gb"_s, 1'000'000'000);
    }

    void admits()
    {
        QFETCH(const qint64, maxVms);
        QFETCH(const qint64, maxStorage);
        QFETCH(const qint64, usedVms);
        QFETCH(const qint64, usedStorage);
        QFETCH(const qint64, vms);
        QFETCH(const qint64, storage);
        QFETCH(const QString, quota);
        QFETCH(const qint64, remaining);
        const auto admitted =
            tenancy::admit(tenantWith({maxVms, maxStorage, 60}, {usedVms, usedStorage}), vms, storage);
        QCOMPARE(admitted.has_value(), quota.isEmpty());
        if (admitted)
            return;
        const Error &error = admitted.error();
        const bool ofVms = quota == "max_vms"_L1;
        const QJsonObject expected{{u"tenant_id"_s, u"acme-corp"_s}, {u"quota"_s, quota},
            {u"limit"_s, ofVms ? maxVms : maxStorage}, {u"used"_s, ofVms ? usedVms : usedStorage},
            {u"requested"_s, ofVms ? vms : storage}, {u"remaining"_s, remaining}, {u"retryable"_s, false}};
        QCOMPARE(error.code, ErrorCode::QuotaExceeded);
        QCOMPARE(error.members, expected);
        QVERIFY2(error.detail.contains(quota), qPrintable(error.detail));
    }

    void isOverQuotaOnlyAboveALimit_data()
    {
        QTest::addColumn<qint64>("vms");
        QTest::addColumn<qint64>("storage");
        QTest::addColumn<bool>("over");
        QTest::newRow("below both") << qint64(9) << qint64(99) << false;
        QTest::newRow("at both") << qint64(10) << qint64(100) << false;
        QTest::newRow("above the VMs") << qint64(11) << qint64(100) << true;
        QTest::newRow("above the storage") << qint64(10) << qint64(101) << true;
    }

    void isOverQuotaOnlyAboveALimit()
    {
        QFETCH(const qint64, vms);
        QFETCH(const qint64, storage);
        QFETCH(const bool, over);
        QCOMPARE(tenantWith({10, 100, 60}, {vms, storage}).isOverQuota(), over);
    }

    void aPatchChangesOnlyWhatItNames_data()
    {
        QTest::addColumn<tenancy::TenantPatch>("patch");
        QTest::addColumn<QString>("name");
        QTest::addColumn<tenancy::Limits>("limits");
        QTest::addColumn<tenancy::Labels>("labels");

        const QString acme = u"Acme Corporation"_s;
        const tenancy::Limits limits{10, 100, 60};
        const tenancy::Labels labels{{u"tier"_s, u"gold"_s}};
        const auto patch = [] { return tenancy::TenantPatch{}; };
        QTest::newRow("nothing") << patch() << acme << limits << labels;
        auto name = patch();
        name.displayName = u"Other"_s;
        QTest::newRow("the name") << name << u"Other"_s << limits << labels;
        auto vms = patch();
        vms.maxVms = 0;
        QTest::newRow("the VMs, to none") << vms << acme << tenancy::Limits{0, 100, 60} << labels;
        auto storage = patch();
        storage.storageQuotaGb = 0;
        QTest::newRow("the storage, to none") << storage << acme << tenancy::Limits{10, 0, 60} << labels;
        auto rate = patch();
        rate.apiRateLimitRpm = 1;
        QTest::newRow("the rate") << rate << acme << tenancy::Limits{10, 100, 1} << labels;
        auto none = patch();
        none.labels = tenancy::Labels();
        QTest::newRow("the labels, to none") << none << acme << limits << tenancy::Labels();
    }

    void aPatchChangesOnlyWhatItNames()
    {
        QFETCH(const tenancy::TenantPatch, patch);
        QFETCH(const QString, name);
        QFETCH(const tenancy::Limits, limits);
        QFETCH(const tenancy::Labels, labels);
        const Tenant before = tenantWith({10, 100, 60}, {5, 50});
        const Tenant after = tenancy::patched(before, patch);
        QCOMPARE(after.displayName, name);
        QVERIFY(after.limits == limits);
        QCOMPARE(after.labels, labels);
        QVERIFY(after.usage == before.usage);
        QCOMPARE(after.version, before.version);
        QCOMPARE(after.id.text(), before.id.text());
    }

    void everyStateHasOneSpelling()
    {
        for (const TenantState state : {TenantState::Active, TenantState::Suspended, TenantState::Deleted})
            QVERIFY(tenantStateFromText(toText(state)) == state);
        for (const char *text : {"", "Active", "active ", "gone"})
            QVERIFY(!tenantStateFromText(text));
    }
};

QTEST_GUILESS_MAIN(TestTenant)
#include "tst_tenant.moc"
