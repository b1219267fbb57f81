// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Starts that the disk, the rights or a spoiled file don't let through: one sentence, exit status 1 (2 of service-fs),
// nothing damaged and nothing left; and what the last entry of a run is.
#include <csignal>

#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qdiriterator.h>
#include <QtCore/qfile.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace Qt::StringLiterals;

namespace {

// A small disk in the data directory's place, where this process may mount one.
class SmallDisk
{
public:
    explicit SmallDisk(const QString &path)
        : m_path(QFile::encodeName(path))
    {
        ::mkdir(m_path.constData(), 0700);
    }
    ~SmallDisk()
    {
        if (m_mounted)
            ::umount2(m_path.constData(), MNT_DETACH);
    }
    bool mount(int kilobytes)
    {
        const QByteArray options = "size=" + QByteArray::number(kilobytes) + "k,mode=0700";
        m_mounted = ::mount("none", m_path.constData(), "tmpfs", 0, options.constData()) == 0;
        return m_mounted;
    }
    void fill()
    {
        QFile ballast(ballastPath());
        if (!ballast.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
            return;
        for (const qsizetype piece : {4096, 1}) { // to the last byte
            while (ballast.write(QByteArray(piece, 'x')) == piece) { }
        }
    }
    void makeRoom() { QFile::remove(ballastPath()); }

private:
    // Not in the data directory itself, which would then hold something else.
    QString ballastPath() const { return QFile::decodeName(m_path) + "/ballast"_L1; }

    QByteArray m_path;
    bool m_mounted = false;
};

// The program with its files no longer than this, and without the right of root to read everything.
struct Bounds
{
    rlim_t longestFile = RLIM_INFINITY;
    bool plainRights = false;
};

Ran runBound(const char *program, const QStringList &arguments, Bounds bounds)
{
    QProcess process;
    process.setChildProcessModifier([bounds] {
        const rlimit limit{.rlim_cur = bounds.longestFile, .rlim_max = bounds.longestFile};
        if (bounds.longestFile != RLIM_INFINITY) {
            std::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &limit);
        }
        constexpr int overridesRights = 1, searchesAll = 2; // CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if (bounds.plainRights) {
            ::prctl(PR_CAPBSET_DROP, overridesRights, 0, 0, 0);
            ::prctl(PR_CAPBSET_DROP, searchesAll, 0, 0, 0);
        }
    });
    process.start(programPath(program), arguments);
    QByteArray out;
    while (!out.contains('\n') && process.waitForReadyRead())
        out += process.readAllStandardOutput();
    if (out.startsWith("listening")) // it has got over it, and is told to stop
        process.terminate();
    const bool ended = process.waitForFinished() || process.state() == QProcess::NotRunning;
    return {.status = ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
        .out = out + process.readAllStandardOutput(),
        .err = process.readAllStandardError()};
}

