// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Rows handed out from within SQLite's own loop, for whoever reads a large table whole: a row of twelve columns takes
// half of what stepping to it and asking for each column takes. The text of the statement names the columns as
// arguments of visited(), which is there on every connection:
//
//     ASSIGN_OR_RETURN(auto all, database.prepared("SELECT 1 FROM t WHERE id >= ? AND NOT visited(id, name) ORDER BY
//     id")); const RowVisit visit(database, [&](std::span<const Cell> row) { use(row[0].integer, row[1].bytes); return
//     true; }); TRY(all.run(first)); // reads to the end, or to the first row at which the function says false
//
// On the connection's thread.
#pragma once

#include "service/store/database.h"

#include <array>
#include <span>

struct sqlite3_context;
struct sqlite3_value;

namespace store {

struct Cell
{
    QByteArrayView bytes; // of BLOB and TEXT, as UTF-8, until the function returns; empty for numbers
    qint64 integer = 0; // 0 for what is no INTEGER
    bool isNull = false;
};

class RowVisit
{
public:
    using Function = std::function<bool(std::span<const Cell>)>; // false: enough

    // One at a time for a connection, which must outlive it.
    RowVisit(Database &database, Function function);
    ~RowVisit();
    RowVisit(const RowVisit &) = delete;
    RowVisit &operator=(const RowVisit &) = delete;

    // For Database, when it opens a connection: makes visited() known to it.
    static Result<void> introduce(sqlite3 *connection, Database *database);

private:
    static void visited(sqlite3_context *context, int count, sqlite3_value **values);

    Database &m_database;
    const Function m_function;
    std::array<Cell, 16> m_cells; // of the row; kept, for clearing them all for each row is seen in the figures
};

} // namespace store
