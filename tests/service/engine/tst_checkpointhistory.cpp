// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a place for copies of the checkpoint holds, against the ledger: it goes only where the ledger grew out of it.

#include "service/crypto/keyfile.h"
#include "service/engine/checkpointcopies.h"
#include "service/ledger/highwater.h"
#include "tests/service/engine/enginehouse.h"

#include <QtCore/qdir.h>

#include <map>

using namespace Qt::StringLiterals;

namespace {

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

// Of one level and of what a stopped engine leaves, with the modes it wants.
bool copyFiles(const QString &from, const QString &into)
{
    const auto owner = QFile::ReadOwner | QFile::WriteOwner;
    if (!QDir().mkpath(into) || !QFile::setPermissions(into, owner | QFile::ExeOwner))
        return false;
    for (const QFileInfo &entry : QDir(from).entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden)) {
        const QString to = into + u'/' + entry.fileName();
        if (entry.isDir() ? !copyFiles(entry.filePath(), to)
                          : !QFile::copy(entry.filePath(), to) || !QFile::setPermissions(to, owner))
            return false;
    }
    return true;
}

} // namespace

class TestCheckpointHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
        m_key.emplace(crypto::SigningKey::generate());
    }

    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    // The ledger has grown beyond what the place holds, and that must not make up for another history.
    void isReplacedOnlyWhereTheLedgerHasGrownOutOfIt_data()
    {
        QTest::addColumn<QString>("held");
        QTest::addColumn<QString>("said");
        QTest::newRow("the checkpoint of a moment ago") << u"older"_s << QString();
        QTest::newRow("the newest itself") << u"newest"_s << QString();
        QTest::newRow("one of the same name and key with another history")
            << u"forked"_s << u"that this ledger of %1 does not continue"_s;
        QTest::newRow("one of the same name and another key") << u"unsigned"_s << u"none of its keys has signed"_s;
        QTest::newRow("one of another installation") << u"foreign"_s << u"another log, "_s;
    }

    void isReplacedOnlyWhereTheLedgerHasGrownOutOfIt()
    {
        QFETCH(const QString, held);
        QFETCH(const QString, said);
        EngineHouse house, other;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(other.start());
        const auto key = crypto::readKeyFile(house.paths().ledgerKey(), {});
        VERIFY_RESULT(key);
        const QByteArray older = ledger::HighWater::readNote(house.paths().highWater()).value();
        const auto parsed = ledger::parseCheckpoint(ledger::parseNote(older).value().text).value();
        ledger::Checkpoint forked = parsed;
        forked.root = crypto::sha256("another history"_ba);
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp")));
        const QByteArray newest = ledger::HighWater::readNote(house.paths().highWater()).value();
        const std::map<QString, QByteArray> notes{{u"older"_s, older}, {u"newest"_s, newest},
            {u"forked"_s, ledger::signCheckpoint(forked, *key)},
            {u"unsigned"_s, ledger::signCheckpoint(parsed, *m_key)},
            {u"foreign"_s, ledger::HighWater::readNote(other.paths().highWater()).value()}};
        const QByteArray there = notes.at(held);
        QVERIFY(write(path(u"copy"_s), there));
        const auto copied = engine::copyCheckpoint(path(u"copy"_s), newest, engine::grownFrom(house.paths()));
        if (said.isEmpty()) {
            VERIFY_RESULT(copied);
            QCOMPARE(contents(path(u"copy"_s)), newest);
            return;
        }
        VERIFY_ERROR(copied, ErrorCode::Refused);
        const QString words = said.contains(u'%') ? said.arg(house.size()) : said;
        QVERIFY2(copied.error().detail.startsWith(path(u"copy"_s) + u" holds a checkpoint "_s)
                && copied.error().detail.contains(words),
            qPrintable(copied.error().detail));
        QCOMPARE(contents(path(u"copy"_s)), there);
    }

    void isLeftWhereNothingCanBeCompared()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        const QByteArray newest = ledger::HighWater::readNote(house.paths().highWater()).value();
        QVERIFY(write(path(u"copy"_s), newest) && QFile::remove(house.paths().ledgerVkey()));
        const auto copied = engine::copyCheckpoint(path(u"copy"_s), newest, engine::grownFrom(house.paths()));
        QVERIFY(!copied);
        QVERIFY2(copied.error().detail.startsWith(path(u"copy"_s) + u" is left as it is, for it can't be compared"_s)
                && copied.error().detail.contains(house.paths().ledgerVkey()),
            qPrintable(copied.error().detail));
        QCOMPARE(contents(path(u"copy"_s)), newest);
    }

    // The whole directory, key and mark included, as it was before; then it grows past what the place knows.
    void aDirectoryThatWasPutBackNeverOverwritesItsProof()
    {
        EngineHouse house;
        VERIFY_RESULT(house.start());
        VERIFY_RESULT(house.registerTenant(tenantSpec("acme-corp")));
        house.stop();
        const QString kept = path(u"kept"_s);
        QVERIFY(copyFiles(house.path(), kept));
        VERIFY_RESULT(house.start());
        for (const char *id : {"globex", "initech"})
            VERIFY_RESULT(house.registerTenant(tenantSpec(id)));
        house.stop();
        const QByteArray proof = ledger::HighWater::readNote(house.paths().highWater()).value();
        QVERIFY(write(path(u"copy"_s), proof));
        QVERIFY(QDir(house.path()).removeRecursively() && copyFiles(kept, house.path()));

        std::atomic<int> reports = 0;
        engine::CheckpointCopies copies(
            {path(u"copy"_s)}, engine::grownFrom(house.paths()), [&reports](const QString &) { ++reports; });
        house.onCheckpoint = [&copies](const QByteArray &note) { copies.offer(note); };
        VERIFY_RESULT(house.start());
        for (const char *id : {"umbrella", "hooli", "stark", "wayne"})
            VERIFY_RESULT(house.registerTenant(tenantSpec(id)));
        QTRY_VERIFY2(copies.troubles().join(u' ').contains(u"does not continue: it is the proof"_s),
            qPrintable(copies.troubles().join(u' ')));
        QCOMPARE(copies.troubles().size(), 1);
        QCOMPARE(reports.load(), 1);
        QCOMPARE(contents(path(u"copy"_s)), proof);
        house.stop();
    }

private:
    QString path(const QString &name) const { return m_dir->filePath(name); }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::optional<crypto::SigningKey> m_key; // a stranger's
    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestCheckpointHistory)
#include "tst_checkpointhistory.moc"
