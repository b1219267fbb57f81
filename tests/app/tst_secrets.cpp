// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Where tokens and keys are not: after all that makes, changes or refuses them, and an abort, everything that the
// server has written or said is searched for every token's text, payload and signature, and for the keys' seeds. What
// may hold one of them is found as well, so a search that finds nothing at all fails.
#include "tests/app/programs.h"
#include "tests/app/secretsearch.h"

#include <QtCore/qdiriterator.h>
#include <QtCore/qregularexpression.h>
#include <QtNetwork/qlocalsocket.h>

using namespace Qt::StringLiterals;

class TestSecrets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFormIsFound();
    void secretsAreInTheirFilesAndNowhereElse();

private:
    QString path(const char *name) const { return m_folder.filePath(QLatin1StringView(name)); }
    Ran server(const QStringList &arguments) const
    {
        return run("service-vm-tenant", QStringList{u"--data-dir"_s, m_data} + arguments);
    }
    // What is asked and heard, down to the last field.
    HttpProbe::Answer send(const QByteArray &method, const QByteArray &target, const QByteArray &token,
        const QByteArray &body, const QByteArray &fields = {});
    // An answer that may hold no token.
    int ask(const QByteArray &method, const QByteArray &target, const QByteArray &token, const QByteArray &body = {},
        const QByteArray &fields = {});
    // An answer that delivers tokens.
    QByteArrayList deliver(const QByteArray &name, const QByteArray &target, const QByteArray &token,
        const QByteArray &body, const QByteArray &fields = {});
    QByteArray keep(const QByteArray &name, const QByteArray &text);
    QByteArray idOf(const QByteArray &token);
    void keepSeeds(const QByteArray &when);
    QByteArray control(const QByteArray &line) const;

    void issue();
    void change();
    void fail();
    void tell();
    void backUp();
    void rotateKeys();
    QList<Document> everything();

    QTemporaryDir m_folder;
    QString m_data = m_folder.filePath(u"data"_s);
    std::unique_ptr<RunningServer> m_server;
    QList<Secret> m_secrets;
    QByteArray m_heard; // answers that may hold no token, and what programs said
    QByteArray m_admin, m_root, m_child;
};

void TestSecrets::everyFormIsFound()
{
    const QByteArray seed = QByteArray::fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    const QList<Secret> secrets{seedSecret("seed"_ba, seed),
        tokenSecret(
            "token"_ba, "eyJ0." + QByteArray(300, 'p') + '.' + QByteArray(43, 'R') + QByteArray(42, 'S') + 'A')};
    QList<Document> holders{{"0", "x" + seed}, {"1", seed.toHex()}, {"2", seed.toHex().toUpper() + '\n'},
        {"3", "..." + QByteArray(300, 'p')}, {"4", QByteArray(43, 'R')}, {"5", "S" + QByteArray(42, 'S') + 'A'}};
    for (const QByteArray &before : {""_ba, "a"_ba, "ab"_ba, "abc"_ba, "abcd"_ba}) {
        holders.append({"6" + before, (before + seed + "after").toBase64()});
        holders.append({"7" + before, (before + seed).toBase64(QByteArray::Base64UrlEncoding)});
    }
    QCOMPARE(holdings(holders, secrets).size(), holders.size());
    QCOMPARE(holdings({{"8", seed.chopped(1)}, {"9", QByteArray(299, 'p')}, {"10", {}}}, secrets), QByteArrayList());
}

