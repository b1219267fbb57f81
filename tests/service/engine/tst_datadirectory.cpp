// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/datadirectory.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using engine::DataDirectory;
using engine::DataPaths;

namespace {

bool write(const QString &path, const QByteArray &bytes = "x")
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size()
        && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
}

bool makeFolder(const QString &path)
{
    return ::mkdir(QFile::encodeName(path).constData(), 0700) == 0;
}

// The pieces of an installation, by name only.
Result<void> buildPieces(const DataPaths &paths)
{
    const bool made = makeFolder(paths.keys()) && makeFolder(paths.auditExports()) && write(paths.tokenKey(), "token")
        && write(paths.ledgerKey(), "ledger") && write(paths.database(), "db") && write(paths.highWater())
        && write(paths.ledgerVkey()) && write(paths.adminToken());
    return made ? Result<void>() : fail(ErrorCode::Storage, u"the test could not build"_s);
}

Result<void> neverBuild(const DataPaths &)
{
    return fail(ErrorCode::Unavailable, u"built where nothing was to be made"_s);
}

// Names with content, all the way down.
QStringList everythingIn(const QString &path)
{
    QStringList list;
    for (const QFileInfo &info :
        QDir(path).entryInfoList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Name)) {
        QFile file(info.filePath());
        if (info.isDir())
            list += everythingIn(info.filePath());
        else if (file.open(QIODevice::ReadOnly))
            list.append(info.filePath() + u' ' + QString::fromLatin1(file.readAll().toHex()));
        list.append(info.filePath());
    }
    return list;
}

const QStringList Whole{
    u"admin.token"_s, u"audit-exports"_s, u"high-water"_s, u"keys"_s, u"ledger.vkey"_s, u"tenants.db"_s};

} // namespace

