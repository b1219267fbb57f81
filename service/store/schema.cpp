// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/schema.h"

#include "service/store/statement.h"

#include <QtCore/qfile.h>
#include <QtSql/qsqlerror.h>

#include <array>

using namespace Qt::StringLiterals;

static void initializeMigrations()
{
    Q_INIT_RESOURCE(migrations);
}

namespace store {

namespace {

constexpr std::array Migrations{"0001_base.sql", "0002_idempotency.sql"};
constexpr qint64 ApplicationId = 0x544e434e; // "TNCN"

Result<qint64> pragma(Database &database, const QString &name)
{
    QSqlQuery query(database.connection());
    if (!query.exec("PRAGMA "_L1 + name) || !query.next())
        return fail(sqlError(query.lastError(), u"reading %1 of %2"_s.arg(name, database.path())));
    return query.value(0).toLongLong();
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

Result<void> apply(Database &database, int number)
{
    const char *name = Migrations[size_t(number - 1)];
    QFile file(u":/migrations/"_s + QLatin1StringView(name));
    if (!file.open(QIODevice::ReadOnly))
        return fail(
            ErrorCode::Storage, u"The migration %1 is missing from this program."_s.arg(QLatin1StringView(name)));
    ASSIGN_OR_RETURN(auto transaction, Transaction::begin(database));
    for (const QString &statement : statements(QString::fromUtf8(file.readAll())))
        TRY(database.execute(statement));
    TRY(database.execute(u"PRAGMA application_id = %1"_s.arg(ApplicationId)));
    TRY(database.execute(u"PRAGMA user_version = %1"_s.arg(number)));
    return transaction.commit();
}

} // namespace

int schemaVersion()
{
    return int(Migrations.size());
}

Result<void> migrate(Database &database)
{
    initializeMigrations();
    ASSIGN_OR_RETURN(const qint64 version, knownVersion(database));
    for (int number = int(version) + 1; number <= schemaVersion(); ++number)
        TRY(apply(database, number));
    return {};
}

Result<void> checkSchema(Database &database)
{
    ASSIGN_OR_RETURN(const qint64 version, knownVersion(database));
    if (version != schemaVersion())
        return fail(ErrorCode::Refused,
            u"%1 has schema %2; this program reads %3. Start the server once to bring it up to date."_s
                .arg(database.path())
                .arg(version)
                .arg(schemaVersion()));
    return {};
}

} // namespace store
