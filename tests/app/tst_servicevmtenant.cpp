// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-vm-tenant on the command line: serving, stopping, refusing, administering.
#include <csignal>

#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtNetwork/qtcpserver.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

class TestServiceVmTenant : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void helpAndVersionNeedNothing();
    void aWrongCommandLineIsOneLine_data();
    void aWrongCommandLineIsOneLine();
    void noCheckpointIsCopiedIntoTheDataDirectory();
    void anEmptyDirectoryNameIsRefused();
    void saysOneLineWhenItIsReady();
    void stopsWhenAsked_data();
    void stopsWhenAsked();
    void theDirectoryIsClosedToOthers();
    void aTakenPortIsOneLine();
    void aSecondServerLearnsWhoHoldsIt();
    void refusesDirectories_data();
    void refusesDirectories();
    void theEnvironmentNamesTheDirectory();
    void theAdminTokenIsPrinted();
    void rotatingRevokesTheOld_data();
    void rotatingRevokesTheOld();
    void issuesByRole_data();
    void issuesByRole();
    void administersNoDirectoryThatIsNotThere();

private:
    Ran server(const QStringList &arguments)
    {
        return run("service-vm-tenant", QStringList{u"--data-dir"_s, m_data} + arguments);
    }
    QByteArray token(const QStringList &arguments = {})
    {
        const Ran ran = server(QStringList{u"admin-token"_s} + arguments);
        return ran.status == 0 ? ran.out.trimmed() : QByteArray();
    }
    bool write(const QString &name, const QByteArray &bytes = "x"_ba)
    {
        QFile file(m_data + u'/' + name);
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data;
};

void TestServiceVmTenant::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_data = m_folder->filePath(u"data"_s);
}

void TestServiceVmTenant::helpAndVersionNeedNothing()
{
    const Ran help = server({u"--help"_s});
    QCOMPARE(help.status, 0);
    for (const char *word : {"admin-token", "--port", "--data-dir", "listening on"})
        QVERIFY2(help.out.contains(word), word);
    QCOMPARE(server({u"--version"_s}).out, "service-vm-tenant " HOUSE_VERSION "\n");
    QCOMPARE(server({u"admin-token"_s, u"--version"_s}).status, 0);
    QVERIFY(!QFile::exists(m_data));
}

void TestServiceVmTenant::aWrongCommandLineIsOneLine_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("an unknown option") << QStringList{u"--colour"_s};
    QTest::newRow("an unknown command") << QStringList{u"admin-tokens"_s};
    QTest::newRow("two commands") << QStringList{u"admin-token"_s, u"admin-token"_s};
    QTest::newRow("a port that is none") << QStringList{u"--port"_s, u"65536"_s};
    QTest::newRow("a port with a sign") << QStringList{u"--port"_s, u"+1"_s};
    QTest::newRow("an address that is none") << QStringList{u"--listen"_s, u"here"_s};
    QTest::newRow("an address for all") << QStringList{u"--listen"_s, u"0.0.0.0"_s};
    QTest::newRow("a role without a name") << QStringList{u"admin-token"_s, u"--role"_s, u"admin"_s};
    QTest::newRow("a name without a role") << QStringList{u"admin-token"_s, u"--name"_s, u"x"_s};
    const QStringList named{u"admin-token"_s, u"--role"_s, u"auditor"_s, u"--name"_s};
    QTest::newRow("an empty name") << named + QStringList{u""_s};
    QTest::newRow("a name with a control character") << named + QStringList{u"a\nb"_s};
    QTest::newRow("a name of 129 bytes") << named + QStringList{QString(129, u'x')};
    QTest::newRow("a role that is none") << QStringList{u"admin-token"_s, u"--role"_s, u"root"_s, u"--name"_s, u"x"_s};
    QTest::newRow("a role and a rotation")
        << QStringList{u"admin-token"_s, u"--role"_s, u"admin"_s, u"--name"_s, u"x"_s, u"--rotate"_s};
    QTest::newRow("a life that is no number")
        << QStringList{u"admin-token"_s, u"--role"_s, u"admin"_s, u"--name"_s, u"x"_s, u"--expires-in"_s, u"1h"_s};
    QTest::newRow("an option of a command without it") << QStringList{u"--rotate"_s};
    QTest::newRow("an option of the server with a command") << QStringList{u"admin-token"_s, u"--port"_s, u"0"_s};
    QTest::newRow("an acceptance with a command") << QStringList{u"admin-token"_s, u"--accept-rollback"_s};
    QTest::newRow("an option given twice") << QStringList{u"--port"_s, u"0"_s, u"--port"_s, u"1"_s};
    QTest::newRow("a directory given twice") << QStringList{u"--data-dir"_s, u"/nowhere"_s};
    QTest::newRow("a flag given twice") << QStringList{u"admin-token"_s, u"--rotate"_s, u"--rotate"_s};
    QTest::newRow("a copy of the checkpoint to nowhere") << QStringList{u"--checkpoint-to="_s};
}

