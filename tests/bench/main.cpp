// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Measures the built programs against limits taken in the same run and prints one table; tools/bench builds and runs
// it.

#include "service/crypto/runtime.h"
#include "tests/bench/measures.h"
#include "tests/bench/program.h"

#include <QtCore/qcommandlineparser.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qsysinfo.h>

#include <cstdio>
#include <thread>

using namespace Qt::StringLiterals;

namespace {

void printMachine()
{
    QFile load(u"/proc/loadavg"_s);
    const QByteArray averages = load.open(QIODevice::ReadOnly) ? load.readAll().trimmed() : "?"_ba;
    std::printf("%s, %s, %u cores, Qt %s, load %s\n\n", qUtf8Printable(QSysInfo::prettyProductName()),
        qUtf8Printable(QSysInfo::kernelVersion()), std::thread::hardware_concurrency(), qVersion(),
        averages.constData());
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Prints the speed marks as ratios to limits taken in the same run."_s);
    parser.addHelpOption();
    parser.addOption({u"seconds"_s, u"Length of each round of a load (default: 4)."_s, u"N"_s, u"4"_s});
    parser.addOption({u"only"_s,
        u"start, reads, writes, crowd, engine, tokens, verify, export or window; may be repeated."_s, u"MEASURE"_s});
    parser.addOption({u"large"_s, u"Also measure what takes minutes to prepare: a ledger of 5,000,000 entries."_s});
    parser.addOption({u"scratch"_s, u"An empty folder on the disk to measure."_s, u"DIR"_s});
    parser.process(application);

    const QDir here(QCoreApplication::applicationDirPath());
    const QString scratch = QDir(parser.value(u"scratch"_s)).absolutePath();
    const bool cores = std::thread::hardware_concurrency() >= 2;
    const bench::Setting setting{.programs = QDir::cleanPath(here.filePath(u"../bin"_s)),
        .benches = here.path(),
        .scratch = scratch,
        .seconds = std::max(1, parser.value(u"seconds"_s).toInt()),
        .loadCore = cores ? 1 : 0,
        .large = parser.isSet(u"large"_s)};
    const auto runtime = crypto::Runtime::start();
    if (!parser.isSet(u"scratch"_s) || !QDir(scratch).isEmpty() || !runtime)
        bench::giveUp(u"It needs --scratch with an empty folder, and QCA with its plugins."_s);

    printMachine();
    bench::Table table;
    const std::pair<QString, void (*)(const bench::Setting &, bench::Table &)> measures[] = {
        {u"start"_s, bench::measureStart},
        {u"reads"_s, bench::measureReads},
        {u"writes"_s, bench::measureWrites},
        {u"crowd"_s, bench::measureCrowd},
        {u"engine"_s, bench::measureEngine},
        {u"tokens"_s, bench::measureTokens},
        {u"verify"_s, bench::measureVerify},
        {u"export"_s, bench::measureExport},
        {u"window"_s, bench::measureWindow},
    };
    const QStringList only = parser.values(u"only"_s);
    for (const auto &[name, measure] : measures) {
        if (only.isEmpty() || only.contains(name))
            measure(setting, table);
    }
    return 0;
}
