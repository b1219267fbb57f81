// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The quick reading of an entry against the strict one: what the quick one takes, the strict one takes, and both read
// the same.

#include "service/ledger/entryview.h"
#include "tests/service/ledger/fixture.h"

#include <QtCore/qrandom.h>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace ledger;

namespace {

const QByteArray Plain = "{\"v\":1,\"index\":41,\"time\":\"2026-11-23T18:17:04.120Z\",\"event_type\":\"VM_REGISTERED\","
                         "\"tenant_id\":\"acme-corp\","
                         "\"tenant_seq\":7,\"actor\":{\"kind\":\"tenant\",\"token_id\":\"t-1\",\"scope\":\"INPUT\","
                         "\"subject\":\"k\"},\"source\":{\"via\":\"http\","
                         "\"address\":\"127.0.0.1\",\"request_id\":\"r-1\",\"user_agent\":\"curl/"
                         "8\"},\"outcome\":\"ok\",\"data\":{\"vm_id\":\"v-1\",\"name\":\"\","
                         "\"ram_mb\":1024,\"delta\":-3,\"prefer_kvm\":false,\"kvm\":true,\"node_id\":null}}";

// Whether the two readings tell the same.
bool agree(const EntryView &view, const EntryFields &fields)
{
    EntryScanner other;
    const EntryView &strict = *other.view(fields);
    const auto sameMember = [](const EntryView::Member &a, const EntryView::Member &b) {
        return a.name == b.name && a.value == b.value && a.kind == b.kind;
    };
    return view.index == strict.index && view.time == strict.time && view.eventType == strict.eventType
        && view.tenant == strict.tenant && view.tenantSeq == strict.tenantSeq && view.actor == strict.actor
        && view.requestId == strict.requestId && view.outcome == strict.outcome
        && view.tokenId == strict.text("token_id") && view.vmId == strict.text("vm_id")
        && view.nodeId == strict.text("node_id") && strict.tokenId == view.tokenId && strict.vmId == view.vmId
        && strict.nodeId == view.nodeId && std::ranges::equal(view.data, strict.data, sameMember);
}

} // namespace

