// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// 10,000 tenants and 1,000,000 VMs: does it start, answer and write as an empty one does?

#include "tests/bench/load.h"
#include "tests/bench/measures.h"
#include "tests/bench/population.h"
#include "tests/bench/tenantserver.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr int Tenants = 10'000, Vms = 1'000'000, Clients = 32, Rounds = 3, Pages = 200;
constexpr double ReadyMark = 1000, PageMark = 2, MemoryMark = 400, WriteMark = 0.9; // ms, ms, MB, of an empty one's

Row atMost(const QString &measure, double figure, const QString &unit, double mark)
{
    return {.measure = measure,
        .ours = u"%1 %2"_s.arg(figure, 0, 'f', 1).arg(unit),
        .ratio = mark / figure,
        .mark = u"<= %1 %2"_s.arg(mark).arg(unit),
        .met = figure <= mark};
}

double writesPerSecond(const Setting &setting, TenantServer &server, const QByteArray &tenant)
{
    const QByteArray token = server.addTenant(tenant, 100'000);
    return runLoad({.url = server.url(u"/v1/vms"_s),
                       .method = "POST",
                       .token = token,
                       .connections = Clients,
                       .seconds = setting.seconds})
        .perSecond;
}

// The middle one of many first pages, no two of one tenant.
double pageMilliseconds(TenantServer &server, const QByteArray &admin)
{
    std::vector<double> times;
    for (int i = 0; i < Pages; ++i) {
        const QByteArray path =
            "/v1/vms?limit=100&tenant_id=tenant-" + QByteArray::number(i * 5).rightJustified(5, '0');
        QElapsedTimer timer;
        timer.start();
        server.ask("GET", path, admin);
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::ranges::nth_element(times, times.begin() + Pages / 2);
    return times[Pages / 2];
}

} // namespace

void measureCrowd(const Setting &setting, Table &table)
{
    const QString folder = setting.scratch + u"/crowd"_s;
    QElapsedTimer timer;
    timer.start();
    populate(folder, {.tenants = Tenants, .entries = 0, .livingVms = Vms});
    table.note(u"10,000 tenants and 1,000,000 VMs made in %1 s"_s.arg(timer.elapsed() / 1000));
    double full = 0, empty = 0, ready = 1e9, page = 0, memory = 0;
    for (int round = 0; round < Rounds; ++round) {
        const QByteArray tenant = "round-" + QByteArray::number(round);
        {
            TenantServer server(setting, folder);
            ready = std::min(ready, server.readyMilliseconds());
            full = std::max(full, writesPerSecond(setting, server, tenant));
            QFile admin(folder + "/admin.token"_L1);
            if (!admin.open(QIODevice::ReadOnly))
                giveUp(u"There is no admin.token."_s);
            page = pageMilliseconds(server, admin.readAll().trimmed());
            memory = std::max(memory, server.program().residentMegabytes());
        }
        TenantServer server(setting, setting.scratch + u"/crowd-none-%1"_s.arg(round));
        empty = std::max(empty, writesPerSecond(setting, server, tenant));
    }
    table.add(atMost(u"start to ready line, 10,000 tenants, 1,000,000 VMs"_s, ready, u"ms"_s, ReadyMark));
    table.add(atMost(u"a page of 100 VMs among them, with its connection"_s, page, u"ms"_s, PageMark));
    table.add(atMost(u"resident memory after it"_s, memory, u"MB"_s, MemoryMark));
    table.add({.measure = u"durable POST /v1/vms among them, 32 clients"_s,
        .ours = u"%1 /s"_s.arg(full, 0, 'f', 0),
        .limit = u"empty %1 /s"_s.arg(empty, 0, 'f', 0),
        .ratio = full / empty,
        .mark = u">= %1"_s.arg(WriteMark),
        .met = full / empty >= WriteMark});
}

} // namespace bench
