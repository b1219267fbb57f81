// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The real server, killed in the middle of its work, five times over: what it acknowledged is there with its entry, and
// the ledger verifies.

#include "service/core/json.h"
#include "tests/support/httpprobe.h"

#include <QtCore/qfile.h>
#include <QtCore/qprocess.h>
#include <QtCore/qrandom.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <mutex>
#include <semaphore>
#include <thread>

using namespace Qt::StringLiterals;

namespace {

constexpr int Rounds = 5, Connections = 4;

struct Acknowledged
{
    QByteArray vm;
    QByteArray index;
};

QString program(const char *name)
{
    return QStringLiteral(HOUSE_PROGRAMS "/") + QLatin1StringView(name);
}

// JSON that is pleasant to read here: with ' for ".
QByteArray quoted(QByteArray json)
{
    return json.replace('\'', '"');
}

QByteArray request(const QByteArray &line, const QByteArray &token, const QByteArray &body = {})
{
    QByteArray bytes = line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n";
    if (!body.isEmpty())
        bytes += "Content-Type: application/json\r\n";
    return bytes + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QByteArray textOf(const QByteArray &object, const char *name)
{
    const auto value = json::parse(object);
    const json::Value *member = value ? value->find(name) : nullptr;
    return member && member->string() ? *member->string() : QByteArray();
}

} // namespace

class TestCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        m_server.kill();
        m_server.waitForFinished();
    }

    void whatWasAcknowledgedSurvivesBeingKilled()
    {
        quint16 port = start();
        QVERIFY(port != 0);
        QFile file(m_dir.filePath(u"data/admin.token"_s));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray admin = file.readAll().trimmed();
        HttpProbe probe(port);
        QCOMPARE(probe
                     .ask(request("POST /v1/tenants", admin,
                         quoted("{'tenant_id':'acme-corp','display_name':'Acme','max_vms':100000,"
                                "'storage_quota_gb':1000000000,'api_rate_limit_rpm':10000000}")))
                     .status,
            201);
        const auto issued = probe.ask(request("POST /v1/tenants/acme-corp/tokens", admin,
            quoted("{'subject_pubkey':'A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=','scope':'INPUT'}")));
        QCOMPARE(issued.status, 201);
        const QByteArray token = textOf(issued.body, "token");

        QList<Acknowledged> all;
        for (int round = 0; round < Rounds; ++round) {
            const QList<Acknowledged> made = registerUntilKilled(port, token);
            QVERIFY(!made.isEmpty());
            all += made;
            QCOMPARE(verify(), 0); // as the killed process left it
            port = start();
            QVERIFY(port != 0);
            isThere(port, token, made);
            QCOMPARE(verify(), 0); // beside the new one
        }

        // The usage is that of the rows, and nothing acknowledged in an early round went in a later one.
        HttpProbe last(port);
        const auto status = last.ask(request("GET /v1/tenants/acme-corp", admin));
        QCOMPARE(status.status, 200);
        const auto record = json::parse(status.body);
        const qint64 used = record->find("usage")->find("vms")->number()->whole().value();
        QVERIFY2(used >= all.size() && used <= all.size() + Rounds * Connections,
            qPrintable(u"%1 used, %2 acknowledged"_s.arg(used).arg(all.size())));
        isThere(port, token, all.first(std::min<qsizetype>(all.size(), 50)));

        m_server.terminate();
        QVERIFY(m_server.waitForFinished());
        QCOMPARE(m_server.exitStatus(), QProcess::NormalExit);
        QCOMPARE(m_server.exitCode(), 0);
        QCOMPARE(verify(), 0);
    }

private:
    // The port, or 0.
    quint16 start()
    {
        m_server.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_server.start(program("service-vm-tenant"), {u"--data-dir"_s, m_dir.filePath(u"data"_s), u"--port"_s, u"0"_s});
        while (!m_server.canReadLine()) {
            if (!m_server.waitForReadyRead(20'000))
                return 0;
        }
        const QByteArray line = m_server.readLine().trimmed();
        return line.sliced(line.lastIndexOf(':') + 1).toUShort();
    }

    int verify()
    {
        QProcess verifier;
        verifier.start(program("service-fs"), {u"verify"_s, u"--full"_s, u"--data-dir"_s, m_dir.filePath(u"data"_s)});
        verifier.waitForFinished();
        if (verifier.exitCode() != 0)
            qWarning().noquote() << verifier.readAllStandardOutput() << verifier.readAllStandardError();
        return verifier.exitStatus() == QProcess::NormalExit ? verifier.exitCode() : -1;
    }

    // Several clients, each as fast as it is answered, and then the blow: after a random number of answers, so that
    // every round has some, and in whatever the server is doing just then.
    QList<Acknowledged> registerUntilKilled(quint16 port, const QByteArray &token)
    {
        QList<Acknowledged> made;
        std::mutex mutex;
        std::counting_semaphore answers(0);
        const int enough = QRandomGenerator::global()->bounded(20, 400);
        {
            std::vector<std::jthread> clients;
            for (int i = 0; i < Connections; ++i) {
                clients.emplace_back([&, i] {
                    HttpProbe probe(port);
                    const QByteArray body = i % 2 ? "{\"disk_gb\":1}" : "";
                    while (true) {
                        const auto answer = probe.ask(request("POST /v1/vms", token, body));
                        if (answer.status == 0)
                            return;
                        answers.release();
                        if (answer.status == 201) {
                            const std::scoped_lock lock(mutex);
                            made.append({textOf(answer.body, "vm_id"), answer.header("Ledger-Index")});
                        }
                    }
                });
            }
            for (int i = 0; i < enough && answers.try_acquire_for(std::chrono::seconds(10)); ++i) { }
            m_server.kill();
            m_server.waitForFinished();
        }
        return made;
    }

    static void isThere(quint16 port, const QByteArray &token, const QList<Acknowledged> &made)
    {
        HttpProbe probe(port);
        for (const Acknowledged &vm : made) {
            QVERIFY(!vm.vm.isEmpty() && !vm.index.isEmpty());
            QCOMPARE(probe.ask(request("GET /v1/vms/" + vm.vm, token)).status, 200);
            const auto entry = probe.ask(request("GET /v1/ledger/entries/" + vm.index, token));
            QCOMPARE(entry.status, 200);
            QCOMPARE(textOf(entry.body, "event_type"), "VM_REGISTERED"_ba);
            QVERIFY(entry.body.contains(vm.vm));
        }
    }

    QTemporaryDir m_dir;
    QProcess m_server;
};

QTEST_GUILESS_MAIN(TestCrash)
#include "tst_crash.moc"