class TestEntryView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void spansTellWhatTheEntrySays()
    {
        EntryScanner scanner;
        const EntryView *view = scanner.scan(Plain);
        QVERIFY(view);
        QVERIFY(agree(*view, parseEntry(Plain).value()));
        QCOMPARE(view->index, LeafIndex(41));
        QCOMPARE(view->tenant, QByteArrayView("acme-corp"));
        QCOMPARE(view->text("vm_id"), QByteArrayView("v-1"));
        QVERIFY(view->text("node_id").isEmpty() && view->text("ram_mb").isEmpty() && view->text("nothing").isEmpty());
        QCOMPARE(view->number("ram_mb"), 1024);
        QCOMPARE(view->number("delta"), -3);
        QVERIFY(!view->number("vm_id") && !view->number("nothing"));
        QVERIFY(view->isTrue("kvm") && !view->isTrue("prefer_kvm") && !view->isTrue("vm_id"));
    }

    void readings_data()
    {
        QTest::addColumn<QByteArray>("entry");
        QTest::addColumn<bool>("quick"); // taken without the strict reader
        QTest::addColumn<bool>("sound");
        const auto row = [](const char *name, const QByteArray &from, const QByteArray &to, bool quick, bool sound) {
            QTest::newRow(name) << QByteArray(Plain).replace(from, to) << quick << sound;
        };
        row("as it is", "", "", true, true);
        row("no tenant", "\"acme-corp\",\"tenant_seq\":7", "null,\"tenant_seq\":null", true, true);
        row("nobody", "\"token_id\":\"t-1\",\"scope\":\"INPUT\",\"subject\":\"k\"",
            "\"token_id\":null,\"scope\":null,\"subject\":null", true, true);
        row("letters beyond ASCII", "\"name\":\"\"", "\"name\":\"\xc3\xa4\xe2\x82\xac\"", true, true);
        row("no data", Plain.mid(Plain.indexOf("{\"vm_id")), "{}}", true, true);
        row("an escape", "\"name\":\"\"", "\"name\":\"\\\"\"", false, true);
        row("a nested object", "\"name\":\"\"", "\"name\":{\"a\":1}", false, true);
        row("a list", "\"name\":\"\"", "\"name\":[1]", false, true);
        row("a fraction", "1024", "1024.5", false, true);
        row("an exponent", "1024", "1e3", false, true);
        row("a very long number", "1024", "1234567890123456789012", false, true);
        row("a blank in the data", "\"ram_mb\":", "\"ram_mb\": ", false, true);
        row("a minus alone", "1024", "-", false, false);
        row("minus zero", "1024", "-0", true, true);
        row("a leading zero in the data", "1024", "01024", false, false);
        row("a name twice", "\"name\":", "\"vm_id\":", false, false);
        row("a name twice, escaped", "\"name\":", "\"vm\\u005fid\":", false, false);
        row("an unknown word", "true", "True", false, false);
        row("a comma too many", "null}}", "null,}}", false, false);
        row("an end too early", "null}}", "null}", false, false);
        row("an end too many", "null}}", "null}}}", false, false);
        row("something behind the end", "null}}", "null}} ", false, false);
        row("an empty text where null should be", "\"scope\":\"INPUT\"", "\"scope\":\"\"", false, false);
        row("a tenant that is none", "acme-corp", "Acme", false, false);
        row("a tenant without a letter", "acme-corp", "", false, false);
        row("a type without a letter", "VM_REGISTERED", "", false, false);
        row("a type that is none", "VM_REGISTERED", "vm_registered", false, false);
        row("an unknown outcome", "\"ok\"", "\"fine\"", false, false);
        row("an unknown kind", "\"kind\":\"tenant\"", "\"kind\":\"root\"", false, false);
        row("members in another order", "\"kind\":\"tenant\",\"token_id\":\"t-1\"",
            "\"token_id\":\"t-1\",\"kind\":\"tenant\"", false, false);
        row("a leading zero in the index", "\"index\":41", "\"index\":041", false, false);
        row("a time in another zone", "04.120Z", "04.120+00:00", false, false);
        row("a time without its milliseconds", "04.120Z", "04Z", false, false);
        row("a second too many", "04.120Z", "60.120Z", false, false);
        row("a day that is none", "11-23T", "11-31T", false, false);
        row("a letter in the time", "04.120Z", "0x.120Z", false, false);
        row("a control character", "curl", "cu\x1brl", false, false);
        row("a deleted character", "curl", "cu\x7frl", false, false);
        row("a byte that is not UTF-8", "curl", "cu\xffrl", false, false);
        row("a byte order mark", "{\"v\"", "\xef\xbb\xbf{\"v\"", false, false);
        row("another version", "\"v\":1", "\"v\":2", false, false);
        QTest::newRow("nothing") << QByteArray() << false << false;
        QByteArray many = "{", more = "{";
        for (int i = 0; i < 40; ++i)
            (i < 32 ? many : more) += "\"m" + QByteArray::number(i) + "\":" + QByteArray::number(i) + ',';
        const QByteArray head = Plain.left(Plain.indexOf("{\"vm_id"));
        QTest::newRow("as many members as it holds") << head + many.chopped(1) + "}}" << true << true;
        QTest::newRow("more members than it holds") << head + many + more.mid(1).chopped(1) + "}}" << false << true;
    }

    void readings()
    {
        QFETCH(QByteArray, entry);
        QFETCH(bool, quick);
        QFETCH(bool, sound);
        EntryScanner fresh, used;
        used.scan(Plain); // what it remembers must not change a verdict
        QCOMPARE(fresh.scan(entry) != nullptr, quick);
        QCOMPARE(used.scan(entry) != nullptr, quick);
        const auto strict = parseEntry(entry);
        QCOMPARE(strict.has_value(), sound);
        if (quick)
            QVERIFY(agree(*used.scan(entry), *strict));
    }

    void entriesOfTheFixtureAreQuick()
    {
        EntryScanner scanner;
        for (LeafIndex i = 0; i < 3000; ++i) {
            const QByteArray bytes = entryBytes(testDraft(i), i, i);
            const EntryView *view = scanner.scan(bytes);
            QVERIFY(view);
            QVERIFY(agree(*view, parseEntry(bytes).value()));
        }
    }

    void timesAreReadAlikeAcrossMinutes()
    {
        EntryScanner scanner;
        EntryDraft draft{.time = {}, .eventType = "SERVER_STARTED"};
        for (const qint64 time : {0LL, 1LL, 59'999LL, 60'000LL, -1LL, -60'000LL, -59'999LL, 1'790'000'000'000LL,
                 1'790'000'059'999LL, 253'402'300'799'999LL, -62'167'219'200'000LL}) {
            for (const qint64 step : {0, 1, 999, 1000, -1}) {
                draft.time = fromMilliseconds(std::clamp(time + step, -62'167'219'200'000LL, 253'402'300'799'999LL));
                const QByteArray bytes = entryBytes(draft, 0, 0);
                const EntryView *view = scanner.scan(bytes);
                QVERIFY(view);
                QCOMPARE(view->time, toMilliseconds(draft.time));
            }
        }
    }

    // Actors, outcomes and the names in the data in turns, in every order of two.
    void whatOneEntryTaughtIsNotSaidOfTheNext()
    {
        const auto with = [](const QByteArray &from, const QByteArray &to) {
            return QByteArray(Plain).replace(from, to);
        };
        const QByteArray entries[] = {Plain, with("t-1", "t-2"), with("t-1", "t-22"),
            with("\"token_id\":\"t-1\"", "\"token_id\":null"), with("\"ok\"", "\"denied\""),
            with("\"ok\"", "\"failed\""), with("\"r-1\"", "null"), with("curl/8", QByteArray(1000, 'c')),
            with("127.0.0.1", QByteArray(1000, '1')), with("\"name\"", "\"mane\""), with("\"name\":\"\",", ""),
            with("\"name\":\"\"", "\"token_id\":\"t-9\""), with("\"node_id\":null", "\"node_id\":\"n-1\""),
            with("\"vm_id\"", "\"" + QByteArray(1000, 'v') + "\":1,\"vm_id\""),
            with("\"vm_id\"", "\"" + QByteArray(1000, 'v') + '"'), with("\"name\":\"\"", "\"name\":\"\",\"more\":1"),
            with("VM_REGISTERED", "TENANT_PURGED"), with(Plain.mid(Plain.indexOf("{\"vm_id")), "{}}")};
        EntryScanner scanner;
        for (const QByteArray &first : entries) {
            for (const QByteArray &second : entries) {
                for (const QByteArray &entry : {first, second, first}) {
                    const EntryView *view = scanner.scan(entry);
                    QVERIFY2(view, entry.constData());
                    QVERIFY2(agree(*view, parseEntry(entry).value()), entry.constData());
                }
                // A name that the shape has further on.
                QVERIFY(
                    !scanner.scan(QByteArray(second).replace("\"delta\"", "\"ram_mb\"")) || !second.contains("delta"));
            }
        }
    }

    // Any byte changed, any piece cut out, doubled or moved: never does the quick one take what the strict one refuses.
    void mutationsAreJudgedAlike()
    {
        QRandomGenerator random(20'261'123);
        const QByteArray pieces = "\"{}[],:\\ -+.0019eEtfnulrasINPUT";
        EntryScanner scanner;
        int taken = 0;
        for (int i = 0; i < 60'000; ++i) {
            QByteArray entry = Plain;
            for (int edits = 1 + int(random.bounded(3)); edits > 0; --edits) {
                const auto at = qsizetype(random.bounded(int(entry.size())));
                const auto length = qsizetype(random.bounded(1, 12));
                switch (random.bounded(5)) {
                case 0:
                    entry[at] = char(random.bounded(256));
                    break;
                case 1:
                    entry[at] = pieces[qsizetype(random.bounded(int(pieces.size())))];
                    break;
                case 2:
                    entry.remove(at, length);
                    break;
                case 3:
                    entry.insert(at, entry.mid(qsizetype(random.bounded(int(entry.size()))), length));
                    break;
                default: // a digit, so that many stay sound
                    if (entry[at] >= '0' && entry[at] <= '9')
                        entry[at] = char('0' + random.bounded(10));
                }
            }
            const EntryView *view = scanner.scan(entry);
            if (!view)
                continue;
            const auto strict = parseEntry(entry);
            QVERIFY2(strict, entry.constData());
            QVERIFY2(agree(*view, *strict), entry.constData());
            ++taken;
        }
        QVERIFY2(taken > 5000, qPrintable(QString::number(taken)));
    }
};

QTEST_GUILESS_MAIN(TestEntryView)
#include "tst_entryview.moc"
