// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/store/rowvisit.h"

#include <sqlite3.h>

#include <array>

using namespace Qt::StringLiterals;

namespace store {

namespace {

constexpr int MostColumns = 16;

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
    const RowVisit *visit = static_cast<Database *>(sqlite3_user_data(context))->m_visit;
    if (!visit || count > MostColumns)
        return sqlite3_result_error(context, "visited() is called out of turn", -1);
    std::array<Cell, MostColumns> cells; // of `count`
    for (int i = 0; i < count; ++i) {
        sqlite3_value *value = values[i];
        Cell &cell = cells[std::size_t(i)];
        switch (sqlite3_value_type(value)) {
        case SQLITE_INTEGER:
            cell.integer = sqlite3_value_int64(value);
            break;
        case SQLITE_TEXT:
        case SQLITE_BLOB: {
            const void *data = sqlite3_value_blob(value);
            cell.bytes = {static_cast<const char *>(data), sqlite3_value_bytes(value)};
            break;
        }
        default:
            cell.isNull = sqlite3_value_type(value) == SQLITE_NULL;
        }
    }
    sqlite3_result_int(context, visit->m_function(std::span(cells).first(std::size_t(count))) ? 1 : 0);
}

} // namespace store
