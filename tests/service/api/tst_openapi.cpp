// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// That the document describes the routes there are. That answers are as it says is checked with every answer:
// apihouse.h.
#include "tests/service/api/apihouse.h"

#include <QtCore/qjsondocument.h>
#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestOpenApi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_house = std::make_unique<ApiHouse>(); }
    void isServedToAnyone();
    void everyRouteIsInIt_data();
    void everyRouteIsInIt();
    void nothingElseIsInIt();
    void everyReferenceLeadsSomewhere();
    void everySchemaIsUsed();

private:
    QJsonObject operation(const api::Route &route) const;

    std::unique_ptr<ApiHouse> m_house;
};

namespace {

QString pathOf(const api::Route &route)
{
    return QString::fromLatin1(route.pattern).replace("*}"_L1, "}"_L1);
}

void collect(const QJsonValue &value, QSet<QString> &references)
{
    if (value.isArray()) {
        for (const QJsonValue &item : value.toArray())
            collect(item, references);
    }
    const QJsonObject object = value.toObject();
    for (auto member = object.begin(); member != object.end(); ++member) {
        if (member.key() == "$ref"_L1)
            references.insert(member.value().toString());
        collect(member.value(), references);
    }
}

} // namespace

QJsonObject TestOpenApi::operation(const api::Route &route) const
{
    return m_house->document()["paths"_L1]
        .toObject()[pathOf(route)]
        .toObject()[QString::fromLatin1(route.method).toLower()]
        .toObject();
}

void TestOpenApi::isServedToAnyone()
{
    const auto answer = m_house->ask("GET"_ba, "/openapi.json"_ba);
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("Content-Type"), "application/json");
    QCOMPARE(objectOf(answer), m_house->document());
    QVERIFY(m_house->document()["openapi"_L1].toString().startsWith("3.1."_L1));
    QCOMPARE(m_house->document()["info"_L1].toObject()["version"_L1].toString(), QStringLiteral(HOUSE_VERSION));
}

void TestOpenApi::everyRouteIsInIt_data()
{
    QTest::addColumn<int>("index");
    for (size_t i = 0; i < api::routes().size(); ++i)
        QTest::addRow("%s %s", api::routes()[i].method, api::routes()[i].pattern) << int(i);
}

void TestOpenApi::everyRouteIsInIt()
{
    QFETCH(int, index);
    const api::Route &route = api::routes()[size_t(index)];
    const QJsonObject described = operation(route);
    QVERIFY(!described.isEmpty());
    QVERIFY(!described["summary"_L1].toString().isEmpty());
    // Needs a token, or says that it needs none.
    QCOMPARE(described["security"_L1].toArray().isEmpty(), !route.permission.has_value());
    QCOMPARE(described.contains("requestBody"_L1), route.body != api::BodyKind::None && route.bodySchema);

    QSet<QString> parameters;
    for (const QJsonValue &value : described["parameters"_L1].toArray())
        parameters.insert(value["in"_L1].toString() + u' ' + value["name"_L1].toString());
    static const QRegularExpression braces(u"\\{([a-z_]+)\\*?\\}"_s);
    auto matches = braces.globalMatch(QString::fromLatin1(route.pattern));
    while (matches.hasNext())
        QVERIFY(parameters.contains(u"path "_s + matches.next().captured(1)));
    for (const api::QueryName &name : route.query)
        QVERIFY(parameters.contains(u"query "_s + QString::fromLatin1(name.name)));
    QCOMPARE(parameters.contains(u"query dry_run"_s), route.writes);
    QCOMPARE(parameters.contains(u"header Idempotency-Key"_s), route.writes);

    const QJsonObject responses = described["responses"_L1].toObject();
    QVERIFY(responses.contains(QString::number(route.status)));
    QVERIFY(!route.writes || responses.contains("200"_L1));
    QCOMPARE(responses.contains("401"_L1), route.permission.has_value() || route.pattern == "/v1/tokens/verify"_ba);
    for (auto response = responses.begin(); response != responses.end(); ++response) {
        QVERIFY(!response.value()["description"_L1].toString().isEmpty());
        if (response.key() >= "400"_L1)
            QCOMPARE(response.value()["content"_L1].toObject().keys(), QStringList{u"application/problem+json"_s});
    }
}

void TestOpenApi::nothingElseIsInIt()
{
    qsizetype operations = 0;
    const QJsonObject paths = m_house->document()["paths"_L1].toObject();
    for (const QJsonValue &item : paths)
        operations += item.toObject().size();
    QCOMPARE(operations, qsizetype(api::routes().size()));
}

void TestOpenApi::everyReferenceLeadsSomewhere()
{
    QSet<QString> references;
    collect(m_house->document(), references);
    QVERIFY(references.size() > 10);
    const JsonSchema schema(m_house->document());
    for (const QString &reference : std::as_const(references))
        QVERIFY2(!schema.resolve(reference).isEmpty(), qPrintable(reference));
}

void TestOpenApi::everySchemaIsUsed()
{
    QSet<QString> references;
    collect(m_house->document(), references);
    const QStringList names = m_house->document()["components"_L1].toObject()["schemas"_L1].toObject().keys();
    for (const QString &name : names)
        QVERIFY2(references.contains(u"#/components/schemas/"_s + name), qPrintable(name));
}

QTEST_GUILESS_MAIN(TestOpenApi)
#include "tst_openapi.moc"