void TestServiceVmTenant::aWrongCommandLineIsOneLine()
{
    QFETCH(QStringList, arguments);
    const Ran ran = server(arguments);
    QCOMPARE(ran.status, 2);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY(ran.err.startsWith("service-vm-tenant: "));
    QVERIFY(!QFile::exists(m_data));
}

// It would be put in the place of what lies there.
void TestServiceVmTenant::noCheckpointIsCopiedIntoTheDataDirectory()
{
    {
        RunningServer once(m_data);
        QCOMPARE(once.stop(SIGTERM), 0);
    }
    const QString link = m_folder->filePath(u"link"_s);
    QVERIFY(QFile::link(m_data, link));
    for (const QString &place : {m_data, m_data + "/high-water"_L1, m_data + "/new"_L1, link + "/tenants.db"_L1}) {
        const Ran ran = server({u"--port"_s, u"0"_s, u"--checkpoint-to"_s, place});
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    }
    QCOMPARE(run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s}).status, 0);
}

void TestServiceVmTenant::anEmptyDirectoryNameIsRefused()
{
    for (const char *program : {"service-vm-tenant", "service-fs"}) {
        const Ran ran = run(program, {u"--data-dir="_s, u"verify"_s});
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains("--data-dir"), ran.err.constData());
    }
}

void TestServiceVmTenant::saysOneLineWhenItIsReady()
{
    RunningServer first(m_data);
    QVERIFY(first.port() != 0);
    QCOMPARE(first.out(), "listening on http://127.0.0.1:" + QByteArray::number(first.port()) + '\n');
    QCOMPARE(first.ask("GET"_ba, "/healthz"_ba, "x"_ba).status, 200);
    QCOMPARE(first.stop(SIGTERM), 0);
    QCOMPARE(first.out().count('\n'), 1);
    QVERIFY(first.err().contains((m_data + "/admin.token"_L1).toLocal8Bit()));
    // Where the token lies is said at the first start only.
    RunningServer second(m_data);
    QCOMPARE(second.stop(SIGTERM), 0);
    QCOMPARE(second.err(), "");
}

void TestServiceVmTenant::stopsWhenAsked_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("by SIGTERM") << SIGTERM;
    QTest::newRow("by SIGINT") << SIGINT;
}

void TestServiceVmTenant::stopsWhenAsked()
{
    QFETCH(int, signal);
    RunningServer running(m_data);
    HttpProbe idle(running.port());
    QCOMPARE(running.ask("GET"_ba, "/readyz"_ba, "x"_ba).status, 200);
    QCOMPARE(running.stop(signal), 0);
    QVERIFY(idle.isClosed());
    QVERIFY(!QFile::exists(m_data + "/control.sock"_L1));
    QCOMPARE(run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s, u"--full"_s}).status, 0);
    const Ran last = run("service-fs", {u"read"_s, u"--data-dir"_s, m_data, u"--reverse"_s, u"--limit"_s, u"1"_s});
    QVERIFY(last.out.contains("SERVER_STOPPED"));
}

void TestServiceVmTenant::theDirectoryIsClosedToOthers()
{
    RunningServer running(m_data);
    QVERIFY(running.port() != 0);
    const auto modeOf = [](const QString &path) {
        struct stat info = {};
        return ::lstat(QFile::encodeName(path).constData(), &info) == 0 ? info.st_mode & 0777 : 0u;
    };
    QCOMPARE(modeOf(m_data), 0700u);
    QCOMPARE(modeOf(m_data + "/keys"_L1), 0700u);
    for (const char *name : {"tenants.db", "tenants.db-wal", "tenants.db-shm", "keys/token.key", "keys/ledger.key",
             "ledger.vkey", "admin.token", "high-water", "control.sock"})
        QCOMPARE(QByteArray(name) + ' ' + QByteArray::number(modeOf(m_data + u'/' + QLatin1StringView(name)), 8),
            QByteArray(name) + " 600");
}

