// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// POST /v1/ledger/export: the file, its entry, and what is refused.

#include "service/crypto/keyfile.h"
#include "service/report/format.h"
#include "tests/service/api/apihouse.h"

#include <QtCore/qdir.h>
#include <QtCore/qelapsedtimer.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

class TestExportRoute : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ApiHouse>();
        m_house->addTenant("acme");
        m_house->addTenant("zeta");
    }
    void cleanup() { m_house.reset(); }

    void answersTheFileOnceItIsRecorded_data()
    {
        QTest::addColumn<QByteArray>("format");
        QTest::addColumn<QByteArray>("begins");
        QTest::newRow("bundle") << "bundle"_ba
                                << "PK\x03\x04"_ba;
        QTest::newRow("jsonl") << "jsonl"_ba
                               << "{\"v\":1,"_ba;
        QTest::newRow("csv") << "csv"_ba
                             << "index,time,"_ba;
        QTest::newRow("html") << "html"_ba
                              << "<!DOCTYPE html>"_ba;
        QTest::newRow("pdf") << "pdf"_ba
                             << "%PDF-1."_ba;
    }
    void answersTheFileOnceItIsRecorded()
    {
        QFETCH(QByteArray, format);
        QFETCH(QByteArray, begins);
        const TreeSize before = m_house->entries();
        const auto answer = ask("{\"format\":\"" + format + "\",\"tenant_id\":\"acme\"}");
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.body.startsWith(begins));
        const auto known = report::formatNamed(format);
        QCOMPARE(answer.header("Content-Type"), report::mediaType(*known));
        QCOMPARE(answer.header("Ledger-Index"), QByteArray::number(before));
        const QJsonObject entry = m_house->lastEntry();
        QCOMPARE(entry["event_type"_L1].toString(), u"AUDIT_EXPORTED"_s);
        QCOMPARE(entry["actor"_L1]["token_id"_L1].toString().toLatin1(), m_house->adminId());
        QCOMPARE(entry["source"_L1]["via"_L1].toString(), u"http"_s);
        const QJsonObject data = entry["data"_L1].toObject();
        QCOMPARE(data["rows"_L1].toInt(), 1);
        QCOMPARE(data["query"_L1]["tenant_id"_L1][0].toString(), u"acme"_s);
        const QByteArray id = data["report_id"_L1].toString().toLatin1();
        QCOMPARE(answer.header("Content-Disposition"),
            "attachment; filename=\"ledger-" + id.first(12) + '.' + report::fileExtension(*known) + '"');
        QCOMPARE(files(), QStringList()); // nothing is left lying about
    }

    void aBundleThatCouldNotBeSignedIsSaidToBeSo()
    {
        QCOMPARE(ask(R"({"format":"bundle"})").header("Manifest-Signed"), "true");
        const QString file = m_house->directory() + "/keys/ledger.key"_L1;
        QVERIFY(QFile::remove(file)
            && crypto::writeKeyFile(file, crypto::SigningKey::generate(), QCA::SecureArray("opens it")));
        const QByteArray key = "Idempotency-Key: one\r\n";
        for (int i = 0; i < 2; ++i) { // the repetition as well
            const auto answer = ask(R"({"format":"bundle"})", key);
            QCOMPARE(answer.status, 200);
            QCOMPARE(answer.header("Manifest-Signed"), "false");
        }
        QVERIFY(ask(R"({"format":"csv"})").header("Manifest-Signed").isNull());
    }

    void givesTheBytesOfTheLedger()
    {
        const auto answer = ask(R"({"format":"jsonl","event_type":["TENANT_CREATED"],"reverse":true,"limit":1})");
        const auto entries =
            m_house->ask("GET", "/v1/ledger/entries?event_type=TENANT_CREATED&reverse=true&limit=1", m_house->admin());
        QCOMPARE('[' + answer.body.trimmed() + ']', entries.body);
    }

    void isRefused_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("outcome");
        const auto row = [](const char *name, const char *body, const char *outcome) {
            QTest::newRow(name) << QByteArray(body) << QByteArray(outcome);
        };
        row("without a body", "", "400 malformed-json");
        row("without a format", "{}", "422 invalid-field");
        row("with a format there is not", R"({"format":"docx"})", "422 invalid-field");
        row("with an unknown member", R"({"format":"csv","colour":"red"})", "422 invalid-field");
        row("with a wrong filter", R"({"format":"csv","outcome":"good"})", "422 invalid-field");
        row("with what is no JSON", "{", "400 malformed-json");
    }
    void isRefused()
    {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, outcome);
        const TreeSize before = m_house->entries();
        QCOMPARE(outcomeOf(ask(body)), outcome);
        QCOMPARE(m_house->entries(), before);
    }

    void isForAdministratorsAndAuditors()
    {
        const QByteArray body = R"({"format":"jsonl"})";
        QCOMPARE(m_house->ask("POST", "/v1/ledger/export", m_house->auditor(), body).status, 200);
        QCOMPARE(m_house->lastEntry()["actor"_L1]["kind"_L1].toString(), u"auditor"_s);
        for (const char *scope : {"service:tenant-admin", "INPUT", "USER", "READ"}) {
            const auto token = m_house->issue("acme", scope);
            QCOMPARE(outcomeOf(m_house->ask("POST", "/v1/ledger/export", token.text, body)), "403 insufficient-scope");
        }
        QCOMPARE(m_house->ask("POST", "/v1/ledger/export", {}, body).status, 401);
    }

    void aRehearsalTellsWhatWouldBe()
    {
        const TreeSize before = m_house->entries();
        const auto answer = ask(R"({"format":"pdf","tenant_id":"acme"})", {}, "?dry_run=true");
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.header("Ledger-Index").isNull());
        const QJsonObject plan = objectOf(answer);
        QCOMPARE(plan["rows"_L1].toInt(), 1);
        QCOMPARE(plan["tree_size"_L1].toInt(), int(before));
        QCOMPARE(m_house->entries(), before);
        QCOMPARE(files(), QStringList());
    }

    void aRepetitionGetsTheSameFileAndNoEntry()
    {
        const QByteArray key = "Idempotency-Key: one\r\n", body = R"({"format":"bundle"})";
        const auto first = ask(body, key);
        QCOMPARE(first.status, 200);
        const TreeSize after = m_house->entries();
        QCOMPARE(files().size(), 1);
        m_house->addTenant("later"); // another ledger by now
        const auto second = ask(body, key);
        QCOMPARE(second.status, 200);
        QVERIFY(second.body == first.body);
        for (const char *name : {"Ledger-Index", "Content-Type", "Content-Disposition"})
            QCOMPARE(second.header(name), first.header(name));
        QCOMPARE(m_house->entries(), after + 1);
        QCOMPARE(outcomeOf(ask(R"({"format":"csv"})", key)), "422 idempotency-key-reused");
        // Somebody made room.
        QVERIFY(QFile::remove(m_house->directory() + "/audit-exports/"_L1 + files().first()));
        QCOMPARE(outcomeOf(ask(body, key)), "409 idempotency-key-in-use");
        QCOMPARE(m_house->entries(), after + 1);
    }

    void simultaneousRepetitionsMakeOneEntry()
    {
        const TreeSize before = m_house->entries();
        const QByteArray request = ApiHouse::request(
            "POST", "/v1/ledger/export", m_house->admin(), R"({"format":"jsonl"})", "Idempotency-Key: two\r\n");
        HttpProbe one(m_house->port()), other(m_house->port());
        QVERIFY(one.send(request) && other.send(request));
        const auto first = one.answer(), second = other.answer();
        QVERIFY(first && second);
        QCOMPARE(first->status, 200);
        QCOMPARE(second->body, first->body);
        QCOMPARE(second->header("Ledger-Index"), first->header("Ledger-Index"));
        QCOMPARE(m_house->entries(), before + 1);
        QCOMPARE(files().size(), 1);
    }

    void moreThanMayWaitAreTurnedAway()
    {
        std::vector<std::unique_ptr<HttpProbe>> probes;
        for (int i = 0; i < 24; ++i) {
            probes.push_back(std::make_unique<HttpProbe>(m_house->port()));
            QVERIFY(probes.back()->send(
                ApiHouse::request("POST", "/v1/ledger/export", m_house->admin(), R"({"format":"jsonl"})")));
        }
        int done = 0, turnedAway = 0;
        for (const auto &probe : probes) {
            const auto answer = probe->answer();
            QVERIFY(answer);
            done += answer->status == 200 ? 1 : 0;
            if (answer->status == 429) {
                ++turnedAway;
                QCOMPARE(answer->header("Retry-After"), "10");
            }
        }
        QCOMPARE(done + turnedAway, 24);
        QVERIFY(done >= 18);
    }

    // With a key too, which is looked up before a request waits.
    void noMoreWaitThanMayWhateverTheyBring_data()
    {
        QTest::addColumn<bool>("keyed");
        QTest::newRow("without a key") << false;
        QTest::newRow("with keys of their own") << true;
    }
    void noMoreWaitThanMayWhateverTheyBring()
    {
        QFETCH(const bool, keyed);
        constexpr int MostAtOnce = 18, Asked = 24;
        const int gate = exportWithScript("exit 1");
        std::vector<std::unique_ptr<HttpProbe>> probes;
        for (int i = 0; i < Asked; ++i) {
            probes.push_back(std::make_unique<HttpProbe>(m_house->port()));
            const QByteArray key = keyed ? "Idempotency-Key: k" + QByteArray::number(i) + "\r\n" : QByteArray();
            QVERIFY(probes.back()->send(
                ApiHouse::request("POST", "/v1/ledger/export", m_house->admin(), R"({"format":"jsonl"})", key)));
        }
        for (int i = 0; i < 2; ++i) // by then all have been read
            QCOMPARE(m_house->ask("GET", "/healthz").status, 200);
        const QByteArray go(MostAtOnce, '\n');
        QCOMPARE(::write(gate, go.constData(), size_t(go.size())), ssize_t(MostAtOnce));
        int failed = 0, turnedAway = 0;
        for (const auto &probe : probes) {
            const auto answer = probe->answer();
            QVERIFY(answer);
            failed += answer->status == 503 ? 1 : 0;
            turnedAway += answer->status == 429 ? 1 : 0;
        }
        ::close(gate);
        QCOMPARE(failed, MostAtOnce);
        QCOMPARE(turnedAway, Asked - MostAtOnce);
    }

    void whatIsKilledLeavesNothing()
    {
        const int gate = exportWithScript("kill -9 $$");
        QCOMPARE(::write(gate, "\n", 1), 1);
        HttpProbe probe(m_house->port());
        const auto answer =
            probe.ask(ApiHouse::request("POST", "/v1/ledger/export", m_house->admin(), R"({"format":"jsonl"})"));
        ::close(gate);
        QCOMPARE(answer.status, 503);
        QVERIFY2(answer.body.contains("could not be run to its end"), answer.body.constData());
        QCOMPARE(files(), QStringList());
    }

    // One that doesn't heed the signal is not waited for one after another.
    void stoppingEndsAllThatRunTogether()
    {
        const int gate = exportWithScript("exit 1");
        HttpProbe one(m_house->port()), other(m_house->port());
        for (HttpProbe *probe : {&one, &other})
            QVERIFY(
                probe->send(ApiHouse::request("POST", "/v1/ledger/export", m_house->admin(), R"({"format":"jsonl"})")));
        QTRY_COMPARE(files().size(), 2);
        QElapsedTimer clock;
        clock.start();
        m_house->stopDoor();
        QVERIFY2(clock.elapsed() < 2500, qPrintable(QString::number(clock.elapsed())));
        ::close(gate);
        QCOMPARE(files(), QStringList());
    }

    // QProcess tells so from within start().
    void aProgramThatCanNotBeginIsAFailure()
    {
        m_house->exportWith(QString());
        for (int i = 0; i < 3; ++i) { // and its place is free again
            HttpProbe probe(m_house->port());
            const auto answer =
                probe.ask(ApiHouse::request("POST", "/v1/ledger/export", m_house->admin(), R"({"format":"jsonl"})"));
            QCOMPARE(answer.status, 503);
            QVERIFY2(answer.body.contains("could not be run to its end"), answer.body.constData());
        }
        QCOMPARE(files(), QStringList());
    }

    void aQueryThatNoEntryCouldHoldIsRefusedBeforehand()
    {
        m_house->exportWith(u"/nowhere"_s); // it is not even begun
        QByteArrayList tenants;
        for (int i = 0; i < 4000; ++i)
            tenants.append("\"tenant-" + QByteArray::number(i) + '"');
        const auto answer = ask("{\"format\":\"jsonl\",\"tenant_id\":[" + tenants.join(',') + "]}");
        QCOMPARE(outcomeOf(answer), "422 invalid-field");
        QVERIFY2(answer.body.contains("an entry takes 32768"), answer.body.constData());
    }

    void onlyAFileIsServedForAKey()
    {
        const QByteArray key = "Idempotency-Key: one\r\n", body = R"({"format":"jsonl"})";
        QCOMPARE(ask(body, key).status, 200);
        const QString kept = m_house->directory() + "/audit-exports/"_L1 + files().first();
        QVERIFY(QFile::remove(kept));
        QCOMPARE(::mkfifo(QFile::encodeName(kept).constData(), 0600), 0);
        QCOMPARE(outcomeOf(ask(body, key)), "409 idempotency-key-in-use");
    }

    void aFailureIsSaidAndNothingIsRecorded()
    {
        const TreeSize before = m_house->entries();
        QVERIFY(QDir(m_house->directory()).rename(u"audit-exports"_s, u"elsewhere"_s));
        HttpProbe probe(m_house->port());
        const auto answer =
            probe.ask(ApiHouse::request("POST", "/v1/ledger/export", m_house->admin(), R"({"format":"jsonl"})"));
        QCOMPARE(answer.status, 503);
        QVERIFY2(answer.body.contains("The export was not made. "), answer.body.constData());
        QVERIFY2(answer.body.contains("No such file or directory"), answer.body.constData());
        QCOMPARE(m_house->entries(), before);
    }

    void stoppingDoesNotWaitForWhatRuns()
    {
        HttpProbe probe(m_house->port());
        QVERIFY(probe.send(ApiHouse::request("POST", "/v1/ledger/export", m_house->admin(), R"({"format":"pdf"})")));
        m_house->stopDoor(); // the test's clock stands still, and with it any grace
        QVERIFY(!probe.answer());
    }

