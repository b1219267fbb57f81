// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/load.h"
#include "tests/bench/measures.h"
#include "tests/bench/postgres.h"
#include "tests/bench/tenantserver.h"
#include "tests/support/httpprobe.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>
#include <QtNetwork/qtcpserver.h>

#include <thread>

using namespace Qt::StringLiterals;

namespace bench {

namespace {

constexpr int Connections = 64;
constexpr int TenantVms = 10;
constexpr int Rounds = 3; // in turns with the limit, so that both meet the same weather
constexpr double ReadMark = 0.5, WriteMark = 0.5;
// Of PostgreSQL's one-row inserts, by clients; none where there is no mark.
constexpr std::pair<int, double> AgainstPostgres[] = {{1, 0.8}, {32, 1.5}, {128, 0}};

struct Cost
{
    double perSecond;
    double microseconds; // CPU per request
    QString p99;
};

Cost measure(const Program &server, const LoadSpec &load)
{
    const double before = server.cpuSeconds();
    const Load done = runLoad(load);
    return {done.perSecond, (server.cpuSeconds() - before) * 1e6 / done.requests, done.p99};
}

// Of several rounds the cheapest: what disturbs a round only ever adds.
void keepBest(std::optional<Cost> &best, const Cost &round)
{
    if (!best || round.microseconds < best->microseconds)
        best = round;
}

// Below the ports that clients get: while nginx is not up yet, our own knocking could take its port and answer itself.
quint16 freePort()
{
    for (quint16 port = 20'000; port < 20'100; ++port) {
        if (QTcpServer probe; probe.listen(QHostAddress::LocalHost, port))
            return port;
    }
    giveUp(u"There is no free port."_s);
}

// The same body from memory, and fields of the same number and length, one of them made anew for each answer.
QByteArray nginxConfiguration(const QString &scratch, quint16 port, const QByteArray &body)
{
    const QByteArray folder = scratch.toUtf8();
    return "daemon off; master_process off; worker_processes 1; pid " + folder
        + "/nginx.pid; error_log stderr crit;\n"
          "events { worker_connections 1024; }\n"
          "http {\n access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 60s;\n"
          " client_body_temp_path "
        + folder + "/body; proxy_temp_path " + folder + "/proxy; fastcgi_temp_path " + folder
        + "/fastcgi; uwsgi_temp_path " + folder + "/uwsgi; scgi_temp_path " + folder
        + "/scgi;\n"
          " server { listen 127.0.0.1:"
        + QByteArray::number(port)
        + ";\n location = /v1/vms {\n  default_type application/json;\n"
          "  add_header X-Request-Id $request_id; add_header X-Content-Type-Options nosniff;\n"
          "  add_header Cache-Control no-store; add_header RateLimit-Policy '\"tenant\";q=10000000;w=60';\n"
          "  add_header RateLimit '\"tenant\";r=9999999;t=1';\n  return 200 '"
        + body + "';\n } }\n}\n";
}

std::unique_ptr<Program> startNginx(const Setting &setting, quint16 port, const QByteArray &body)
{
    QFile file(setting.scratch + u"/nginx.conf"_s);
    if (!file.open(QIODevice::WriteOnly) || file.write(nginxConfiguration(setting.scratch, port, body)) < 0)
        giveUp(u"nginx's configuration can't be written."_s);
    file.close();
    // Debian keeps it where only root's PATH leads.
    const QString program = QFile::exists(u"/usr/sbin/nginx"_s) ? u"/usr/sbin/nginx"_s : u"nginx"_s;
    auto nginx = std::make_unique<Program>(
        program, QStringList{u"-p"_s, setting.scratch, u"-c"_s, file.fileName()}, setting.serverCore);
    QElapsedTimer patience;
    patience.start();
    while (!HttpProbe(port).isConnected()) { // it has no ready line
        if (patience.elapsed() > 10'000)
            giveUp(u"nginx does not start."_s);
        std::this_thread::yield();
    }
    return nginx;
}

struct Pace
{
    Load load;
    double batch; // mean number of changes a commit
    double microseconds; // CPU per request
};

Pace measurePace(const Setting &setting, const QString &name, int connections)
{
    TenantServer server(setting, setting.scratch + u'/' + name);
    const QByteArray token = server.addTenant("bench", 100'000);
    const qint64 commits = server.commits();
    const double cpu = server.program().cpuSeconds();
    const Load load = runLoad({.url = server.url(u"/v1/vms"_s),
        .method = "POST",
        .token = token,
        .connections = connections,
        .seconds = setting.seconds});
    return {.load = load,
        .batch = std::max(1.0, load.requests / double(server.commits() - commits)),
        .microseconds = (server.program().cpuSeconds() - cpu) * 1e6 / load.requests};
}

void measureWrites(const Setting &setting, Table &table, const Postgres &postgres, int connections, double mark)
{
    std::optional<Pace> ours;
    double raw = 0, inserts = 0;
    for (int round = 0; round < Rounds; ++round) {
        const QString name = u"post-%1-%2"_s.arg(connections).arg(round);
        const Pace pace = measurePace(setting, name, connections);
        raw = std::max(raw, rawChangesPerSecond(setting, pace.batch, name + u"-raw.db"_s));
        inserts = std::max(inserts, postgres.insertsPerSecond(connections));
        if (!ours || pace.load.perSecond > ours->load.perSecond)
            ours = pace;
    }
    const double ratio = ours->load.perSecond / raw;
    table.add(
        {.measure = u"durable POST /v1/vms, %1 client%2"_s.arg(connections).arg(connections == 1 ? u""_s : u"s"_s),
            .ours = u"%1 /s"_s.arg(ours->load.perSecond, 0, 'f', 0),
            .limit = u"raw SQLite %1 /s"_s.arg(raw, 0, 'f', 0),
            .ratio = ratio,
            .mark = connections == 1 ? QString() : u">= %1"_s.arg(WriteMark),
            .met = connections == 1 ? std::nullopt : std::optional(ratio >= WriteMark)});
    table.note(u"%1 changes a commit, p99 %2, %3 µs CPU a request"_s.arg(ours->batch, 0, 'f', 1)
                   .arg(ours->load.p99)
                   .arg(ours->microseconds, 0, 'f', 0));
    const double beside = ours->load.perSecond / inserts;
    table.add({.measure = u"the same beside one-row inserts"_s,
        .ours = u"%1 /s"_s.arg(ours->load.perSecond, 0, 'f', 0),
        .limit = u"PostgreSQL %1 /s"_s.arg(inserts, 0, 'f', 0),
        .ratio = beside,
        .mark = mark > 0 ? u">= %1"_s.arg(mark) : QString(),
        .met = mark > 0 ? std::optional(beside >= mark) : std::nullopt});
}

} // namespace

void measureReads(const Setting &setting, Table &table)
{
    LoadSpec load{.url = {}, .connections = Connections, .seconds = setting.seconds, .core = setting.loadCore};
    TenantServer server(setting, setting.scratch + u"/get"_s, setting.serverCore);
    load.token = server.addTenant("bench", TenantVms);
    for (int i = 0; i < TenantVms; ++i)
        server.ask("POST", "/v1/vms", load.token);
    const QByteArray body = server.ask("GET", "/v1/vms", load.token);
    const quint16 port = freePort();
    const auto nginx = startNginx(setting, port, body);
    const auto at = [load](const QString &url) {
        LoadSpec spec = load;
        spec.url = url;
        return spec;
    };
    const LoadSpec toUs = at(server.url(u"/v1/vms"_s)), toNginx = at(u"http://127.0.0.1:%1/v1/vms"_s.arg(port));
    std::optional<Cost> ourBest, itsBest;
    for (int round = 0; round < Rounds; ++round) {
        keepBest(ourBest, measure(server.program(), toUs));
        keepBest(itsBest, measure(*nginx, toNginx));
    }
    const Cost ours = *ourBest, limit = *itsBest;
    const double memory = server.program().residentMegabytes();
    const double ratio = limit.microseconds / ours.microseconds;
    table.add({.measure = u"GET /v1/vms, %1 clients, CPU a request"_s.arg(Connections),
        .ours = u"%1 µs"_s.arg(ours.microseconds, 0, 'f', 1),
        .limit = u"nginx %1 µs"_s.arg(limit.microseconds, 0, 'f', 1),
        .ratio = ratio,
        .mark = u">= %1"_s.arg(ReadMark),
        .met = ratio >= ReadMark});
    table.note(u"%1 bytes; ours %2 /s, p99 %3; nginx %4 /s, p99 %5; resident after it %6 MB"_s.arg(body.size())
                   .arg(ours.perSecond, 0, 'f', 0)
                   .arg(ours.p99)
                   .arg(limit.perSecond, 0, 'f', 0)
                   .arg(limit.p99)
                   .arg(memory, 0, 'f', 1));
}

void measureWrites(const Setting &setting, Table &table)
{
    const Postgres postgres(setting);
    for (const auto &[clients, mark] : AgainstPostgres)
        measureWrites(setting, table, postgres, clients, mark);
}

double rawChangesPerSecond(const Setting &setting, double batch, const QString &database)
{
    Program raw(setting.benches + u"/rawstore"_s,
        {QStringLiteral(HOUSE_SCHEMA), setting.scratch + u'/' + database, QString::number(batch, 'f', 3),
            QString::number(setting.seconds)});
    const auto output = raw.output();
    const QList<QByteArray> figures = output.value_or(QByteArray()).trimmed().split(' ');
    if (figures.size() != 3)
        giveUp(u"rawstore failed."_s);
    return figures[0].toDouble() / figures[2].toDouble();
}

} // namespace bench