void TestServiceVmTenant::aTakenPortIsOneLine()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    const Ran ran = server({u"--port"_s, QString::number(other.serverPort())});
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY(ran.err.contains(QByteArray::number(other.serverPort())));
    QVERIFY2(!QFile::exists(m_data), "nothing is made for a server that can't listen");

    RunningServer once(m_data);
    QCOMPARE(once.stop(SIGTERM), 0);
    const auto checkpoint = [this] { return run("service-fs", {u"checkpoint"_s, u"--data-dir"_s, m_data}).out; };
    const QByteArray before = checkpoint();
    QVERIFY(!before.isEmpty());
    QCOMPARE(server({u"--port"_s, QString::number(other.serverPort())}).status, 1);
    QCOMPARE(checkpoint(), before);
}

void TestServiceVmTenant::aSecondServerLearnsWhoHoldsIt()
{
    RunningServer first(m_data);
    const Ran second = server({u"--port"_s, u"0"_s});
    QCOMPARE(second.status, 1);
    QVERIFY2(second.complainsInOneLine(), second.err.constData());
    for (const QByteArray &word :
        {"service-vm-tenant"_ba, QByteArray::number(first.pid()), "127.0.0.1:" + QByteArray::number(first.port())})
        QVERIFY2(second.err.contains(word), second.err.constData());
    QCOMPARE(first.ask("GET"_ba, "/healthz"_ba, "x"_ba).status, 200);
    QCOMPARE(first.stop(SIGTERM), 0);
}

void TestServiceVmTenant::refusesDirectories_data()
{
    QTest::addColumn<QString>("change"); // a path that is removed, or one with its mode
    QTest::newRow("without the high-water mark") << u"-high-water"_s;
    QTest::newRow("without the database") << u"-tenants.db"_s;
    QTest::newRow("without the key of the tokens") << u"-keys/token.key"_s;
    QTest::newRow("without the key of the ledger") << u"-keys/ledger.key"_s;
    QTest::newRow("with exports that all may list") << u"755 audit-exports"_s;
    QTest::newRow("with a key that all may read") << u"644 keys/token.key"_s;
    QTest::newRow("with a key that the group may read") << u"640 keys/ledger.key"_s;
    QTest::newRow("that all may enter") << u"755 ."_s;
    QTest::newRow("that holds something else") << u"something else"_s;
    QTest::newRow("that is a file") << u"a file"_s;
}

void TestServiceVmTenant::refusesDirectories()
{
    QFETCH(QString, change);
    QString named = m_data;
    if (change == "something else"_L1) {
        QVERIFY(QDir().mkdir(m_data, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        QVERIFY(write(u"photo.jpg"_s));
        named = m_data + "/photo.jpg"_L1;
    } else if (change == "a file"_L1) {
        QFile file(m_data);
        QVERIFY(file.open(QIODevice::WriteOnly));
    } else {
        RunningServer once(m_data);
        QCOMPARE(once.stop(SIGTERM), 0);
        if (change.startsWith(u'-')) {
            named = m_data + u'/' + change.mid(1);
            QVERIFY(QFile::remove(named));
        } else {
            const QStringList parts = change.split(u' ');
            named = QDir::cleanPath(m_data + u'/' + parts[1]);
            QCOMPARE(::chmod(QFile::encodeName(named).constData(), parts[0].toUInt(nullptr, 8)), 0);
        }
    }
    const auto listing = [this] {
        return QDir(m_data).entryInfoList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    };
    const auto before = listing();
    for (const QStringList &arguments : {QStringList{u"--port"_s, u"0"_s}, {u"admin-token"_s, u"--rotate"_s}}) {
        const Ran ran = server(arguments);
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
        const QString what = change == "something else"_L1 ? u"photo.jpg"_s : named;
        QVERIFY2(ran.err.contains(what.toLocal8Bit()), ran.err.constData());
        QCOMPARE(listing(), before);
    }
}

void TestServiceVmTenant::theEnvironmentNamesTheDirectory()
{
    {
        RunningServer once(m_data);
        QCOMPARE(once.stop(SIGTERM), 0);
    }
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"TENANT_CONSOLE_DATA_DIR"_s, m_data);
    QCOMPARE(run("service-vm-tenant", {u"admin-token"_s}, environment).status, 0);
    environment.remove(u"TENANT_CONSOLE_DATA_DIR"_s);
    QVERIFY(QDir(m_folder->path()).rename(u"data"_s, u"tenant-console"_s));
    environment.insert(u"XDG_DATA_HOME"_s, m_folder->path());
    QCOMPARE(run("service-vm-tenant", {u"admin-token"_s}, environment).status, 0);
    environment.remove(u"XDG_DATA_HOME"_s);
    environment.insert(u"HOME"_s, m_folder->path());
    QVERIFY(QDir(m_folder->path()).mkpath(u".local/share"_s));
    QVERIFY(QDir(m_folder->path()).rename(u"tenant-console"_s, u".local/share/tenant-console"_s));
    QCOMPARE(run("service-vm-tenant", {u"admin-token"_s}, environment).status, 0);
}

void TestServiceVmTenant::theAdminTokenIsPrinted()
{
    RunningServer running(m_data);
    QFile file(m_data + "/admin.token"_L1);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    QCOMPARE(token(), text.trimmed());
    // Options before and after the command.
    for (const QStringList &arguments : {QStringList{u"admin-token"_s, u"--data-dir"_s, m_data},
             {u"--data-dir"_s, m_data, u"admin-token"_s}, {u"admin-token"_s, u"--data-dir="_s + m_data}})
        QCOMPARE(run("service-vm-tenant", arguments).out, text);
    QCOMPARE(running.ask("GET"_ba, "/v1/tenants"_ba, text.trimmed()).status, 200);
}

void TestServiceVmTenant::rotatingRevokesTheOld_data()
{
    QTest::addColumn<bool>("beside");
    QTest::newRow("beside a running server") << true;
    QTest::newRow("while none runs") << false;
}

void TestServiceVmTenant::rotatingRevokesTheOld()
{
    QFETCH(bool, beside);
    auto running = std::make_unique<RunningServer>(m_data);
    const QByteArray old = token();
    QCOMPARE(running->ask("GET"_ba, "/v1/tenants"_ba, old).status, 200);
    if (!beside)
        QCOMPARE(running->stop(SIGTERM), 0);
    const QByteArray fresh = token({u"--rotate"_s});
    QVERIFY(!fresh.isEmpty() && fresh != old);
    QCOMPARE(token(), fresh);
    if (!beside)
        running = std::make_unique<RunningServer>(m_data);
    QCOMPARE(running->ask("GET"_ba, "/v1/tenants"_ba, old).status, 401);
    QCOMPARE(running->ask("GET"_ba, "/v1/tenants"_ba, fresh).status, 200);
    QVERIFY(!QFile::exists(m_data + "/admin.token.next"_L1));
    QCOMPARE(run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s, u"--full"_s}).status, 0);
}

