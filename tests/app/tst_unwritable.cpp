// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The real server on a disk that takes nothing more: changes are refused, reading goes on, and it comes back by itself.

#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>

#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

class TestUnwritable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void filesThatCanNotGrow();
    void aDatabaseThatIsMovedAwayAndBack();
    void aDatabaseThatIsReplaced();
    void aMarkThatIsDeleted();
    void aDirectoryThatCanNotBeWrittenIsNotStartedOn();
    void aFirstStartWithoutRoom();
    void theCheckpointIsCopied();

private:
    HttpProbe::Answer create(const RunningServer &server, const QByteArray &id) const
    {
        return server.ask("POST"_ba, "/v1/tenants"_ba, m_token,
            "{\"tenant_id\":\"" + id
                + "\",\"display_name\":\"A\",\"max_vms\":100000,\"storage_quota_gb\":1000000,"
                  "\"api_rate_limit_rpm\":1000000}");
    }
    HttpProbe::Answer fill(const RunningServer &server) const
    {
        return server.ask("POST"_ba, "/v1/vms"_ba, m_token, R"({"tenant_id":"acme-corp","count":1000,"disk_gb":0})"_ba);
    }
    int ready(const RunningServer &server) const { return server.ask("GET"_ba, "/readyz"_ba, m_token).status; }
    void isReadOnly(const RunningServer &server)
    {
        for (int i = 0; i < 2; ++i) {
            const auto refused = fill(server);
            QCOMPARE(refused.status, 503);
            const auto problem = QJsonDocument::fromJson(refused.body).object();
            QCOMPARE(problem["code"_L1].toString(), u"ledger-unavailable"_s);
        }
        QCOMPARE(ready(server), 503);
        QCOMPARE(server.ask("GET"_ba, "/healthz"_ba, m_token).status, 200);
        QCOMPARE(server.ask("GET"_ba, "/v1/tenants/acme-corp"_ba, m_token).status, 200);
        QCOMPARE(server.ask("GET"_ba, "/v1/ledger/entries?limit=1"_ba, m_token).status, 200);
    }
    void goesOn(const RunningServer &server, const QByteArray &id)
    {
        QTRY_COMPARE_WITH_TIMEOUT(ready(server), 200, 10'000);
        QCOMPARE(create(server, id).status, 201);
    }
    int verify() const { return run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s, u"--full"_s}).status; }
    std::unique_ptr<RunningServer> start(const QStringList &more = {})
    {
        auto server = std::make_unique<RunningServer>(m_data, more);
        m_token = run("service-vm-tenant", {u"admin-token"_s, u"--data-dir"_s, m_data}).out.trimmed();
        return server;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data;
    QByteArray m_token;
};

void TestUnwritable::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_data = m_folder->filePath(u"data"_s);
}

