// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/app/crashload.h"

#include <QtCore/qfile.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qmap.h>

#include <atomic>
#include <semaphore>
#include <thread>

using namespace Qt::StringLiterals;

namespace {

constexpr int Clients = 6, SmallLimit = 10;

QByteArray request(
    const QByteArray &line, const QByteArray &token, const QByteArray &body = {}, const QByteArray &key = {})
{
    QByteArray bytes = line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n";
    if (!body.isEmpty())
        bytes += "Content-Type: application/json\r\n";
    if (!key.isEmpty())
        bytes += "Idempotency-Key: " + key + "\r\n";
    return bytes + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QJsonObject object(const HttpProbe::Answer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

QByteArray text(const QJsonObject &object, const char *name)
{
    return object[QLatin1StringView(name)].toString().toUtf8();
}

struct Listed
{
    QList<QByteArray> ids;
    qint64 diskGb = 0;
};

// Every VM by its name, page after page.
std::optional<QMap<QByteArray, Listed>> listVms(quint16 port, const QByteArray &token)
{
    QMap<QByteArray, Listed> vms;
    HttpProbe probe(port);
    QByteArray target = "/v1/vms?limit=1000";
    while (!target.isEmpty()) {
        const auto answer = probe.ask(request("GET " + target, token));
        if (answer.status != 200)
            return {};
        for (const QJsonValue &value : QJsonDocument::fromJson(answer.body).array()) {
            Listed &listed = vms[text(value.toObject(), "name")];
            listed.ids.append(text(value.toObject(), "vm_id"));
            listed.diskGb += value["disk_gb"_L1].toInteger();
        }
        const QByteArray next = answer.header("Link");
        const auto begin = next.indexOf('<'), end = next.indexOf('>');
        target = next.contains("rel=\"next\"") ? next.sliced(begin + 1, end - begin - 1) : QByteArray();
    }
    return vms;
}

} // namespace

CrashLoad::CrashLoad(QString dataDirectory)
    : m_dataDirectory(std::move(dataDirectory))
{
}

bool CrashLoad::settle(quint16 port)
{
    QFile file(m_dataDirectory + "/admin.token"_L1);
    if (!file.open(QIODevice::ReadOnly))
        return false;
    m_admin = file.readAll().trimmed();
    HttpProbe probe(port);
    for (auto [id, limit, token] : {std::tuple("big", 10'000'000, &m_big), {"small", SmallLimit, &m_small}}) {
        const auto made = probe.ask(request("POST /v1/tenants", m_admin,
            "{\"tenant_id\":\"" + QByteArray(id)
                + "\",\"display_name\":\"Load\",\"max_vms\":" + QByteArray::number(std::min(limit, 100'000))
                + ",\"storage_quota_gb\":1000000000,\"api_rate_limit_rpm\":10000000}"));
        const auto issued = probe.ask(request("POST /v1/tenants/" + QByteArray(id) + "/tokens", m_admin,
            "{\"subject_pubkey\":\"A6EHv/"
            "POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\",\"scope\":\"service:tenant-admin\"}"));
        if (made.status != 201 || issued.status != 201)
            return false;
        *token = text(object(issued), "token");
    }
    return true;
}

CrashLoad::Outcome CrashLoad::outcomeOf(const HttpProbe::Answer &answer, int success)
{
    if (answer.status == success)
        return Outcome::Made;
    if (answer.status == 0 || answer.body.contains("may not have been made"))
        return Outcome::Unknown;
    return Outcome::Refused;
}

void CrashLoad::runUntilGone(quint16 port, int enough, const std::function<void()> &strike)
{
    ++m_round;
    std::counting_semaphore answers(0);
    m_answered = [&answers] { answers.release(); };
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < Clients; ++i)
            clients.emplace_back([this, port, i] { client(port, i, [] { return true; }); });
        clients.emplace_back([this, port] { poll(port, [] { return true; }); });
        for (int i = 0; i < enough && answers.try_acquire_for(std::chrono::seconds(10)); ++i) { }
        strike();
    }
    m_answered = {};
}

void CrashLoad::run(quint16 port, int answers)
{
    ++m_round;
    std::atomic<int> left = answers;
    std::atomic<int> asking = Clients; // one that gets no answer gives up, and a slow disk may bring all to that
    m_answered = [&left] { --left; };
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < Clients; ++i) {
            clients.emplace_back([this, port, i, &left, &asking] {
                client(port, i, [&left] { return left > 0; });
                --asking;
            });
        }
        clients.emplace_back(
            [this, port, &left, &asking] { poll(port, [&left, &asking] { return left > 0 && asking > 0; }); });
    }
    m_answered = {};
}

