// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/tenantserver.h"

#include "tests/support/httpprobe.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qendian.h>
#include <QtCore/qfile.h>
#include <QtCore/qjsondocument.h>

using namespace Qt::StringLiterals;

namespace bench {

TenantServer::TenantServer(const Setting &setting, const QString &dataDirectory, std::optional<int> core)
    : m_dataDirectory(dataDirectory)
{
    QElapsedTimer timer;
    timer.start();
    m_program = std::make_unique<Program>(setting.programs + u"/service-vm-tenant"_s,
        QStringList{u"--data-dir"_s, dataDirectory, u"--port"_s, u"0"_s}, core);
    const auto line = m_program->line();
    m_readyMilliseconds = double(timer.nsecsElapsed()) / 1e6;
    m_port = line ? line->sliced(line->lastIndexOf(':') + 1).toUShort() : quint16(0);
    if (m_port == 0)
        giveUp(u"The server did not say that it is ready."_s);
}

QString TenantServer::url(const QString &path) const
{
    return u"http://127.0.0.1:%1%2"_s.arg(m_port).arg(path);
}

QByteArray TenantServer::ask(
    const QByteArray &method, const QByteArray &path, const QByteArray &token, const QByteArray &body)
{
    QByteArray request =
        method + ' ' + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n";
    if (!body.isEmpty())
        request += "Content-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n";
    HttpProbe probe(m_port);
    const auto answer = probe.ask(request + "\r\n" + body);
    if (answer.status / 100 != 2)
        giveUp(u"%1 %2 answered %3: %4"_s.arg(QString::fromLatin1(method), QString::fromLatin1(path))
                   .arg(answer.status)
                   .arg(QString::fromUtf8(answer.body)));
    return answer.body;
}

QByteArray TenantServer::addTenant(const QByteArray &id, int vms)
{
    QFile file(m_dataDirectory + u"/admin.token"_s);
    if (!file.open(QIODevice::ReadOnly))
        giveUp(u"There is no admin.token."_s);
    const QByteArray admin = file.readAll().trimmed();
    ask("POST", "/v1/tenants", admin,
        "{\"tenant_id\":\"" + id + "\",\"display_name\":\"Bench\",\"max_vms\":" + QByteArray::number(vms)
            + ",\"storage_quota_gb\":1000000000,\"api_rate_limit_rpm\":10000000}");
    const QByteArray issued = ask("POST", "/v1/tenants/" + id + "/tokens", admin,
        "{\"subject_pubkey\":\"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\",\"scope\":\"service:tenant-admin\"}");
    return QJsonDocument::fromJson(issued)["token"_L1].toString().toLatin1();
}

qint64 TenantServer::commits() const
{
    return highWaterSequence(m_dataDirectory + u"/high-water"_s);
}

qint64 highWaterSequence(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        giveUp(u"%1 can't be read."_s.arg(path));
    const QByteArray bytes = file.readAll();
    qint64 newest = 0;
    for (const qsizetype slot : {qsizetype(0), qsizetype(4096)}) {
        if (bytes.size() >= slot + 16)
            newest = std::max(newest, qint64(qFromBigEndian<quint64>(bytes.constData() + slot + 8)));
    }
    return newest;
}

} // namespace bench
