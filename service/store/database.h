// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One SQLite connection through Qt Sql. It belongs to the thread that opened it and must be closed there.
//
// A writing connection runs in WAL with synchronous=FULL: after commit() the change survives a power cut, which is what
// every answer and every signed checkpoint relies on. The settings are read back; a database that can't keep them is
// refused.
#pragma once

#include "service/core/result.h"

#include <QtSql/qsqldatabase.h>
#include <QtSql/qsqlquery.h>

#include <functional>
#include <memory>
#include <unordered_map>

namespace store {

class Statement;

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

    QSqlDatabase &connection() { return m_connection; }
    const QString &path() const { return m_path; }

    // A statement without results: pragma, schema, BEGIN.
    Result<void> execute(const QString &sql);

    // Writers begin IMMEDIATE, so that the lock is had or refused here; readers get one state until end().
    Result<void> begin();
    Result<void> commit();
    void rollback(); // fine without a transaction

    // Statements that are prepared once and kept as long as the connection. `sql` must be a literal: its address is the
    // key.
    Result<Statement> prepared(const char *sql);

    void setCommitFaults(CommitFaults faults) { m_faults = std::move(faults); }

private:
    Database(QSqlDatabase connection, QString path, Mode mode);

    QSqlDatabase m_connection;
    QString m_path;
    Mode m_mode;
    CommitFaults m_faults;
    std::unordered_map<const char *, std::unique_ptr<QSqlQuery>> m_prepared;
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

// The error of a failed query: Storage, or Corrupt where SQLite says so, with SQLite's own code and words.
Error sqlError(const QSqlError &error, const QString &doing);

} // namespace store
