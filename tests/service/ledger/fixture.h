// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A migrated database in a folder of its own, a key, and a ledger on both, for the tests of this room.
#pragma once

#include "service/crypto/runtime.h"
#include "service/ledger/ledger.h"
#include "service/store/schema.h"
#include "service/store/statement.h"

#include <QtCore/qfile.h>
#include <QtCore/qmap.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

inline crypto::SigningKey testKey(char first = 0)
{
    QCA::SecureArray seed(32);
    for (int i = 0; i < 32; ++i)
        seed[i] = char(first + i);
    return crypto::SigningKey::fromSeed(seed).value();
}

// Fails the running test with the error's words.
#define VERIFY_RESULT(result)                                                                                          \
    do {                                                                                                               \
        const auto &result_ = (result);                                                                                \
        QVERIFY2(result_.has_value(), result_ ? "" : qPrintable(result_.error().detail));                              \
    } while (false)

inline const QByteArray TestOrigin = "service-vm-tenant/test";
inline const Timestamp TestTime = fromMilliseconds(1'790'000'000'000);

// Entry i is of tenant t0, t1 or t2 in turn; every tenth is the installation's.
inline ledger::EntryDraft testDraft(LeafIndex i)
{
    ledger::EntryDraft draft{.time = TestTime + std::chrono::milliseconds(i * 1000), .eventType = "VM_REGISTERED"};
    const QByteArray number = QByteArray::number(i);
    if (i % 10 != 0)
        draft.tenant = TenantId("t" + QByteArray::number(i % 3));
    if (i % 4 == 0)
        draft.eventType = "VM_DESTROYED";
    draft.actor = {ledger::ActorKind::Admin, TokenId("actor-" + QByteArray::number(i % 2)), "service:admin", {}};
    draft.source = {ledger::Via::Http, "127.0.0.1", RequestId("request-" + number), "test/1"};
    draft.outcome = i % 7 == 0 ? ledger::Outcome::Denied : ledger::Outcome::Ok;
    draft.data = "{\"vm_id\":\"vm-" + number + "\",\"node_id\":" + (i % 5 == 0 ? "null" : "\"node-1\"")
        + ",\"name\":\"n" + number + "\"}";
    draft.vm = VmId("vm-" + number);
    return draft;
}

class LedgerFixture
{
public:
    LedgerFixture()
        : m_key(testKey())
    {
        m_database = store::Database::open(path(), store::Database::Mode::Create).value();
        store::migrate(*m_database).value();
        auto transaction = store::Transaction::begin(*m_database).value();
        m_ledger = ledger::Ledger::create(*m_database, m_key, TestOrigin).value();
        transaction.commit().value();
    }

    // On a copy of such a database.
    explicit LedgerFixture(const QString &from)
        : m_key(testKey())
    {
        if (!QFile::copy(from, path()))
            qFatal("The database was not copied.");
        m_database = store::Database::open(path(), store::Database::Mode::ReadWrite).value();
        m_ledger = ledger::Ledger::open(*m_database, m_key, TestOrigin).value();
    }

    QString path() const { return m_dir.filePath(QStringLiteral("tenants.db")); }
    QString file(const QString &name) const { return m_dir.filePath(name); }
    store::Database &database() { return *m_database; }
    ledger::Ledger &ledger() { return *m_ledger; }
    const crypto::SigningKey &key() const { return m_key; }
    std::vector<ledger::VerifierKey> keys() const { return {ledger::verifierKey(TestOrigin, m_key.publicKey())}; }

    std::unique_ptr<store::Database> reading() const
    {
        return store::Database::open(path(), store::Database::Mode::ReadOnly).value();
    }

    Result<void> reopen()
    {
        ASSIGN_OR_RETURN(m_ledger, ledger::Ledger::open(*m_database, m_key, TestOrigin));
        return {};
    }

    // One transaction of test drafts up to this size.
    Result<void> growTo(TreeSize size)
    {
        ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(*m_database));
        for (LeafIndex i = m_ledger->size(); i < size; ++i)
            TRY(m_ledger->append(testDraft(i)));
        TRY(m_ledger->seal());
        TRY(transaction.commit());
        m_ledger->committed();
        return {};
    }

    // What someone who holds the file can do.
    Result<void> unguard()
    {
        {
            ASSIGN_OR_RETURN(
                auto find, m_database->prepared("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"));
            TRY(find.run());
            while (find.next())
                m_triggers.insert(find.text(0), find.text(1));
            TRY(find.finish());
        }
        for (const QString &name : m_triggers.keys())
            TRY(m_database->execute(QStringLiteral("DROP TRIGGER ") + name));
        return {};
    }
    Result<void> guard()
    {
        for (const QString &trigger : std::exchange(m_triggers, {}))
            TRY(m_database->execute(trigger));
        return {};
    }

private:
    QTemporaryDir m_dir;
    QMap<QString, QString> m_triggers; // dropped, by name
    crypto::SigningKey m_key;
    std::unique_ptr<store::Database> m_database;
    std::unique_ptr<ledger::Ledger> m_ledger;
};
