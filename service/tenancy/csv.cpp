// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tenancy/csv.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tenancy {

bool CsvReader::takeLineEnd()
{
    const qsizetype size = m_rest.startsWith("\r\n") ? 2 : m_rest.startsWith('\n') ? 1 : 0;
    m_rest = m_rest.sliced(size);
    m_ahead += size > 0 ? 1 : 0;
    return size > 0;
}

Result<QByteArray> CsvReader::cell()
{
    if (!m_rest.startsWith('"')) {
        qsizetype end = 0;
        while (end < m_rest.size() && m_rest[end] != ',' && m_rest[end] != '\n' && m_rest[end] != '"')
            ++end;
        QByteArrayView text = m_rest.first(end);
        if (end < m_rest.size() && m_rest[end] == '"')
            return fail(ErrorCode::InvalidField,
                u"Line %1 has a quote within a cell: such a cell stands in quotes, and its quotes are doubled."_s.arg(
                    m_ahead));
        const bool lineEnd = end == m_rest.size() || m_rest[end] == '\n';
        if (lineEnd && text.endsWith('\r')) {
            text.chop(1);
            --end;
        }
        m_rest = m_rest.sliced(end);
        if (m_rest == "\r")
            m_rest = {};
        return text.toByteArray();
    }
    QByteArray text;
    const qsizetype began = m_ahead;
    m_rest = m_rest.sliced(1);
    while (true) {
        const qsizetype end = m_rest.indexOf('"');
        if (end < 0)
            return fail(ErrorCode::InvalidField, u"A cell that begins in line %1 has no closing quote."_s.arg(began));
        text += m_rest.first(end);
        m_ahead += std::ranges::count(m_rest.first(end), '\n');
        m_rest = m_rest.sliced(end + 1);
        if (!m_rest.startsWith('"'))
            break;
        text += '"';
        m_rest = m_rest.sliced(1);
    }
    if (!m_rest.isEmpty() && !m_rest.startsWith(',') && !m_rest.startsWith('\n') && !m_rest.startsWith("\r\n"))
        return fail(ErrorCode::InvalidField, u"Line %1 goes on behind a closing quote."_s.arg(m_ahead));
    return text;
}

Result<std::optional<QByteArrayList>> CsvReader::next()
{
    while (takeLineEnd()) { }
    m_line = m_ahead;
    if (m_rest.isEmpty())
        return std::nullopt;
    QByteArrayList cells;
    while (true) {
        ASSIGN_OR_RETURN(QByteArray text, cell());
        cells.append(std::move(text));
        if (!m_rest.startsWith(','))
            break;
        m_rest = m_rest.sliced(1);
    }
    takeLineEnd();
    return cells;
}

} // namespace tenancy