private:
    ApiHouse::Answer ask(const QByteArray &body, const QByteArray &fields = {}, const QByteArray &query = {})
    {
        return m_house->ask("POST", "/v1/ledger/export" + query, m_house->admin(), body, fields);
    }
    // A program that leaves an unfinished file, does not heed SIGTERM, and waits for a line in the FIFO whose end this
    // is before it does `then`.
    int exportWithScript(const QByteArray &then)
    {
        const QString fifo = m_scripts.filePath(u"gate"_s), program = m_scripts.filePath(u"program"_s);
        QFile::remove(fifo);
        ::mkfifo(QFile::encodeName(fifo).constData(), 0600);
        QFile script(program);
        if (!script.open(QIODevice::WriteOnly | QIODevice::Truncate))
            return -1;
        script.write("#!/bin/sh\ntrap '' TERM\nfor out; do :; done\n: > \"${out%/*}/.${out##*/}.1.part\"\nread line < "
            + QFile::encodeName(fifo) + '\n' + then + '\n');
        script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        script.close();
        m_house->exportWith(program);
        return ::open(QFile::encodeName(fifo).constData(), O_RDWR | O_CLOEXEC);
    }
    QStringList files() const
    {
        return QDir(m_house->directory() + "/audit-exports"_L1).entryList(QDir::Files | QDir::Hidden);
    }

    QTemporaryDir m_scripts;
    std::unique_ptr<ApiHouse> m_house;
};

QTEST_GUILESS_MAIN(TestExportRoute)
#include "tst_exportroute.moc"
