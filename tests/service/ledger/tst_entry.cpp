// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/entry.h"
#include "service/ledger/tiles.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace ledger;

namespace {

EntryDraft fullDraft()
{
    return {.time = *parseTime("2026-11-23T18:17:04.120Z"),
        .eventType = "TENANT_CREATED",
        .tenant = TenantId("acme-corp"),
        .actor = {ActorKind::Admin, TokenId("019ab"), "service:admin", "root"},
        .source = {Via::Http, "127.0.0.1", RequestId("r-1"), "curl/8.5"},
        .outcome = Outcome::Ok,
        .data = "{\"display_name\":\"Acme\",\"max_vms\":5}"};
}

const QByteArray FullEntry =
    "{\"v\":1,\"index\":41,\"time\":\"2026-11-23T18:17:04.120Z\",\"event_type\":\"TENANT_CREATED\","
    "\"tenant_id\":\"acme-corp\",\"tenant_seq\":0,\"actor\":{\"kind\":\"admin\",\"token_id\":\"019ab\","
    "\"scope\":\"service:admin\",\"subject\":\"root\"},\"source\":{\"via\":\"http\",\"address\":\"127.0.0.1\","
    "\"request_id\":\"r-1\",\"user_agent\":\"curl/8.5\"},\"outcome\":\"ok\","
    "\"data\":{\"display_name\":\"Acme\",\"max_vms\":5}}";

const QByteArray BareEntry =
    "{\"v\":1,\"index\":0,\"time\":\"1970-01-01T00:00:00.000Z\",\"event_type\":\"SERVER_STARTED\","
    "\"tenant_id\":null,\"tenant_seq\":null,\"actor\":{\"kind\":\"system\",\"token_id\":null,\"scope\":null,"
    "\"subject\":null},\"source\":{\"via\":\"control\",\"address\":null,\"request_id\":null,\"user_agent\":null},"
    "\"outcome\":\"failed\",\"data\":{}}";

} // namespace

