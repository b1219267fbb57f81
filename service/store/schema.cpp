// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/schema.h"

#include "service/store/copy.h"

#include <QtCore/qendian.h>
#include <QtCore/qfile.h>

#include <sqlite3.h>

#include <array>
#include <map>

using namespace Qt::StringLiterals;

static void initializeMigrations()
{
    Q_INIT_RESOURCE(migrations);
}

namespace store {

namespace {

constexpr std::array Migrations{
    "0001_base.sql", "0002_idempotency.sql", "0003_guards.sql", "0004_tokens.sql", "0005_lifecycle.sql"};
constexpr qint64 ApplicationId = 0x544e434e; // "TNCN"

Result<qint64> pragma(Database &database, const QString &name)
{
    ASSIGN_OR_RETURN(auto read, database.statement("PRAGMA "_L1 + name));
    TRY(read.run());
    const qint64 value = read.next() ? read.integer(0) : 0;
    TRY(read.finish());
    return value;
}

Result<qint64> knownVersion(Database &database)
{
    ASSIGN_OR_RETURN(const qint64 application, pragma(database, u"application_id"_s));
    ASSIGN_OR_RETURN(const qint64 version, pragma(database, u"user_version"_s));
    ASSIGN_OR_RETURN(const qint64 pages, pragma(database, u"page_count"_s));
    const bool empty = pages <= 1 && application == 0 && version == 0;
    if (!empty && application != ApplicationId)
        return fail(ErrorCode::Refused,
            u"%1 is a database of another program. It was left alone; choose another data directory."_s.arg(
                database.path()));
    if (version > schemaVersion())
        return fail(ErrorCode::Refused,
            u"%1 has schema %2; this program knows %3. Use the version that wrote it, or a newer one."_s
                .arg(database.path())
                .arg(version)
                .arg(schemaVersion()));
    return version;
}

// The one that a migration cut short has left is older than what is there now, and worth more.
Result<void> keepCopy(Database &database, qint64 version)
{
    const QString path = beforeMigration(database.path(), schemaVersion());
    QFile kept(path);
    constexpr qint64 versionAt = 60; // of SQLite's file header, big-endian
    if (kept.open(QIODevice::ReadOnly) && kept.seek(versionAt)) {
        const QByteArray bytes = kept.read(4);
        if (bytes.size() == 4 && qFromBigEndian<qint32>(bytes.constData()) < version)
            return {};
    }
    auto copied = copyDatabase(database, path);
    if (!copied)
        copied.error().detail =
            u"%1 has schema %2 and must be brought to %3; before that it is copied to %4, and that failed: %5 Nothing "
            "in it was changed; start again then."_s.arg(database.path())
                .arg(version)
                .arg(schemaVersion())
                .arg(path, copied.error().detail);
    return copied;
}

QStringList statements(const QString &script)
{
    QStringList list;
    for (const QString &part : script.split(";\n\n"_L1)) {
        const QString statement = part.trimmed();
        if (!statement.isEmpty())
            list.append(statement.endsWith(u';') ? statement : statement + u';');
    }
    return list;
}

Result<QStringList> migration(int number)
{
    initializeMigrations();
    const char *name = Migrations[size_t(number - 1)];
    QFile file(u":/migrations/"_s + QLatin1StringView(name));
    if (!file.open(QIODevice::ReadOnly))
        return fail(
            ErrorCode::Storage, u"The migration %1 is missing from this program."_s.arg(QLatin1StringView(name)));
    return statements(QString::fromUtf8(file.readAll()));
}

Result<void> apply(Database &database, int number)
{
    ASSIGN_OR_RETURN(const QStringList steps, migration(number));
    ASSIGN_OR_RETURN(auto transaction, Transaction::begin(database));
    for (const QString &statement : steps)
        TRY(database.execute(statement));
    TRY(database.execute(u"PRAGMA application_id = %1"_s.arg(ApplicationId)));
    TRY(database.execute(u"PRAGMA user_version = %1"_s.arg(number)));
    return transaction.commit();
}

// "trigger ledger_entry_keeps" to the SQL that makes it, blanks reduced.
using Objects = std::map<QString, QString>;

int addObject(void *objects, int, char **values, char **)
{
    (*static_cast<Objects *>(objects))[QString::fromUtf8(values[0])] = QString::fromUtf8(values[1]).simplified();
    return 0;
}

Result<Objects> objectsOf(sqlite3 *connection)
{
    Objects objects;
    if (sqlite3_exec(connection,
            "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE "
            "'\\'",
            addObject, &objects, nullptr)
        != SQLITE_OK)
        return fail(sqlError(connection, u"reading the schema"_s));
    return objects;
}

// What the migrations make, made in memory: what ALTER TABLE makes of a table's text only SQLite knows.
Result<Objects> madeObjects()
{
    sqlite3 *opened = nullptr;
    const int code = sqlite3_open(":memory:", &opened);
    const std::unique_ptr<sqlite3, int (*)(sqlite3 *)> memory(opened, sqlite3_close);
    if (code != SQLITE_OK)
        return fail(sqlError(opened, u"opening a database in memory"_s));
    for (int number = 1; number <= schemaVersion(); ++number) {
        ASSIGN_OR_RETURN(const QStringList steps, migration(number));
        for (const QString &step : steps) {
            if (sqlite3_exec(opened, step.toUtf8().constData(), nullptr, nullptr, nullptr) != SQLITE_OK)
                return fail(sqlError(opened, u"in \"%1\""_s.arg(step.left(120))));
        }
    }
    return objectsOf(opened);
}

} // namespace

int schemaVersion()
{
    return int(Migrations.size());
}

QString beforeMigration(const QString &path, int version)
{
    return u"%1.before-%2"_s.arg(path).arg(version);
}

Result<void> migrate(Database &database)
{
    ASSIGN_OR_RETURN(const qint64 version, knownVersion(database));
    if (version > 0 && version < schemaVersion())
        TRY(keepCopy(database, version));
    for (int number = int(version) + 1; number <= schemaVersion(); ++number)
        TRY(apply(database, number));
    return {};
}

Result<void> checkSchema(Database &database)
{
    ASSIGN_OR_RETURN(const qint64 version, knownVersion(database));
    if (version == 0)
        return fail(ErrorCode::Refused,
            u"%1 is empty: it holds no ledger. Put the database back, or choose another data directory."_s.arg(
                database.path()));
    if (version != schemaVersion())
        return fail(ErrorCode::Refused,
            u"%1 has schema %2; this program reads %3. Start the server once to bring it up to date."_s
                .arg(database.path())
                .arg(version)
                .arg(schemaVersion()));
    return {};
}

Result<std::optional<QString>> schemaChange(Database &database)
{
    ASSIGN_OR_RETURN(const Objects made, madeObjects());
    ASSIGN_OR_RETURN(const Objects there, objectsOf(database.handle()));
    for (const auto &[name, sql] : made) {
        const auto found = there.find(name);
        if (found == there.end())
            return u"The %1 is missing from the database."_s.arg(name);
        if (found->second != sql)
            return u"The %1 of the database is not as this program makes it."_s.arg(name);
    }
    for (const auto &[name, sql] : there) {
        if (!made.contains(name))
            return u"The %1 of the database is not this program's."_s.arg(name);
    }
    return std::nullopt;
}

} // namespace store
