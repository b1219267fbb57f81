// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The forms that are read by people and spreadsheets: text shows as text.

#include "service/core/visibletext.h"
#include "service/report/html.h"
#include "service/report/plain.h"
#include "tests/service/report/reporthouse.h"

#include <QtCore/qregularexpression.h>

using namespace Qt::StringLiterals;

class TestForms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFieldIsHarmless_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<bool>("marked");
        const auto row = [](const char *name, const QByteArray &text, const QByteArray &field, bool marked) {
            QTest::newRow(name) << text << field << marked;
        };
        row("plain text", "acme-corp", "acme-corp", false);
        row("nothing", "", "", false);
        row("a comma", "a,b", "\"a,b\"", false);
        row("quotes", "a\"b", "\"a\"\"b\"", false);
        row("letters of other scripts", "\xc3\xa4\xe6\xbc\xa2", "\xc3\xa4\xe6\xbc\xa2", false);
        row("a formula", "=1+1", "'=1+1", true);
        row("a link with quotes", "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"", true);
        row("plus", "+1", "'+1", true);
        row("minus", "-1", "'-1", true);
        row("at", "@SUM(A1)", "'@SUM(A1)", true);
        row("a full-width equals sign",
            "\xef\xbc\x9d"
            "1",
            "'\xef\xbc\x9d"
            "1",
            true);
        row("a tab before a formula", "\t=1", "\\u0009=1", true);
        row("a carriage return", "\r=1", "\\u000d=1", true);
        row("a line end", "a\nb", "a\\u000ab", true);
        row("a terminal's escape", "\x1b[31m", "\\u001b[31m", true);
        row("an override of direction",
            "\xe2\x80\xae"
            "abc",
            "\\u202eabc", true);
        row("a minus inside", "a-b", "a-b", false);
        row("a formula where a semicolon cuts", "x;=1+1", "x;'=1+1", true);
        row("one behind blanks and a quote", "x; \"=1", "\"x; \"\"'=1\"", true);
        row("several of them", ";@A;-1;b;\xef\xbc\x9d", ";'@A;'-1;b;'\xef\xbc\x9d", true);
        row("a semicolon before text", "a; b;", "a; b;", false);
    }
    void aFieldIsHarmless()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, field);
        QFETCH(bool, marked);
        bool changed = false;
        QCOMPARE(report::csvField(text, changed), field);
        QCOMPARE(changed, marked);
    }

    void markupIsText_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("tags") << u"<img onerror=x>"_s << "&lt;img onerror=x&gt;"_ba;
        QTest::newRow("quotes") << u"\"'"_s << "&quot;&#39;"_ba;
        QTest::newRow("an entity") << u"&lt;"_s << "&amp;lt;"_ba;
        QTest::newRow("escapes and overrides") << u"\u001b\u202e\u2066"_s << "\\u001b\\u202e\\u2066"_ba;
    }
    void markupIsText()
    {
        QFETCH(QString, text);
        QFETCH(QByteArray, shown);
        QCOMPARE(report::htmlText(text), shown);
    }

    // One entry whose every free text attacks.
    void hostileTextComesThroughEveryForm()
    {
        ReportHouse house(3);
        house.append(Hostile);
        const auto lines = house.make(report::Format::Jsonl);
        VERIFY_RESULT(lines);
        QCOMPARE(*lines, house.entries().join('\n') + '\n');

        const auto table = house.make(report::Format::Csv);
        VERIFY_RESULT(table);
        // The LF of a record is the only control character beside its CR.
        for (const QByteArray &record : table->chopped(2).split('\n'))
            QVERIFY(std::ranges::none_of(
                record.chopped(record.endsWith('\r') ? 1 : 0), [](char c) { return uchar(c) < 0x20; }));
        QVERIFY(table->contains("\"'=HYPERLINK(\"\"http://x\"\") <img"));
        QVERIFY(table->contains(",actor_subject user_agent data\r\n"));
        QVERIFY(!table->contains("\xe2\x80\xae"));

        const auto page = house.make(report::Format::Html);
        VERIFY_RESULT(page);
        QVERIFY(!page->contains("<img") && !page->contains("\x1b") && !page->contains("\xe2\x80\xae"));
        QVERIFY(
            page->contains("=HYPERLINK(&quot;http://x&quot;) &lt;img src=x onerror=alert(1)&gt; \\u001b[31m \\u202e"));
    }

    void thePageLoadsAndRunsNothing()
    {
        ReportHouse house(30);
        const auto page = house.make(report::Format::Html);
        VERIFY_RESULT(page);
        QVERIFY(page->contains(
            "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\""));
        for (const char *word : {"<script", "<link", "<img", "src=", "href=", "@import", "url("})
            QVERIFY2(!page->contains(word), word);
        QCOMPARE(page->count("<tr><td>"), 30 + exceptions(house.entries()));
        for (const char *word :
            {"Verification", "Reconciliation of counts", "30 entries, indices 0 to 29, without gaps", "ada"})
            QVERIFY2(page->contains(word), word);
    }

    void anExcerptSaysWhatItDoesNotProve()
    {
        ReportHouse house(30);
        ledger::EntryFilter filter{.limit = 2};
        VERIFY_RESULT(filter.add("tenant-id=t1"));
        const auto page = house.make(report::Format::Html, filter);
        VERIFY_RESULT(page);
        QVERIFY(page->contains("not that there are no others"));
        QVERIFY(page->contains("30 entries, indices 0 to 29, without gaps"));
        QVERIFY(page->contains("where there is none, it was made without being recorded"));
        QVERIFY(page->contains("<tr><th scope=\"row\">Tenant</th><td>t1</td></tr>"));
        QVERIFY(page->contains("<tr><th scope=\"row\">Match the filters</th><td>9</td></tr>"));
        QVERIFY(page->contains("<tr><th scope=\"row\">Left out by the limit</th><td>7</td></tr>"));
    }

    void exceptionsStandInTheOrderAskedFor_data()
    {
        QTest::addColumn<bool>("reverse");
        QTest::addColumn<bool>("excerpt");
        QTest::newRow("the whole, oldest first") << false << false;
        QTest::newRow("the whole, newest first") << true << false;
        QTest::newRow("an excerpt, oldest first") << false << true;
        QTest::newRow("an excerpt, newest first") << true << true;
    }
    void exceptionsStandInTheOrderAskedFor()
    {
        QFETCH(bool, reverse);
        QFETCH(bool, excerpt);
        ReportHouse house(3);
        const int more = 2;
        house.append("ada", "KEY_ROTATED", report::MostExceptions + more);
        ledger::EntryFilter filter{.reverse = reverse};
        if (excerpt)
            VERIFY_RESULT(filter.add("tenant-id=evil"));
        const auto source = report::Source::open(house.request(report::Format::Html).files, filter);
        VERIFY_RESULT(source);
        VERIFY_RESULT((*source)->check());
        QList<LeafIndex> expected, found;
        VERIFY_RESULT((*source)->forEach([&](const report::Row &row) -> Result<void> {
            if (report::exceptionOf(row.fields) && expected.size() < qsizetype(report::MostExceptions))
                expected.append(row.fields.index);
            return {};
        }));
        VERIFY_RESULT((*source)->forEachException([&](const report::Row &row) -> Result<void> {
            found.append(row.fields.index);
            return {};
        }));
        QCOMPARE(found.size(), qsizetype(report::MostExceptions));
        QCOMPARE(found, expected);
    }

    void exceptionsAreKnownByWhatHappened_data()
    {
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<int>("outcome");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QString>("name");
        const auto row = [](const char *name, const char *event, ledger::Outcome outcome, const char *data,
                             const char *is) {
            QTest::newRow(name) << QByteArray(event) << int(outcome) << QByteArray(data) << QString::fromLatin1(is);
        };
        using enum ledger::Outcome;
        row("a refusal", "VM_DENIED", Denied, "{}", "denied");
        row("a failure", "ISOLATION_FAILED", Failed, "{}", "failed");
        row("a token ended", "TOKEN_REVOKED", Ok, "{}", "revoked");
        row("a key", "KEY_ROTATED", Ok, "{}", "privileged");
        row("an administrator's token", "TOKEN_ISSUED", Ok, R"({"scope":"service:admin"})", "privileged");
        row("a reader's token is none", "TOKEN_ISSUED", Ok, R"({"scope":"READ"})", "");
        row("daily work is none", "VM_REGISTERED", Ok, "{}", "");
    }
    void exceptionsAreKnownByWhatHappened()
    {
        QFETCH(QByteArray, event);
        QFETCH(int, outcome);
        QFETCH(QByteArray, data);
        QFETCH(QString, name);
        ledger::EntryFields fields;
        fields.eventType = event;
        fields.outcome = ledger::Outcome(outcome);
        fields.data = json::parse(data).value();
        const auto found = report::exceptionOf(fields);
        QCOMPARE(found ? report::exceptionName(*found) : QString(), name);
    }

private:
    static qsizetype exceptions(const QByteArrayList &entries)
    {
        return std::ranges::count_if(entries,
            [](const QByteArray &bytes) { return report::exceptionOf(ledger::parseEntry(bytes).value()).has_value(); });
    }
};

QTEST_GUILESS_MAIN(TestForms)
#include "tst_forms.moc"
