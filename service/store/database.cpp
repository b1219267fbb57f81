// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/database.h"

#include "service/store/rowvisit.h"

#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qurl.h>
#include <QtSql/qsqldriver.h>
#include <QtSql/qsqlerror.h>
#include <QtSql/qsqlquery.h>

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <span>
#include <sys/statvfs.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace store {

namespace {

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
    // Bytes. What the log has grown to while somebody read one state for long is given back.
    {"journal_size_limit", "67108864"}, {"cache_size", "-16384"}, // KiB
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
    if (QFileInfo(path + u"-wal"_s).size() > 0)
        return false;
    const QByteArray folder = QFile::encodeName(QFileInfo(path).absolutePath());
    if (::faccessat(AT_FDCWD, folder.constData(), W_OK, AT_EACCESS) != 0)
        return true;
    // Nor on a full disk, where the index of the log, which whoever has it open has made, finds no room.
    constexpr qint64 smallestIndex = 32 * 1024;
    struct statvfs left;
    return QFileInfo(path + u"-shm"_s).size() < smallestIndex && ::statvfs(folder.constData(), &left) == 0
        && quint64(left.f_bavail) * left.f_frsize < 2 * smallestIndex;
}

Error sqlError(int extendedCode, const QString &words, const QString &doing)
{
    const int code = extendedCode & 0xff;
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    QString detail = u"SQLite failed %1: %2 (code %3)."_s.arg(doing, words, QString::number(extendedCode));
    if (damaged)
        detail += u" The file is damaged, cut off or no database: put back a copy that verifies."_s;
    return {.code = damaged ? ErrorCode::Corrupt : ErrorCode::Storage, .detail = detail, .sqlite = code};
}

Error openError(const QSqlError &error, const QString &path)
{
    return sqlError(error.nativeErrorCode().toInt(), error.databaseText(), u"opening "_s + path);
}

} // namespace

Error sqlError(sqlite3 *connection, const QString &doing)
{
    Error error = sqlError(sqlite3_extended_errcode(connection), QString::fromUtf8(sqlite3_errmsg(connection)), doing);
    // A used-up quota is a disk that is full for us, and so is no room for the index of the log.
    if (error.sqlite == SQLITE_IOERR
        && (sqlite3_system_errno(connection) == EDQUOT
            || sqlite3_extended_errcode(connection) == SQLITE_IOERR_SHMSIZE)) {
        error.sqlite = SQLITE_FULL;
        error.detail.prepend(u"The disk is full; make room on it. "_s);
    }
    return error;
}

bool isFailure(const Error &error)
{
    if (error.code != ErrorCode::Storage && error.code != ErrorCode::Corrupt)
        return false;
    // These four are about the statement.
    return error.sqlite != SQLITE_ERROR && error.sqlite != SQLITE_CONSTRAINT && error.sqlite != SQLITE_MISMATCH
        && error.sqlite != SQLITE_RANGE;
}

Error asFailure(Error error)
{
    if (!isFailure(error)) {
        error.code = ErrorCode::Storage;
        error.sqlite = 0;
    }
    return error;
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

    // SQLite counts its memory under a lock, for statistics that nobody here reads: a tenth of what an insert costs. It
    // can be told so before its first use only.
    [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
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
        return fail(openError(database->m_connection.lastError(), path));
    TRY(database->takeHandle());
    TRY(RowVisit::introduce(database->m_handle, database.get()));
    if (mode == Mode::Create)
        TRY(database->execute(u"PRAGMA page_size = 8192"_s));

    const auto settings = mode == Mode::ReadOnly ? std::span<const Setting>(ReaderSettings) : WriterSettings;
    for (const Setting &setting : settings)
        TRY(database->set(setting.name, setting.wanted));
    return database;
}

// Qt's driver may have been built with a copy of SQLite of its own; its connection would be no use to the SQLite that
// we are linked with.
Result<void> Database::takeHandle()
{
    const QVariant handle = m_connection.driver()->handle();
    if (qstrcmp(handle.typeName(), "sqlite3*") == 0)
        m_handle = *static_cast<sqlite3 *const *>(handle.constData());
    QSqlQuery query(m_connection);
    const bool same = m_handle && query.exec(u"SELECT sqlite_source_id()"_s) && query.next()
        && query.value(0).toString() == QLatin1StringView(sqlite3_sourceid());
    if (!same)
        return fail(ErrorCode::Refused,
            u"Qt's SQLite driver is not built on the SQLite %1 that this program uses. Install the distribution's "
            "libqt6sql6-sqlite and libsqlite3-0."_s.arg(QLatin1StringView(sqlite3_libversion())));
    return {};
}

Result<void> Database::set(const char *name, const char *wanted)
{
    const QLatin1StringView setting(name), value(wanted);
    if (auto done = execute(u"PRAGMA %1 = %2"_s.arg(setting, value)); !done) {
        done.error().detail.prepend(u"%1 can't be used: "_s.arg(m_path));
        return done;
    }
    ASSIGN_OR_RETURN(auto read, statement("PRAGMA "_L1 + setting));
    TRY(read.run());
    const QString now = read.next() ? read.text(0) : QString();
    TRY(read.finish());
    if (now != value)
        return fail(ErrorCode::Storage,
            u"%1 can't be used: its %2 is %3 and can't be set to %4."_s.arg(m_path, setting, now, value));
    return {};
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
    ASSIGN_OR_RETURN(auto once, statement(sql));
    TRY(once.execute());
    while (once.next()) { }
    return once.finish();
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
    sqlite3_exec(m_handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Database::writeBack()
{
    return execute(u"PRAGMA wal_checkpoint(PASSIVE)"_s);
}

qint64 Database::totalChanges() const
{
    return sqlite3_total_changes64(m_handle);
}

bool Database::inTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

Result<Statement> Database::prepared(const char *sql)
{
    StatementHandle &kept = m_prepared[sql];
    if (!kept) {
        ASSIGN_OR_RETURN(kept, prepare(sql, SQLITE_PREPARE_PERSISTENT));
    }
    return Statement(kept.get());
}

Result<Statement> Database::statement(const QString &sql)
{
    ASSIGN_OR_RETURN(StatementHandle made, prepare(sql.toUtf8(), 0));
    return Statement(std::move(made));
}

Result<StatementHandle> Database::prepare(QByteArrayView sql, unsigned flags)
{
    sqlite3_stmt *made = nullptr;
    const char *tail = nullptr;
    const int code = sqlite3_prepare_v3(m_handle, sql.data(), int(sql.size()), flags, &made, &tail);
    StatementHandle statement(made);
    const auto text = [&] { return QString::fromUtf8(sql).left(120); };
    if (code != SQLITE_OK)
        return fail(sqlError(m_handle, u"preparing \"%1\""_s.arg(text())));
    // Only the first statement would ever run.
    if (!made || !QByteArrayView(tail, sql.end()).trimmed().isEmpty())
        return fail(ErrorCode::Storage, u"\"%1\" is not one SQL statement."_s.arg(text()));
    return statement;
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