HttpProbe::Answer TestSecrets::send(const QByteArray &method, const QByteArray &target, const QByteArray &token,
    const QByteArray &body, const QByteArray &fields)
{
    QByteArray request = method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields;
    if (!token.isEmpty())
        request += "Authorization: Bearer " + token + "\r\n";
    if (!body.isEmpty())
        request += "Content-Type: application/json\r\n";
    HttpProbe probe(m_server->port());
    return probe.ask(request + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

int TestSecrets::ask(const QByteArray &method, const QByteArray &target, const QByteArray &token,
    const QByteArray &body, const QByteArray &fields)
{
    const auto answer = send(method, target, token, body, fields);
    for (const auto &[name, value] : answer.headers)
        m_heard += name + ": " + value + '\n';
    m_heard += answer.body + '\n';
    return answer.status;
}

QByteArray TestSecrets::keep(const QByteArray &name, const QByteArray &text)
{
    if (std::ranges::none_of(m_secrets, [&](const Secret &secret) { return secret.forms.first() == text; }))
        m_secrets.append(tokenSecret(name, text));
    return text;
}

QByteArrayList TestSecrets::deliver(const QByteArray &name, const QByteArray &target, const QByteArray &token,
    const QByteArray &body, const QByteArray &fields)
{
    static const QRegularExpression form(u"eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]{100,}\\.[A-Za-z0-9_-]{86}"_s);
    const auto answer = send("POST"_ba, target, token, body, fields);
    QByteArrayList texts;
    for (const auto &match : form.globalMatch(QString::fromLatin1(answer.body)))
        texts.append(keep(name, match.captured().toLatin1()));
    if (texts.isEmpty())
        QTest::qFail((name + ": " + answer.body).constData(), __FILE__, __LINE__);
    return texts;
}

// From the payload: the one place where it stands beside its secret.
QByteArray TestSecrets::idOf(const QByteArray &token)
{
    const QByteArray payload = QByteArray::fromBase64(token.split('.').value(1), QByteArray::Base64UrlEncoding);
    return QJsonDocument::fromJson(payload)["jti"_L1].toString().toLatin1();
}

void TestSecrets::keepSeeds(const QByteArray &when)
{
    m_secrets.append(seedSecret("the key of tokens " + when, seedIn(m_data + "/keys/token.key"_L1)));
    m_secrets.append(seedSecret("the key of the ledger " + when, seedIn(m_data + "/keys/ledger.key"_L1)));
}

QByteArray TestSecrets::control(const QByteArray &line) const
{
    QLocalSocket socket;
    socket.connectToServer(m_data + "/control.sock"_L1);
    QByteArray answer;
    if (socket.waitForConnected(5000) && socket.write(line + '\n') > 0) {
        while (!answer.endsWith('\n') && socket.waitForReadyRead(5000))
            answer += socket.readAll();
    }
    return answer;
}

namespace {

const QByteArray Key("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
const QByteArray OtherKey("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="); // RFC 8032, 7.1, test 1

QByteArray tokenBody(const QByteArray &scope, const QByteArray &rest = {})
{
    return R"({"subject_pubkey":")" + Key + R"(","scope":")" + scope + '"' + rest + '}';
}

} // namespace

void TestSecrets::issue()
{
    QCOMPARE(ask("POST"_ba, "/v1/tenants"_ba, m_admin,
                 R"({"tenant_id":"acme","display_name":"Found by the search","max_vms":3,"storage_quota_gb":100,)"
                 R"("api_rate_limit_rpm":10000})"_ba),
        201);
    m_root = deliver("a root"_ba, "/v1/tenants/acme/tokens"_ba, m_admin, tokenBody("service:tenant-admin"_ba)).first();
    m_child = deliver("a child"_ba, "/v1/tenants/acme/tokens"_ba, m_root, tokenBody("USER"_ba)).first();
    const QByteArray bound = deliver("one with a proof"_ba, "/v1/tenants/acme/tokens"_ba, m_root,
        tokenBody("READ"_ba, R"(,"proof_of_possession":true)"_ba))
                                 .first();
    QCOMPARE(
        ask("GET"_ba, "/v1/status"_ba, {}, {}, "Authorization: DPoP " + bound + "\r\nDPoP: " + bound + "\r\n"), 401);

    const auto again = [this] {
        return deliver("one asked for twice"_ba, "/v1/tenants/acme/tokens"_ba, m_root, tokenBody("INPUT"_ba),
            "Idempotency-Key: twice\r\n"_ba)
            .first();
    };
    QCOMPARE(again(), again());
    // A rehearsal makes no text.
    for (const char *target : {"/v1/tenants/acme/tokens?dry_run=true", "/v1/tokens?dry_run=true"}) {
        const bool named = QByteArrayView(target).startsWith("/v1/tokens");
        QCOMPARE(
            ask("POST"_ba, target, m_root, tokenBody("READ"_ba, named ? R"(,"tenant_id":"acme")"_ba : QByteArray())),
            200);
    }
}

void TestSecrets::change()
{
    const QByteArray rows = R"([{"subject_pubkey":")" + Key + R"(","scope":"INPUT"},{"subject_pubkey":")" + OtherKey
        + R"(","scope":"READ"}])";
    QCOMPARE(ask("POST"_ba, "/v1/tenants/acme/tokens/change-tier?dry_run=true"_ba, m_root, rows), 200);
    deliver("one of another tier"_ba, "/v1/tenants/acme/tokens/change-tier"_ba, m_root, rows);
    const QByteArray old =
        deliver("one to be rotated"_ba, "/v1/tenants/acme/tokens"_ba, m_root, tokenBody("READ"_ba)).first();
    deliver("one that was rotated"_ba, "/v1/tokens/" + idOf(old) + "/rotate", m_root, {});
    const QByteArray revoked =
        deliver("one to be revoked"_ba, "/v1/tenants/acme/tokens"_ba, m_root, tokenBody("READ"_ba)).first();
    QCOMPARE(ask("DELETE"_ba, "/v1/tokens/" + idOf(revoked), m_root), 204);
    QCOMPARE(ask("GET"_ba, "/v1/status"_ba, revoked), 401);
    QCOMPARE(ask("POST"_ba, "/v1/tokens/verify"_ba, {}, R"({"token":")" + revoked + R"("})"), 401);
    QCOMPARE(ask("POST"_ba, "/v1/tokens/verify"_ba, {}, R"({"token":")" + m_root + R"("})"), 200);

    const Ran auditor = server({u"admin-token"_s, u"--role"_s, u"auditor"_s, u"--name"_s, u"revision"_s});
    QCOMPARE(auditor.status, 0);
    keep("an auditor's"_ba, auditor.out.trimmed());
    QCOMPARE(server({u"admin-token"_s}).out.trimmed(), m_admin);
}