class TestDataDirectory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_path = m_dir->filePath(u"data"_s);
    }

    void isMadeWhole_data()
    {
        QTest::addColumn<QString>("before");
        QTest::newRow("where nothing is") << QString();
        QTest::newRow("where its parents are missing too") << u"deep"_s;
        QTest::newRow("in an empty directory") << u"empty"_s;
        QTest::newRow("over a first start cut short while it built") << u"creating"_s;
    }

    void isMadeWhole()
    {
        QFETCH(const QString, before);
        if (before == "deep"_L1)
            m_path = m_dir->filePath(u"a/b/data"_s);
        else if (!before.isEmpty())
            QVERIFY(makeFolder(m_path));
        if (before == "creating"_L1) {
            QVERIFY(makeFolder(m_path + "/.creating"_L1) && makeFolder(m_path + "/.creating/keys"_L1));
            QVERIFY(write(m_path + "/.creating/keys/token.key"_L1, "half"));
            QVERIFY(write(m_path + "/.creating/tenants.db-wal"_L1));
        }
        const auto directory = DataDirectory::lock(m_path, buildPieces);
        QVERIFY2(directory, directory ? "" : qPrintable(directory.error().detail));
        QVERIFY((*directory)->isNew());
        isWhole();
        struct stat info;
        QCOMPARE(::stat(QFile::encodeName(m_path).constData(), &info), 0);
        QCOMPARE(info.st_mode & 0777u, 0700u);
    }

    void aMoveCutShortIsFinished_data()
    {
        QTest::addColumn<int>("moved");
        for (int moved = 0; moved <= Whole.size(); ++moved)
            QTest::addRow("after %d pieces", moved) << moved;
    }

    void aMoveCutShortIsFinished()
    {
        QFETCH(const int, moved);
        const QString created = m_path + "/.created"_L1;
        QVERIFY(makeFolder(m_path) && makeFolder(created));
        QVERIFY(buildPieces({created}));
        for (const char *name : {"tenants.db", "keys", "ledger.vkey", "admin.token", "high-water", "audit-exports"}) {
            if (QDir(m_path).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size() < moved)
                QVERIFY(
                    QFile::rename(created + u'/' + QLatin1StringView(name), m_path + u'/' + QLatin1StringView(name)));
        }
        const auto directory = DataDirectory::lock(m_path, neverBuild);
        QVERIFY2(directory, directory ? "" : qPrintable(directory.error().detail));
        isWhole();
    }

    void anExistingOneIsTakenAsItIs()
    {
        QVERIFY(DataDirectory::lock(m_path, buildPieces));
        const auto before = everythingIn(m_path);
        const auto directory = DataDirectory::lock(m_path, neverBuild);
        QVERIFY(directory);
        QVERIFY(!(*directory)->isNew());
        QCOMPARE(everythingIn(m_path), before);
        // Also with what the server keeps beside it.
        QVERIFY(write(m_path + "/tenants.db-wal"_L1));
        QVERIFY(engine::checkDataDirectory({m_path}));
    }

    void aBuildThatFailsLeavesNothing()
    {
        const auto directory = DataDirectory::lock(m_path, [](const DataPaths &paths) -> Result<void> {
            write(paths.database());
            return fail(ErrorCode::Storage, u"no room"_s);
        });
        QVERIFY(!directory);
        QCOMPARE(directory.error().detail, u"no room"_s);
        QVERIFY(everythingIn(m_path).isEmpty());
        QVERIFY(!engine::isHeld(m_path));
        QVERIFY(DataDirectory::lock(m_path, buildPieces));
    }

    void aBuildThatLeavesAPieceOutIsRefused()
    {
        QVERIFY(!DataDirectory::lock(m_path, [](const DataPaths &paths) -> Result<void> {
            TRY(buildPieces(paths));
            QFile::remove(paths.highWater());
            return {};
        }));
    }

    void aSecondLockIsRefused()
    {
        auto first = DataDirectory::lock(m_path, buildPieces);
        QVERIFY(first);
        QVERIFY(engine::isHeld(m_path));
        const auto second = DataDirectory::lock(m_path, neverBuild);
        QVERIFY(!second);
        QVERIFY2(second.error().detail.contains(u"held by another process"_s), qPrintable(second.error().detail));
        first->reset();
        QVERIFY(!engine::isHeld(m_path));
        QVERIFY(DataDirectory::lock(m_path, neverBuild));
    }

    void isLeftAlone_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("said");
        QTest::newRow("a directory with something else in it") << u"foreign"_s << u"holds something else"_s;
        QTest::newRow("a directory with a hidden file in it") << u"hidden"_s << u"holds something else"_s;
        QTest::newRow("a directory that others can read") << u"readable"_s << u"chmod 700"_s;
        QTest::newRow("an empty directory that others can read") << u"empty-readable"_s << u"chmod 700"_s;
        QTest::newRow("a file where the directory should be") << u"file"_s << u"can't be opened"_s;
        QTest::newRow("a file where its parent should be") << u"parent"_s << u"can't be made"_s;
        for (const char *piece : {"tenants.db", "high-water", "keys/token.key", "keys/ledger.key", "ledger.vkey"}) {
            QTest::addRow("an installation without %s", piece)
                << u"without:"_s + QLatin1StringView(piece) << u"is missing"_s;
            QTest::addRow("an installation whose %s others can read", piece)
                << u"open:"_s + QLatin1StringView(piece) << u"chmod 600"_s;
            QTest::addRow("an installation whose %s is a directory", piece)
                << u"folder:"_s + QLatin1StringView(piece) << u"is no regular file"_s;
            QTest::addRow("an installation whose %s is empty", piece)
                << u"emptied:"_s + QLatin1StringView(piece) << u"is empty"_s;
            QTest::addRow("an installation whose %s is a link", piece)
                << u"link:"_s + QLatin1StringView(piece) << u"is no regular file"_s;
        }
        QTest::newRow("an installation whose admin.token others can read") << u"open:admin.token"_s << u"chmod 600"_s;
        QTest::newRow("an installation whose admin.token is a link")
            << u"link:admin.token"_s << u"is no regular file"_s;
        QTest::newRow("an installation whose keys others can list") << u"open-keys"_s << u"chmod 700"_s;
        QTest::newRow("an installation whose exports others can list") << u"open-exports"_s << u"chmod 700"_s;
        QTest::newRow("an installation whose exports are a link") << u"link:audit-exports"_s << u"is no directory"_s;
        QTest::newRow("an installation without its keys") << u"no-keys"_s << u"is missing"_s;
        QTest::newRow("a first start cut short, with something else beside it") << u"mixed"_s << u"something else"_s;
    }

    void isLeftAlone()
    {
        QFETCH(const QString, what);
        QFETCH(const QString, said);
        const QString piece = m_path + u'/' + what.section(u':', 1);
        const auto open = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther;
        const auto openFolder = open | QFile::ExeOwner | QFile::ExeOther;
        if (what == "file"_L1)
            QVERIFY(write(m_path));
        else if (what == "parent"_L1)
            QVERIFY(write(m_path) && (m_path += "/data"_L1, true));
        else if (what == "foreign"_L1 || what == "hidden"_L1 || what == "readable"_L1)
            QVERIFY(makeFolder(m_path) && write(m_path + (what == "hidden"_L1 ? "/.hidden"_L1 : "/notes.txt"_L1)));
        else if (what == "empty-readable"_L1)
            QVERIFY(makeFolder(m_path));
        else if (what == "mixed"_L1)
            QVERIFY(makeFolder(m_path) && makeFolder(m_path + "/.creating"_L1) && write(m_path + "/notes.txt"_L1));
        else
            QVERIFY(DataDirectory::lock(m_path, buildPieces));
        if (what.contains("readable"_L1))
            QVERIFY(QFile::setPermissions(m_path, openFolder));
        else if (what == "open-keys"_L1)
            QVERIFY(QFile::setPermissions(m_path + "/keys"_L1, openFolder));
        else if (what == "open-exports"_L1)
            QVERIFY(QFile::setPermissions(m_path + "/audit-exports"_L1, openFolder));
        else if (what == "no-keys"_L1)
            QVERIFY(QDir(m_path + "/keys"_L1).removeRecursively());
        else if (what.startsWith("open:"_L1))
            QVERIFY(QFile::setPermissions(piece, open));
        else if (what.startsWith("emptied:"_L1))
            QVERIFY(QFile::resize(piece, 0));
        else if (what.startsWith("link:"_L1))
            QVERIFY(
                QFile::rename(piece, m_dir->filePath(u"aside"_s)) && QFile::link(m_dir->filePath(u"aside"_s), piece));
        else if (what.contains(u':'))
            QVERIFY(QFile::remove(piece) && (what.startsWith("without:"_L1) || makeFolder(piece)));

        const auto before = everythingIn(m_dir->path());
        const auto directory = DataDirectory::lock(m_path, neverBuild);
        QVERIFY(!directory);
        QVERIFY2(directory.error().detail.contains(said), qPrintable(directory.error().detail));
        QCOMPARE(everythingIn(m_dir->path()), before);
        QVERIFY(!engine::isHeld(m_path));
    }

    // Permissions mean nothing to root, a file system mounted read-only does; here a path that no directory can have.
    void aParentThatTakesNothingIsSaidSo()
    {
        const auto directory = DataDirectory::lock(u"/proc/data"_s, neverBuild);
        QVERIFY(!directory);
        QVERIFY2(directory.error().detail.startsWith(u"The data directory /proc/data can't be made"_s),
            qPrintable(directory.error().detail));
    }

    void theDefaultFollowsTheEnvironment_data()
    {
        QTest::addColumn<QByteArray>("own");
        QTest::addColumn<QByteArray>("xdg");
        QTest::addColumn<QString>("expected");
        QTest::newRow("its own variable first") << "/a"_ba
                                                << "/b"_ba << u"/a"_s;
        QTest::newRow("then that of the desktop") << QByteArray() << "/b"_ba << u"/b/tenant-console"_s;
        QTest::newRow("a relative one counts as none")
            << QByteArray() << "b"_ba << QDir::homePath() + "/.local/share/tenant-console"_L1;
        QTest::newRow("then home") << QByteArray() << QByteArray()
                                   << QDir::homePath() + "/.local/share/tenant-console"_L1;
    }

    void theDefaultFollowsTheEnvironment()
    {
        QFETCH(const QByteArray, own);
        QFETCH(const QByteArray, xdg);
        QFETCH(const QString, expected);
        qputenv("TENANT_CONSOLE_DATA_DIR", own);
        qputenv("XDG_DATA_HOME", xdg);
        QCOMPARE(engine::defaultDataDirectory(), expected);
    }

private:
    void isWhole()
    {
        QCOMPARE(QDir(m_path).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name), Whole);
        QVERIFY(engine::checkDataDirectory({m_path}));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_path;
};

QTEST_GUILESS_MAIN(TestDataDirectory)
#include "tst_datadirectory.moc"
