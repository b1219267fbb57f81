// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/scope.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace tokens;
using Kind = Scope::Kind;

namespace {

Scope scope(const char *text)
{
    return Scope::fromToken(text).value();
}

} // namespace

class TestScope : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestsThatAreTaken_data()
    {
        QTest::addColumn<QString>("asked");
        QTest::addColumn<QByteArray>("answered");
        for (const char *text : {"READ", "USER", "INPUT", "service:tenant-admin", "service:vm-host", "service:a",
                 "service:9", "service:a.b_c-d", "service:admin", "service:auditor", "service:administrator"})
            QTest::addRow("%s as it is", text) << QString::fromLatin1(text) << QByteArray(text);
        QTest::newRow("read in lower case") << u"read"_s << "READ"_ba;
        QTest::newRow("user in lower case") << u"user"_s << "USER"_ba;
        QTest::newRow("input in lower case") << u"input"_s << "INPUT"_ba;
        QTest::newRow("a name of 63 characters")
            << u"service:"_s + QString(63, u'x') << "service:" + QByteArray(63, 'x');
    }
    void requestsThatAreTaken()
    {
        QFETCH(QString, asked);
        QFETCH(QByteArray, answered);
        const auto parsed = Scope::fromRequest(asked);
        QVERIFY(parsed);
        QCOMPARE(parsed->text(), answered);
        QCOMPARE(Scope::fromToken(answered), std::optional(*parsed));
    }

    void textsThatAreRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("nothing") << u""_s;
        QTest::newRow("a mixed case") << u"Read"_s;
        QTest::newRow("an unknown tier") << u"WRITE"_s;
        QTest::newRow("a wildcard") << u"service:*"_s;
        QTest::newRow("an empty name") << u"service:"_s;
        QTest::newRow("a name in upper case") << u"service:VM"_s;
        QTest::newRow("an administrator in upper case") << u"SERVICE:ADMIN"_s;
        QTest::newRow("a name that begins with a dot") << u"service:.a"_s;
        QTest::newRow("a name that begins with a hyphen") << u"service:-a"_s;
        QTest::newRow("a name of 64 characters") << u"service:"_s + QString(64, u'x');
        QTest::newRow("a name with a blank") << u"service:a b"_s;
        QTest::newRow("a name with a letter outside ASCII") << u"service:caf\u00e9"_s;
        QTest::newRow("two scopes") << u"READ USER"_s;
        QTest::newRow("the same twice") << u"READ READ"_s;
        QTest::newRow("a blank behind") << u"READ "_s;
        QTest::newRow("a blank before") << u" READ"_s;
        QTest::newRow("a NUL behind") << u"READ\0"_s;
        QTest::newRow("a name without its prefix") << u"tenant-admin"_s;
    }
    void textsThatAreRefused()
    {
        QFETCH(QString, text);
        const auto parsed = Scope::fromRequest(text);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::InvalidField);
        QVERIFY(!Scope::fromToken(text.toUtf8()));
    }

    void tokensCarryTiersInUpperCaseOnly()
    {
        for (const char *text : {"read", "user", "input"})
            QVERIFY(!Scope::fromToken(text));
    }

    void containment_data()
    {
        QTest::addColumn<QByteArray>("parent");
        QTest::addColumn<QList<QByteArray>>("children");
        const QList<QByteArray> tiers{"READ", "USER", "INPUT"};
        QTest::newRow("a tenant's administrator contains all but administrators of the service")
            << "service:tenant-admin"_ba
            << tiers + QList<QByteArray>{"service:tenant-admin", "service:vm-host", "service:other"};
        QTest::newRow("INPUT contains the tiers") << "INPUT"_ba << tiers;
        QTest::newRow("USER contains READ and itself") << "USER"_ba << QList<QByteArray>{"READ", "USER"};
        QTest::newRow("READ contains itself") << "READ"_ba << QList<QByteArray>{"READ"};
        QTest::newRow("a service contains itself") << "service:vm-host"_ba << QList<QByteArray>{"service:vm-host"};
        QTest::newRow("an administrator contains nothing") << "service:admin"_ba << QList<QByteArray>{};
        QTest::newRow("an auditor contains nothing") << "service:auditor"_ba << QList<QByteArray>{};
    }
    void containment()
    {
        QFETCH(QByteArray, parent);
        QFETCH(QList<QByteArray>, children);
        for (const char *child : {"READ", "USER", "INPUT", "service:tenant-admin", "service:vm-host", "service:other",
                 "service:admin", "service:auditor"})
            QVERIFY2(contains(scope(parent.constData()), scope(child)) == children.contains(child), child);
        QVERIFY(!contains(scope(parent.constData()), Scope()));
        QVERIFY(!contains(Scope(), scope(parent.constData())));
    }

    // The paragraph of the contract, word by word.
    void permissions_data()
    {
        using enum Permission;
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<Permissions>("granted");
        const Permissions read = ReadTenants | ReadVms | ReadNodes | ReadStatus;
        QTest::newRow("READ: own record, VMs, nodes, status") << "READ"_ba << read;
        QTest::newRow("USER: also entries and proofs") << "USER"_ba << (read | ReadLedger);
        QTest::newRow("INPUT: also registers and destroys VMs") << "INPUT"_ba << (read | ReadLedger | WriteVms);
        QTest::newRow("service:vm-host: heartbeats and status only")
            << "service:vm-host"_ba << (Heartbeat | ReadStatus);
        QTest::newRow("any other service: status only") << "service:other"_ba << Permissions(ReadStatus);
        QTest::newRow("a tenant's administrator: all of these, tokens, own nodes")
            << "service:tenant-admin"_ba
            << (read | ReadLedger | WriteVms | Heartbeat | ReadTokens | ManageTokens | ManageNodes);
        QTest::newRow("an auditor reads everything and writes nothing")
            << "service:auditor"_ba
            << (AllTenants | ReadTenants | ReadTokens | ReadVms | ReadNodes | ReadLedger | ReadLedgerBundles
                   | ReadPlans);
        QTest::newRow("an administrator does all but ask for a tenant's status")
            << "service:admin"_ba
            << (AllTenants | ReadTenants | ManageTenants | ReadTokens | ManageTokens | ReadVms | WriteVms | ReadNodes
                   | ManageNodes | Heartbeat | ReadLedger | ReadLedgerBundles | ReadPlans | ManagePlans | ManageKeys
                   | RunChecks);
    }
    void permissions()
    {
        QFETCH(QByteArray, text);
        QFETCH(Permissions, granted);
        QCOMPARE(scope(text.constData()).permissions(), granted);
        QVERIFY(scope(text.constData()).may(Permission::ManageKeys) == granted.testFlag(Permission::ManageKeys));
    }

    void anUnfilledScopeMayNothing()
    {
        QCOMPARE(Scope().permissions(), Permissions());
        QCOMPARE(Scope().kind(), Kind::None);
    }

    void aBroaderTierHasEveryPermissionOfTheNarrower()
    {
        const char *texts[] = {"READ", "USER", "INPUT", "service:vm-host", "service:other", "service:tenant-admin"};
        for (const char *parent : texts) {
            for (const char *child : texts) {
                if (contains(scope(parent), scope(child)))
                    QVERIFY(!(scope(child).permissions() & ~scope(parent).permissions()));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestScope)
#include "tst_scope.moc"