void TestSecrets::fail()
{
    // As good as the token but for the last byte of its signature, and in every place where one could be put by
    // mistake.
    QByteArray flipped = m_root;
    flipped[flipped.size() - 2] = flipped[flipped.size() - 2] == 'A' ? 'B' : 'A';
    QCOMPARE(ask("GET"_ba, "/v1/status"_ba, flipped), 401);
    QCOMPARE(ask("GET"_ba, "/v1/status"_ba, m_root + '.'), 401);
    QCOMPARE(ask("GET"_ba, "/v1/status"_ba, {}, {}, "Authorization: Basic " + m_root + "\r\n"), 401);
    QCOMPARE(ask("GET"_ba, "/v1/status"_ba, {}, {}, "Authorization: DPoP " + m_root + "\r\n"), 401);
    QCOMPARE(ask("POST"_ba, "/v1/tokens/verify"_ba, {}, R"({"token":")" + flipped + R"("})"), 401);
    for (const QByteArray &body : {R"({"token":")" + m_root, R"({"token":["%1"]})"_ba.replace("%1", m_root),
             R"({"tokens":"%1"})"_ba.replace("%1", m_root), '"' + m_root + '"'}) {
        const int status = ask("POST"_ba, "/v1/tokens/verify"_ba, {}, body);
        QVERIFY2(status == 400 || status == 422, body.constData());
    }
    for (const auto &[target, body] :
        {std::pair("/v1/tenants"_ba,
             R"({"tenant_id":"%1","display_name":"%1","max_vms":"%1","storage_quota_gb":1,"api_rate_limit_rpm":1})"_ba),
            {"/v1/tokens"_ba, R"({"tenant_id":"%1","subject_pubkey":"%1","scope":"%1"})"_ba},
            {"/v1/tenants/acme/tokens"_ba, R"({"subject_pubkey":"%1","scope":"%1","expires_in_seconds":"%1"})"_ba},
            {"/v1/vms"_ba, R"({"tenant_id":"%1","vm_type":"%1","preferred_node":"%1"})"_ba},
            {"/v1/keys/rotate"_ba, R"({"key":"%1"})"_ba}}) {
        const int status = ask("POST"_ba, target, m_admin, QByteArray(body).replace("%1", m_root));
        QVERIFY2(status >= 400 && status < 500, (target + ' ' + QByteArray::number(status)).constData());
    }
    QCOMPARE(ask("POST"_ba, "/v1/tenants/acme/suspend"_ba, m_root, R"({"reason":")" + m_root + R"("})"), 403);
    for (const char *method : {"GET", "DELETE"})
        QCOMPARE(ask(method, "/v1/tokens/" + m_child, m_root), 404);
    QCOMPARE(ask("GET"_ba, "/v1/status?access_token=" + m_root, m_root), 422);
    QCOMPARE(ask("GET"_ba, '/' + m_root, m_root), 404);
    ask("GET"_ba, "/v1/ledger/entries?token-id=" + m_root, m_root);
    ask("GET"_ba, "/v1/status"_ba, m_root, {}, "X-Request-Id: " + m_root + "\r\n");
    QCOMPARE(ask("POST"_ba, "/v1/vms"_ba, m_child, "{}"_ba), 403); // an entry of its own
}

