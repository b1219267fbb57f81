// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs export, as a shell meets it.

#include "tests/app/programs.h"

#include <sys/resource.h>
#include <sys/stat.h>

using namespace Qt::StringLiterals;

class TestServiceFsExport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_data = m_folder->filePath(u"data"_s);
        RunningServer server(m_data);
        QVERIFY(server.port() > 0);
        QCOMPARE(server.stop(SIGTERM), 0);
    }

    void isRecordedThroughTheServerThatRuns()
    {
        RunningServer server(m_data);
        const qsizetype before = read().size();
        const Ran made = fs({u"--format"_s, u"csv"_s, u"--out"_s, out(u"a.csv"_s), u"--filter"_s, u"outcome=ok"_s});
        QCOMPARE(made.status, 0);
        QVERIFY2(made.out.endsWith(", recorded as entry " + QByteArray::number(before) + '\n'), made.out.constData());
        const QJsonObject entry = QJsonDocument::fromJson(read().last()).object();
        QCOMPARE(entry["event_type"_L1].toString(), u"AUDIT_EXPORTED"_s);
        QCOMPARE(entry["source"_L1]["via"_L1].toString(), u"control"_s);
        const QJsonObject data = entry["data"_L1].toObject();
        QCOMPARE(data["format"_L1].toString(), u"csv"_s);
        QCOMPARE(data["rows"_L1].toInt(), int(before));
        QCOMPARE(data["query"_L1]["outcome"_L1][0].toString(), u"ok"_s);
        QVERIFY(made.out.contains(data["report_id"_L1].toString().toLatin1()));
        // The file speaks of the ledger before that entry.
        QCOMPARE(content(u"a.csv"_s).count("\r\n"), before + 1);
    }

    void isRecordedUnderTheLockWhenNoneRuns()
    {
        const qsizetype before = read().size();
        QCOMPARE(fs({u"--format"_s, u"jsonl"_s, u"--out"_s, out(u"a"_s)}).status, 0);
        QCOMPARE(read().size(), before + 1);
        QCOMPARE(fs({u"--format"_s, u"jsonl"_s, u"--out"_s, out(u"b"_s), u"--no-entry"_s}).status, 0);
        QCOMPARE(read().size(), before + 1);
        QCOMPARE(run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, m_data}).status, 0);
    }

    void standsWhereItCanNotBeRecorded()
    {
        QVERIFY(QFile::rename(m_data + "/keys/ledger.key"_L1, m_data + "/kept"_L1));
        const Ran made = fs({u"--format"_s, u"jsonl"_s, u"--out"_s, out(u"a"_s)});
        QCOMPARE(made.status, 0);
        QVERIFY2(made.err.contains("the ledger has no entry about it"), made.err.constData());
        QCOMPARE(made.err.count('\n'), 1);
        QCOMPARE(content(u"a"_s), read().join('\n') + '\n');
    }

    void everyFormIsAFileOfItsKind_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QByteArray>("begins");
        QTest::newRow("bundle") << u"bundle"_s << "PK\x03\x04"_ba;
        QTest::newRow("jsonl") << u"jsonl"_s << "{\"v\":1,\"index\":0,"_ba;
        QTest::newRow("csv") << u"csv"_s << "index,time,event_type,"_ba;
        QTest::newRow("html") << u"html"_s << "<!DOCTYPE html>"_ba;
        QTest::newRow("pdf") << u"pdf"_s << "%PDF-1."_ba;
    }
    void everyFormIsAFileOfItsKind()
    {
        QFETCH(QString, format);
        QFETCH(QByteArray, begins);
        // No display, no platform of the caller's; zones and hash seeds differ.
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove(u"QT_QPA_PLATFORM"_s);
        const QStringList arguments{u"--format"_s, format, u"--no-entry"_s, u"--out"_s};
        environment.insert(u"TZ"_s, u"Asia/Tokyo"_s);
        QCOMPARE(fs(arguments + QStringList{out(u"a"_s)}, environment).status, 0);
        environment.insert(u"TZ"_s, u"America/New_York"_s);
        QCOMPARE(fs(arguments + QStringList{out(u"b"_s)}, environment).status, 0);
        QVERIFY(content(u"a"_s).startsWith(begins));
        QVERIFY(content(u"a"_s) == content(u"b"_s));
        struct stat status = {};
        QCOMPARE(::stat(qPrintable(out(u"a"_s)), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0600));
    }

    void withoutFontsItSaysSo()
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        QFile config(m_folder->filePath(u"fonts.conf"_s));
        QVERIFY(config.open(QIODevice::WriteOnly) && config.write("<fontconfig></fontconfig>") > 0);
        config.close();
        environment.insert(u"FONTCONFIG_FILE"_s, config.fileName());
        const Ran made = fs({u"--format"_s, u"pdf"_s, u"--out"_s, out(u"a"_s), u"--no-entry"_s}, environment);
        QCOMPARE(made.status, 1);
        QVERIFY2(made.err.contains("no font is installed"), made.err.constData());
        QVERIFY(made.err.contains("fonts-dejavu-core"));
        QVERIFY(!QFile::exists(out(u"a"_s)));
        QCOMPARE(fs({u"--format"_s, u"html"_s, u"--out"_s, out(u"b"_s), u"--no-entry"_s}, environment).status, 0);
    }

    void aFullDiskLeavesNothing()
    {
        QProcess process;
        process.setChildProcessModifier([] {
            const rlimit most{40'000, 40'000}; // enough for what SQLite lays beside the database
            ::setrlimit(RLIMIT_FSIZE, &most);
            ::signal(SIGXFSZ, SIG_IGN);
        });
        process.start(programPath("service-fs"),
            {u"export"_s, u"--data-dir"_s, m_data, u"--format"_s, u"bundle"_s, u"--out"_s, out(u"a"_s),
                u"--no-entry"_s});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 1);
        const QByteArray err = process.readAllStandardError();
        QVERIFY2(err.contains("was not written: File too large") && err.count('\n') == 1, err.constData());
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
            QStringList{u"data"_s});
    }

    void aQueryIsTakenFromAnEarlierBundle()
    {
        QFile query(m_folder->filePath(u"query.json"_s));
        QVERIFY(query.open(QIODevice::WriteOnly));
        query.write(R"({"query":{"limit":1,"reverse":true},"rows":1})");
        query.close();
        QCOMPARE(
            fs({u"--format"_s, u"jsonl"_s, u"--out"_s, out(u"a"_s), u"--query"_s, query.fileName(), u"--no-entry"_s})
                .status,
            0);
        QCOMPARE(content(u"a"_s), read().last() + '\n');
    }

    void aRehearsalWritesNothing()
    {
        const qsizetype before = read().size();
        const Ran made = fs({u"--format"_s, u"pdf"_s, u"--dry-run"_s});
        QCOMPARE(made.status, 0);
        QVERIFY(made.out.startsWith("would export: " + QByteArray::number(before) + " entries, format pdf, report "));
        QCOMPARE(read().size(), before);
    }

    void refusesWhatItCanNotDo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("named");
        const auto row = [](const char *name, const QStringList &arguments, int status, const char *named) {
            QTest::newRow(name) << arguments << status << QByteArray(named);
        };
        row("no format", {u"--out"_s, u"OUT"_s}, 2, "--format is needed");
        row("a format there is not", {u"--format"_s, u"docx"_s, u"--out"_s, u"OUT"_s}, 2, "--format is needed");
        row("nowhere to write", {u"--format"_s, u"csv"_s}, 2, "--out is needed");
        row("a rehearsal with a file", {u"--format"_s, u"csv"_s, u"--out"_s, u"OUT"_s, u"--dry-run"_s}, 2,
            "--dry-run writes nothing");
        row("an unknown filter", {u"--format"_s, u"csv"_s, u"--out"_s, u"OUT"_s, u"--filter"_s, u"colour=red"_s}, 2,
            "is no filter");
        row("a filter beside a query",
            {u"--format"_s, u"csv"_s, u"--out"_s, u"OUT"_s, u"--limit"_s, u"1"_s, u"--query"_s, u"x"_s}, 2,
            "exclude each other");
        row("an absent query", {u"--format"_s, u"csv"_s, u"--out"_s, u"OUT"_s, u"--query"_s, u"/nowhere"_s}, 2,
            "can't be read");
        row("a place that is taken", {u"--format"_s, u"csv"_s, u"--out"_s, u"DATA/tenants.db"_s}, 1, "exists already");
        row("a folder that is not there", {u"--format"_s, u"csv"_s, u"--out"_s, u"OUT/x/y"_s}, 1, "No such file");
        row("an option of another command", {u"--format"_s, u"csv"_s, u"--out"_s, u"OUT"_s, u"--full"_s}, 2,
            "does not go with export");
    }
    void refusesWhatItCanNotDo()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, status);
        QFETCH(QByteArray, named);
        arguments.replaceInStrings(u"OUT"_s, out(u"a"_s)).replaceInStrings(u"DATA"_s, m_data);
        const qsizetype before = read().size();
        const Ran made = fs(arguments);
        QCOMPARE(made.status, status);
        QVERIFY(made.complainsInOneLine());
        QVERIFY2(made.err.contains(named), made.err.constData());
        QCOMPARE(read().size(), before);
        QVERIFY(!QFile::exists(out(u"a"_s)));
    }

    // The server that starts it blocks the signals that it reads itself, and a child begins with what its parent
    // blocks.
    void endsWhereItIsAskedToThoughItsParentBlocksTheSignals_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
    }
    void endsWhereItIsAskedToThoughItsParentBlocksTheSignals()
    {
        QFETCH(const int, signal);
        QProcess process;
        process.setChildProcessModifier([] {
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_BLOCK, &all, nullptr);
        });
        // It waits for a query that does not come.
        process.start(programPath("service-fs"),
            {u"export"_s, u"--data-dir"_s, m_data, u"--format"_s, u"jsonl"_s, u"--out"_s, out(u"a"_s), u"--query"_s,
                u"-"_s});
        QVERIFY(process.waitForStarted());
        QCOMPARE(::kill(pid_t(process.processId()), signal), 0);
        QVERIFY(process.waitForFinished(5000));
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
        QCOMPARE(process.exitCode(), signal);
    }

    void endsAtOnceWhileItsRecordIsWaitedFor()
    {
        RunningServer server(m_data);
        QCOMPARE(::kill(pid_t(server.pid()), SIGSTOP), 0); // it takes the connection and answers nothing
        QProcess process;
        process.start(programPath("service-fs"),
            {u"export"_s, u"--data-dir"_s, m_data, u"--format"_s, u"jsonl"_s, u"--out"_s, out(u"a"_s)});
        QTRY_VERIFY(QFile::exists(out(u"a"_s)));
        // Again until it is past the moment in which the file is put in place.
        QTRY_VERIFY((process.terminate(), process.state() == QProcess::NotRunning));
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
        QCOMPARE(process.exitCode(), SIGTERM);
        QVERIFY(!content(u"a"_s).isEmpty());
    }

    void aQueryThatNoEntryCouldHoldIsRefusedBeforehand()
    {
        QFile query(m_folder->filePath(u"query.json"_s));
        QVERIFY(query.open(QIODevice::WriteOnly));
        query.write("{\"tenant_id\":[");
        for (int i = 0; i < 4000; ++i)
            query.write((i > 0 ? ",\"tenant-" : "\"tenant-") + QByteArray::number(i) + '"');
        query.write("]}");
        query.close();
        const qsizetype before = read().size();
        const QStringList arguments{u"--format"_s, u"jsonl"_s, u"--out"_s, out(u"a"_s), u"--query"_s, query.fileName()};
        const Ran refused = fs(arguments);
        QCOMPARE(refused.status, 2);
        QVERIFY(refused.complainsInOneLine());
        QVERIFY2(refused.err.contains("an entry takes 32768"), refused.err.constData());
        QVERIFY(!QFile::exists(out(u"a"_s)));
        QCOMPARE(read().size(), before);
        QCOMPARE(fs(arguments + QStringList{u"--no-entry"_s}).status, 0);
    }

    void theServerClearsWhatItKeepsNoLonger()
    {
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const auto put = [&](const QString &name, int hours) {
            QFile file(m_data + "/audit-exports/"_L1 + name);
            return file.open(QIODevice::WriteOnly)
                && file.setFileTime(now.addSecs(-3600 * hours), QFileDevice::FileModificationTime);
        };
        QVERIFY(put(u"http-old.csv"_s, 26) && put(u".http-killed.csv.1.part"_s, 26) && put(u"http-young.csv"_s, 24));
        RunningServer server(m_data);
        QVERIFY(server.port() > 0);
        const QDir folder(m_data + "/audit-exports"_L1);
        QTRY_COMPARE(folder.entryList(QDir::Files | QDir::Hidden), QStringList{u"http-young.csv"_s});
    }

    void noLedgerNoExport()
    {
        const Ran made = run("service-fs",
            {u"export"_s, u"--data-dir"_s, m_folder->filePath(u"absent"_s), u"--format"_s, u"csv"_s, u"--out"_s,
                out(u"a"_s)});
        QCOMPARE(made.status, 2);
        QVERIFY(made.complainsInOneLine());
    }

private:
    QString out(const QString &name) const { return m_folder->filePath(name); }
    QByteArray content(const QString &name) const
    {
        QFile file(out(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    Ran fs(const QStringList &arguments,
        const QProcessEnvironment &environment = QProcessEnvironment::systemEnvironment()) const
    {
        return run("service-fs", QStringList{u"export"_s, u"--data-dir"_s, m_data} + arguments, environment);
    }
    QByteArrayList read() const { return run("service-fs", {u"read"_s, u"--data-dir"_s, m_data}).lines(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data;
};

QTEST_GUILESS_MAIN(TestServiceFsExport)
#include "tst_servicefsexport.moc"
