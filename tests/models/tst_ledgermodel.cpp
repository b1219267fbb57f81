// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/ledgermodel.h"
#include "tests/service/engine/enginehouse.h"

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>

using namespace Qt::StringLiterals;
using models::LedgerModel;

class TestLedgerModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_crypto = std::move(*crypto::Runtime::start());
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        m_link = std::make_unique<models::EngineLink>(m_house->engine(), m_house->admin().actor.tokenId);
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme", 2000)));
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("zeta", 2000)));
        open();
    }
    void cleanup()
    {
        m_model.reset();
        m_link.reset();
        m_house.reset();
        m_crypto.reset();
    }

    void showsEveryEntryNewestFirst()
    {
        QCOMPARE(m_model->rowCount(), int(m_house->size()));
        QTRY_COMPARE(text(0, LedgerModel::EventColumn), u"TENANT_CREATED"_s);
        const int last = m_model->rowCount() - 1;
        QCOMPARE(text(0, LedgerModel::TenantColumn), u"zeta"_s);
        QCOMPARE(text(0, LedgerModel::IndexColumn), QString::number(last));
        QCOMPARE(text(0, LedgerModel::OutcomeColumn), u"ok"_s);
        QVERIFY(text(0, LedgerModel::ActorColumn).startsWith(u"admin · "_s));
        QTRY_COMPARE(text(last, LedgerModel::EventColumn), u"LEDGER_OPENED"_s);
        QCOMPARE(text(last, LedgerModel::TenantColumn), u"–"_s);
    }

    void theNumberStandsThereBeforeThePage()
    {
        QCOMPARE(text(0, LedgerModel::IndexColumn), QString::number(m_model->rowCount() - 1));
    }

    void oldestFirstIsTheSameTheOtherWayRound()
    {
        m_model->setReversed(false);
        QTRY_COMPARE(text(0, LedgerModel::EventColumn), u"LEDGER_OPENED"_s);
        QCOMPARE(m_model->entryAt(0), 0u);
        QCOMPARE(m_model->rowOfEntry(1), 1);
    }

    void growsWithTheLedgerAndKeepsThePlace()
    {
        const int before = m_model->rowCount();
        const QPersistentModelIndex held = m_model->index(1, 0);
        const LeafIndex entry = m_model->entryAt(1);
        QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
        addVms("acme", 3);
        QTRY_COMPARE(m_model->rowCount(), before + 3);
        QCOMPARE(held.row(), 4);
        QCOMPARE(m_model->entryAt(held.row()), entry);
        QTRY_COMPARE(text(0, LedgerModel::EventColumn), u"VM_REGISTERED"_s);
        QCOMPARE(reset.size(), 0);
    }

    void filters_data()
    {
        QTest::addColumn<QByteArray>("tenant");
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<int>("outcome");
        QTest::addColumn<int>("rows");
        QTest::newRow("by tenant") << "acme"_ba << QByteArray() << -1 << 601;
        QTest::newRow("by event type") << QByteArray() << "TENANT_CREATED"_ba << -1 << 2;
        QTest::newRow("by tenant and event type") << "acme"_ba
                                                  << "VM_REGISTERED"_ba << -1 << 600;
        QTest::newRow("by outcome") << QByteArray() << QByteArray() << int(ledger::Outcome::Denied) << 1;
        QTest::newRow("by all three") << "zeta"_ba
                                      << "VM_DENIED"_ba << int(ledger::Outcome::Denied) << 1;
        QTest::newRow("to nothing") << "nobody"_ba << QByteArray() << -1 << 0;
    }
    void filters()
    {
        QFETCH(QByteArray, tenant);
        QFETCH(QByteArray, event);
        QFETCH(int, outcome);
        QFETCH(int, rows);
        addVms("acme", 600);
        m_house->engine().recordDenial({.caller = m_house->admin(),
            .eventType = "VM_DENIED",
            .code = "quota-exceeded",
            .tenant = TenantId("zeta"),
            .quota = "max_vms"});
        m_model = std::make_unique<LedgerModel>(*m_link); // the tester looks at every row, each time
        QTRY_COMPARE(m_model->rowCount(), 605);
        m_model->setFilter({.tenant = TenantId(tenant),
            .eventType = event,
            .outcome = outcome < 0 ? std::nullopt : std::optional(ledger::Outcome(outcome))});
        QTRY_VERIFY(!m_model->isSearching() && m_model->rowCount() == rows);
        QCOMPARE(m_model->searched(), 100);
        for (int row = 0; row < rows; row += 97) {
            QTRY_VERIFY(loaded(row));
            if (!tenant.isEmpty())
                QCOMPARE(text(row, LedgerModel::TenantColumn), QString::fromLatin1(tenant));
            if (!event.isEmpty())
                QCOMPARE(text(row, LedgerModel::EventColumn), QString::fromLatin1(event));
            const LeafIndex index = m_model->entryAt(row);
            QCOMPARE(text(row, LedgerModel::IndexColumn), QString::number(index));
            QCOMPARE(m_model->rowOfEntry(index), row);
        }
        m_model->setFilter({});
        QCOMPARE(m_model->rowCount(), int(m_house->size()));
        QCOMPARE(m_model->isSearching(), false);
    }

    void aFilteredListGrowsToo_data()
    {
        QTest::addColumn<bool>("newestFirst");
        QTest::newRow("newest first") << true;
        QTest::newRow("oldest first") << false;
    }
    void aFilteredListGrowsToo()
    {
        QFETCH(bool, newestFirst);
        m_model->setReversed(newestFirst);
        addVms("acme", 5);
        m_model->setFilter({.tenant = TenantId("acme")});
        QTRY_COMPARE(m_model->rowCount(), 6);
        addVms("zeta", 5);
        addVms("acme", 4);
        QTRY_COMPARE(m_model->rowCount(), 10);
        const int newest = newestFirst ? 0 : 9;
        QTRY_COMPARE(text(newest, LedgerModel::EventColumn), u"VM_REGISTERED"_s);
        QCOMPARE(m_model->entryAt(newest), m_house->size() - 1);
        QTRY_COMPARE(text(9 - newest, LedgerModel::EventColumn), u"TENANT_CREATED"_s);
        QVERIFY(m_model->rowOfEntry(0) < 0);
    }

    void anAnswerToAnOlderFilterIsDropped()
    {
        addVms("acme", 5);
        addVms("zeta", 7);
        m_model->setFilter({.tenant = TenantId("acme")});
        m_model->setFilter({.tenant = TenantId("zeta")});
        QTRY_VERIFY(!m_model->isSearching());
        QCOMPARE(m_model->rowCount(), 8);
        m_model->setFilter({.tenant = TenantId("acme")});
        m_model->setFilter({});
        QCOMPARE(m_model->rowCount(), int(m_house->size()));
        QTRY_VERIFY(loaded(0));
        QCOMPARE(m_model->rowCount(), int(m_house->size()));
    }

    void aMissingEntryLeavesADashInItsOwnRow()
    {
        addVms("acme", 3);
        tamper({u"DROP TRIGGER ledger_entry_stays"_s, u"DELETE FROM ledger_entry WHERE idx = 2"_s});
        open();
        m_model->setReversed(false);
        QTRY_COMPARE(text(0, LedgerModel::EventColumn), u"LEDGER_OPENED"_s);
        QCOMPARE(text(2, LedgerModel::EventColumn), u"–"_s);
        QCOMPARE(text(3, LedgerModel::IndexColumn), u"3"_s);
        QCOMPARE(text(3, LedgerModel::EventColumn), QString::fromLatin1(m_house->entry(3).eventType));
    }

    void bytesThatAreNoEntrySaySo()
    {
        tamper({u"DROP TRIGGER ledger_entry_keeps"_s, u"UPDATE ledger_entry SET bytes = x'00ff' WHERE idx = 1"_s});
        open();
        m_model->setReversed(false);
        QTRY_COMPARE(text(1, LedgerModel::OutcomeColumn), u"unreadable"_s);
        QCOMPARE(m_model->index(1, 0).data(LedgerModel::OutcomeRole).toInt(), -1);
    }

    void aDatabaseThatCanNotBeReadIsSaidOnceAndTriedAgain()
    {
        tamper({u"ALTER TABLE ledger_entry RENAME TO hidden"_s});
        open();
        QSignalSpy failed(m_model.get(), &models::PagedModel::fetchFailed);
        m_model->setFilter({.tenant = TenantId("acme")});
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(!m_model->isSearching());
        tamper({u"ALTER TABLE hidden RENAME TO ledger_entry"_s});
        m_model->retry();
        QTRY_COMPARE(m_model->rowCount(), 1);
        QCOMPARE(failed.size(), 1);
    }

    void everyCellHasAWordForThoseWhoCanNotSee()
    {
        QTRY_VERIFY(loaded(0));
        for (int column = 0; column < LedgerModel::ColumnCount; ++column)
            QVERIFY(!m_model->index(0, column).data(Qt::AccessibleTextRole).toString().isEmpty());
    }

private:
    void open()
    {
        m_model = std::make_unique<LedgerModel>(*m_link);
        new QAbstractItemModelTester(
            m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_model.get());
    }
    void addVms(const char *tenant, int count)
    {
        VERIFY_RESULT(m_house->submitVms(m_house->admin(), tenant, vmSpec(count)).result());
    }
    // By a second connection, as someone who holds the file would.
    void tamper(const QStringList &statements)
    {
        const auto database = store::Database::open(m_house->paths().database(), store::Database::Mode::ReadWrite);
        VERIFY_RESULT(database);
        for (const QString &sql : statements)
            VERIFY_RESULT((*database)->execute(sql));
    }
    // Looked at, as a view does.
    bool loaded(int row)
    {
        text(row, LedgerModel::EventColumn);
        return m_model->isLoaded(row);
    }
    QString text(int row, int column) const { return m_model->index(row, column).data().toString(); }

    std::unique_ptr<crypto::Runtime> m_crypto;
    std::unique_ptr<EngineHouse> m_house;
    std::unique_ptr<models::EngineLink> m_link;
    std::unique_ptr<LedgerModel> m_model;
};

QTEST_GUILESS_MAIN(TestLedgerModel)
#include "tst_ledgermodel.moc"
