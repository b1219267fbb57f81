// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One SQLite connection. It belongs to the thread that opened it and must be closed there. Qt Sql opens and owns it;
// statements speak to SQLite itself (statement.h has the figures).
//
// A writing connection runs in WAL with synchronous=FULL: after commit() the change survives a power cut, which is what
// every answer and every signed checkpoint relies on. The settings are read back; a database that can't keep them is
// refused.
#pragma once

#include "service/store/statement.h"

#include <QtSql/qsqldatabase.h>

#include <functional>
#include <unordered_map>

namespace store {

class RowVisit;

// A seam for tests: what happens around a commit. Null in the product.
struct CommitFaults
{
    std::function<std::optional<Error>()> before; // an error here: nothing is committed
    std::function<std::optional<Error>()> after; // an error here: all is committed, the caller is told it failed
};

class Database
{
public:
    enum class Mode
    {
        Create, // must not exist yet
        ReadWrite, // must exist
        ReadOnly // must exist; sees one state per read transaction, never blocks the writer
    };

    static Result<std::unique_ptr<Database>> open(const QString &path, Mode mode);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    const QString &path() const { return m_path; }
    sqlite3 *handle() const { return m_handle; } // for this room's own use

    // One statement whose results nobody wants: pragma, schema, BEGIN.
    Result<void> execute(const QString &sql);

    // Writers begin IMMEDIATE, so that the lock is had or refused here; readers get one state until end().
    Result<void> begin();
    Result<void> commit();
    void rollback(); // fine without a transaction

    // Moves what the log holds into the database and syncs both, as far as nobody still reads an older state; an error
    // means that the disk did not take it. Needed where the log's pages may have been lost to a sync that failed: the
    // system then says of the next one that all is well, and a power cut would take what was built upon them.
    Result<void> writeBack();

    // Rows written, changed or deleted since the connection was opened, by triggers too: where it stands still, nothing
    // was done that would have to be taken back.
    qint64 totalChanges() const;
    // False also after a failure of the disk at which SQLite took the transaction back by itself.
    bool inTransaction() const;

    // Statements that are prepared once and kept as long as the connection. `sql` must be a literal: its address is the
    // key.
    Result<Statement> prepared(const char *sql);
    // For text that is made at run time. It must not outlive the connection.
    Result<Statement> statement(const QString &sql);

    void setCommitFaults(CommitFaults faults) { m_faults = std::move(faults); }

private:
    friend class RowVisit;
    Database(QSqlDatabase connection, QString path, Mode mode);
    Result<void> takeHandle();
    Result<void> set(const char *name, const char *wanted);
    Result<StatementHandle> prepare(QByteArrayView sql, unsigned flags);

    QSqlDatabase m_connection;
    sqlite3 *m_handle = nullptr; // of m_connection
    QString m_path;
    Mode m_mode;
    CommitFaults m_faults;
    RowVisit *m_visit = nullptr; // that is under way
    std::unordered_map<const char *, StatementHandle> m_prepared;
};

// Rolls back on leaving its scope unless committed.
class Transaction
{
public:
    static Result<Transaction> begin(Database &database);
    Transaction(Transaction &&other) noexcept;
    Transaction &operator=(Transaction &&) = delete;
    ~Transaction();

    Result<void> commit();

private:
    explicit Transaction(Database &database);
    Database *m_database;
};

// Whether the error means that the database can't keep anything now (full, I/O, memory, read-only, damage), rather than
// that one statement was refused.
bool isFailure(const Error &error);

// The error as such a failure, whatever SQLite calls it: of statements that can only be refused when the database is
// not what we left.
Error asFailure(Error error);

// The connection's last error: Storage, or Corrupt where SQLite says so, with SQLite's own code and words.
Error sqlError(sqlite3 *connection, const QString &doing);

} // namespace store