void CrashLoad::registerMany(quint16 port, int count)
{
    HttpProbe probe(port);
    const auto answer = probe.ask(request(
        "POST /v1/vms", m_big, "{\"name\":\"many\",\"disk_gb\":0,\"count\":" + QByteArray::number(count) + '}'));
    if (answer.status == 201)
        m_many += count;
}

void CrashLoad::client(quint16 port, int number, const std::function<bool()> &goesOn)
{
    HttpProbe probe(port);
    QByteArray last; // of this client, to be destroyed
    for (int i = 0; goesOn(); ++i) {
        const QByteArray name =
            'r' + QByteArray::number(m_round) + "-c" + QByteArray::number(number) + '-' + QByteArray::number(i);
        const bool destroys = i % 4 == 3 && !last.isEmpty();
        const bool isAnswered = destroys ? destroy(probe, last) : step(probe, {.name = name, .ofSmall = i % 5 == 4});
        if (!isAnswered)
            return;
        last = destroys || i % 5 == 4 ? QByteArray() : name;
        m_answered();
    }
}

// What anybody may keep elsewhere.
void CrashLoad::poll(quint16 port, const std::function<bool()> &goesOn)
{
    HttpProbe probe(port);
    QByteArray newest;
    while (goesOn()) {
        const auto answer = probe.ask("GET /ledger/checkpoint HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        if (answer.status != 200)
            break;
        newest = answer.body;
    }
    if (!newest.isEmpty())
        m_checkpoints.append(newest);
}

HttpProbe::Answer CrashLoad::registerVm(HttpProbe &probe, const Vm &vm) const
{
    return probe.ask(request("POST /v1/vms", vm.ofSmall ? m_small : m_big,
        "{\"disk_gb\":1,\"name\":\"" + vm.name + "\"}", "key-" + vm.name));
}

// Whether there was an answer at all.
bool CrashLoad::step(HttpProbe &probe, Vm vm)
{
    const auto answer = registerVm(probe, vm);
    vm.registered = outcomeOf(answer, 201);
    if (vm.registered == Outcome::Made) {
        vm.id = text(object(answer), "vm_id");
        vm.index = answer.header("Ledger-Index");
    }
    const std::scoped_lock lock(m_mutex);
    m_vms.push_back(std::move(vm));
    return answer.status != 0;
}

bool CrashLoad::destroy(HttpProbe &probe, const QByteArray &name)
{
    const auto find = [&] { return std::ranges::find(m_vms.rbegin(), m_vms.rend(), name, &Vm::name); };
    QByteArray id;
    {
        const std::scoped_lock lock(m_mutex);
        id = find()->id;
    }
    if (id.isEmpty())
        return true; // it was not made
    const auto answer = probe.ask(request("DELETE /v1/vms/" + id, m_big));
    const std::scoped_lock lock(m_mutex);
    find()->destroyed = outcomeOf(answer, 204);
    find()->destroyedIndex = answer.header("Ledger-Index");
    return answer.status != 0;
}

QStringList CrashLoad::problems(quint16 port)
{
    QStringList problems;
    repeatUnanswered(port, problems);
    compare(port, problems);
    checkEntries(port, problems);
    return problems;
}

// With the same Idempotency-Key: made now, or made then and answered as it was then.
void CrashLoad::repeatUnanswered(quint16 port, QStringList &problems)
{
    HttpProbe probe(port);
    for (Vm &vm : m_vms) {
        if (vm.registered != Outcome::Unknown)
            continue;
        const auto answer = registerVm(probe, vm);
        if (answer.status == 201) {
            vm.registered = Outcome::Made;
            vm.id = text(object(answer), "vm_id");
            vm.index = answer.header("Ledger-Index");
        } else if (vm.ofSmall && answer.status == 429) {
            vm.registered = Outcome::Refused;
        } else {
            problems.append(u"%1, repeated, is answered %2."_s.arg(QString::fromUtf8(vm.name)).arg(answer.status));
        }
    }
}

void CrashLoad::compare(quint16 port, QStringList &problems)
{
    for (const bool small : {false, true}) {
        const auto listed = listVms(port, small ? m_small : m_big);
        if (!listed) {
            problems.append(u"The VMs can't be listed."_s);
            return;
        }
        qint64 count = 0, diskGb = 0;
        for (const Listed &vm : *listed) {
            count += vm.ids.size();
            diskGb += vm.diskGb;
        }
        HttpProbe probe(port);
        const QJsonObject usage =
            object(probe.ask(request(small ? "GET /v1/tenants/small" : "GET /v1/tenants/big", m_admin)))["usage"_L1]
                .toObject();
        if (usage["vms"_L1].toInteger() != count || usage["storage_gb"_L1].toInteger() != diskGb)
            problems.append(
                u"The usage is %1 and %2 GB, a recount gives %3 and %4 GB."_s.arg(usage["vms"_L1].toInteger())
                    .arg(usage["storage_gb"_L1].toInteger())
                    .arg(count)
                    .arg(diskGb));
        if (small && count > SmallLimit)
            problems.append(u"%1 VMs where %2 are allowed."_s.arg(count).arg(SmallLimit));
        if (!small && listed->value("many").ids.size() < m_many)
            problems.append(
                u"Of VMs registered many at once %1 are there, not %2."_s.arg(listed->value("many").ids.size())
                    .arg(m_many));
        for (Vm &vm : m_vms) {
            if (vm.ofSmall != small)
                continue;
            const QList<QByteArray> ids = listed->value(vm.name).ids;
            if (vm.destroyed == Outcome::Unknown)
                vm.destroyed = ids.isEmpty() ? Outcome::Made : Outcome::Refused;
            const bool belongs = vm.registered == Outcome::Made && vm.destroyed != Outcome::Made;
            if (ids != (belongs ? QList<QByteArray>{vm.id} : QList<QByteArray>()))
                problems.append(u"%1 was %2, and is there %3 times."_s
                                    .arg(QString::fromUtf8(vm.name),
                                        vm.registered != Outcome::Made      ? u"refused"_s
                                            : vm.destroyed == Outcome::Made ? u"destroyed"_s
                                                                            : u"registered"_s)
                                    .arg(ids.size()));
        }
    }
}

void CrashLoad::checkEntries(quint16 port, QStringList &problems)
{
    HttpProbe probe(port);
    const auto says = [&](const QByteArray &index, const char *event, const Vm &vm) {
        const QJsonObject entry = object(probe.ask(request("GET /v1/ledger/entries/" + index, m_admin)));
        if (text(entry, "event_type") != event || text(entry["data"_L1].toObject(), "vm_id") != vm.id)
            problems.append(u"Entry %1 should be %2 of %3."_s.arg(
                QLatin1StringView(index), QLatin1StringView(event), QLatin1StringView(vm.name)));
    };
    for (Vm &vm : m_vms) {
        if (std::exchange(vm.isChecked, true))
            continue;
        if (vm.registered == Outcome::Made)
            says(vm.index, "VM_REGISTERED", vm);
        if (vm.destroyed == Outcome::Made && !vm.destroyedIndex.isEmpty())
            says(vm.destroyedIndex, "VM_DESTROYED", vm);
    }
}

qsizetype CrashLoad::acknowledged() const
{
    const std::scoped_lock lock(m_mutex);
    return std::ranges::count(m_vms, Outcome::Made, &Vm::registered)
        + std::ranges::count(m_vms, Outcome::Made, &Vm::destroyed);
}

qsizetype CrashLoad::refused() const
{
    const std::scoped_lock lock(m_mutex);
    return std::ranges::count(m_vms, Outcome::Refused, &Vm::registered)
        + std::ranges::count(m_vms, Outcome::Refused, &Vm::destroyed);
}

QList<QByteArray> CrashLoad::acknowledgedVms() const
{
    const std::scoped_lock lock(m_mutex);
    QList<QByteArray> ids;
    for (const Vm &vm : m_vms) {
        if (vm.registered == Outcome::Made)
            ids.append(vm.id);
    }
    return ids;
}
