// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/statement.h"

#include "service/store/database.h"

#include <QtSql/qsqlerror.h>
#include <QtSql/qsqlquery.h>

using namespace Qt::StringLiterals;

namespace store {

namespace {

// Qt spells a name for each positional value at each binding, which made a tenth of an insert; a name that the text
// holds it looks up.
QString placeholder(int position)
{
    static const QStringList names = [] {
        QStringList made;
        for (int i = 0; i < 32; ++i)
            made.append(u":v%1"_s.arg(i));
        return made;
    }();
    return position < names.size() ? names[position] : u":v%1"_s.arg(position);
}

} // namespace

Result<void> prepare(QSqlQuery &query, const QString &sql)
{
    QString named;
    int position = 0;
    for (const QChar c : sql) {
        if (c == u'?')
            named += placeholder(position++);
        else
            named += c;
    }
    query.setForwardOnly(true);
    if (!query.prepare(named))
        return fail(sqlError(query.lastError(), u"preparing \"%1\""_s.arg(sql.left(120))));
    return {};
}

Statement::Statement(QSqlQuery &query)
    : m_query(&query)
{
}

Statement::Statement(Statement &&other) noexcept
    : m_query(std::exchange(other.m_query, nullptr))
{
}

Statement::~Statement()
{
    if (m_query)
        m_query->finish();
}

bool Statement::next()
{
    return m_query->next();
}

Result<void> Statement::finish()
{
    const QSqlError error = m_query->lastError();
    m_query->finish();
    if (error.type() != QSqlError::NoError)
        return fail(sqlError(error, u"reading the rows of \"%1\""_s.arg(m_query->lastQuery().left(120))));
    return {};
}

qint64 Statement::integer(int column) const
{
    return m_query->value(column).toLongLong();
}

QByteArray Statement::bytes(int column) const
{
    const QVariant value = m_query->value(column);
    return value.typeId() == QMetaType::QByteArray ? value.toByteArray() : value.toString().toUtf8();
}

QString Statement::text(int column) const
{
    return m_query->value(column).toString();
}

bool Statement::isNull(int column) const
{
    return m_query->isNull(column);
}

qint64 Statement::changes() const
{
    return m_query->numRowsAffected();
}

void Statement::bind(int position, const QByteArray &blob)
{
    m_query->bindValue(placeholder(position), blob.isNull() ? QByteArray("") : blob);
}

void Statement::bind(int position, const QString &text)
{
    // Qt writes a null QString as NULL; here only nullptr means that.
    m_query->bindValue(placeholder(position), text.isNull() ? QString(""_L1) : text);
}

void Statement::bind(int position, std::nullptr_t)
{
    m_query->bindValue(placeholder(position), QVariant());
}

void Statement::bindInteger(int position, qint64 number)
{
    m_query->bindValue(placeholder(position), number);
}

Result<void> Statement::execute()
{
    if (m_query->exec())
        return {};
    Error error = sqlError(m_query->lastError(), u"in \"%1\""_s.arg(m_query->lastQuery().left(120)));
    m_query->finish();
    return fail(std::move(error));
}

} // namespace store
