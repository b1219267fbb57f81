// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs verify on directories that somebody has laid hands on, and on files that are no ledger.
#include <csignal>

#include "service/store/database.h"
#include "tests/app/programs.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;

class TestFsVerify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void damageIsNamed_data();
    void damageIsNamed();
    void whatIsNoLedgerIsRefused_data();
    void whatIsNoLedgerIsRefused();
    void nothingMovesWhereNobodyWatches();
    void aDamagedLedgerIsNotServed();

private:
    QString freshCopy() const;
    Ran verify(const QString &data) const
    {
        return run("service-fs", {u"verify"_s, u"--full"_s, u"--data-dir"_s, data});
    }

    QTemporaryDir m_folder;
    QString m_whole;
};

namespace {

// As someone does who holds the file: the guards first.
bool change(const QString &data, const QStringList &statements)
{
    const auto database = store::Database::open(data + u"/tenants.db"_s, store::Database::Mode::ReadWrite);
    if (!database)
        return false;
    for (const char *trigger : {"ledger_entry_keeps", "ledger_entry_stays", "ledger_entry_appends", "ledger_tile_keeps",
             "ledger_tile_stays", "ledger_head_grows", "ledger_head_stays"}) {
        if (!statements.front().startsWith("DROP"_L1)
            && !(*database)->execute("DROP TRIGGER "_L1 + QLatin1StringView(trigger)))
            return false;
    }
    return std::ranges::all_of(
        statements, [&](const QString &statement) { return (*database)->execute(statement).has_value(); });
}

QString editing(int index, const char *from, const char *to)
{
    return u"UPDATE ledger_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '%2', '%3') AS BLOB) WHERE idx = %1"_s
        .arg(index)
        .arg(QLatin1StringView(from), QLatin1StringView(to));
}

} // namespace

// 0 LEDGER_OPENED, 1 TOKEN_ISSUED, 2 SERVER_STARTED, 3 acme, 4 beta, 5 SERVER_STOPPED
void TestFsVerify::initTestCase()
{
    m_whole = m_folder.filePath(u"whole"_s);
    RunningServer running(m_whole);
    const QByteArray token = run("service-vm-tenant", {u"admin-token"_s, u"--data-dir"_s, m_whole}).out.trimmed();
    for (const QByteArray &id : {"acme"_ba, "beta"_ba}) {
        const QByteArray body = "{\"tenant_id\":\"" + id
            + "\",\"display_name\":\"The tenant\",\"max_vms\":1,\"storage_quota_gb\":1,\"api_rate_limit_rpm\":1}";
        QCOMPARE(running.ask("POST"_ba, "/v1/tenants"_ba, token, body).status, 201);
    }
    QCOMPARE(running.stop(SIGTERM), 0);
    const Ran ran = verify(m_whole);
    QVERIFY2(ran.status == 0 && ran.out.startsWith("verified: 6 entries, root "), ran.out.constData());
}

