// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/tenantjson.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

QByteArray spec(const QByteArray &name, const QByteArray &value)
{
    QMap<QByteArray, QByteArray> members{{"tenant_id", "\"acme-corp\""}, {"display_name", "\"Acme Corporation\""},
        {"max_vms", "10"}, {"storage_quota_gb", "100"}, {"api_rate_limit_rpm", "600"}};
    members[name] = value;
    if (value.isEmpty())
        members.remove(name);
    QByteArrayList list;
    for (const auto &[key, text] : members.asKeyValueRange())
        list.append('"' + key + "\":" + text);
    return '{' + list.join(',') + '}';
}

// JSON that is pleasant to read here: with ' for ".
QByteArray quoted(QByteArray json)
{
    return json.replace('\'', '"');
}

QByteArray text(qsizetype length, char c = 'a')
{
    return '"' + QByteArray(length, c) + '"';
}

QByteArray labels(int count, const QByteArray &value = "\"v\"")
{
    QByteArrayList list;
    for (int i = 0; i < count; ++i)
        list.append("\"k" + QByteArray::number(i) + "\":" + value);
    return '{' + list.join(',') + '}';
}

QStringList pointers(const Error &error)
{
    QStringList list;
    for (const FieldError &field : error.fields)
        list.append(field.pointer);
    list.removeDuplicates();
    return list;
}

// A body that JSON itself refuses counts as refused, without a field.
QStringList mistakesOfSpec(const QByteArray &body)
{
    const auto value = json::parse(body);
    if (!value)
        return {QString::fromLatin1(errorName(value.error().code))};
    const auto read = tenancy::readTenantSpec(*value);
    if (read)
        return {};
    return read.error().code == ErrorCode::InvalidField ? pointers(read.error()) : QStringList{u"another error"_s};
}

} // namespace

class TestTenantJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void members_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QStringList>("refused"); // pointers; empty: it is taken

        const auto good = [](const QByteArray &row, const char *name, const QByteArray &value) {
            QTest::newRow(row.constData()) << QByteArray(name) << value << QStringList();
        };
        const auto bad = [](const QByteArray &row, const char *name, const QByteArray &value,
                             const QString &pointer = {}) {
            const QString own = u'/' + QString::fromLatin1(name);
            QTest::newRow(row.constData())
                << QByteArray(name) << value << QStringList{pointer.isEmpty() ? own : pointer};
        };

        good("an id of one letter", "tenant_id", "\"a\"");
        good("an id of 63 characters", "tenant_id", text(63));
        good("an id with digits and dashes", "tenant_id", "\"a--0-9z\"");
        good("an id spelled with an escape", "tenant_id", "\"\\u0061cme\"");
        bad("no id", "tenant_id", "");
        bad("an empty id", "tenant_id", "\"\"");
        bad("an id of 64 characters", "tenant_id", text(64));
        bad("an id in upper case", "tenant_id", "\"Acme\"");
        bad("an id that begins with a digit", "tenant_id", "\"0acme\"");
        bad("an id that begins with a dash", "tenant_id", "\"-acme\"");
        bad("an id that ends with a dash", "tenant_id", "\"acme-\"");
        bad("an id with a dot", "tenant_id", "\"acme.corp\"");
        bad("an id with a slash", "tenant_id", "\"../acme\"");
        bad("an id with a blank behind it", "tenant_id", "\"acme \"");
        bad("an id with a zero byte", "tenant_id", "\"acme\\u0000\"");
        bad("an id with a line break behind it", "tenant_id", "\"acme\\n\"");
        bad("an id in letters that look alike", "tenant_id", "\"\\u0430cme\"");
        bad("an id that is a number", "tenant_id", "5");
        bad("an id that is null", "tenant_id", "null");

        good("a name of one character", "display_name", "\"A\"");
        good("a name of 200 characters", "display_name", text(200));
        good("a name of 200 characters of four bytes", "display_name",
            '"' + QByteArray("\xf0\x9f\x8f\xa2").repeated(200) + '"');
        good("a name with markup in it", "display_name", "\"<b>Acme</b> & \\\"Sons\\\"\"");
        bad("no name", "display_name", "");
        bad("an empty name", "display_name", "\"\"");
        bad("a name of 201 characters", "display_name", text(201));
        bad("a name of 201 characters of four bytes", "display_name",
            '"' + QByteArray("\xf0\x9f\x8f\xa2").repeated(201) + '"');
        bad("a name with a line break", "display_name", "\"Acme\\nCorp\"");
        bad("a name with a zero byte", "display_name", "\"Acme\\u0000\"");
        bad("a name with DEL", "display_name", "\"Acme\\u007f\"");
        bad("a name with a C1 control", "display_name", "\"Acme\\u0085\"");
        bad("a name with an override of direction", "display_name", "\"Acme\\u202e\"");
        bad("a name with an isolate", "display_name", "\"Acme\\u2066\"");
        bad("a name that is a number", "display_name", "1");
        bad("a name that is a list", "display_name", "[\"Acme\"]");

        struct Bound
        {
            const char *name;
            qint64 least, most;
        };
        for (const Bound &bound : {Bound{"max_vms", 0, 100'000}, {"storage_quota_gb", 0, 1'000'000'000},
                 {"api_rate_limit_rpm", 1, 10'000'000}}) {
            const auto row = [&](const char *what) { return QByteArray(bound.name) + ' ' + what; };
            const auto number = [](qint64 n) { return QByteArray::number(n); };
            good(row("at its least"), bound.name, number(bound.least));
            good(row("at its most"), bound.name, number(bound.most));
            bad(row("below its least"), bound.name, number(bound.least - 1));
            bad(row("above its most"), bound.name, number(bound.most + 1));
            bad(row("missing"), bound.name, "");
            bad(row("negative"), bound.name, "-5");
            bad(row("as a string"), bound.name, "\"10\"");
            bad(row("with a fraction"), bound.name, "10.5");
            bad(row("with a fraction of nothing"), bound.name, "10.0");
            bad(row("with an exponent"), bound.name, "1e1");
            bad(row("beyond every number"), bound.name, "1e400");
            bad(row("past 64 bits"), bound.name, "18446744073709551626");
            bad(row("past 2^31"), bound.name, "4294967306");
            bad(row("null"), bound.name, "null");
            bad(row("true"), bound.name, "true");
            bad(row("as a list"), bound.name, "[10]");
            bad(row("with a leading zero"), bound.name, "010", u"malformed-json"_s);
            bad(row("with a plus"), bound.name, "+10", u"malformed-json"_s);
            bad(row("in hexadecimal"), bound.name, "0x10", u"malformed-json"_s);
            bad(row("not a number"), bound.name, "NaN", u"malformed-json"_s);
        }

        good("no labels", "labels", "{}");
        good("32 labels", "labels", labels(32));
        good("a label without text", "labels", "{\"a\":\"\"}");
        good("a label name of 63 bytes", "labels", '{' + text(63) + ":\"v\"}");
        good("a label of 255 bytes", "labels", "{\"a\":" + text(255) + '}');
        good("a label with a slash in its name", "labels", "{\"a/b\":\"v\"}");
        bad("33 labels", "labels", labels(33));
        bad("labels as a list", "labels", "[]");
        bad("labels as null", "labels", "null");
        bad("a label without a name", "labels", "{\"\":\"v\"}");
        bad("a label name of 64 bytes", "labels", '{' + text(64) + ":\"v\"}");
        bad("a label name of 64 bytes in 32 characters", "labels",
            "{\"" + QByteArray("\xc3\xa9").repeated(32) + "\":\"v\"}");
        bad("a label name with a control character", "labels", "{\"a\\t\":\"v\"}");
        bad("a label name behind a byte order mark, which would be another's", "labels",
            "{\"a\":\"1\",\"\\ufeffa\":\"2\"}");
        bad("a label behind a byte order mark", "labels", "{\"a\":\"\\ufeffb\"}", u"/labels/a"_s);
        bad("a label of 256 bytes", "labels", "{\"a\":" + text(256) + '}', u"/labels/a"_s);
        bad("a label with a control character", "labels", "{\"a\":\"\\u0007\"}", u"/labels/a"_s);
        bad("a label that is a number", "labels", "{\"a\":1}", u"/labels/a"_s);
        bad("a label that is null", "labels", "{\"a\":null}", u"/labels/a"_s);
        bad("a label that is an object", "labels", "{\"a\":{}}", u"/labels/a"_s);
        bad("a bad label with a slash and a tilde in its name", "labels", "{\"a/b~c\":1}", u"/labels/a~1b~0c"_s);
        bad("the same label twice", "labels", "{\"a\":\"1\",\"\\u0061\":\"2\"}", u"malformed-json"_s);

        bad("an unknown member", "colour", "1");
        good("a plan", "plan", "\"gold\"");
        good("no plan", "plan", "null");
        bad("a plan with a name that none can have", "plan", "\"Gold\"");
        bad("a plan that is no text", "plan", "1");
        bad("a member of the record", "state", "\"active\"");
        bad("a member in another case", "Max_vms", "1");
    }

    void members()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const QByteArray, value);
        QFETCH(const QStringList, refused);
        QCOMPARE(mistakesOfSpec(spec(name, value)), refused);
    }

    void bodiesThatAreNoObjectAreRefused_data()
    {
        QTest::addColumn<QByteArray>("body");
        for (const char *body : {"null", "[]", "\"acme\"", "5", "true"})
            QTest::newRow(body) << QByteArray(body);
    }

    void bodiesThatAreNoObjectAreRefused()
    {
        QFETCH(const QByteArray, body);
        QCOMPARE(mistakesOfSpec(body), QStringList{QString()});
    }

    void everyMistakeIsNamedAtOnce()
    {
        QCOMPARE(mistakesOfSpec("{\"tenant_id\":\"A\",\"max_vms\":-1,\"labels\":{\"a\":1},\"x\":0}"),
            (QStringList{u"/tenant_id"_s, u"/display_name"_s, u"/max_vms"_s, u"/storage_quota_gb"_s,
                u"/api_rate_limit_rpm"_s, u"/labels/a"_s, u"/x"_s}));
    }

    void aMistakeIsToldOnce()
    {
        const auto read = tenancy::readTenantSpec(*json::parse(spec("tenant_id", "5")));
        QVERIFY(!read);
        QCOMPARE(read.error().fields.size(), 1);
    }

    void aSpecIsReadWhole()
    {
        const auto read = tenancy::readTenantSpec(*json::parse(spec("labels", "{\"tier\":\"gold\"}")));
        QVERIFY(read);
        QCOMPARE(read->id.text(), "acme-corp");
        QCOMPARE(read->displayName, u"Acme Corporation"_s);
        QVERIFY((read->limits == tenancy::Limits{10, 100, 600}));
        QCOMPARE(read->labels, (tenancy::Labels{{u"tier"_s, u"gold"_s}}));
    }

    void patches_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("refused"); // code and pointer
        QTest::newRow("nothing") << "{}"_ba << QString();
        QTest::newRow("a limit") << R"({"max_vms":0})"_ba << QString();
        QTest::newRow("the name") << R"({"display_name":"New"})"_ba << QString();
        QTest::newRow("a limit out of range") << R"({"max_vms":100001})"_ba << u"invalid-field /max_vms"_s;
        QTest::newRow("a limit removed") << R"({"max_vms":null})"_ba << u"invalid-field /max_vms"_s;
        QTest::newRow("a rate of nothing")
            << R"({"api_rate_limit_rpm":0})"_ba << u"invalid-field /api_rate_limit_rpm"_s;
        QTest::newRow("the name removed") << R"({"display_name":null})"_ba << u"invalid-field /display_name"_s;
        QTest::newRow("an empty name") << R"({"display_name":""})"_ba << u"invalid-field /display_name"_s;
        QTest::newRow("a plan") << R"({"plan":"gold"})"_ba << QString();
        QTest::newRow("no plan any more") << R"({"plan":null})"_ba << QString();
        QTest::newRow("a plan with an empty name") << R"({"plan":""})"_ba << u"invalid-field /plan"_s;
        QTest::newRow("an unknown member") << R"({"colour":null})"_ba << u"invalid-field /colour"_s;
        QTest::newRow("no object") << "[]"_ba << u"invalid-field "_s;
        for (const char *name : {"tenant_id", "state", "created_at", "created_by", "updated_at", "deleted_at",
                 "purged_at", "usage", "over_quota", "warnings"}) {
            QTest::addRow("%s is the server's", name)
                << "{\"" + QByteArray(name) + "\":\"x\"}" << u"immutable-field /"_s + QLatin1StringView(name);
        }
        QTest::newRow("an immutable member behind a bad one")
            << R"({"max_vms":-1,"tenant_id":"a"})"_ba << u"immutable-field /tenant_id"_s;
    }

    void patches()
    {
        QFETCH(const QByteArray, body);
        QFETCH(const QString, refused);
        const auto patch = tenancy::readTenantPatch(*json::parse(body), {});
        QCOMPARE(patch ? QString()
                       : QString::fromLatin1(errorName(patch.error().code)) + u' ' + pointers(patch.error()).join(u' '),
            refused);
    }

    void labelsAreMerged_data()
    {
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<QByteArray>("after"); // of {"a":"1","b":"2"}; empty: refused
        QTest::newRow("a new one is added") << R"({"c":"3"})"_ba
                                            << R"({"a":"1","b":"2","c":"3"})"_ba;
        QTest::newRow("one is changed") << R"({"a":"9"})"_ba
                                        << R"({"a":"9","b":"2"})"_ba;
        QTest::newRow("null removes one") << R"({"a":null})"_ba
                                          << R"({"b":"2"})"_ba;
        QTest::newRow("null removes what was not there") << R"({"z":null})"_ba
                                                         << R"({"a":"1","b":"2"})"_ba;
        QTest::newRow("null removes all of them") << "null"_ba
                                                  << "{}"_ba;
        QTest::newRow("nothing changes nothing") << "{}"_ba
                                                 << R"({"a":"1","b":"2"})"_ba;
        QTest::newRow("one out for another") << R"({"a":null,"c":"3"})"_ba
                                             << R"({"b":"2","c":"3"})"_ba;
        QTest::newRow("more than 32 with those there") << labels(31) << QByteArray();
        QTest::newRow("a number") << R"({"a":1})"_ba << QByteArray();
    }

    void labelsAreMerged()
    {
        QFETCH(const QByteArray, patch);
        QFETCH(const QByteArray, after);
        const tenancy::Labels before{{u"a"_s, u"1"_s}, {u"b"_s, u"2"_s}};
        const auto read = tenancy::readTenantPatch(*json::parse("{\"labels\":" + patch + '}'), before);
        QCOMPARE(read.has_value(), !after.isEmpty());
        if (read)
            QCOMPARE(tenancy::labelsJson(read->labels.value()), after);
    }

    void storedLabelsComeBackAsTheyWere()
    {
        const tenancy::Labels odd{{u"a\"b\\c/d"_s, u"\u00e9\U0001f3e2 \"quoted\""_s}, {u"<b>"_s, QString()}};
        const auto back = tenancy::labelsFromJson(tenancy::labelsJson(odd));
        QVERIFY(back);
        QCOMPARE(*back, odd);
    }

    void theRecordHasEveryMember()
    {
        tenancy::Tenant tenant{.id = TenantId("acme-corp"),
            .displayName = u"Acme"_s,
            .limits = {1, 100, 600},
            .labels = {{u"a"_s, u"1"_s}},
            .plan = {},
            .state = TenantState::Suspended,
            .createdAt = fromSeconds(0),
            .createdBy = TokenId("token"),
            .updatedAt = fromSeconds(1),
            .usage = {2, 20}};
        QCOMPARE(tenancy::tenantJson(tenant),
            quoted("{'tenant_id':'acme-corp','display_name':'Acme','max_vms':1,'storage_quota_gb':100,"
                   "'api_rate_limit_rpm':600,'labels':{'a':'1'},'plan':null,'state':'suspended',"
                   "'created_at':'1970-01-01T00:00:00.000Z','created_by':'token',"
                   "'updated_at':'1970-01-01T00:00:01.000Z','deleted_at':null,'purged_at':null,"
                   "'usage':{'vms':2,'storage_gb':20},'over_quota':true,"
                   "'warnings':[{'quota':'max_vms','percent':95,'limit':1,'used':2}]}"));
    }

    void changesNameOldAndNewOfWhatDiffersOnly()
    {
        const tenancy::Tenant before{.id = TenantId("a"),
            .displayName = u"A"_s,
            .limits = {1, 2, 3},
            .labels = {},
            .plan = {},
            .createdAt = {},
            .createdBy = {},
            .updatedAt = {},
            .usage = {}};
        tenancy::Tenant after = before;
        after.limits.maxVms = 5;
        after.labels = {{u"k"_s, u"v"_s}};
        QCOMPARE(tenancy::changesEntryData(before, after),
            R"({"changes":{"max_vms":{"old":1,"new":5},"labels":{"old":{},"new":{"k":"v"}}}})"_ba);
    }
};

QTEST_GUILESS_MAIN(TestTenantJson)
#include "tst_tenantjson.moc"
