// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// A prepared statement: bind by position, run, step. Resets itself on leaving its scope, so that no read lock is kept.
//
//     ASSIGN_OR_RETURN(auto find, database.prepared("SELECT a, b FROM t WHERE id = ?"));
//     TRY(find.run(id));
//     while (find.next())
//         use(find.integer(0), find.bytes(1));
//     TRY(find.finish()); // stepping may fail too
#pragma once

#include "service/core/ids.h"
#include "service/core/result.h"

#include <QtCore/qvariant.h>

#include <concepts>

class QSqlQuery;

namespace store {

// Prepares text whose question marks a Statement binds by position; they stand for values and nothing else.
Result<void> prepare(QSqlQuery &query, const QString &sql);

class Statement
{
public:
    explicit Statement(QSqlQuery &query);
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&) = delete;
    ~Statement();

    // Binds all values in order and executes.
    template <typename... Values>
    Result<void> run(const Values &...values)
    {
        int position = 0;
        (bind(position++, values), ...);
        return execute();
    }

    bool next();
    Result<void> finish(); // the error that ended next(), if one did

    qint64 integer(int column) const;
    QByteArray bytes(int column) const; // of BLOB and TEXT, as UTF-8
    QString text(int column) const;
    bool isNull(int column) const;
    qint64 changes() const; // rows that the statement changed

    // Binding by hand where the number of values varies. BLOB for QByteArray, TEXT for QString.
    void bind(int position, const QByteArray &blob);
    void bind(int position, const QString &text);
    void bind(int position, std::nullptr_t);
    // TEXT; null where the id is empty.
    template <typename Tag>
    void bind(int position, const Id<Tag> &id)
    {
        if (id.isEmpty())
            bind(position, nullptr);
        else
            bind(position, id.toString());
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
    void bindInteger(int position, qint64 number);

    QSqlQuery *m_query;
};

} // namespace store
