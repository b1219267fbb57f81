// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs read on a ledger made for it: each filter, each format, and what it does when its output ends early.
#include "service/ledger/reader.h"
#include "tests/app/programs.h"
#include "tests/service/ledger/fixture.h"

using namespace Qt::StringLiterals;

class TestFsRead : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void filters_data();
    void filters();
    void jsonLinesAreTheStoredBytes();
    void theTableShowsTextAndNothingElse();
    void aReaderThatStopsEarlyIsNoError_data();
    void aReaderThatStopsEarlyIsNoError();
    void aFullDiskIsSaid();

private:
    QString directory() const { return m_house->file(QString()); }
    Ran fs(const QStringList &arguments) const
    {
        return run("service-fs", QStringList{u"--data-dir"_s, directory(), u"read"_s} + arguments);
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<LedgerFixture> m_house;
};

namespace {

constexpr int Plain = 999; // entries as the fixture makes them

// Those below 40 for which it holds.
QList<LeafIndex> where(bool (*holds)(LeafIndex))
{
    QList<LeafIndex> found;
    for (LeafIndex i = 0; i < 40; ++i) {
        if (holds(i))
            found.append(i);
    }
    return found;
}

// A shell's words; the program's path and the directory stand for $0 and $1.
Ran shell(const QString &script, const QString &directory)
{
    QProcess process;
    process.start(u"sh"_s, {u"-c"_s, script, programPath("service-fs"), directory});
    if (!process.waitForFinished())
        return {};
    return {
        .status = process.exitCode(), .out = process.readAllStandardOutput(), .err = process.readAllStandardError()};
}

} // namespace

void TestFsRead::initTestCase()
{
    m_runtime = crypto::Runtime::start().value();
    m_house = std::make_unique<LedgerFixture>();
    VERIFY_RESULT(m_house->growTo(Plain));
    VERIFY_RESULT([&]() -> Result<void> {
        ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(m_house->database()));
        ledger::EntryDraft draft = testDraft(Plain);
        draft.actor.subject = "eve\x1b[31m\r\n\xe2\x80\xae end";
        draft.token = TokenId("token-7");
        draft.data = "{\"token_id\":\"token-7\",\"vm_id\":\"vm-999\"}";
        TRY(m_house->ledger().append(draft));
        TRY(m_house->ledger().seal());
        TRY(transaction.commit());
        m_house->ledger().committed();
        return {};
    }());
}

void TestFsRead::filters_data()
{
    QTest::addColumn<QStringList>("filters");
    QTest::addColumn<QList<LeafIndex>>("indices"); // below 40
    const auto row = [](const char *name, const QStringList &filters, bool (*holds)(LeafIndex)) {
        QTest::newRow(name) << filters << where(holds);
    };
    row("by tenant", {u"tenant-id=t1"_s}, [](LeafIndex i) { return i % 10 != 0 && i % 3 == 1; });
    row("by node", {u"node-id=node-1"_s}, [](LeafIndex i) { return i % 5 != 0; });
    row("by VM", {u"vm-id=vm-7"_s}, [](LeafIndex i) { return i == 7; });
    row("by the acting token", {u"actor=actor-1"_s}, [](LeafIndex i) { return i % 2 == 1; });
    row("by request", {u"request-id=request-9"_s}, [](LeafIndex i) { return i == 9; });
    row("by outcome", {u"outcome=denied"_s}, [](LeafIndex i) { return i % 7 == 0; });
    row("with an underscore", {u"request_id=request-9"_s}, [](LeafIndex i) { return i == 9; });
    row("by two keys", {u"tenant-id=t1"_s, u"outcome=denied"_s},
        [](LeafIndex i) { return i % 10 != 0 && i % 3 == 1 && i % 7 == 0; });
    row("by two values of a key", {u"vm-id=vm-7"_s, u"vm-id=vm-8"_s}, [](LeafIndex i) { return i == 7 || i == 8; });
    row("by a token that nothing was done to", {u"token-id=token-8"_s}, [](LeafIndex) { return false; });
}

void TestFsRead::filters()
{
    QFETCH(QStringList, filters);
    QFETCH(QList<LeafIndex>, indices);
    QStringList arguments;
    for (const QString &filter : filters)
        arguments += {u"--filter"_s, filter};
    for (const bool reverse : {false, true}) {
        const Ran ran = fs(arguments + (reverse ? QStringList{u"--reverse"_s} : QStringList()));
        QCOMPARE(ran.status, 0);
        QCOMPARE(ran.err, "");
        QList<LeafIndex> found;
        for (const QByteArray &line : ran.lines()) {
            const auto entry = ledger::parseEntry(line);
            QVERIFY(entry);
            if (entry->index < 40)
                found.append(entry->index);
        }
        if (reverse)
            std::ranges::reverse(found);
        QCOMPARE(found, indices);
    }
    QCOMPARE(fs({u"--filter"_s, u"token-id=token-7"_s}).lines().size(), 1);
}

void TestFsRead::jsonLinesAreTheStoredBytes()
{
    QByteArray stored;
    ledger::LedgerReader(m_house->database())
        .read({},
            [&](LeafIndex, const QByteArray &bytes) {
                stored += bytes + '\n';
                return true;
            })
        .value();
    QCOMPARE(fs({}).out, stored);
    QCOMPARE(QJsonDocument::fromJson(fs({u"--format"_s, u"json"_s}).out).array().size(), Plain + 1);
}

void TestFsRead::theTableShowsTextAndNothingElse()
{
    const Ran table = fs({u"--from"_s, QString::number(Plain), u"--format"_s, u"table"_s});
    QCOMPARE(table.status, 0);
    QCOMPARE(table.lines().size(), 1);
    QVERIFY2(table.out.contains("eve\\u001b[31m\\u000d\\u000a\\u202e end"), table.out.constData());
    QVERIFY(!table.out.contains('\x1b') && !table.out.contains('\r') && !table.out.contains("\xe2\x80\xae"));
}

void TestFsRead::aReaderThatStopsEarlyIsNoError_data()
{
    QTest::addColumn<QString>("script");
    QTest::newRow("as a shell runs it") << u"\"$0\" --data-dir \"$1\" read | head -1"_s;
    QTest::newRow("where the signal comes ignored") << u"trap '' PIPE; \"$0\" --data-dir \"$1\" read | head -1"_s;
    QTest::newRow("as a table") << u"\"$0\" --data-dir \"$1\" read --format table | head -1"_s;
}

void TestFsRead::aReaderThatStopsEarlyIsNoError()
{
    QFETCH(QString, script);
    const Ran ran = shell(script, directory());
    QCOMPARE(ran.status, 0);
    QCOMPARE(ran.err, "");
    QCOMPARE(ran.lines().size(), 1);
}

void TestFsRead::aFullDiskIsSaid()
{
    const Ran ran = shell(u"\"$0\" --data-dir \"$1\" read > /dev/full"_s, directory());
    QCOMPARE(ran.status, 2);
    QVERIFY2(ran.complainsInOneLine() && ran.err.contains("can't be written"), ran.err.constData());
}

QTEST_GUILESS_MAIN(TestFsRead)
#include "tst_fsread.moc"
