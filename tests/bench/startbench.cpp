// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/measures.h"
#include "tests/bench/tenantserver.h"

#include <QtCore/qelapsedtimer.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr int Rounds = 9;
constexpr double ReadyMark = 300, MemoryMark = 60;

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

// The floor: loads the same libraries and ends.
double versionMilliseconds(const Setting &setting)
{
    QElapsedTimer timer;
    timer.start();
    Program program(setting.programs + u"/service-vm-tenant"_s, {u"--version"_s});
    if (!program.output())
        giveUp(u"service-vm-tenant --version failed."_s);
    return double(timer.nsecsElapsed()) / 1e6;
}

void addReady(Table &table, const QString &measure, const std::vector<double> &times, double floor)
{
    const double time = median(times);
    table.add({.measure = measure,
        .ours = u"%1 ms"_s.arg(time, 0, 'f', 0),
        .limit = u"--version %1 ms"_s.arg(floor, 0, 'f', 0),
        .ratio = floor / time,
        .mark = u"<= 300 ms"_s,
        .met = time <= ReadyMark});
}

} // namespace

void measureStart(const Setting &setting, Table &table)
{
    std::vector<double> floors, first, later;
    double memory = 0;
    for (int round = 0; round < Rounds; ++round) {
        const QString folder = setting.scratch + u"/start-%1"_s.arg(round);
        floors.push_back(versionMilliseconds(setting));
        first.push_back(TenantServer(setting, folder).readyMilliseconds());
        TenantServer again(setting, folder);
        later.push_back(again.readyMilliseconds());
        const QByteArray token = again.addTenant("bench", 10);
        again.ask("GET", "/v1/vms", token);
        memory = std::max(memory, again.program().residentMegabytes());
    }
    addReady(table, u"start to ready line, existing data"_s, later, median(floors));
    addReady(table, u"start to ready line, first start"_s, first, median(floors));
    table.add({.measure = u"resident memory, idle"_s,
        .ours = u"%1 MB"_s.arg(memory, 0, 'f', 1),
        .mark = u"<= 60 MB"_s,
        .met = memory <= MemoryMark});
}

} // namespace bench
