// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A prepared statement: bind by position, run, step. Resets itself on leaving its scope, so that no read lock is kept.
//
//     ASSIGN_OR_RETURN(auto find, database.prepared("SELECT a, b FROM t WHERE id = ?"));
//     TRY(find.run(id));
//     while (find.next())
//         use(find.integer(0), find.bytes(1));
//     TRY(find.finish()); // stepping may fail too
//
// It speaks to SQLite itself, on the connection that Qt Sql opened: a row of the ledger with its twelve columns takes
// less than 1 us so, and 2 us and more through QSqlQuery, whose values are QVariants and whose texts are UTF-16.
#pragma once

#include "service/core/ids.h"
#include "service/core/result.h"

#include <concepts>
#include <memory>
#include <optional>

struct sqlite3;
struct sqlite3_stmt;

namespace store {

struct Finalizer
{
    void operator()(sqlite3_stmt *statement) const;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalizer>;

// UTF-8 that is bound as TEXT, where a QByteArray would be a BLOB.
struct Text
{
    QByteArrayView utf8;
};

class Statement
{
public:
    explicit Statement(sqlite3_stmt *borrowed);
    explicit Statement(StatementHandle owned); // for text that is made at run time
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&) = delete;
    ~Statement();

    // Binds all values in order and executes.
    template <typename... Values>
    Result<void> run(const Values &...values)
    {
        // Without rows the statement is through before the values end, so that they need not be copied.
        m_borrows = !hasRows();
        int position = 0;
        (bind(position++, values), ...);
        auto result = execute();
        forget();
        return result;
    }

    bool next();
    Result<void> finish(); // the error that ended next(), if one did

    qint64 integer(int column) const;
    QByteArray bytes(int column) const; // of BLOB and TEXT, as UTF-8
    QByteArrayView bytesView(int column) const; // the same uncopied; good until the next call of next() or finish()
    QString text(int column) const;
    bool isNull(int column) const;
    qint64 changes() const; // rows that the statement changed

    // Binding by hand where the number of values varies. BLOB for QByteArray, TEXT for QString.
    void bind(int position, const QByteArray &blob);
    void bind(int position, const QString &text);
    void bind(int position, Text text);
    void bind(int position, std::nullptr_t);
    // TEXT; null where the id is empty.
    template <typename Tag>
    void bind(int position, const Id<Tag> &id)
    {
        if (id.isEmpty())
            bind(position, nullptr);
        else
            bind(position, Text{id.text()});
    }
    template <std::integral T>
    void bind(int position, T number)
    {
        bindInteger(position, qint64(number));
    }
    template <typename T>
    void bind(int position, const std::optional<T> &maybe)
    {
        if (maybe)
            bind(position, *maybe);
        else
            bind(position, nullptr);
    }
    Result<void> execute();

private:
    enum class Row
    {
        None, // not executed, or at the end
        Ahead, // executing stepped to it; next() has yet to tell
        Here
    };

    void bindInteger(int position, qint64 number);
    void bound(int code);
    bool hasRows() const;
    void forget(); // what was bound without a copy
    int step();

    StatementHandle m_owned; // null where the Database keeps it
    sqlite3_stmt *m_statement;
    Row m_row = Row::None;
    bool m_borrows = false; // what is bound is not copied
    bool m_unbound = false; // a binding failed; executing says so
    std::optional<Error> m_error; // that ended next()
};

} // namespace store
