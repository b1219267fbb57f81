// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/table.h"

#include <cstdio>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

void print(const QString &measure, const QString &ours, const QString &limit, const QString &ratio, const QString &mark,
    const QString &met)
{
    std::printf("%-44s %18s %28s %6s %-10s %s\n", qUtf8Printable(measure), qUtf8Printable(ours), qUtf8Printable(limit),
        qUtf8Printable(ratio), qUtf8Printable(mark), qUtf8Printable(met));
    std::fflush(stdout);
}

} // namespace

void Table::add(Row row)
{
    if (!m_headed)
        print(u"measure"_s, u"ours"_s, u"limit"_s, u"ratio"_s, u"mark"_s, u"met"_s);
    m_headed = true;
    print(row.measure, row.ours, row.limit.isEmpty() ? u"-"_s : row.limit,
        row.ratio ? QString::number(*row.ratio, 'f', 2) : u"-"_s, row.mark.isEmpty() ? u"-"_s : row.mark,
        row.met ? (*row.met ? u"yes"_s : u"NO"_s) : u"-"_s);
}

void Table::note(const QString &text)
{
    std::printf("    %s\n", qUtf8Printable(text));
    std::fflush(stdout);
}

} // namespace bench
