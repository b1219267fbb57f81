// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/statement.h"

#include "service/store/database.h"

#include <sqlite3.h>

using namespace Qt::StringLiterals;

namespace store {

namespace {

QString shortText(sqlite3_stmt *statement)
{
    return QString::fromUtf8(sqlite3_sql(statement)).left(120);
}

// SQLite takes a null pointer for NULL; here only nullptr means that.
const char *neverNull(QByteArrayView bytes)
{
    return bytes.data() ? bytes.data() : "";
}

} // namespace

void Finalizer::operator()(sqlite3_stmt *statement) const
{
    sqlite3_finalize(statement);
}

Statement::Statement(sqlite3_stmt *borrowed)
    : m_statement(borrowed)
{
}

Statement::Statement(StatementHandle owned)
    : m_owned(std::move(owned))
    , m_statement(m_owned.get())
{
}

Statement::Statement(Statement &&other) noexcept
    : m_owned(std::move(other.m_owned))
    , m_statement(std::exchange(other.m_statement, nullptr))
    , m_row(other.m_row)
    , m_borrows(other.m_borrows)
    , m_unbound(other.m_unbound)
    , m_error(std::move(other.m_error))
{
}

Statement::~Statement()
{
    if (m_statement)
        sqlite3_reset(m_statement);
}

int Statement::step()
{
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return code;
    m_row = Row::None;
    if (code != SQLITE_DONE)
        m_error = sqlError(sqlite3_db_handle(m_statement), u"in \"%1\""_s.arg(shortText(m_statement)));
    sqlite3_reset(m_statement);
    return code;
}

Result<void> Statement::execute()
{
    sqlite3_reset(m_statement);
    m_row = Row::None;
    m_error.reset();
    if (std::exchange(m_unbound, false))
        return fail(sqlError(sqlite3_db_handle(m_statement), u"binding to \"%1\""_s.arg(shortText(m_statement))));
    m_row = step() == SQLITE_ROW ? Row::Ahead : Row::None;
    if (m_error)
        return fail(std::move(*std::exchange(m_error, std::nullopt)));
    return {};
}

bool Statement::next()
{
    if (m_row == Row::Ahead)
        m_row = Row::Here;
    else if (m_row == Row::Here)
        step();
    return m_row == Row::Here;
}

Result<void> Statement::finish()
{
    m_row = Row::None;
    sqlite3_reset(m_statement);
    if (m_error)
        return fail(std::move(*std::exchange(m_error, std::nullopt)));
    return {};
}

qint64 Statement::integer(int column) const
{
    return m_row == Row::Here ? sqlite3_column_int64(m_statement, column) : 0;
}

QByteArrayView Statement::bytesView(int column) const
{
    if (m_row != Row::Here)
        return {};
    // Through the value, which is one call less and asks for no lock; several threads could not share it so.
    // The pointer first: asking for it may convert the value, which changes its length.
    sqlite3_value *value = sqlite3_column_value(m_statement, column);
    const void *data = sqlite3_value_blob(value);
    return {static_cast<const char *>(data), sqlite3_value_bytes(value)};
}

QByteArray Statement::bytes(int column) const
{
    return bytesView(column).toByteArray();
}

QString Statement::text(int column) const
{
    return QString::fromUtf8(bytesView(column));
}

bool Statement::isNull(int column) const
{
    return m_row != Row::Here || sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

qint64 Statement::changes() const
{
    return sqlite3_changes64(sqlite3_db_handle(m_statement));
}

bool Statement::hasRows() const
{
    return sqlite3_column_count(m_statement) > 0;
}

void Statement::forget()
{
    if (m_borrows)
        sqlite3_clear_bindings(m_statement);
    m_borrows = false;
}

// A length past SQLite's limit, no memory, a position that the text does not have.
void Statement::bound(int code)
{
    m_unbound = m_unbound || code != SQLITE_OK;
}

void Statement::bind(int position, const QByteArray &blob)
{
    bound(sqlite3_bind_blob64(m_statement, position + 1, neverNull(blob), sqlite3_uint64(blob.size()),
        m_borrows ? SQLITE_STATIC : SQLITE_TRANSIENT));
}

void Statement::bind(int position, Text text)
{
    bound(sqlite3_bind_text64(m_statement, position + 1, neverNull(text.utf8), sqlite3_uint64(text.utf8.size()),
        m_borrows ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int position, const QString &text)
{
    const QByteArray utf8 = text.toUtf8();
    bound(sqlite3_bind_text64(
        m_statement, position + 1, neverNull(utf8), sqlite3_uint64(utf8.size()), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int position, std::nullptr_t)
{
    bound(sqlite3_bind_null(m_statement, position + 1));
}

void Statement::bindInteger(int position, qint64 number)
{
    bound(sqlite3_bind_int64(m_statement, position + 1, number));
}

} // namespace store
