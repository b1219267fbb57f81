// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/rowvisit.h"

#include <sqlite3.h>

using namespace Qt::StringLiterals;

namespace store {

namespace {

Cell cellOf(sqlite3_value *value)
{
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_INTEGER)
        return {.bytes = {}, .integer = sqlite3_value_int64(value), .isNull = false};
    if (type != SQLITE_TEXT && type != SQLITE_BLOB)
        return {.bytes = {}, .integer = 0, .isNull = type == SQLITE_NULL};
    const void *data = sqlite3_value_blob(value);
    return {.bytes = {static_cast<const char *>(data), sqlite3_value_bytes(value)}, .integer = 0, .isNull = false};
}

} // namespace

RowVisit::RowVisit(Database &database, Function function)
    : m_database(database)
    , m_function(std::move(function))
{
    m_database.m_visit = this;
}

RowVisit::~RowVisit()
{
    m_database.m_visit = nullptr;
}

// DIRECTONLY: no view or trigger of a foreign file can call it.
Result<void> RowVisit::introduce(sqlite3 *connection, Database *database)
{
    if (sqlite3_create_function_v2(connection, "visited", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, database,
            &RowVisit::visited, nullptr, nullptr, nullptr)
        != SQLITE_OK)
        return fail(sqlError(connection, u"making visited() known"_s));
    return {};
}

void RowVisit::visited(sqlite3_context *context, int count, sqlite3_value **values)
{
    RowVisit *visit = static_cast<Database *>(sqlite3_user_data(context))->m_visit;
    if (!visit || std::size_t(count) > visit->m_cells.size())
        return sqlite3_result_error(context, "visited() is called out of turn", -1);
    for (int i = 0; i < count; ++i)
        visit->m_cells[std::size_t(i)] = cellOf(values[i]);
    const std::span<const Cell> cells(visit->m_cells.data(), std::size_t(count));
    sqlite3_result_int(context, visit->m_function(cells) ? 1 : 0);
}

} // namespace store
