// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An older database put in the place of ours while the engine runs: into the same file, as sqlite3's .restore does it.

#include "tests/service/engine/enginehouse.h"

#include <sqlite3.h>

using namespace Qt::StringLiterals;

namespace {

// What is in one database into another that may be in use.
bool restore(const QString &from, const QString &into)
{
    const auto opened = [](const QString &path, int flags) {
        sqlite3 *connection = nullptr;
        sqlite3_open_v2(path.toUtf8().constData(), &connection, flags, nullptr);
        return std::unique_ptr<sqlite3, int (*)(sqlite3 *)>(connection, sqlite3_close);
    };
    const auto source = opened(from, SQLITE_OPEN_READONLY),
               target = opened(into, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite3_busy_timeout(target.get(), 5000);
    sqlite3_backup *copy = sqlite3_backup_init(target.get(), "main", source.get(), "main");
    if (!copy)
        return false;
    const int stepped = sqlite3_backup_step(copy, -1);
    return sqlite3_backup_finish(copy) == SQLITE_OK && stepped == SQLITE_DONE;
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

const QString Older = u"An older database was put in place while the server runs."_s;

} // namespace

class TestRollbackBeside : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        VERIFY_RESULT(runtime);
        m_runtime = std::move(*runtime);
    }

    // A token that is revoked after the copy was made.
    void init()
    {
        m_saved = std::make_unique<QTemporaryDir>();
        m_house = std::make_unique<EngineHouse>();
        VERIFY_RESULT(m_house->start());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("acme-corp")));
        const auto issued = m_house->submitToken(m_house->admin(), "acme-corp", "INPUT").result();
        VERIFY_RESULT(issued);
        m_revoked = issued->value.record;
        QVERIFY(restore(m_house->paths().database(), saved(u"older"_s)));
        m_markThen = contents(m_house->paths().highWater());
        m_diskThen = m_house->disk();
        VERIFY_RESULT(m_house->submitRevocation(m_house->admin(), m_revoked.id).result());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("globex")));
        QVERIFY(restore(m_house->paths().database(), saved(u"newer"_s)));
        m_memory = m_house->memory();
    }

    void cleanup() { m_house.reset(); }

    void aWriteIsRefusedAndNothingIsWritten_data()
    {
        QTest::addColumn<bool>("makesAnEntry");
        QTest::newRow("one that makes an entry") << true;
        QTest::newRow("one that makes none") << false;
    }

    void aWriteIsRefusedAndNothingIsWritten()
    {
        QFETCH(const bool, makesAnEntry);
        QVERIFY(putBack(u"older"_s));
        if (makesAnEntry) {
            const auto refused = m_house->registerTenant(tenantSpec("initech"));
            VERIFY_ERROR(refused, ErrorCode::LedgerUnavailable);
            QVERIFY2(refused.error().detail.contains(Older), qPrintable(refused.error().detail));
        } else {
            const auto refused = m_house->submitPlain(m_house->admin(), [](engine::Work &work) {
                return work.database().execute(u"INSERT INTO meta VALUES ('slipped', 'in')"_s);
            });
            VERIFY_ERROR(refused.result(), ErrorCode::LedgerUnavailable);
        }
        staysAsItIs();
    }

    void isNoticedWithoutAWrite()
    {
        QVERIFY(putBack(u"older"_s));
        staysAsItIs();
    }

    // The mark in place says then that all is well; memory knows better.
    void isNoticedWhereTheMarkWasPutBackToo()
    {
        QVERIFY(putBack(u"older"_s));
        QFile mark(m_house->paths().highWater());
        QVERIFY(mark.open(QIODevice::ReadWrite) && mark.write(m_markThen) == m_markThen.size());
        mark.close();
        staysAsItIs();
    }

    // A recovery from something else must not bring the older state in.
    void aRecoveryDoesNotPublishIt()
    {
        const QString mark = m_house->paths().highWater();
        QVERIFY(QFile::rename(mark, mark + ".away"_L1));
        QTRY_VERIFY(m_house->unavailable().contains(u"moved"_s));
        QVERIFY(putBack(u"older"_s));
        QVERIFY(QFile::rename(mark + ".away"_L1, mark));
        staysAsItIs();
    }

    void goesOnWithTheNewerOne()
    {
        QVERIFY(putBack(u"older"_s));
        QTRY_COMPARE(m_house->unavailable(), Older);
        QVERIFY(putBack(u"newer"_s));
        QTRY_COMPARE(m_house->unavailable(), QString());
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        QCOMPARE(m_house->memory(), m_house->disk());
        QCOMPARE(m_house->damage(), QString());
    }

    // What the trigger of the table refuses is not the command's fault.
    void anEntryThatTheTableRefusesIsTheDatabasesFailure()
    {
        const auto before = m_house->memory();
        const auto refused = m_house->submitPlain(m_house->admin(), [](engine::Work &work) -> Result<void> {
            TRY(work.database().execute(
                u"INSERT INTO ledger_entry SELECT max(idx) + 1, time, event_type, tenant_id, tenant_seq, outcome, "
                "actor_id, token_id, vm_id, node_id, request_id, bytes FROM ledger_entry"_s));
            return engine::registerTenant(work, tenantSpec("initech")).transform([](const auto &) {});
        });
        VERIFY_ERROR(refused.result(), ErrorCode::LedgerUnavailable);
        QCOMPARE(m_house->memory(), before);
        VERIFY_RESULT(m_house->registerTenant(tenantSpec("initech")));
        QCOMPARE(m_house->damage(), QString());
    }

private:
    QString saved(const QString &name) const { return m_saved->filePath(name); }
    bool putBack(const QString &name) const { return restore(saved(name), m_house->paths().database()); }

    // It says so, serves what it served, and has written nothing into what it found.
    void staysAsItIs()
    {
        QTRY_COMPARE(m_house->unavailable(), Older);
        QCOMPARE(m_house->memory(), m_memory);
        QCOMPARE(m_house->disk(), m_diskThen);
        const auto database = m_house->reader();
        auto slipped = database->statement(u"SELECT count(*) FROM meta WHERE key IN ('slipped', 'probe')"_s);
        VERIFY_RESULT(slipped);
        VERIFY_RESULT(slipped->run());
        QVERIFY(slipped->next());
        QCOMPARE(slipped->integer(0), 0);
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<EngineHouse> m_house;
    std::unique_ptr<QTemporaryDir> m_saved;
    tokens::TokenRecord m_revoked;
    QByteArray m_markThen;
    QByteArrayList m_diskThen, m_memory;
};

QTEST_GUILESS_MAIN(TestRollbackBeside)
#include "tst_rollbackbeside.moc"
