// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/uuid.h"
#include "service/fleet/vmjson.h"
#include "service/fleet/vmstore.h"
#include "service/store/schema.h"

#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

const TenantId Acme("acme-corp"), Globex("globex");

fleet::Vm vmOf(const TenantId &tenant, qint64 second)
{
    return {.id = VmId(newUuid(fromSeconds(1'790'000'000 + second))),
        .tenant = tenant,
        .name = u"vm-%1"_s.arg(second),
        .vmType = u"generic"_s,
        .ramMb = 1024,
        .vcpuCount = 2,
        .diskGb = second,
        .node = {},
        .createdAt = fromSeconds(1'790'000'000 + second),
        .startedAt = {}};
}

} // namespace

class TestVmStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_database = store::Database::open(m_dir->filePath(u"t.db"_s), store::Database::Mode::Create).value();
        QVERIFY(store::migrate(*m_database));
    }

    void cleanup()
    {
        m_database.reset();
        m_dir.reset();
    }

    void whatIsStoredComesBack_data()
    {
        QTest::addColumn<fleet::Vm>("vm");
        fleet::Vm plain = vmOf(Acme, 1);
        QTest::newRow("a plain one") << plain;
        fleet::Vm full = vmOf(Acme, 2);
        full.preferKvm = true;
        full.state = fleet::VmState::Error;
        full.node = NodeId("node-1");
        full.startedAt = fromMilliseconds(1'790'000'009'123);
        full.name = u"\U0001f3e2 'quoted' \"twice\""_s;
        QTest::newRow("one with all members") << full;
        fleet::Vm nameless = vmOf(Acme, 3);
        nameless.name = QString();
        QTest::newRow("one without a name") << nameless;
    }

    void whatIsStoredComesBack()
    {
        QFETCH(const fleet::Vm, vm);
        QVERIFY(fleet::insertVm(*m_database, vm));
        const auto found = fleet::findVm(*m_database, vm.id);
        QVERIFY(found && *found);
        QCOMPARE(fleet::vmJson(**found), fleet::vmJson(vm));
        QCOMPARE((*found)->preferKvm, vm.preferKvm);
    }

    void whatWasDeletedIsGone()
    {
        const fleet::Vm gone = vmOf(Acme, 1), kept = vmOf(Acme, 2);
        QVERIFY(fleet::insertVm(*m_database, gone));
        QVERIFY(fleet::insertVm(*m_database, kept));
        QVERIFY(fleet::deleteVm(*m_database, gone.id));
        QVERIFY(!fleet::findVm(*m_database, gone.id).value());
        QVERIFY(fleet::findVm(*m_database, kept.id).value());
    }

    void whatIsNotThereIsNothing_data()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::newRow("an id never given") << newUuid(fromSeconds(1));
        QTest::newRow("no id") << QByteArray();
        QTest::newRow("a pattern") << "%"_ba;
        QTest::newRow("a piece of SQL") << "' OR 1=1 --"_ba;
    }

    void whatIsNotThereIsNothing()
    {
        QFETCH(const QByteArray, id);
        QVERIFY(fleet::insertVm(*m_database, vmOf(Acme, 1)));
        const auto found = fleet::findVm(*m_database, VmId(id));
        QVERIFY(found);
        QVERIFY(!*found);
    }

    void oneIdIsTakenOnce()
    {
        const fleet::Vm vm = vmOf(Acme, 1);
        QVERIFY(fleet::insertVm(*m_database, vm));
        const auto again = fleet::insertVm(*m_database, vm);
        QVERIFY(!again);
        QVERIFY(!store::isFailure(again.error())); // the statement's fault, not the disk's
    }

    void aRowOfAnUnknownStateIsDamage()
    {
        const fleet::Vm vm = vmOf(Acme, 1);
        QVERIFY(fleet::insertVm(*m_database, vm));
        QVERIFY(m_database->execute(u"UPDATE vm SET state = 'Lost'"_s));
        const auto found = fleet::findVm(*m_database, vm.id);
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Corrupt);
        QCOMPARE(fleet::listVms(*m_database, Acme, {}, 10).error().code, ErrorCode::Corrupt);
    }

    void pages_data()
    {
        QTest::addColumn<TenantId>("tenant");
        QTest::addColumn<qint64>("atOnce");
        QTest::addColumn<int>("all");
        for (const qint64 atOnce : {1, 2, 7, 20, 30, 1000}) {
            QTest::addRow("one tenant's, %lld at once", static_cast<long long>(atOnce)) << Acme << atOnce << 20;
            QTest::addRow("everybody's, %lld at once", static_cast<long long>(atOnce)) << TenantId() << atOnce << 30;
        }
        QTest::newRow("of a tenant without any") << TenantId("nobody") << qint64(10) << 0;
    }

    void pages()
    {
        QFETCH(const TenantId, tenant);
        QFETCH(const qint64, atOnce);
        QFETCH(const int, all);
        for (int i = 0; i < 30; ++i)
            QVERIFY(fleet::insertVm(*m_database, vmOf(i % 3 == 0 ? Globex : Acme, i)));

        QByteArrayList seen;
        VmId after;
        while (true) {
            const auto page = fleet::listVms(*m_database, tenant, after, atOnce);
            QVERIFY(page);
            QVERIFY(qint64(page->size()) <= atOnce);
            for (const fleet::Vm &vm : *page) {
                QVERIFY(tenant.isEmpty() || vm.tenant == tenant);
                seen.append(vm.id.text());
            }
            if (qint64(page->size()) < atOnce)
                break;
            after = page->back().id;
        }
        QCOMPARE(seen.size(), all);
        QVERIFY(std::ranges::is_sorted(seen, std::less_equal())); // in order, none twice
    }

    void aPageGoesOnBehindAnIdThatIsGone()
    {
        std::vector<fleet::Vm> vms;
        for (int i = 0; i < 5; ++i) {
            vms.push_back(vmOf(Acme, i));
            QVERIFY(fleet::insertVm(*m_database, vms.back()));
        }
        QVERIFY(fleet::deleteVm(*m_database, vms[2].id));
        const auto page = fleet::listVms(*m_database, Acme, vms[2].id, 10);
        QVERIFY(page);
        QCOMPARE(page->size(), 2u);
        QCOMPARE(page->front().id.text(), vms[3].id.text());
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<store::Database> m_database;
};

QTEST_GUILESS_MAIN(TestVmStore)
#include "tst_vmstore.moc"