QStringList contentsOf(const QString &path)
{
    QStringList list;
    QDirIterator files(path, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (files.hasNext())
        list.append(files.next());
    return list;
}

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestStartFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_data = m_folder->filePath(u"data"_s);
    }

    void aFirstStartIsWholeOrNothing_data()
    {
        QTest::addColumn<int>("disk"); // KiB; 0: there is room
        QTest::addColumn<int>("longestFile"); // KiB
        for (const int size : {8, 64, 200, 280, 320, 360, 400, 440, 480, 600})
            QTest::addRow("on a disk of %d KiB", size) << size << 0;
        for (const int size : {0, 1, 8, 32, 100, 160, 200, 240, 300})
            QTest::addRow("with files of at most %d KiB", size) << 0 << size;
    }

    void aFirstStartIsWholeOrNothing()
    {
        QFETCH(int, disk);
        QFETCH(int, longestFile);
        SmallDisk small(m_data);
        if (disk > 0 && !small.mount(disk))
            QSKIP("this process may not mount a disk");
        const Ran ran = runBound("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s},
            {.longestFile = disk > 0 ? RLIM_INFINITY : rlim_t(longestFile) * 1024});
        if (ran.status == 0) {
            QVERIFY2(ran.out.startsWith("listening"), ran.err.constData());
            QCOMPARE(run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s, u"--full"_s}).status, 0);
            return;
        }
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
        QVERIFY(ran.err.startsWith("service-vm-tenant: "));
        if (disk > 0)
            QVERIFY2(ran.err.contains("the disk is full"), ran.err.constData());
        if (!ran.err.contains("can't be served")) // it was made whole, and only then there was no room
            QCOMPARE(contentsOf(m_data), QStringList());
        // And with room a start goes well.
        if (disk == 0) {
            RunningServer again(m_data);
            QCOMPARE(again.stop(SIGTERM), 0);
            QCOMPARE(run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s, u"--full"_s}).status, 0);
        }
    }

    void aTornFirstStartIsNamed()
    {
        makeData();
        const QString created = m_data + "/.created"_L1;
        QVERIFY(QDir().mkdir(created, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        QFile log(created + "/tenants.db-wal"_L1);
        QVERIFY(log.open(QIODevice::WriteOnly));
        const QStringList before = contentsOf(m_data);
        const Ran ran = run("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains("tenants.db-wal") && ran.err.contains("cut short"),
            ran.err.constData());
        QCOMPARE(contentsOf(m_data), before);
    }

    void aFullDiskStopsAStartInOneSentence()
    {
        SmallDisk small(m_folder->filePath(u"disk"_s));
        m_data = m_folder->filePath(u"disk/data"_s);
        if (!small.mount(4096))
            QSKIP("this process may not mount a disk");
        makeData();
        small.fill();
        const QByteArray mark = bytesOf(m_data + "/high-water"_L1), database = bytesOf(m_data + "/tenants.db"_L1);
        QVERIFY(!mark.isEmpty() && !database.isEmpty());
        const Ran ran = run("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
        for (const char *said :
            {"service-vm-tenant: ", "the disk is full", "Nothing in it was changed", "make room", "start again"})
            QVERIFY2(ran.err.contains(said), ran.err.constData());
        QCOMPARE(bytesOf(m_data + "/high-water"_L1), mark);
        QCOMPARE(bytesOf(m_data + "/tenants.db"_L1), database);
        small.makeRoom();
        makeData();
        QCOMPARE(run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s, u"--full"_s}).status, 0);
    }

    void aFullDiskIsReadAndNamed()
    {
        SmallDisk small(m_folder->filePath(u"disk"_s));
        m_data = m_folder->filePath(u"disk/data"_s);
        if (!small.mount(4096))
            QSKIP("this process may not mount a disk");
        makeData();
        small.fill();
        for (const QStringList &command : {QStringList{u"read"_s}, {u"checkpoint"_s}, {u"verify"_s, u"--full"_s}}) {
            const Ran ran = run("service-fs", QStringList{u"--data-dir"_s, m_data} + command);
            QVERIFY2(ran.status == 0 && !ran.out.isEmpty(), ran.err.constData());
        }
        const Ran ran = run("service-vm-tenant", {u"--data-dir"_s, m_data, u"admin-token"_s, u"--rotate"_s});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains("The disk is full; make room"), ran.err.constData());
    }

    void serviceFsSaysWhatItMayNotRead_data()
    {
        QTest::addColumn<QString>("closed");
        for (const char *command : {"read", "verify", "checkpoint", "vkey"}) {
            QTest::addRow("%s, of a directory", command) << QString();
            QTest::addRow("%s, of a database", command) << u"/tenants.db"_s;
        }
    }

    void serviceFsSaysWhatItMayNotRead()
    {
        QFETCH(QString, closed);
        makeData();
        QCOMPARE(::chmod(QFile::encodeName(m_data + closed).constData(), 0), 0);
        const QString command = QString::fromLatin1(QTest::currentDataTag()).section(u',', 0, 0);
        const Ran ran = runBound("service-fs", {u"--data-dir"_s, m_data, command}, {.plainRights = true});
        ::chmod(QFile::encodeName(m_data + closed).constData(), 0700); // to be removed
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains("Permission denied") && !ran.err.contains("no ledger"),
            ran.err.constData());
    }

    void aSpoiledPublicKeyIsRefused_data()
    {
        QTest::addColumn<QString>("content");
        QTest::addColumn<int>("printed"); // status of service-fs vkey
        QTest::newRow("bytes that are no key") << u"bytes"_s << 2;
        QTest::newRow("the key and a line that is none") << u"more"_s << 2;
        QTest::newRow("the key without its end") << u"cut"_s << 2;
        QTest::newRow("another installation's key") << u"other"_s << 0;
        QTest::newRow("the key and another installation's") << u"both"_s << 0;
    }

    void aSpoiledPublicKeyIsRefused()
    {
        QFETCH(QString, content);
        QFETCH(int, printed);
        makeData();
        const QByteArray own = bytesOf(m_data + "/ledger.vkey"_L1);
        const QString mine = std::exchange(m_data, m_folder->filePath(u"other"_s));
        makeData();
        const QByteArray other = bytesOf(m_data + "/ledger.vkey"_L1);
        m_data = mine;
        const QHash<QString, QByteArray> contents{{u"bytes"_s, QByteArray("\xff\x00k", 3).repeated(200)},
            {u"more"_s, own + "x\n"}, {u"cut"_s, own.chopped(10)}, {u"other"_s, other}, {u"both"_s, own + other}};
        QFile file(m_data + "/ledger.vkey"_L1);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(contents[content]), contents[content].size());
        file.close();

        const Ran ran = run("service-vm-tenant", {u"--data-dir"_s, m_data, u"--port"_s, u"0"_s});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains("ledger.vkey") && ran.err.contains(own.trimmed()),
            ran.err.constData());
        QCOMPARE(bytesOf(m_data + "/ledger.vkey"_L1), contents[content]);
        const Ran vkey = run("service-fs", {u"--data-dir"_s, m_data, u"vkey"_s});
        QCOMPARE(vkey.status, printed);
        QVERIFY(printed == 0 || vkey.complainsInOneLine());
    }

    // Of refusals that were only counted so far, too.
    void theEndIsTheLastEntry()
    {
        RunningServer running(m_data);
        const Ran issued = run("service-vm-tenant",
            {u"--data-dir"_s, m_data, u"admin-token"_s, u"--role"_s, u"auditor"_s, u"--name"_s, u"x"_s});
        const QByteArray auditor = issued.out.trimmed();
        for (const char *path : {"/v1/tenants", "/v1/vms", "/v1/tokens"})
            QCOMPARE(running.ask("POST"_ba, path, auditor, "{}"_ba).status, 403);
        QCOMPARE(running.stop(SIGTERM), 0);
        const Ran read = run("service-fs", {u"--data-dir"_s, m_data, u"read"_s});
        const QList<QByteArray> lines = read.lines();
        QCOMPARE(QJsonDocument::fromJson(lines.last())["event_type"_L1].toString(), u"SERVER_STOPPED"_s);
        const QJsonObject counted = QJsonDocument::fromJson(lines[lines.size() - 2])["data"_L1].toObject();
        QCOMPARE(counted[u"times"_s].toInt(), 2);
        QCOMPARE(counted[u"method"_s].toString(), u"POST"_s);
        QVERIFY(counted[u"route"_s].isNull());
        QCOMPARE(run("service-fs", {u"--data-dir"_s, m_data, u"verify"_s, u"--full"_s}).status, 0);
    }

private:
    // An installation that has been served once.
    void makeData()
    {
        RunningServer once(m_data);
        QCOMPARE(once.stop(SIGTERM), 0);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_data;
};

QTEST_GUILESS_MAIN(TestStartFaults)
#include "tst_startfaults.moc"
