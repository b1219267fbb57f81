// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// CSV records (RFC 4180), read front to back. Lines end with CRLF or LF, the last one need not.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearraylist.h>

#include <optional>

namespace tenancy {

class CsvReader
{
public:
    explicit CsvReader(QByteArrayView text) // must outlive the reader
        : m_rest(text)
    {
    }

    // The next record's cells; nothing at the end. InvalidField, with a sentence, for quotes that don't close or stand
    // in the middle of a cell: what follows can't be told apart then. Empty lines are passed over.
    Result<std::optional<QByteArrayList>> next();

    qsizetype line() const { return m_line; } // that the last record began in, from 1

private:
    Result<QByteArray> cell();
    bool takeLineEnd();

    QByteArrayView m_rest;
    qsizetype m_line = 0;
    qsizetype m_ahead = 1; // the line that m_rest begins in
};

} // namespace tenancy
