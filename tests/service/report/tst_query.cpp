// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/report/reporthouse.h"

using namespace Qt::StringLiterals;

class TestQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneQuestionHasOneSpelling_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("canonical");
        QTest::addColumn<bool>("whole");
        const auto row = [](const char *name, const char *body, const char *canonical, bool whole) {
            QTest::newRow(name) << QByteArray(body) << QByteArray(canonical) << whole;
        };
        row("nothing is the whole ledger", "{}", "{}", true);
        row("the order alone leaves nothing out", R"({"reverse":true})", R"({"reverse":true})", true);
        row("defaults are left away", R"({"from":0,"reverse":false})", "{}", true);
        row("a text is a list of one", R"({"tenant_id":"acme"})", R"({"tenant_id":["acme"]})", false);
        row("lists are sorted, without repetitions", R"({"event_type":["B","A","B"]})", R"({"event_type":["A","B"]})",
            false);
        row("members stand in one order", R"({"limit":3,"actor":"x","tenant_id":"a"})",
            R"({"tenant_id":["a"],"actor":["x"],"limit":3})", false);
        row("times have milliseconds", R"({"since":"2026-11-01","until":"2026-11-02T01:00:00+01:00"})",
            R"({"since":"2026-11-01T00:00:00.000Z","until":"2026-11-02T00:00:00.000Z"})", false);
        row("a limit of nothing is one", R"({"limit":0})", R"({"limit":0})", false);
        row("bounds count", R"({"from":7})", R"({"from":7})", false);
    }
    void oneQuestionHasOneSpelling()
    {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, canonical);
        QFETCH(bool, whole);
        const auto value = json::parse(body).value();
        json::ObjectReader reader(value);
        const auto filter = report::readQuery(reader);
        VERIFY_RESULT(reader.finish());
        QCOMPARE(report::queryJson(filter), canonical);
        QCOMPARE(report::isWholeLedger(filter), whole);
        const auto again = json::parse(canonical).value();
        json::ObjectReader second(again);
        QCOMPARE(report::queryJson(report::readQuery(second)), canonical);
    }

    void namesWhatCanNotBeTaken_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("pointer");
        const auto row = [](const char *name, const char *body, const char *pointer) {
            QTest::newRow(name) << QByteArray(body) << QString::fromLatin1(pointer);
        };
        row("an unknown member", R"({"tenant":"a"})", "/tenant");
        row("a number for a text", R"({"tenant_id":7})", "/tenant_id");
        row("an empty text", R"({"vm_id":""})", "/vm_id");
        row("an empty list", R"({"vm_id":[]})", "/vm_id");
        row("a list of other things", R"({"vm_id":["a",1]})", "/vm_id");
        row("an outcome there is not", R"({"outcome":"good"})", "/outcome");
        row("no event type", R"({"event_type":"created"})", "/event_type");
        row("no time", R"({"since":"yesterday"})", "/since");
        row("a negative index", R"({"from":-1})", "/from");
        row("a fraction", R"({"limit":1.5})", "/limit");
        row("a text for a flag", R"({"reverse":"yes"})", "/reverse");
        row("a list for the whole", "[]", "");
    }
    void namesWhatCanNotBeTaken()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, pointer);
        const auto value = json::parse(body).value();
        json::ObjectReader reader(value);
        report::readQuery(reader);
        const auto finished = reader.finish();
        QVERIFY(!finished);
        QCOMPARE(finished.error().fields.first().pointer, pointer);
    }

    void theIdIsThatOfRootAndQuestion()
    {
        const auto root = crypto::sha256("a"), other = crypto::sha256("b");
        const QByteArray id = report::reportId(root, {});
        QCOMPARE(id, crypto::sha256({root.view(), "{}"}).view().toByteArray().toHex());
        QVERIFY(report::reportId(other, {}) != id);
        QVERIFY(report::reportId(root, {.limit = 1}) != id);
    }

    void aPersonReadsTheFilters()
    {
        ledger::EntryFilter filter{.eventTypes = {"B", "A"}, .limit = 5, .reverse = true};
        VERIFY_RESULT(filter.add("actor=\xe2\x80\xae"));
        const auto lines = report::describeQuery(filter);
        QStringList texts;
        for (const auto &[name, value] : lines)
            texts.append(name + u'=' + value);
        QCOMPARE(texts,
            (QStringList{
                u"Acting token=\\u202e"_s, u"Event=A or B"_s, u"At most=5 entries"_s, u"Order=newest first"_s}));
    }
};

QTEST_GUILESS_MAIN(TestQuery)
#include "tst_query.moc"
