// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/entryfields.h"
#include "service/ledger/entry.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using models::EntryField;

class TestEntryFields : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldStandsWhereItSays()
    {
        const QByteArray bytes = ledger::entryBytes(
            {.time = fromMilliseconds(0),
                .eventType = "TENANT_CREATED",
                .tenant = TenantId("acme"),
                .actor = {ledger::ActorKind::Admin, TokenId("t-1"), "service:admin", {}},
                .source = {ledger::Via::Http, "127.0.0.1", RequestId("r-1"), "curl/8 \"quoted\" \\ ü"},
                .data = "{\"labels\":{\"a\":[1,true,\"x,}]\"]},\"none\":{},\"empty\":[]}"},
            41, 7);
        const auto fields = models::entryFields(bytes);
        QVERIFY(fields);
        QStringList names;
        for (const EntryField &field : *fields)
            names.append(field.name);
        QCOMPARE(names,
            (QStringList{u"v"_s, u"index"_s, u"time"_s, u"event_type"_s, u"tenant_id"_s, u"tenant_seq"_s, u"actor"_s,
                u"source"_s, u"outcome"_s, u"data"_s}));
        QCOMPARE(at(*fields, {u"index"_s}).text, u"41"_s);
        QCOMPARE(at(*fields, {u"event_type"_s}).text, u"TENANT_CREATED"_s);
        QCOMPARE(at(*fields, {u"actor"_s, u"subject"_s}).text, u"null"_s);
        QCOMPARE(at(*fields, {u"source"_s, u"user_agent"_s}).text, u"curl/8 \"quoted\" \\ ü"_s);
        QCOMPARE(at(*fields, {u"data"_s, u"labels"_s, u"a"_s, u"[2]"_s}).text, u"x,}]"_s);
        QCOMPARE(at(*fields, {u"data"_s, u"labels"_s, u"a"_s}).text, u"[1,true,\"x,}]\"]"_s);
        QVERIFY(at(*fields, {u"data"_s, u"none"_s}).children.empty());
        const EntryField event = at(*fields, {u"event_type"_s});
        QCOMPARE(bytes.sliced(event.first, event.end - event.first), "\"TENANT_CREATED\"");
        const EntryField seq = at(*fields, {u"tenant_seq"_s});
        QCOMPARE(bytes.sliced(seq.first, seq.end - seq.first), "7");
    }

    void blanksBetweenAreNoPartOfAField()
    {
        const QByteArray bytes = "{ \"a\" : [ 1 , 2 ] , \"b\" : \"x\" }";
        const auto fields = models::entryFields(bytes);
        QVERIFY(fields);
        QCOMPARE(fields->size(), 2);
        const EntryField second = at(*fields, {u"a"_s, u"[1]"_s});
        QCOMPARE(bytes.sliced(second.first, second.end - second.first), "2");
        QCOMPARE(at(*fields, {u"b"_s}).text, u"x"_s);
    }

    void whatIsNoJsonHasNoFields_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("a broken end") << QByteArray("{\"v\":1");
        QTest::newRow("bytes that are no text") << QByteArray("\x00\xff\x01", 3);
    }
    void whatIsNoJsonHasNoFields()
    {
        QFETCH(QByteArray, bytes);
        QVERIFY(!models::entryFields(bytes));
    }

private:
    static EntryField at(const std::vector<EntryField> &fields, const QStringList &path)
    {
        const auto found = std::ranges::find(fields, path.first(), &EntryField::name);
        if (found == fields.end())
            qFatal("there is no field %s", qPrintable(path.first()));
        return path.size() == 1 ? *found : at(found->children, path.sliced(1));
    }
};

QTEST_GUILESS_MAIN(TestEntryFields)
#include "tst_entryfields.moc"
