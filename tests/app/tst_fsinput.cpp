// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What an auditor may hand to service-fs verify: checkpoints and keys in every wrong spelling, each refused with words
// that say which file and what is wrong with it.
#include "service/core/encoding.h"
#include "service/crypto/runtime.h"
#include "service/ledger/checkpoint.h"
#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include <sys/stat.h>

using namespace Qt::StringLiterals;

class TestFsInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void checkpoints_data();
    void checkpoints();
    void keys_data();
    void keys();
    void nothingActsOnTheTerminal_data();
    void nothingActsOnTheTerminal();
    void theDirectorysOwnKey_data();
    void theDirectorysOwnKey(); // which is spoilt from then on
    void whatIsNoFileIsNotWaitedFor_data();
    void whatIsNoFileIsNotWaitedFor();

private:
    Ran fs(const QStringList &arguments) const
    {
        return run("service-fs", QStringList{u"--data-dir"_s, m_data} + arguments);
    }
    QString write(const QString &name, const QByteArray &bytes) const
    {
        const QString path = m_folder.filePath(name);
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? path : QString();
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    QTemporaryDir m_folder;
    QString m_data;
    QByteArray m_checkpoint, m_key;
};

void TestFsInput::initTestCase()
{
    m_runtime = crypto::Runtime::start().value();
    m_data = m_folder.filePath(u"data"_s);
    {
        RunningServer running(m_data);
        QCOMPARE(running.stop(SIGTERM), 0);
    }
    m_checkpoint = fs({u"checkpoint"_s}).out;
    m_key = fs({u"vkey"_s}).out;
    QCOMPARE(m_checkpoint.split('\n').size(), 6);
}

void TestFsInput::checkpoints_data()
{
    QTest::addColumn<QByteArray>("checkpoint");
    QTest::addColumn<int>("status");
    const QByteArrayList lines = m_checkpoint.split('\n');
    const QByteArray &origin = lines[0], &size = lines[1], &root = lines[2], &signature = lines[4];
    const auto note = [](const QByteArrayList &parts) { return parts.join('\n') + '\n'; };
    const auto row = [](const char *name, const QByteArray &bytes, int status = 1) {
        QTest::newRow(name) << bytes << status;
    };
    const auto other = crypto::SigningKey::generate();
    const auto stranger = [&](int i) {
        return "\xe2\x80\x94 stranger.example/" + QByteArray::number(i) + ' ' + toBase64(QByteArray(68, char(i)));
    };
    QByteArray many = note({origin, size, root, {}, signature});
    for (int i = 0; i < 10'000; ++i)
        many += stranger(i) + '\n';
    QByteArray sixteen = note({origin, size, root, {}, signature});
    for (int i = 0; i < 16; ++i)
        sixteen += stranger(i) + '\n';

    row("as it is", m_checkpoint, 0);
    row("with sixteen witnesses that nobody knows", sixteen, 0);
    row("with CR LF", QByteArray(m_checkpoint).replace("\n", "\r\n"));
    row("with a hyphen for the dash", note({origin, size, root, {}, "- "_ba + signature.sliced(4)}));
    row("with an en dash", note({origin, size, root, {}, "\xe2\x80\x93 "_ba + signature.sliced(4)}));
    row("with a leading zero", note({origin, '0' + size, root, {}, signature}));
    row("with a sign before the size", note({origin, '+' + size, root, {}, signature}));
    row("with a blank before the size", note({origin, ' ' + size, root, {}, signature}));
    row("with a negative size", note({origin, '-' + size, root, {}, signature}));
    row("with a size of 2^64", note({origin, "18446744073709551616", root, {}, signature}));
    row("with a hexadecimal size", note({origin, "0x" + size, root, {}, signature}));
    row("with another size", note({origin, size + '0', root, {}, signature}));
    row("with an unpadded root", note({origin, size, root.chopped(1), {}, signature}));
    row("with a url-safe root", note({origin, size, QByteArray(44, '_').replace(43, 1, "="), {}, signature}));
    row("with a short root", note({origin, size, toBase64(QByteArray(31, 'x')), {}, signature}));
    row("with an unpadded signature", note({origin, size, root, {}, QByteArray(signature).replace("=", "") + "A"}));
    row("with a url-safe signature", note({origin, size, root, {}, signature.chopped(4) + "_-_-"}));
    row("with a signature that is not its own", note({origin, size, root, {}, signature.chopped(6) + "AAAAA="}));
    row("with an extension line", note({origin, size, root, "more", {}, signature}));
    row("without an empty line", note({origin, size, root, signature}));
    row("without its last line end", m_checkpoint.chopped(1));
    row("with a line end too many", m_checkpoint + '\n');
    row("with text behind it", m_checkpoint + "and more\n");
    row("with a NUL", QByteArray(m_checkpoint).replace(origin.size(), 1, QByteArray(1, '\0')));
    row("with a byte order mark", "\xef\xbb\xbf" + m_checkpoint);
    row("with bytes that are not UTF-8", QByteArray(m_checkpoint).replace(5, 1, "\xff"));
    row("signed by another key",
        ledger::signCheckpoint({origin, size.toULongLong(), ledger::Digest::fromBytes(*fromBase64(root))}, other));
    row("of another log",
        ledger::signCheckpoint(
            {"elsewhere.example/log", size.toULongLong(), ledger::Digest::fromBytes(*fromBase64(root))}, other));
    row("with 10,000 signatures", many);
    row("of 2 MiB", m_checkpoint + QByteArray(2 << 20, 'x'));
    row("empty", QByteArray());
    row("that is something else", "{\"size\": 3}\n"_ba);
}

void TestFsInput::checkpoints()
{
    QFETCH(QByteArray, checkpoint);
    QFETCH(int, status);
    const QString path = write(u"older-checkpoint"_s, checkpoint);
    const Ran ran = fs({u"verify"_s, u"--checkpoint"_s, path});
    QCOMPARE(ran.status, status);
    QCOMPARE(ran.err, "");
    QCOMPARE(ran.out.count('\n'), 1);
    QVERIFY2(ran.out.startsWith(status == 0 ? "verified: " : "refused: "), ran.out.constData());
    if (status != 0)
        QVERIFY2(ran.out.contains("older-checkpoint"), ran.out.constData());
}

void TestFsInput::keys_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<int>("status");
    const QByteArray key = m_key.trimmed();
    QTest::newRow("as it is") << m_key << 0;
    QTest::newRow("without its line end") << key << 0;
    QTest::newRow("with CR LF") << key + "\r\n" << 2;
    QTest::newRow("another's") << "elsewhere.example/log+" + key.sliced(key.indexOf('+') + 1) << 2;
    QTest::newRow("a good one of another log")
        << "ledger.example/tenant-a+fcbe9b80+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"_ba << 1;
    QTest::newRow("with an id in capitals") << QByteArray(key).replace(key.indexOf('+') + 1, 8, "ABCDEF01") << 2;
    QTest::newRow("unpadded") << key.chopped(1) << 2;
    QTest::newRow("url-safe") << key.chopped(4) + "_-_-" << 2;
    QTest::newRow("a private key") << "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n"_ba << 2;
    QTest::newRow("bytes") << QByteArray("\x00\xff\x1b[31m", 7) << 2;
    QTest::newRow("nothing") << QByteArray() << 2;
    QTest::newRow("line ends") << "\n\n"_ba << 2;
}