QString TestFsVerify::freshCopy() const
{
    static int count = 0;
    const QString to = m_folder.filePath(u"copy-%1"_s.arg(++count));
    QDir().mkdir(to, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    for (const QString &name : QDir(m_whole).entryList(QDir::Files | QDir::Hidden))
        QFile::copy(m_whole + u'/' + name, to + u'/' + name);
    return to;
}

void TestFsVerify::damageIsNamed_data()
{
    QTest::addColumn<QStringList>("statements");
    QTest::addColumn<QByteArray>("verdict");
    const auto row = [](const char *name, const QStringList &statements, const char *verdict) {
        QTest::newRow(name) << statements << QByteArray(verdict);
    };
    row("a byte of an entry", {editing(3, "The tenant", "My tenant!")}, "first bad index 3: |(entry-changed)");
    row("the form of an entry", {editing(4, "\"v\":1", "\"v\":2")}, "first bad index 4: |(entry-changed)");
    row("an entry deleted", {u"DELETE FROM ledger_entry WHERE idx = 2"_s},
        "first bad index 2: Entry 2 was deleted. (entry-deleted)");
    row("the last entry deleted", {u"DELETE FROM ledger_entry WHERE idx = 5"_s}, "first bad index 5: |(tail-cut)");
    row("an entry put behind the last",
        {u"INSERT INTO ledger_entry SELECT 6, time, event_type, tenant_id, tenant_seq, outcome, actor_id, token_id, "
         "vm_id, node_id, request_id, bytes FROM ledger_entry WHERE idx = 5"_s},
        "first bad index 6: |(entry-extra)");
    row("two entries swapped",
        {u"UPDATE ledger_entry SET idx = -1 WHERE idx = 3"_s, u"UPDATE ledger_entry SET idx = 3 WHERE idx = 4"_s,
            u"UPDATE ledger_entry SET idx = 4 WHERE idx = -1"_s},
        "first bad index 3: Entries 3 and 4 were exchanged. (entry-swapped)");
    row("a search column", {u"UPDATE ledger_entry SET tenant_id = 'beta' WHERE idx = 3"_s},
        "first bad index 3: |(column-changed)");
    row("a counter", {u"UPDATE ledger_seq SET next = 7 WHERE tenant_id = 'acme'"_s}, "|(sequence-broken)");
    row("the head", {u"UPDATE ledger_head SET size = 5"_s}, "|(head-changed)");
    row("the checkpoint",
        {u"UPDATE ledger_head SET checkpoint = CAST(replace(checkpoint, 'service', 'Service') AS BLOB)"_s},
        "|(checkpoint-unsigned)");
    row("a state row", {u"UPDATE tenant SET max_vms = 1000 WHERE tenant_id = 'acme'"_s},
        "The row of tenant acme is not what the entries say. (state-differs)");
    row("a state row gone", {u"DELETE FROM tenant WHERE tenant_id = 'beta'"_s},
        "The row of tenant beta is missing. (state-differs)");
    row("a token made good for longer", {u"UPDATE token SET expires_at = expires_at + 1"_s},
        "The row of token |is not what entry 1 says. (state-differs)");
    row("a trigger gone", {u"DROP TRIGGER ledger_entry_keeps"_s},
        "The trigger ledger_entry_keeps is missing from the database. (schema-changed)");
    row("an index gone", {u"DROP INDEX ledger_entry_by_tenant"_s},
        "The index ledger_entry_by_tenant is missing from the database. (schema-changed)");
}

void TestFsVerify::damageIsNamed()
{
    QFETCH(QStringList, statements);
    QFETCH(QByteArray, verdict);
    const QString data = freshCopy();
    QVERIFY(change(data, statements));
    const Ran ran = verify(data);
    QCOMPARE(ran.status, 1);
    QCOMPARE(ran.lines().size(), 1);
    QVERIFY(ran.out.startsWith("refused: "));
    for (const QByteArray &part : verdict.split('|'))
        QVERIFY2(ran.out.contains(part), ran.out.constData());
}

void TestFsVerify::whatIsNoLedgerIsRefused_data()
{
    QTest::addColumn<QByteArray>("file"); // the database; "" stands for an empty file
    QTest::addColumn<int>("keep"); // bytes of the right one that stay, or -1
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("an empty file") << QByteArray("") << -1 << "is empty: it holds no ledger"_ba;
    QTest::newRow("a text") << QByteArray("hello\n") << -1 << "no database"_ba;
    QTest::newRow("a page of anything") << QByteArray(8192, 'x') << -1 << "no database"_ba;
    QTest::newRow("cut off within the header") << QByteArray() << 60 << "no database"_ba;
    QTest::newRow("cut off behind the first page") << QByteArray() << 8192 << "damaged, cut off"_ba;
    QTest::newRow("cut off in the middle") << QByteArray() << 40'000 << "damaged, cut off"_ba;
}

void TestFsVerify::whatIsNoLedgerIsRefused()
{
    QFETCH(QByteArray, file);
    QFETCH(int, keep);
    QFETCH(QByteArray, said);
    const QString data = freshCopy(), path = data + u"/tenants.db"_s;
    if (keep >= 0) {
        QVERIFY(QFileInfo(path).size() > keep);
        QVERIFY(QFile::resize(path, keep));
    } else {
        QFile replaced(path);
        QVERIFY(replaced.open(QIODevice::WriteOnly | QIODevice::Truncate));
        replaced.write(file);
    }
    const Ran ran = verify(data);
    QCOMPARE(ran.status, 2);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    QVERIFY2(ran.err.contains(said), ran.err.constData());
}

void TestFsVerify::nothingMovesWhereNobodyWatches()
{
    const Ran ran = verify(m_whole);
    QCOMPARE(ran.status, 0);
    QCOMPARE(ran.err, "");
    QCOMPARE(ran.lines().size(), 1);
}

// A server looks at the newest entries only; what it does find, it says with what to do.
void TestFsVerify::aDamagedLedgerIsNotServed()
{
    const QString data = freshCopy();
    QVERIFY(QDir().mkdir(data + u"/keys"_s, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    for (const QString &name : QDir(m_whole + u"/keys"_s).entryList(QDir::Files))
        QVERIFY(QFile::copy(m_whole + u"/keys/"_s + name, data + u"/keys/"_s + name));
    QVERIFY(change(data, {u"UPDATE ledger_tile SET hashes = zeroblob(length(hashes))"_s}));
    const Ran ran = run("service-vm-tenant", {u"--data-dir"_s, data, u"--port"_s, u"0"_s});
    QCOMPARE(ran.status, 1);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
    for (const QByteArray &part :
        {QFile::encodeName(data) + " can't be served"_ba, "damaged"_ba, "service-fs verify --full"_ba, "backup"_ba})
        QVERIFY2(ran.err.contains(part), ran.err.constData());
}

QTEST_GUILESS_MAIN(TestFsVerify)
#include "tst_fsverify.moc"