void TestSecrets::tell()
{
    for (const char *target : {"/v1/tenants/acme/tokens?state=all", "/v1/ledger/entries?limit=1000",
             "/ledger/checkpoint", "/.well-known/jwks.json", "/v1/tenants/acme", "/readyz", "/openapi.json"})
        QCOMPARE(ask("GET"_ba, target, m_admin), 200);
    QCOMPARE(ask("GET"_ba, "/v1/tokens/" + idOf(m_child), m_admin), 200);
    ask("GET"_ba, "/metrics"_ba, {});
    for (const char *format : {"jsonl", "csv", "html"}) {
        QCOMPARE(ask("POST"_ba, "/v1/ledger/export"_ba, m_admin, R"({"format":")" + QByteArray(format) + R"("})"), 200);
        const Ran made = run("service-fs",
            {u"export"_s, u"--data-dir"_s, m_data, u"--format"_s, QLatin1StringView(format), u"--out"_s,
                path("export.") + QLatin1StringView(format)});
        QCOMPARE(made.status, 0);
        m_heard += made.out + made.err;
    }
    const Ran read = run("service-fs", {u"read"_s, u"--data-dir"_s, m_data});
    QVERIFY(read.out.contains("TOKEN_ISSUED") && read.out.contains("TOKEN_REVOKED"));
    m_heard += read.out + read.err;
    for (const QByteArray &line : {R"({"command":"who"})"_ba, R"({"command":"%1"})"_ba.replace("%1", m_root),
             R"({"command":"admin-token","role":"%1","name":"x"})"_ba.replace("%1", m_root), m_root}) {
        const QByteArray answer = control(line);
        QVERIFY2(answer.endsWith('\n'), line.constData());
        // It tells a sender what it does not know by its name; that much goes nowhere else.
        if (!line.contains(m_root))
            m_heard += answer;
    }
}

void TestSecrets::backUp()
{
    const Ran without = server({u"backup"_s, path("without-keys.zip")});
    QVERIFY2(without.status == 0, without.err.constData());
    const Ran with = server({u"backup"_s, u"--with-keys"_s, path("with-keys.zip")});
    QVERIFY2(with.status == 0, with.err.constData());
    m_heard += without.out + without.err + with.out + with.err;
}

void TestSecrets::rotateKeys()
{
    for (const char *key : {"token", "ledger"})
        QCOMPARE(ask("POST"_ba, "/v1/keys/rotate"_ba, m_admin, R"({"key":")" + QByteArray(key) + R"("})"), 200);
    keepSeeds("after"_ba);
    const Ran rotated = server({u"admin-token"_s, u"--rotate"_s});
    QCOMPARE(rotated.status, 0);
    QCOMPARE(ask("GET"_ba, "/v1/tenants"_ba, m_admin), 401);
    m_admin = keep("the administrator's after"_ba, rotated.out.trimmed());
    deliver("one of the new key"_ba, "/v1/tenants/acme/tokens"_ba, m_root, tokenBody("READ"_ba));
    QCOMPARE(ask("GET"_ba, "/v1/ledger/entries?limit=1000"_ba, m_admin), 200);
}

QList<Document> TestSecrets::everything()
{
    QList<Document> documents{
        {"what was answered"_ba, m_heard}, {"stdout"_ba, m_server->out()}, {"stderr"_ba, m_server->err()}};
    QDirIterator files(m_folder.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString file = files.next();
        documents.append({file.sliced(m_folder.path().size() + 1).toLocal8Bit(), contentOf(file)});
    }
    return documents;
}

void TestSecrets::secretsAreInTheirFilesAndNowhereElse()
{
    m_server = std::make_unique<RunningServer>(m_data);
    QVERIFY2(m_server->port() != 0, m_server->err().constData());
    m_admin = keep("the administrator's before"_ba, contentOf(m_data + "/admin.token"_L1).trimmed());
    keepSeeds("before"_ba);
    for (const auto step : {&TestSecrets::issue, &TestSecrets::change, &TestSecrets::fail, &TestSecrets::tell,
             &TestSecrets::backUp, &TestSecrets::rotateKeys}) {
        (this->*step)();
        if (QTest::currentTestFailed())
            return;
    }
    QCOMPARE(m_server->stop(SIGABRT), -1);
    QVERIFY(m_secrets.size() >= 16);

    const QList<Document> documents = everything();
    QCOMPARE(holdings(documents, m_secrets),
        (QByteArrayList{"data/admin.token: the administrator's after",
            "data/keys/ledger.key: the key of the ledger after", "data/keys/token.key: the key of tokens after",
            "with-keys.zip: the administrator's before", "with-keys.zip: the key of the ledger before",
            "with-keys.zip: the key of tokens before"}));
    // The same search finds in the other files what does stand there.
    QByteArrayList holders;
    for (const QByteArray &found : holdings(documents, {{"", {"Found by the search"_ba}}}))
        holders.append(found.chopped(2));
    for (const char *holder : {"what was answered", "export.jsonl", "export.csv", "export.html", "without-keys.zip"})
        QVERIFY2(holders.contains(holder), holder);
    QVERIFY(holders.contains("data/tenants.db") || holders.contains("data/tenants.db-wal"));
    QVERIFY(m_server->out().startsWith("listening on ") && m_server->err().contains("admin.token"));
}

QTEST_GUILESS_MAIN(TestSecrets)
#include "tst_secrets.moc"
