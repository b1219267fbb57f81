// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs on the command line, beside a running server and on a stopped directory.
#include <csignal>

#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;

class TestServiceFs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void helpSaysWhatNobodyCanDetect();
    void aWrongCommandLineIsOneLine_data();
    void aWrongCommandLineIsOneLine();
    void readsWhatIsAskedFor_data();
    void readsWhatIsAskedFor();
    void formatsAreOneListOrOneLineEach();
    void readsBesideAServerAndWithoutOne();
    void makesNoDirectory();
    void verifiesAndRefuses_data();
    void verifiesAndRefuses();
    void checkpointAndKeyVerifyOneAnother();

private:
    Ran fs(const QStringList &arguments) { return run("service-fs", QStringList{u"--data-dir"_s, m_data} + arguments); }
    // A server's life in which two tenants were made.
    void live();

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data;
};

namespace {

QByteArray admin(const QString &directory)
{
    return run("service-vm-tenant", {u"admin-token"_s, u"--data-dir"_s, directory}).out.trimmed();
}

QByteArray tenantBody(const QByteArray &id)
{
    return "{\"tenant_id\":\"" + id
        + "\",\"display_name\":\"A \\u001b[31mB\",\"max_vms\":1,\"storage_quota_gb\":1,\"api_rate_limit_rpm\":1}";
}

QByteArray plainBody(const QByteArray &id)
{
    return "{\"tenant_id\":\"" + id + "\",\"display_name\":\"The " + id
        + "\",\"max_vms\":1,\"storage_quota_gb\":1,\"api_rate_limit_rpm\":1}";
}

} // namespace

void TestServiceFs::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_data = m_folder->filePath(u"data"_s);
}

// 0 LEDGER_OPENED, 1 TOKEN_ISSUED, 2 SERVER_STARTED, 3 acme, 4 beta, 5 SERVER_STOPPED
void TestServiceFs::live()
{
    RunningServer running(m_data);
    const QByteArray token = admin(m_data);
    QCOMPARE(running.ask("POST"_ba, "/v1/tenants"_ba, token, plainBody("acme"_ba)).status, 201);
    QCOMPARE(running.ask("POST"_ba, "/v1/tenants"_ba, token, plainBody("beta"_ba)).status, 201);
    QCOMPARE(running.ask("POST"_ba, "/v1/tenants"_ba, token, tenantBody("evil"_ba)).status, 422);
    QCOMPARE(running.stop(SIGTERM), 0);
}

void TestServiceFs::helpSaysWhatNobodyCanDetect()
{
    const Ran help = fs({u"--help"_s});
    QCOMPARE(help.status, 0);
    QVERIFY(help.out.simplified().contains("Keep checkpoints elsewhere"));
    QCOMPARE(fs({u"--version"_s}).out, "service-fs " HOUSE_VERSION "\n");
    QVERIFY(!QFile::exists(m_data));
}

void TestServiceFs::aWrongCommandLineIsOneLine_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no command") << QStringList{};
    QTest::newRow("an unknown command") << QStringList{u"write"_s};
    QTest::newRow("an unknown option") << QStringList{u"read"_s, u"--colour"_s};
    QTest::newRow("an option of another command") << QStringList{u"verify"_s, u"--limit"_s, u"1"_s};
    QTest::newRow("a word too many") << QStringList{u"checkpoint"_s, u"now"_s};
    QTest::newRow("an unknown filter key") << QStringList{u"read"_s, u"--filter"_s, u"colour=red"_s};
    QTest::newRow("a filter without a value") << QStringList{u"read"_s, u"--filter"_s, u"tenant-id"_s};
    QTest::newRow("a type that can be none") << QStringList{u"read"_s, u"--event-type"_s, u"vm made"_s};
    QTest::newRow("a format nobody knows") << QStringList{u"read"_s, u"--format"_s, u"xml"_s};
    QTest::newRow("a limit that is none") << QStringList{u"read"_s, u"--limit"_s, u"-1"_s};
    QTest::newRow("a time that is none") << QStringList{u"read"_s, u"--since"_s, u"yesterday"_s};
    QTest::newRow("a key that is none") << QStringList{u"verify"_s, u"--vkey"_s, u"nonsense"_s};
    QTest::newRow("a checkpoint that is not there")
        << QStringList{u"verify"_s, u"--checkpoint"_s, u"/nowhere/checkpoint"_s};
}