void TestServiceVmTenant::issuesByRole_data()
{
    QTest::addColumn<QString>("role");
    QTest::addColumn<bool>("beside");
    QTest::addColumn<int>("writes");
    QTest::newRow("an administrator beside a server") << u"admin"_s << true << 201;
    QTest::newRow("an auditor beside a server") << u"auditor"_s << true << 403;
    QTest::newRow("an auditor while none runs") << u"auditor"_s << false << 403;
}

void TestServiceVmTenant::issuesByRole()
{
    QFETCH(QString, role);
    QFETCH(bool, beside);
    QFETCH(int, writes);
    auto running = std::make_unique<RunningServer>(m_data);
    const QByteArray first = token();
    if (!beside)
        QCOMPARE(running->stop(SIGTERM), 0);
    const QStringList arguments{u"--role"_s, role, u"--name"_s, u"jürgen"_s, u"--expires-in"_s, u"3600"_s};
    const QByteArray issued = token(arguments);
    QVERIFY(!issued.isEmpty() && issued != first);
    for (const char *life : {"59", "31536001"}) {
        const Ran refused =
            server(QStringList{u"admin-token"_s} + arguments.first(5) + QStringList{QLatin1StringView(life)});
        QCOMPARE(refused.status, 2);
        QVERIFY2(refused.complainsInOneLine(), refused.err.constData());
    }
    if (!beside)
        running = std::make_unique<RunningServer>(m_data);
    QCOMPARE(token(), first); // the file keeps its own
    QCOMPARE(running->ask("GET"_ba, "/v1/tenants"_ba, issued).status, 200);
    QCOMPARE(
        running
            ->ask("POST"_ba, "/v1/tenants"_ba, issued,
                R"({"tenant_id":"a","display_name":"A","max_vms":1,"storage_quota_gb":1,"api_rate_limit_rpm":1})"_ba)
            .status,
        writes);
    const auto verified = running->ask("POST"_ba, "/v1/tokens/verify"_ba, "x"_ba, "{\"token\":\"" + issued + "\"}");
    QCOMPARE(QJsonDocument::fromJson(verified.body)["scope"_L1].toString(), u"service:"_s + role);
}

void TestServiceVmTenant::administersNoDirectoryThatIsNotThere()
{
    for (const QStringList &arguments : {QStringList{}, {u"--rotate"_s}}) {
        const Ran ran = server(QStringList{u"admin-token"_s} + arguments);
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
        QVERIFY(!QFile::exists(m_data));
    }
}

QTEST_GUILESS_MAIN(TestServiceVmTenant)
#include "tst_servicevmtenant.moc"
