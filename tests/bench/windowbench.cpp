// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/measures.h"
#include "tests/bench/population.h"
#include "tests/bench/program.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr int Rounds = 7;
constexpr double UsableMark = 500, JumpMark = 50, MemoryMark = 150; // ms, ms, MB

double quantile(std::vector<double> values, double share)
{
    if (values.empty())
        giveUp(u"Nothing was measured."_s);
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, size_t(double(values.size()) * share))];
}

// A display of our own, on a number that the X server finds free.
class Display
{
public:
    Display()
        : m_server(
            u"Xvfb"_s, {u"-displayfd"_s, u"1"_s, u"-screen"_s, u"0"_s, u"1600x1000x24"_s, u"-nolisten"_s, u"tcp"_s})
    {
        const auto number = m_server.line();
        if (!number || number->isEmpty())
            giveUp(u"Xvfb did not say its display's number."_s);
        qputenv("DISPLAY", ":" + *number);
        qputenv("QT_QPA_PLATFORM", "xcb");
        qputenv("XDG_CONFIG_HOME", m_settings.path().toLocal8Bit());
    }

private:
    QTemporaryDir m_settings;
    Program m_server;
};

Row withMark(const QString &measure, double figure, const QString &unit, double mark)
{
    return {.measure = measure,
        .ours = u"%1 %2"_s.arg(figure, 0, 'f', 0).arg(unit),
        .limit = u"mark %1 %2"_s.arg(mark, 0, 'f', 0).arg(unit),
        .ratio = mark / figure,
        .mark = u"<= %1 %2"_s.arg(mark, 0, 'f', 0).arg(unit),
        .met = figure <= mark};
}

} // namespace

void measureWindow(const Setting &setting, Table &table)
{
    const QString folder = setting.scratch + u"/window"_s;
    QElapsedTimer timer;
    timer.start();
    populate(folder, {});
    table.note(u"10,000 tenants and 1,000,000 entries made in %1 s"_s.arg(timer.elapsed() / 1000));

    const Display display;
    std::vector<double> usable, listening;
    double memory = 0;
    for (int round = 0; round < Rounds; ++round) {
        timer.restart();
        Program console(setting.programs + u"/tenant-console"_s,
            {u"--data-dir"_s, folder, u"--port"_s, u"0"_s, u"--report-ready"_s});
        const auto listens = console.line();
        listening.push_back(double(timer.nsecsElapsed()) / 1e6);
        const auto ready = console.line();
        usable.push_back(double(timer.nsecsElapsed()) / 1e6);
        if (!listens || ready != "window ready"_ba)
            giveUp(u"The console did not say that its window is ready."_s);
        memory = std::max(memory, console.residentMegabytes());
    }
    table.add(withMark(u"window usable from exec, 10,000 tenants"_s, quantile(usable, 0.5), u"ms"_s, UsableMark));
    table.note(
        u"the server inside listens after %1 ms; slowest of %2 rounds %3 ms"_s.arg(quantile(listening, 0.5), 0, 'f', 0)
            .arg(Rounds)
            .arg(quantile(usable, 1), 0, 'f', 0));
    table.add(withMark(u"its resident memory, first page shown"_s, memory, u"MB"_s, MemoryMark));

    Program probe(setting.benches + u"/windowprobe"_s, {folder});
    const auto output = probe.output();
    if (!output)
        giveUp(u"windowprobe failed."_s);
    std::vector<double> jumps;
    QStringList stalls;
    for (const QByteArray &line : output->split('\n')) {
        const double figure = line.split(' ').value(1).toDouble();
        if (line.startsWith("jump "))
            jumps.push_back(figure);
        else if (line.startsWith("memory "))
            memory = figure;
        else if (line.startsWith("stall "))
            stalls.append(QString::fromUtf8(line));
    }
    table.add(withMark(u"jump to a ledger row, painted, 99 of 100"_s, quantile(jumps, 0.99), u"ms"_s, JumpMark));
    table.note(u"median %1 ms, slowest of %2 %3 ms"_s.arg(quantile(jumps, 0.5), 0, 'f', 1)
                   .arg(jumps.size())
                   .arg(quantile(jumps, 1), 0, 'f', 1));
    table.add(withMark(u"resident memory, all pages visited"_s, memory, u"MB"_s, MemoryMark));
    table.add({.measure = u"events over 16 ms on the GUI thread"_s,
        .ours = QString::number(stalls.size()),
        .mark = u"0"_s,
        .met = stalls.isEmpty()});
    for (const QString &stall : stalls)
        table.note(stall);
}

} // namespace bench