void TestServiceFs::aWrongCommandLineIsOneLine()
{
    QFETCH(QStringList, arguments);
    live();
    const Ran ran = fs(arguments);
    QCOMPARE(ran.status, 2);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY(ran.err.startsWith("service-fs: "));
}

void TestServiceFs::readsWhatIsAskedFor_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("types");
    QTest::newRow("all, oldest first")
        << QStringList{} << "LEDGER_OPENED TOKEN_ISSUED SERVER_STARTED TENANT_CREATED TENANT_CREATED SERVER_STOPPED"_ba;
    QTest::newRow("as the guide says") << QStringList{u"--filter"_s, u"tenant-id=acme"_s, u"--event-type"_s,
        u"TENANT_CREATED"_s, u"--limit"_s, u"1"_s}
                                       << "TENANT_CREATED"_ba;
    QTest::newRow("newest first") << QStringList{u"--reverse"_s, u"--limit"_s, u"2"_s}
                                  << "SERVER_STOPPED TENANT_CREATED"_ba;
    QTest::newRow("from an index") << QStringList{u"--from"_s, u"4"_s} << "TENANT_CREATED SERVER_STOPPED"_ba;
    QTest::newRow("of several types") << QStringList{u"--event-type"_s, u"SERVER_STARTED"_s, u"--event-type"_s,
        u"SERVER_STOPPED"_s} << "SERVER_STARTED SERVER_STOPPED"_ba;
    QTest::newRow("of several tenants") << QStringList{u"--filter"_s, u"tenant-id=acme"_s, u"--filter"_s,
        u"tenant-id=beta"_s} << "TENANT_CREATED TENANT_CREATED"_ba;
    QTest::newRow("since a time to come") << QStringList{u"--since"_s, u"2199-01-01"_s} << QByteArray();
    QTest::newRow("until a time gone by") << QStringList{u"--until"_s, u"2020-01-01T00:00:00Z"_s} << QByteArray();
    QTest::newRow("of nobody") << QStringList{u"--filter"_s, u"tenant-id=nobody"_s} << QByteArray();
    QTest::newRow("none") << QStringList{u"--limit"_s, u"0"_s} << QByteArray();
}

void TestServiceFs::readsWhatIsAskedFor()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, types);
    live();
    const Ran ran = fs(QStringList{u"read"_s} + arguments);
    QCOMPARE(ran.status, 0);
    QCOMPARE(ran.err, "");
    QByteArrayList found;
    for (const QByteArray &line : ran.lines())
        found.append(QJsonDocument::fromJson(line)["event_type"_L1].toString().toLatin1());
    QCOMPARE(found.join(' '), types);
}

void TestServiceFs::formatsAreOneListOrOneLineEach()
{
    live();
    const Ran lines = fs({u"read"_s}), list = fs({u"read"_s, u"--format"_s, u"json"_s}),
              table = fs({u"read"_s, u"--format"_s, u"table"_s});
    QCOMPARE(lines.lines().size(), 6);
    const QJsonArray entries = QJsonDocument::fromJson(list.out).array();
    QCOMPARE(entries.size(), 6);
    QCOMPARE(entries[3].toObject(), QJsonDocument::fromJson(lines.lines()[3]).object());
    QCOMPARE(table.lines().size(), 6);
    QVERIFY(table.lines()[3].contains("TENANT_CREATED") && table.lines()[3].contains("acme"));
    const QStringList nothing{u"read"_s, u"--filter"_s, u"tenant-id=nobody"_s, u"--format"_s};
    QCOMPARE(QJsonDocument::fromJson(fs(nothing + QStringList{u"json"_s}).out).array().size(), 0);
    QCOMPARE(fs(nothing + QStringList{u"table"_s}).out, "");
}

