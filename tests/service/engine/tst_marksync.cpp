// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The disk does not keep the high-water mark: once, and for good.

#include "tests/service/engine/enginehouse.h"

#include <QtCore/qmutex.h>

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

std::atomic<int> failuresLeft = 0;
std::atomic<int> failed = 0;

bool isMark(int file)
{
    char path[4096] = {};
    const auto link = "/proc/self/fd/" + QByteArray::number(file);
    return ::readlink(link.constData(), path, sizeof path - 1) > 0 && QByteArrayView(path).endsWith("/high-water");
}

QMutex linesMutex;
QStringList lines; // of the log, about writing

void takeLine(QtMsgType, const QMessageLogContext &, const QString &line)
{
    const QMutexLocker lock(&linesMutex);
    if (line.contains(u"written"_s))
        lines.append(line);
}

qsizetype linesWith(const QString &part)
{
    const QMutexLocker lock(&linesMutex);
    return lines.filter(part).size();
}

} // namespace

// In the place of the C library's.
extern "C" int fdatasync(int file)
{
    if (failuresLeft > 0 && isMark(file)) {
        --failuresLeft;
        ++failed;
        errno = EIO;
        return -1;
    }
    return int(::syscall(SYS_fdatasync, file));
}

class TestMarkSync : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
        qInstallMessageHandler(takeLine);
    }
    void cleanupTestCase() { qInstallMessageHandler(nullptr); }

    void init()
    {
        const QMutexLocker lock(&linesMutex);
        lines.clear();
        failed = 0;
        failuresLeft = 0;
    }

    // The system forgets what it could not write and succeeds next time: so it is written again.
    void onceIsMendedByWritingItAgain()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp")));
        const QByteArray before = mark(house);
        failuresLeft = 1;
        QTRY_COMPARE(linesWith(u"can be written again"_s), 1);
        QCOMPARE(linesWith(u"high-water mark can't be written"_s), 1);
        QCOMPARE(failed.load(), 1);
        QVERIFY(mark(house) != before); // the other slot, with the same checkpoint
        VERIFY_RESULT(house.registerTenant(tenantSpec("globex")));
        QCOMPARE(house.damage(), QString());
    }

    void forGoodIsSaidOnceAndStopsWriting()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        failuresLeft = 1'000'000;
        QTRY_COMPARE(house.unavailable(), u"The high-water mark can't be written."_s);
        VERIFY_ERROR(house.registerTenant(tenantSpec("acme-corp")), ErrorCode::LedgerUnavailable);
        const int then = failed;
        QTRY_VERIFY(failed >= then + 2); // another second
        QCOMPARE(house.unavailable(), u"The high-water mark can't be written."_s);
        QCOMPARE(linesWith(u"can't be written"_s), 1);
        QCOMPARE(linesWith(u"can be written again"_s), 0);
        failuresLeft = 0;
        QTRY_COMPARE(house.unavailable(), QString());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp")));
        QCOMPARE(house.damage(), QString());
    }

private:
    static QByteArray mark(const EngineHouse &house)
    {
        QFile file(house.paths().highWater());
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
};

QTEST_GUILESS_MAIN(TestMarkSync)
#include "tst_marksync.moc"
