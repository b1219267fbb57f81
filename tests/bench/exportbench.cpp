// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs export: a bundle of a million entries, a PDF of ten thousand, and the memory both take.

#include "tests/bench/measures.h"
#include "tests/bench/population.h"
#include "tests/bench/program.h"

#include <QtCore/qfile.h>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr double BundleMark = 30, PdfMark = 10, MemoryMark = 100;

Used exportFrom(const Setting &setting, const QString &data, const QStringList &arguments)
{
    const QString out = setting.scratch + u"/export.out"_s;
    const Used used = runToEnd(setting.programs + u"/service-fs"_s,
        QStringList{u"export"_s, u"--data-dir"_s, data, u"--no-entry"_s, u"--out"_s, out} + arguments);
    QFile::remove(out);
    return used;
}

void addTime(Table &table, const QString &measure, double seconds, double mark)
{
    table.add({.measure = measure,
        .ours = u"%1 s"_s.arg(seconds, 0, 'f', 1),
        .mark = u"<= %1 s"_s.arg(mark),
        .met = seconds <= mark});
}

} // namespace

void measureExport(const Setting &setting, Table &table)
{
    const QString data = setting.scratch + u"/export"_s;
    populate(data, {.tenants = 1000, .entries = 1'000'000, .livingVms = 100'000});
    const Used bundle = exportFrom(setting, data, {u"--format"_s, u"bundle"_s});
    addTime(table, u"bundle of 1,000,000 entries"_s, bundle.seconds, BundleMark);
    table.note(u"the whole program: every entry checked against the signed root, then JSON lines, CSV, tiles, PDF"_s);
    const Used pdf = exportFrom(setting, data, {u"--format"_s, u"pdf"_s, u"--limit"_s, u"10000"_s});
    addTime(table, u"PDF of 10,000 entries"_s, pdf.seconds, PdfMark);
    const double memory = std::max(bundle.megabytes, pdf.megabytes);
    table.add({.measure = u"export, resident memory at most"_s,
        .ours = u"%1 MB"_s.arg(memory, 0, 'f', 1),
        .mark = u"< 100 MB"_s,
        .met = memory < MemoryMark});
}

} // namespace bench