void TestServiceFs::readsBesideAServerAndWithoutOne()
{
    live();
    const Ran stopped = fs({u"read"_s});
    RunningServer running(m_data);
    const QByteArray token = admin(m_data);
    for (int i = 0; i < 5; ++i) {
        const auto made = running.ask("POST"_ba, "/v1/tenants"_ba, token, plainBody("t" + QByteArray::number(i)));
        QCOMPARE(made.status, 201);
        // What was answered is there to be read, by its own bytes.
        const QByteArray index = made.header("Ledger-Index");
        const Ran read = fs({u"read"_s, u"--from"_s, QString::fromLatin1(index), u"--limit"_s, u"1"_s});
        QCOMPARE(read.out, running.ask("GET"_ba, "/v1/ledger/entries/" + index, token).body + '\n');
        QCOMPARE(fs({u"verify"_s, u"--full"_s}).status, 0);
    }
    QVERIFY(fs({u"read"_s}).out.startsWith(stopped.out));
}

void TestServiceFs::makesNoDirectory()
{
    for (const char *command : {"read", "verify", "checkpoint", "vkey"}) {
        const Ran ran = fs({QLatin1StringView(command)});
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
        QVERIFY(!QFile::exists(m_data));
    }
    QVERIFY(QDir().mkdir(m_data));
    QCOMPARE(fs({u"read"_s}).status, 2);
    QVERIFY(QDir(m_data).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
}

void TestServiceFs::verifiesAndRefuses_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<int>("status");
    QTest::newRow("what is whole") << QString() << 0;
    QTest::newRow("without a high-water mark") << u"-high-water"_s << 1;
    QTest::newRow("with an empty high-water mark") << u"0high-water"_s << 1;
    QTest::newRow("without a public key") << u"-ledger.vkey"_s << 2;
    QTest::newRow("with an empty public key") << u"0ledger.vkey"_s << 2;
    QTest::newRow("without a database") << u"-tenants.db"_s << 2;
}

void TestServiceFs::verifiesAndRefuses()
{
    QFETCH(QString, change);
    QFETCH(int, status);
    live();
    const QString path = m_data + u'/' + change.mid(1);
    if (change.startsWith(u'-'))
        QVERIFY(QFile::remove(path));
    else if (!change.isEmpty())
        QVERIFY(QFile::resize(path, 0));
    for (const QStringList &options : {QStringList{}, {u"--full"_s}}) {
        const Ran ran = fs(QStringList{u"verify"_s} + options);
        QCOMPARE(ran.status, status);
        if (status == 0)
            QVERIFY(ran.out.startsWith("verified: 6 entries"));
        else if (status == 1)
            QVERIFY2(ran.out.startsWith("refused: "), ran.out.constData());
        else
            QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    }
}

void TestServiceFs::checkpointAndKeyVerifyOneAnother()
{
    live();
    const QByteArray key = fs({u"vkey"_s}).out.trimmed();
    const QString older = m_folder->filePath(u"older"_s);
    QFile file(older);
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QByteArray checkpoint = fs({u"checkpoint"_s}).out;
    file.write(checkpoint);
    file.close();
    QCOMPARE(checkpoint.split('\n')[1], "6");
    {
        RunningServer again(m_data);
        QCOMPARE(again.stop(SIGTERM), 0);
    }
    QCOMPARE(fs({u"checkpoint"_s}).out.split('\n')[0], checkpoint.split('\n')[0]);
    QCOMPARE(fs({u"verify"_s, u"--vkey"_s, QString::fromLatin1(key), u"--checkpoint"_s, older}).status, 0);

    // Another installation's checkpoint, and another's key, are refused.
    const QString mine = std::exchange(m_data, m_folder->filePath(u"other"_s));
    live();
    const Ran foreign = fs({u"verify"_s, u"--checkpoint"_s, older});
    QCOMPARE(foreign.status, 1);
    QVERIFY(foreign.out.startsWith("refused: "));
    QCOMPARE(fs({u"verify"_s, u"--vkey"_s, QString::fromLatin1(key)}).status, 1);
    QCOMPARE(fs({u"verify"_s, u"--vkey"_s, mine + "/ledger.vkey"_L1}).status, 1);
}

QTEST_GUILESS_MAIN(TestServiceFs)
#include "tst_servicefs.moc"