void TestFsInput::keys()
{
    QFETCH(QByteArray, key);
    QFETCH(int, status);
    const QString path = write(u"kept.vkey"_s, key);
    const Ran ran = fs({u"verify"_s, u"--vkey"_s, path});
    QCOMPARE(ran.status, status);
    if (status != 2)
        return;
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY2(ran.err.contains(path.toUtf8()) && ran.err.contains("NAME+ID+KEY"), ran.err.constData());
    QVERIFY(!ran.err.contains('\x1b'));
}

void TestFsInput::theDirectorysOwnKey_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("garbage") << "garbage\n"_ba;
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("bytes") << QByteArray("\x00\xff\x1b[31m", 7);
}

// It is the directory that is wrong then, not the command line.
void TestFsInput::theDirectorysOwnKey()
{
    QFETCH(QByteArray, key);
    const QString path = m_data + "/ledger.vkey"_L1;
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(key);
    file.close();
    const Ran ran = fs({u"verify"_s});
    QCOMPARE(ran.status, 2);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY2(ran.err.contains(path.toUtf8()) && ran.err.contains("kept elsewhere"), ran.err.constData());
    QVERIFY(!ran.err.contains("See --help") && !ran.err.contains('\x1b'));
}

void TestFsInput::nothingActsOnTheTerminal_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QStringList>("arguments");
    const QString hostile = u"x\u202e\u001b[31m\ny"_s;
    QTest::newRow("a filter") << "service-fs"_ba << QStringList{u"read"_s, u"--filter"_s, hostile + u"=1"_s};
    QTest::newRow("a checkpoint's path") << "service-fs"_ba
                                         << QStringList{u"verify"_s, u"--checkpoint"_s, u"/"_s + hostile};
    QTest::newRow("an option") << "service-fs"_ba << QStringList{u"read"_s, u"--"_s + hostile};
    QTest::newRow("a command") << "service-fs"_ba << QStringList{hostile};
    QTest::newRow("a command of the server") << "service-vm-tenant"_ba << QStringList{hostile};
    QTest::newRow("a directory of the server")
        << "service-vm-tenant"_ba << QStringList{u"--data-dir"_s, u"/dev/null/"_s + hostile};
}

void TestFsInput::nothingActsOnTheTerminal()
{
    QFETCH(QByteArray, program);
    QFETCH(QStringList, arguments);
    const Ran ran = program == "service-fs" ? fs(arguments) : run(program.constData(), arguments);
    QVERIFY(ran.status > 0);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY2(ran.err.contains("x\\u202e\\u001b[31m\\u000ay"), ran.err.constData());
    QVERIFY(!ran.err.contains('\x1b') && !ran.err.contains("\xe2\x80\xae"));
}

void TestFsInput::whatIsNoFileIsNotWaitedFor_data()
{
    QTest::addColumn<bool>("fifo");
    QTest::newRow("a FIFO") << true;
    QTest::newRow("a directory") << false;
}

void TestFsInput::whatIsNoFileIsNotWaitedFor()
{
    QFETCH(bool, fifo);
    QTemporaryDir folder;
    const QString database = folder.filePath(u"tenants.db"_s);
    QVERIFY(fifo ? ::mkfifo(QFile::encodeName(database).constData(), 0600) == 0 : QDir().mkdir(database));
    for (const QStringList &command :
        {QStringList{u"verify"_s}, {u"read"_s}, {u"checkpoint"_s}, {u"proof"_s, u"0"_s}}) {
        const Ran ran = run("service-fs", QStringList{u"--data-dir"_s, folder.path()} + command);
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains(database.toUtf8())
                && ran.err.contains(fifo ? "is no file but a FIFO" : "is no file but a directory"),
            ran.err.constData());
    }
}

QTEST_GUILESS_MAIN(TestFsInput)
#include "tst_fsinput.moc"
