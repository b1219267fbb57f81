// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/fleet/vmjson.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

QByteArray text(qsizetype length)
{
    return '"' + QByteArray(length, 'a') + '"';
}

// JSON that is pleasant to read here: with ' for ".
QByteArray quoted(QByteArray json)
{
    return json.replace('\'', '"');
}

QString mistakes(const Error &error)
{
    QStringList list;
    for (const FieldError &field : error.fields)
        list.append(field.pointer);
    return QString::fromLatin1(errorName(error.code)) + u' ' + list.join(u' ');
}

} // namespace

class TestVmJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyBodyMeansTheDefaults()
    {
        const auto spec = fleet::readVmSpec(json::Value(json::Object()));
        QVERIFY(spec);
        QVERIFY(spec->tenant.isEmpty());
        QCOMPARE(spec->name, QString());
        QCOMPARE(spec->vmType, u"generic"_s);
        QCOMPARE(spec->ramMb, 1024);
        QCOMPARE(spec->vcpuCount, 1);
        QCOMPARE(spec->diskGb, 10);
        QCOMPARE(spec->preferKvm, false);
        QVERIFY(spec->preferredNode.isEmpty());
        QVERIFY(!spec->count);
    }

    void everyMemberIsTaken()
    {
        const auto spec = fleet::readVmSpec(*json::parse(
            quoted("{'tenant_id':'acme-corp','name':'web','vm_type':'gpu','ram_mb':2048,'vcpu_count':4,'disk_gb':0,"
                   "'prefer_kvm':true,'preferred_node':'node-1','count':3}")));
        QVERIFY(spec);
        QCOMPARE(spec->tenant.text(), "acme-corp");
        QCOMPARE(spec->name, u"web"_s);
        QCOMPARE(spec->vmType, u"gpu"_s);
        QCOMPARE(spec->ramMb, 2048);
        QCOMPARE(spec->vcpuCount, 4);
        QCOMPARE(spec->diskGb, 0);
        QCOMPARE(spec->preferKvm, true);
        QCOMPARE(spec->preferredNode.text(), "node-1");
        QCOMPARE(*spec->count, 3);
    }

    void members_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<bool>("taken");

        const auto row = [](const QByteArray &what, const char *name, const QByteArray &value, bool taken) {
            QTest::newRow(what.constData()) << QByteArray(name) << value << taken;
        };
        struct Bound
        {
            const char *name;
            qint64 least, most;
        };
        for (const Bound &bound :
            {Bound{"ram_mb", 1, 16'777'216}, {"vcpu_count", 1, 1024}, {"disk_gb", 0, 1'000'000}}) {
            const QByteArray name = QByteArray(bound.name) + ' ';
            row(name + "at its least", bound.name, QByteArray::number(bound.least), true);
            row(name + "at its most", bound.name, QByteArray::number(bound.most), true);
            row(name + "below its least", bound.name, QByteArray::number(bound.least - 1), false);
            row(name + "above its most", bound.name, QByteArray::number(bound.most + 1), false);
            row(name + "as a string", bound.name, "\"10\"", false);
            row(name + "with a fraction", bound.name, "10.5", false);
            row(name + "with an exponent", bound.name, "1e2", false);
            row(name + "beyond every number", bound.name, "1e400", false);
            row(name + "past 64 bits", bound.name, "18446744073709551626", false);
            row(name + "null", bound.name, "null", false);
        }
        row("a count of one", "count", "1", true);
        row("a count above what one request makes, which the quota judges first", "count", "1001", true);
        row("a count of nothing", "count", "0", false);
        row("a negative count", "count", "-1", false);
        row("a count as a string", "count", "\"3\"", false);
        row("a count with a fraction", "count", "1.5", false);
        row("a count past every sum of quotas", "count", "9223372036854775807", false);
        row("an empty name", "name", "\"\"", true);
        row("a name of 200 characters", "name", text(200), true);
        row("a name of 201 characters", "name", text(201), false);
        row("a name with a line break", "name", "\"a\\nb\"", false);
        row("a name that is null", "name", "null", false);
        row("an empty type", "vm_type", "\"\"", false);
        row("a type of 63 characters", "vm_type", text(63), true);
        row("a type of 64 characters", "vm_type", text(64), false);
        row("a tenant that is no id", "tenant_id", "\"Acme\"", false);
        row("a tenant that is a number", "tenant_id", "7", false);
        row("an empty tenant", "tenant_id", "\"\"", false);
        row("prefer_kvm as a number", "prefer_kvm", "1", false);
        row("prefer_kvm as text", "prefer_kvm", "\"true\"", false);
        row("a node without a name", "preferred_node", "\"\"", false);
        row("a node of 129 characters", "preferred_node", text(129), false);
        row("a member of the record", "vm_id", "\"x\"", false);
        row("an unknown member", "colour", "1", false);
    }

    void members()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const QByteArray, value);
        QFETCH(const bool, taken);
        const auto spec = fleet::readVmSpec(*json::parse("{\"" + name + "\":" + value + '}'));
        QCOMPARE(spec ? QString() : mistakes(spec.error()),
            taken ? QString() : u"invalid-field /"_s + QString::fromLatin1(name));
    }

    void theCountHasItsOwnRange()
    {
        fleet::VmSpec spec;
        QVERIFY(fleet::checkCount(spec));
        spec.count = 1000;
        QVERIFY(fleet::checkCount(spec));
        spec.count = 1001;
        const auto refused = fleet::checkCount(spec);
        QVERIFY(!refused);
        QCOMPARE(mistakes(refused.error()), u"invalid-field /count"_s);
    }

    void theRecordHasEveryMember()
    {
        const fleet::Vm vm{.id = VmId("v"),
            .tenant = TenantId("acme-corp"),
            .name = u"web"_s,
            .vmType = u"generic"_s,
            .ramMb = 1024,
            .vcpuCount = 1,
            .diskGb = 10,
            .state = fleet::VmState::Running,
            .node = {},
            .createdAt = fromSeconds(0),
            .startedAt = fromSeconds(2)};
        QCOMPARE(fleet::vmJson(vm),
            quoted("{'vm_id':'v','tenant_id':'acme-corp','name':'web','vm_type':'generic','state':'Running',"
                   "'ram_alloc_mb':1024,'vcpu_count':1,'disk_gb':10,'node_id':null,'host_ports':[],"
                   "'created_at':'1970-01-01T00:00:00.000Z','started_at':'1970-01-01T00:00:02.000Z'}"));
    }

    void everyStateHasOneSpelling()
    {
        using fleet::VmState;
        for (const VmState state : {VmState::Provisioning, VmState::Running, VmState::Stopped, VmState::Error})
            QVERIFY(fleet::vmStateFromText(fleet::toText(state)) == state);
        for (const char *text : {"", "running", "Running ", "Gone"})
            QVERIFY(!fleet::vmStateFromText(text));
    }
};

QTEST_GUILESS_MAIN(TestVmJson)
#include "tst_vmjson.moc"
