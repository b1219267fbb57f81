// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a start finds: its own directory as it left it, or something that it must not touch.

#include "service/crypto/keyfile.h"
#include "tests/service/engine/enginehouse.h"

#include <QtCore/qdir.h>
#include <QtCore/qregularexpression.h>

using namespace Qt::StringLiterals;

namespace {

// Of a stopped engine's files, of which the database is one: the last connection wrote the log back.
bool copyFile(const QString &from, const QString &to)
{
    QFile::remove(to);
    return QFile::copy(from, to) && QFile::setPermissions(to, QFile::ReadOwner | QFile::WriteOwner);
}

QMap<QString, QByteArray> filesOf(const QString &path)
{
    QMap<QString, QByteArray> files;
    for (const QString &name : {u"tenants.db"_s, u"high-water"_s, u"keys/token.key"_s, u"keys/ledger.key"_s,
             u"ledger.vkey"_s, u"admin.token"_s}) {
        QFile file(path + u'/' + name);
        if (file.open(QIODevice::ReadOnly))
            files.insert(name, file.readAll());
    }
    return files;
}

} // namespace

class TestEngineStart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    void init()
    {
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
    }

    void cleanup() { m_house.reset(); }

    void aRestartFindsEverything()
    {
        VERIFY_RESULT(m_house->submitVms(m_house->admin(), "acme-corp", vmSpec(3)).result());
        VERIFY_RESULT(m_house->submitToken(m_house->admin(), "acme-corp", "USER").result());
        const auto before = m_house->memory();
        const QString path = m_house->path();
        m_house->stop();
        VERIFY_RESULT(m_house->start());
        QCOMPARE(m_house->memory(), before);
        QVERIFY(!m_house->directory().isNew());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
        QCOMPARE(m_house->damage(), QString());
    }

    // What goes wrong with the first change of a run is for who asked to tell.
    void aStartThatCanNotRecordLeavesTheMarkAlone()
    {
        m_house->stop();
        QFile mark(m_house->paths().highWater());
        QVERIFY(mark.open(QIODevice::ReadOnly));
        const QByteArray before = mark.readAll();
        m_house->faults.sqlite = 13;
        m_house->faults.before = 1;
        QTest::failOnWarning(QRegularExpression(u"can't be written"_s));
        VERIFY_RESULT(m_house->start());
        VERIFY_ERROR(m_house->registerTenant(tenantSpec("globex")), ErrorCode::LedgerUnavailable);
        const Error told = engine::startRefusal({.code = ErrorCode::LedgerUnavailable, .detail = {}},
            m_house->engine().state().read([](const engine::State &state) { return state.trouble; }), u"/data"_s);
        QCOMPARE(told.detail,
            u"/data can't be served: the disk is full. Nothing in it was changed; make room on it and start again."_s);
        m_house->stop();
        QVERIFY(mark.seek(0));
        QCOMPARE(mark.readAll(), before);
    }

    void anOlderDatabasePutBackIsRefused()
    {
        m_house->stop();
        QVERIFY(copyFile(m_house->paths().database(), saved()));
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
        m_house->stop();
        QVERIFY(copyFile(saved(), m_house->paths().database()));
        isRefused(u"rolled back"_s);
    }

    void anotherHistoryOfTheSameLengthIsRefused()
    {
        m_house->stop();
        QVERIFY(copyFile(m_house->paths().database(), saved()));
        QVERIFY(copyFile(m_house->paths().highWater(), saved() + ".mark"_L1));
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
        m_house->stop();
        QVERIFY(copyFile(m_house->paths().highWater(), saved() + ".newer"_L1));
        QVERIFY(copyFile(saved(), m_house->paths().database()));
        QVERIFY(copyFile(saved() + ".mark"_L1, m_house->paths().highWater()));
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        m_house->stop();
        QVERIFY(copyFile(saved() + ".newer"_L1, m_house->paths().highWater()));
        isRefused(u"another"_s);
    }

    void aMarkThatLagsIsFine()
    {
        m_house->stop();
        QVERIFY(copyFile(m_house->paths().highWater(), saved()));
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
        m_house->stop();
        QVERIFY(copyFile(saved(), m_house->paths().highWater()));
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        QCOMPARE(m_house->damage(), QString());
    }

    void wrongFilesAreRefused_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("bytes"); // empty: those of another installation
        QTest::addColumn<QString>("said");
        QTest::newRow("another token key") << u"keys/token.key"_s << QByteArray() << u"token.key"_s;
        QTest::newRow("another ledger key") << u"keys/ledger.key"_s << QByteArray() << u"this ledger key"_s;
        QTest::newRow("another database") << u"tenants.db"_s << QByteArray() << u"this ledger key"_s;
        QTest::newRow("another mark") << u"high-water"_s << QByteArray() << u"high-water"_s;
        QTest::newRow("a token key that is none") << u"keys/token.key"_s << "key\n"_ba << u"token.key"_s;
        QTest::newRow("a ledger key that is none") << u"keys/ledger.key"_s << "key\n"_ba << u"ledger.key"_s;
        QTest::newRow("a mark of zeros") << u"high-water"_s << QByteArray(8192, '\0') << u"high-water"_s;
        QTest::newRow("a database that is none") << u"tenants.db"_s << QByteArray(8192, 'x') << u"tenants.db"_s;
    }

    void wrongFilesAreRefused()
    {
        QFETCH(const QString, file);
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, said);
        m_house->stop();
        const QString path = m_house->path() + u'/' + file;
        if (bytes.isEmpty()) {
            EngineHouse other;
            VERIFY_RESULT(other.start());
            VERIFY_RESULT(other.registerTenant(tenantSpec("acme-corp")));
            other.stop();
            QVERIFY(copyFile(other.path() + u'/' + file, path));
        } else {
            QFile wrong(path);
            QVERIFY(wrong.open(QIODevice::WriteOnly | QIODevice::Truncate));
            wrong.write(bytes);
        }
        isRefused(said);
    }

    void anEmptyMarkIsRefused()
    {
        m_house->stop();
        QVERIFY(QFile::resize(m_house->paths().highWater(), 0));
        isRefused(u"high-water"_s);
    }

    void aDamagedLedgerIsRefused_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("an entry more than the head covers")
            << u"INSERT INTO ledger_entry (idx, time, event_type, outcome, bytes) "
               "VALUES ((SELECT max(idx) + 1 FROM ledger_entry), 0, 'X', 'ok', x'00')"_s;
        QTest::newRow("a head with another root") << u"UPDATE ledger_head SET root = zeroblob(32)"_s;
        QTest::newRow("a head with another checkpoint") << u"UPDATE ledger_head SET checkpoint = x'00'"_s;
        QTest::newRow("no origin") << u"DELETE FROM meta WHERE key = 'origin'"_s;
        QTest::newRow("labels that are none") << u"UPDATE tenant SET labels = '[]'"_s;
        QTest::newRow("a token key that is none") << u"UPDATE signing_key SET public_key = 'x'"_s;
    }

    void aDamagedLedgerIsRefused()
    {
        QFETCH(const QString, sql);
        m_house->stop();
        {
            const auto database = store::Database::open(m_house->paths().database(), store::Database::Mode::ReadWrite);
            VERIFY_RESULT(database);
            VERIFY_RESULT((*database)->execute(sql));
        }
        isRefused({});
    }

    void aKeyThatOthersCanReadIsRefused()
    {
        m_house->stop();
        QVERIFY(QFile::setPermissions(
            m_house->paths().tokenKey(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
        isRefused(u"token.key"_s);
    }

private:
    QString saved() const { return m_saved.filePath(u"saved"_s); }

    // Refused in a sentence with this in it, and every file is as it was.
    void isRefused(const QString &said)
    {
        const auto before = filesOf(m_house->path());
        const auto started = m_house->start();
        QVERIFY(!started);
        QVERIFY2(started.error().detail.contains(said), qPrintable(started.error().detail));
        QVERIFY2(started.error().detail.endsWith(u'.') || started.error().detail.endsWith(u'\''),
            qPrintable(started.error().detail));
        QCOMPARE(filesOf(m_house->path()), before);
        QVERIFY(!engine::isHeld(m_house->path()));
    }

    QTemporaryDir m_saved;
    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
};

QTEST_GUILESS_MAIN(TestEngineStart)
#include "tst_enginestart.moc"