void TestUnwritable::filesThatCanNotGrow()
{
    const auto server = start();
    QCOMPARE(create(*server, "acme-corp"_ba).status, 201);
    const QString log = m_data + "/tenants.db-wal"_L1;
    const rlimit limit{.rlim_cur = rlim_t(QFileInfo(log).size()), .rlim_max = RLIM_INFINITY};
    QCOMPARE(::prlimit(pid_t(server->pid()), RLIMIT_FSIZE, &limit, nullptr), 0);
    isReadOnly(*server);
    const rlimit none{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    QCOMPARE(::prlimit(pid_t(server->pid()), RLIMIT_FSIZE, &none, nullptr), 0);
    goesOn(*server, "next"_ba);
    QCOMPARE(fill(*server).status, 201);
    QCOMPARE(server->stop(SIGTERM), 0);
    // Said once, whatever was tried meanwhile; and that it is over.
    const QByteArray said = server->err();
    QVERIFY2(said.count("can't be written: ") >= 1 && said.count("can't be written: ") <= 2, said.constData());
    QVERIFY2(said.count("can be written again") == said.count("can't be written: "), said.constData());
    QCOMPARE(verify(), 0);
}

void TestUnwritable::aDatabaseThatIsMovedAwayAndBack()
{
    const auto server = start();
    QCOMPARE(create(*server, "acme-corp"_ba).status, 201);
    QCOMPARE(server->ask("GET"_ba, "/v1/ledger/entries?limit=1"_ba, m_token).status, 200); // readers have it open
    QVERIFY(QFile::rename(m_data + "/tenants.db"_L1, m_data + "/elsewhere.db"_L1));
    isReadOnly(*server);
    QVERIFY(QFile::rename(m_data + "/elsewhere.db"_L1, m_data + "/tenants.db"_L1));
    goesOn(*server, "next"_ba);
    QCOMPARE(server->stop(SIGTERM), 0);
    QVERIFY2(server->err().contains("tenants.db was moved, deleted or replaced"), server->err().constData());
    QCOMPARE(verify(), 0);
}

void TestUnwritable::aDatabaseThatIsReplaced()
{
    const auto server = start();
    QCOMPARE(create(*server, "acme-corp"_ba).status, 201);
    QVERIFY(QFile::copy(m_data + "/tenants.db"_L1, m_data + "/copy.db"_L1));
    QVERIFY(QFile::remove(m_data + "/tenants.db"_L1));
    // Nobody need ask for a change.
    QTRY_COMPARE_WITH_TIMEOUT(ready(*server), 503, 10'000);
    QVERIFY(QFile::rename(m_data + "/copy.db"_L1, m_data + "/tenants.db"_L1));
    isReadOnly(*server);
    const auto told = QJsonDocument::fromJson(server->ask("GET"_ba, "/readyz"_ba, m_token).body).object();
    QVERIFY(told["detail"_L1].toString().contains(u"moved, deleted or replaced"_s));
    QCOMPARE(server->stop(SIGTERM), 0);
    QVERIFY2(server->err().contains("does not mend itself"), server->err().constData());
}

void TestUnwritable::aMarkThatIsDeleted()
{
    const auto server = start();
    QCOMPARE(create(*server, "acme-corp"_ba).status, 201);
    QVERIFY(QFile::remove(m_data + "/high-water"_L1));
    isReadOnly(*server);
    QCOMPARE(server->stop(SIGTERM), 0);
}

// Root writes where the modes forbid it, so there the database belongs to nobody's umask but is told by its modes to
// another user: the server is started as one that may not.
void TestUnwritable::aDirectoryThatCanNotBeWrittenIsNotStartedOn()
{
    {
        const auto server = start();
        QCOMPARE(server->stop(SIGTERM), 0);
    }
    const QByteArray data = QFile::encodeName(m_data);
    const bool mounted = ::geteuid() == 0 && ::mount(data.constData(), data.constData(), nullptr, MS_BIND, nullptr) == 0
        && ::mount(nullptr, data.constData(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
    if (!mounted)
        QCOMPARE(::chmod(data.constData(), 0500), 0);
    if (!mounted && ::geteuid() == 0)
        QSKIP("root writes everywhere here, and nothing can be mounted read-only");
    const Ran ran = run("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
    const auto left = QDir(m_data).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    if (mounted)
        ::umount2(data.constData(), MNT_DETACH);
    ::chmod(data.constData(), 0700);
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY2(ran.err.contains("can't be written") && ran.err.contains(data), ran.err.constData());
    QVERIFY(!left.contains(u"tenants.db-wal"_s) && !left.contains(u"control.sock"_s));
    QCOMPARE(verify(), 0);
}

void TestUnwritable::aFirstStartWithoutRoom()
{
    // As ulimit -f does, for a shell and what it starts.
    const auto startWithLimit = [this](rlim_t bytes) {
        QProcess process;
        process.setChildProcessModifier([bytes] {
            const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
            ::setrlimit(RLIMIT_FSIZE, &limit);
        });
        process.start(programPath("service-vm-tenant"), {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
        const bool ended = process.waitForFinished() && process.exitStatus() == QProcess::NormalExit;
        return Ran{.status = ended ? process.exitCode() : -1,
            .out = process.readAllStandardOutput(),
            .err = process.readAllStandardError()};
    };
#ifdef __SANITIZE_THREAD__
    constexpr rlim_t smallest =
        1; // ThreadSanitizer's own start stretches a file before main and can't do with nothing.
#else
    constexpr rlim_t smallest = 0;
#endif
    for (const rlim_t bytes : {smallest, rlim_t(200), rlim_t(16'384)}) {
        const Ran ran = startWithLimit(bytes);
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
        QVERIFY2(!QFile::exists(m_data), "nothing is made that can't be made whole");
    }
    const auto server = start();
    QCOMPARE(create(*server, "acme-corp"_ba).status, 201);
}

void TestUnwritable::theCheckpointIsCopied()
{
    const QString file = m_folder->filePath(u"kept"_s), folder = m_folder->filePath(u"keep"_s);
    QVERIFY(QDir().mkdir(folder));
    const QStringList more{u"--checkpoint-to"_s, file, u"--checkpoint-to"_s, folder, u"--checkpoint-to"_s,
        m_folder->filePath(u"absent/kept"_s)};
    const auto server = start(more);
    QVERIFY(server->port() != 0);
    QCOMPARE(create(*server, "acme-corp"_ba).status, 201);
    const auto contents = [](const QString &path) {
        QFile in(path);
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    };
    const QByteArray newest = server->ask("GET"_ba, "/ledger/checkpoint"_ba, m_token).body;
    QTRY_COMPARE(contents(file), newest);
    QTRY_COMPARE(contents(folder + "/checkpoint"_L1), newest);
    QVERIFY(QFile::copy(file, m_folder->filePath(u"older"_s)));
    QCOMPARE(server->stop(SIGTERM), 0);
    QCOMPARE(server->err().count("The checkpoint is not copied"), 1);
    // The last one, too, and the ledger has grown out of each.
    const Ran checkpoint = run("service-fs", {u"checkpoint"_s, u"--data-dir"_s, m_data});
    QCOMPARE(contents(file), checkpoint.out);
    for (const QString &kept : {file, folder + "/checkpoint"_L1, m_folder->filePath(u"older"_s)})
        QCOMPARE(run("service-fs", {u"verify"_s, u"--data-dir"_s, m_data, u"--checkpoint"_s, kept}).status, 0);
}

QTEST_GUILESS_MAIN(TestUnwritable)
#include "tst_unwritable.moc"
