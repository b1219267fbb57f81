// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/database.h"

#include "service/store/statement.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qurl.h>
#include <QtSql/qsqlerror.h>

#include <atomic>
#include <fcntl.h>
#include <span>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace store {

namespace {

// SQLite's primary result codes that mean "this file", not "this statement".
constexpr int SqliteCorrupt = 11, SqliteNotADatabase = 26;

QString nextName()
{
    static std::atomic<quint64> count = 0;
    return u"store-%1"_s.arg(++count);
}

struct Setting
{
    const char *name;
    const char *wanted; // as SQLite reads it back
};

// FULL: a commit is on the disk before it is answered. NORMAL could lose it after its checkpoint was handed out, and
// the tree would fork.
constexpr Setting WriterSettings[] = {
    {"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"trusted_schema", "0"},
    {"wal_autocheckpoint", "4000"}, // pages of 8 KiB
    {"cache_size", "-16384"}, // KiB
    {"temp_store", "2"}, // memory: savepoints would copy our pages to files in /var/tmp, four times what the log takes
};
constexpr Setting ReaderSettings[] = {
    {"query_only", "1"}, // also against slips of our own
    {"trusted_schema", "0"}, // as the writer's
    {"cache_size", "-8192"}, // KiB
    {"temp_store", "2"}, // nothing of ours lies outside the data directory
};

// On a medium that can't be written nobody writes, and SQLite can't lay its own files beside the database there.
bool liesStill(const QString &path)
{
    const QFileInfo wal(path + u"-wal"_s);
    return (!wal.exists() || wal.size() == 0)
        && ::faccessat(AT_FDCWD, QFile::encodeName(QFileInfo(path).absolutePath()).constData(), W_OK, AT_EACCESS) != 0;
}

} // namespace

Error sqlError(const QSqlError &error, const QString &doing)
{
    const int code = error.nativeErrorCode().toInt() & 0xff;
    const bool damaged = code == SqliteCorrupt || code == SqliteNotADatabase;
    return {.code = damaged ? ErrorCode::Corrupt : ErrorCode::Storage,
        .detail = u"SQLite failed %1: %2 (code %3)."_s.arg(doing, error.databaseText(), error.nativeErrorCode()),
        .sqlite = code};
}

bool isFailure(const Error &error)
{
    if (error.code != ErrorCode::Storage && error.code != ErrorCode::Corrupt)
        return false;
    // SQLITE_ERROR, CONSTRAINT, MISMATCH, RANGE: about the statement.
    return error.sqlite != 1 && error.sqlite != 19 && error.sqlite != 20 && error.sqlite != 25;
}

Database::Database(QSqlDatabase connection, QString path, Mode mode)
    : m_connection(std::move(connection))
    , m_path(std::move(path))
    , m_mode(mode)
{
}

Result<std::unique_ptr<Database>> Database::open(const QString &path, Mode mode)
{
    const bool there = QFileInfo::exists(path);
    if (mode == Mode::Create && there)
        return fail(ErrorCode::Storage, u"%1 exists already; it was not overwritten."_s.arg(path));
    if (mode != Mode::Create && !there)
        return fail(ErrorCode::Storage, u"There is no database %1."_s.arg(path));
    if (!QSqlDatabase::isDriverAvailable(u"QSQLITE"_s))
        return fail(ErrorCode::Refused, u"Qt's SQLite driver is missing. Install the package libqt6sql6-sqlite."_s);

    std::unique_ptr<Database> database(new Database(QSqlDatabase::addDatabase(u"QSQLITE"_s, nextName()), path, mode));
    database->m_connection.setDatabaseName(path);
    QString options = u"QSQLITE_BUSY_TIMEOUT=5000"_s;
    if (mode == Mode::ReadOnly)
        options += u";QSQLITE_OPEN_READONLY"_s;
    if (mode == Mode::ReadOnly && liesStill(path)) {
        options += u";QSQLITE_OPEN_URI"_s;
        database->m_connection.setDatabaseName(
            QString::fromLatin1(QUrl::fromLocalFile(path).toEncoded(QUrl::FullyEncoded)) + u"?immutable=1"_s);
    }
    database->m_connection.setConnectOptions(options);
    if (!database->m_connection.open())
        return fail(sqlError(database->m_connection.lastError(), u"opening "_s + path));
    if (mode == Mode::Create)
        TRY(database->execute(u"PRAGMA page_size = 8192"_s));

    const auto settings = mode == Mode::ReadOnly ? std::span<const Setting>(ReaderSettings) : WriterSettings;
    for (const Setting &setting : settings) {
        const auto name = QString::fromLatin1(setting.name), wanted = QString::fromLatin1(setting.wanted);
        if (auto set = database->execute(u"PRAGMA %1 = %2"_s.arg(name, wanted)); !set) {
            set.error().detail.prepend(u"%1 can't be used: "_s.arg(path));
            return std::unexpected(std::move(set.error()));
        }
        QSqlQuery query(database->m_connection);
        if (!query.exec("PRAGMA "_L1 + name) || !query.next())
            return fail(sqlError(query.lastError(), u"reading %1 of %2"_s.arg(name, path)));
        if (query.value(0).toString() != wanted)
            return fail(ErrorCode::Storage,
                u"%1 can't be used: its %2 is %3 and can't be set to %4."_s.arg(
                    path, name, query.value(0).toString(), wanted));
    }
    return database;
}

Database::~Database()
{
    m_prepared.clear();
    const QString name = m_connection.connectionName();
    m_connection.close();
    m_connection = {};
    QSqlDatabase::removeDatabase(name);
}

Result<void> Database::execute(const QString &sql)
{
    QSqlQuery query(m_connection);
    if (!query.exec(sql))
        return fail(sqlError(query.lastError(), u"in \"%1\""_s.arg(sql.left(120))));
    return {};
}

Result<void> Database::begin()
{
    ASSIGN_OR_RETURN(auto statement, prepared(m_mode == Mode::ReadOnly ? "BEGIN" : "BEGIN IMMEDIATE"));
    return statement.run();
}

Result<void> Database::commit()
{
    if (m_faults.before) {
        if (auto error = m_faults.before())
            return fail(std::move(*error));
    }
    {
        ASSIGN_OR_RETURN(auto statement, prepared("COMMIT"));
        TRY(statement.run());
    }
    if (m_faults.after) {
        if (auto error = m_faults.after())
            return fail(std::move(*error));
    }
    return {};
}

void Database::rollback()
{
    // Without a transaction SQLite answers with an error that means just that: some failures roll back by themselves.
    QSqlQuery query(m_connection);
    query.exec(u"ROLLBACK"_s);
}

Result<Statement> Database::prepared(const char *sql)
{
    auto &query = m_prepared[sql];
    if (!query) {
        auto made = std::make_unique<QSqlQuery>(m_connection);
        TRY(prepare(*made, QString::fromUtf8(sql)));
        query = std::move(made);
    }
    return Statement(*query);
}

Result<Transaction> Transaction::begin(Database &database)
{
    TRY(database.begin());
    return Transaction(database);
}

Transaction::Transaction(Database &database)
    : m_database(&database)
{
}

Transaction::Transaction(Transaction &&other) noexcept
    : m_database(std::exchange(other.m_database, nullptr))
{
}

Transaction::~Transaction()
{
    if (m_database)
        m_database->rollback();
}

Result<void> Transaction::commit()
{
    auto result = m_database->commit();
    if (result)
        m_database = nullptr;
    return result;
}

} // namespace store