class TestEntry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMemberInTheOrderOfTheContract()
    {
        QCOMPARE(entryBytes(fullDraft(), 41, 0), FullEntry);
        const auto fields = parseEntry(FullEntry);
        QVERIFY2(fields, fields ? "" : qPrintable(fields.error().detail));
        QCOMPARE(fields->index, LeafIndex(41));
        QCOMPARE(formatTime(fields->time), "2026-11-23T18:17:04.120Z"_ba);
        QCOMPARE(fields->eventType, "TENANT_CREATED"_ba);
        QCOMPARE(fields->tenant.text(), "acme-corp"_ba);
        QCOMPARE(fields->tenantSeq, std::optional<std::uint64_t>(0));
        QCOMPARE(fields->actor.kind, ActorKind::Admin);
        QCOMPARE(fields->actor.tokenId.text(), "019ab"_ba);
        QCOMPARE(fields->actor.scope, "service:admin"_ba);
        QCOMPARE(fields->actor.subject, "root"_ba);
        QCOMPARE(fields->source.via, Via::Http);
        QCOMPARE(fields->source.address, "127.0.0.1"_ba);
        QCOMPARE(fields->source.requestId.text(), "r-1"_ba);
        QCOMPARE(fields->source.userAgent, "curl/8.5"_ba);
        QCOMPARE(fields->outcome, Outcome::Ok);
        QCOMPARE(*fields->data.find("display_name")->string(), "Acme"_ba);
    }

    void whatIsAbsentIsNull()
    {
        const EntryDraft draft{.time = {}, .eventType = "SERVER_STARTED", .outcome = Outcome::Failed};
        QCOMPARE(entryBytes(draft, 0, 99), BareEntry);
        const auto fields = parseEntry(BareEntry);
        QVERIFY(fields);
        QVERIFY(fields->tenant.isEmpty() && !fields->tenantSeq);
        QVERIFY(fields->actor.tokenId.isEmpty() && fields->actor.scope.isEmpty() && fields->actor.subject.isEmpty());
        QCOMPARE(fields->actor.kind, ActorKind::System);
        QCOMPARE(fields->source.via, Via::Control);
        QCOMPARE(fields->outcome, Outcome::Failed);
    }

    void theSubjectsComeFromTheData()
    {
        EntryDraft draft = fullDraft();
        draft.data = "{\"token_id\":\"T\",\"vm_id\":\"V\",\"node_id\":null,\"inner\":{\"node_id\":\"no\"}}";
        const auto fields = parseEntry(entryBytes(draft, 1, 2));
        QVERIFY(fields);
        QCOMPARE(fields->token.text(), "T"_ba);
        QCOMPARE(fields->vm.text(), "V"_ba);
        QVERIFY(fields->node.isEmpty());
    }

    void theTextOfDataNamesWhatItsParsedValueNames_data()
    {
        QTest::addColumn<QByteArray>("data");
        const QByteArray ids = "\"token_id\":\"t\",\"vm_id\":\"v\",\"node_id\":\"n\"";
        QTest::newRow("an empty object") << "{}"_ba;
        QTest::newRow("all three ids") << '{' + ids + '}';
        QTest::newRow("ids among strings, numbers and words")
            << "{\"name\":\"\",\"ram_mb\":0,\"kvm\":true,\"on\":false,\"at\":null," + ids + ",\"x\":10}";
        QTest::newRow("an id that is null") << "{\"vm_id\":null}"_ba;
        QTest::newRow("an id that is a number") << "{\"vm_id\":7}"_ba;
        QTest::newRow("an id with an escape") << "{\"vm_id\":\"a\\u0062\"}"_ba;
        QTest::newRow("an id under an escaped name") << "{\"vm\\u005fid\":\"v\"}"_ba;
        QTest::newRow("an escaped quote before an id") << "{\"a\":\"\\\"\",\"vm_id\":\"v\"}"_ba;
        QTest::newRow("an id in an object within") << "{\"a\":{\"vm_id\":\"v\"}}"_ba;
        QTest::newRow("an id behind an object") << "{\"a\":{\"b\":[1,{}]},\"vm_id\":\"v\"}"_ba;
        QTest::newRow("a fraction, an exponent, a minus") << "{\"a\":1.5,\"b\":1e3,\"c\":-4,\"vm_id\":\"v\"}"_ba;
        QTest::newRow("blanks between") << "{ \"vm_id\" : \"v\" , \"a\" : 1 }"_ba;
        QTest::newRow("text beyond ASCII") << "{\"name\":\"\xc3\xa4\",\"vm_id\":\"v\"}"_ba;
        QByteArray many = "{";
        for (int i = 0; i < 40; ++i)
            many += "\"m" + QByteArray::number(i) + "\":1,";
        QTest::newRow("an id behind forty members") << many + "\"vm_id\":\"v\"}";
        QTest::newRow("the same name twice") << "{\"vm_id\":\"v\",\"vm_id\":\"w\"}"_ba;
        QTest::newRow("the same name twice among forty") << many + "\"m0\":1}";
        QTest::newRow("a comma at the end") << "{\"a\":1,}"_ba;
        QTest::newRow("a comma at the start") << "{,\"a\":1}"_ba;
        QTest::newRow("no comma between") << "{\"a\":1\"b\":2}"_ba;
        QTest::newRow("no colon") << "{\"a\"}"_ba;
        QTest::newRow("no value") << "{\"a\":}"_ba;
        QTest::newRow("no name") << "{:1}"_ba;
        QTest::newRow("a name without quotes") << "{a:1}"_ba;
        QTest::newRow("a leading zero") << "{\"a\":01}"_ba;
        QTest::newRow("an unknown word") << "{\"a\":nul}"_ba;
        QTest::newRow("a string without end") << "{\"a\":\"b}"_ba;
        QTest::newRow("an unknown escape") << "{\"a\":\"\\x\"}"_ba;
        QTest::newRow("one brace too many") << "{\"a\":1}}"_ba;
        QTest::newRow("two objects") << "{}{}"_ba;
        QTest::newRow("bytes that are not UTF-8") << "{\"a\":\"\xff\"}"_ba;
    }

    void theTextOfDataNamesWhatItsParsedValueNames()
    {
        QFETCH(const QByteArray, data);
        const auto parsed = json::parse(data);
        const auto named = subjectsOf(QByteArrayView(data));
        QCOMPARE(named.has_value(), parsed.has_value());
        if (!parsed)
            return;
        const Subjects expected = subjectsOf(*parsed);
        QCOMPARE(named->token.text(), expected.token.text());
        QCOMPARE(named->vm.text(), expected.vm.text());
        QCOMPARE(named->node.text(), expected.node.text());
    }

    void dataThatIsNoObjectOnOneLineIsRefused_data()
    {
        QTest::addColumn<QByteArray>("data");
        QTest::newRow("an array") << "[]"_ba;
        QTest::newRow("one brace") << "{"_ba;
        QTest::newRow("a line feed between members") << "{\"a\":1,\n\"b\":2}"_ba;
        QTest::newRow("a tab in a string") << "{\"a\":\"\t\"}"_ba;
        QTest::newRow("a delete character in a string") << "{\"a\":\"\x7f\"}"_ba;
        QTest::newRow("a blank in front") << " {}"_ba;
    }

    void dataThatIsNoObjectOnOneLineIsRefused()
    {
        QFETCH(const QByteArray, data);
        const auto named = subjectsOf(QByteArrayView(data));
        QVERIFY(!named);
        QVERIFY(!named.error().detail.isEmpty());
    }

    void hostileTextSurvives_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("read");
        const auto same = [](const char *name, const QByteArray &text) { QTest::newRow(name) << text << text; };
        same("quotes and backslashes", "a\"b\\c\\\"");
        same("line ends", "a\nb\r\nc");
        same("an escape sequence of a terminal", "\x1b[2J\x1b]0;x\x07");
        same("the deletion character", "a\x7f");
        same("a NUL", QByteArray("a\0b", 3));
        same("markup", "<img src=x onerror=alert(1)>");
        same("a formula", "=HYPERLINK(\"http://x\")");
        same("text that turns round",
            "a\xe2\x80\xae"
            "b");
        same("text that looks like our form", "\",\"outcome\":\"denied\",\"data\":{}}");
        same("a character outside of the BMP", "\xf0\x9f\x92\xa9");
        QTest::newRow("bytes that are not UTF-8") << "a\xff\xfe"_ba
                                                  << "a\xef\xbf\xbd\xef\xbf\xbd"_ba;
        QTest::newRow("half of a character") << "a\xe2\x82"_ba
                                             << "a\xef\xbf\xbd\xef\xbf\xbd"_ba;
    }

    void hostileTextSurvives()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, read);
        EntryDraft draft = fullDraft();
        draft.actor.subject = text;
        draft.source.userAgent = text;
        draft.source.address = text;
        const QByteArray bytes = entryBytes(draft, 41, 0);
        QVERIFY(bytes.isValidUtf8());
        for (const char c : bytes)
            QVERIFY(uchar(c) >= 0x20 && c != 0x7f); // one line, nothing for a terminal
        const auto fields = parseEntry(bytes);
        QVERIFY2(fields, fields ? "" : qPrintable(fields.error().detail));
        QCOMPARE(fields->actor.subject, read);
        QCOMPARE(fields->source.userAgent, read);
        QCOMPARE(fields->source.address, read);
        QCOMPARE(fields->outcome, Outcome::Ok);
    }

    void theUserAgentIsCut_data()
    {
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<qsizetype>("kept");
        const QByteArray euro = "\xe2\x82\xac";
        QTest::newRow("256 bytes stay") << QByteArray(256, 'a') << qsizetype(256);
        QTest::newRow("257 bytes lose one") << QByteArray(257, 'a') << qsizetype(256);
        QTest::newRow("a character across the cut goes whole") << QByteArray(255, 'a') + euro << qsizetype(255);
        QTest::newRow("a character that just fits stays") << QByteArray(253, 'a') + euro + 'b' << qsizetype(256);
        QTest::newRow("a megabyte") << euro.repeated(350000) << qsizetype(255);
    }

    void theUserAgentIsCut()
    {
        QFETCH(QByteArray, given);
        QFETCH(qsizetype, kept);
        EntryDraft draft = fullDraft();
        draft.source.userAgent = given;
        const auto fields = parseEntry(entryBytes(draft, 41, 0));
        QVERIFY(fields);
        QCOMPARE(fields->source.userAgent, given.first(kept));
    }

    void otherFormsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char *name, const QByteArray &from, const QByteArray &to) {
            QByteArray spoiled = FullEntry;
            QVERIFY2(spoiled.contains(from), name);
            QTest::newRow(name) << spoiled.replace(from, to);
        };
        row("another version", "\"v\":1", "\"v\":2");
        row("a blank", "\"v\":1,", "\"v\":1, ");
        row("members in another order", "{\"v\":1,\"index\":41,", "{\"index\":41,\"v\":1,");
        row("an index with a leading zero", ":41,", ":041,");
        row("a negative index", ":41,", ":-1,");
        row("an index with a fraction", ":41,", ":41.0,");
        row("an index past 63 bits", ":41,", ":9223372036854775808,");
        row("a time without milliseconds", "04.120Z", "04Z");
        row("a time with an offset", "04.120Z", "04.120+00:00");
        row("a day that is none", "11-23T", "11-31T");
        row("an event type in lower case", "TENANT_CREATED", "tenant_created");
        row("an empty event type", "TENANT_CREATED", "");
        row("a tenant id that is none", "acme-corp", "Acme");
        row("a tenant without a number", "\"tenant_seq\":0", "\"tenant_seq\":null");
        row("a number without a tenant", "\"tenant_id\":\"acme-corp\"", "\"tenant_id\":null");
        row("an unknown actor", "\"admin\"", "\"god\"");
        row("an unknown door", "\"via\":\"http\"", "\"via\":\"ftp\"");
        row("an unknown outcome", "\"ok\"", "\"maybe\"");
        row("an empty text for null", "\"root\"", "\"\"");
        row("an escape where none is needed", "\"root\"", "\"r\\u006fot\"");
        row("a slash that is escaped", "curl/8", "curl\\/8");
        row("an upper-case escape", "\"root\"", "\"\\u001F\"");
        row("a raw control character", "root", "ro\x01t");
        row("a raw deletion character", "root", "ro\x7ft");
        row("a line end inside", "\"outcome\"", "\n\"outcome\"");
        row("bytes that are not UTF-8", "root", "ro\xc3t");
        row("an unknown member", ",\"outcome\"", ",\"extra\":1,\"outcome\"");
        row("a missing member", ",\"subject\":\"root\"", "");
        row("data that is a list", "{\"display_name\":\"Acme\",\"max_vms\":5}}", "[1]}");
        row("the same name twice in the data", "\"max_vms\"", "\"display_name\"");
        row("data cut short", "\"max_vms\":5}}", "\"max_vms\":5}");
        row("a byte order mark", "{\"v\"", "\xef\xbb\xbf{\"v\"");
        QTest::newRow("a line end behind it") << FullEntry + '\n';
        QTest::newRow("something behind it") << FullEntry + "{}";
        QTest::newRow("nothing") << ""_ba;
        QTest::newRow("more than 65,535 bytes")
            << FullEntry.chopped(2) + ",\"x\":\"" + QByteArray(MaxEntrySize, 'x') + "\"}}";
    }

    void otherFormsAreRefused()
    {
        QFETCH(QByteArray, bytes);
        const auto fields = parseEntry(bytes);
        QVERIFY(!fields);
        QCOMPARE(fields.error().code, ErrorCode::Corrupt);
    }

    void everyPrefixIsRefused()
    {
        for (qsizetype size = 0; size < FullEntry.size(); ++size)
            QVERIFY2(!parseEntry(FullEntry.first(size)), FullEntry.first(size).constData());
    }
};

QTEST_GUILESS_MAIN(TestEntry)
#include "tst_entry.moc"
