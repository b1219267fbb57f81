// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/publickeytext.h"
#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestTokenChanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_house.reset(); }
    void explainsWhatTheDoorWouldSay_data();
    void explainsWhatTheDoorWouldSay();
    void explainsOnlyWhatTheAskerMaySee();
    void tiersGoUpAndDown();
    void aRefusedRowLeavesTheOthers();
    void tiersOfATenantsAdministratorAreItsOwn();
    void whatOneRowRevokesNoOtherHolds();
    void aRefusedRehearsalMakesNoEntry();
    void aRehearsalOfTiersChangesNothing();
    void whatIsNoListIsRefused();
    void aTokenIsRotatedWithAnOverlap();
    void aTokenIsRotatedAtOnce();
    void rotationsAreRefused_data();
    void rotationsAreRefused();
    void keysRotate();
    void afterARotationAnOldKeyIsNotAnsweredAgain();

private:
    ApiHouse::Answer ask(const char *method, const QByteArray &target, const QByteArray &token,
        const QByteArray &body = {}, const QByteArray &fields = {})
    {
        return m_house->ask(method, target, token, body, fields);
    }
    QByteArray rule(const QByteArray &by, const QByteArray &token, const QByteArray &method, const QByteArray &path)
    {
        const auto answer = ask("POST", "/v1/tokens/explain", by,
            R"({"token_id":")" + token + R"(","method":")" + method + R"(","path":")" + path + R"("})");
        return answer.status == 200 ? objectOf(answer)["rule"_L1].toString().toLatin1() : outcomeOf(answer);
    }
    QJsonArray tiers(const QByteArray &rows, const QByteArray &by = {}, const QByteArray &query = {})
    {
        return arrayOf(
            ask("POST", "/v1/tenants/acme/tokens/change-tier" + query, by.isEmpty() ? m_house->admin() : by, rows));
    }
    QByteArray stateOf(const QByteArray &id)
    {
        return objectOf(ask("GET", "/v1/tokens/" + id, m_house->admin()))["state"_L1].toString().toLatin1();
    }
    QByteArrayList events(const QByteArray &query)
    {
        QByteArrayList types;
        for (const QJsonValue &entry : arrayOf(ask("GET", "/v1/ledger/entries?limit=1000&" + query, m_house->admin())))
            types.append(entry["event_type"_L1].toString().toLatin1());
        return types;
    }

    std::unique_ptr<ApiHouse> m_house;
    ApiHouse::Token m_chief; // service:tenant-admin of acme
};

namespace {

QByteArray newKey()
{
    return crypto::publicKeyToText(crypto::SigningKey::generate().publicKey());
}

QByteArray row(const QByteArray &key, const char *scope)
{
    return R"({"subject_pubkey":")" + key + R"(","scope":")" + scope + R"("})";
}

QByteArray tokenIn(const QJsonValue &outcome, const char *member)
{
    return outcome["token"_L1][QLatin1StringView(member)].toString().toLatin1();
}

const QByteArray Absent("0199a8c0-0000-7000-8000-00000000dead");

} // namespace

void TestTokenChanges::init()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_house->addTenant("rival"_ba);
    m_chief = m_house->issue("acme"_ba, "service:tenant-admin"_ba);
}

void TestTokenChanges::explainsWhatTheDoorWouldSay_data()
{
    QTest::addColumn<QByteArray>("scope");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("rule");
    const auto ask = [](const char *name, const char *scope, const char *method, const char *path, const char *rule) {
        QTest::newRow(name) << QByteArray(scope) << QByteArray(method) << QByteArray(path) << QByteArray(rule);
    };
    ask("a reader reads VMs", "READ", "GET", "/v1/vms", "scope");
    ask("and asks for their head", "READ", "HEAD", "/v1/vms", "scope");
    ask("it makes none", "READ", "POST", "/v1/vms", "insufficient-scope");
    ask("one who may put in makes some", "INPUT", "POST", "/v1/vms", "scope");
    ask("a reader reads no ledger", "READ", "GET", "/v1/ledger/entries", "insufficient-scope");
    ask("its own tenant", "READ", "GET", "/v1/tenants/acme", "scope");
    ask("another's tenant", "READ", "GET", "/v1/tenants/rival", "not-found");
    ask("no tenant", "READ", "GET", "/v1/tenants/nobody", "not-found");
    ask("no VM", "READ", "GET", "/v1/vms/0199a8c0-0000-7000-8000-00000000dead", "not-found");
    ask("an entry of the installation", "USER", "GET", "/v1/ledger/entries/0", "not-found");
    ask("a proof of an entry that is not there", "USER", "GET", "/v1/ledger/entries/9999/proof", "not-found");
    ask("a service asks for the status", "service:backup", "GET", "/v1/status", "scope");
    ask("and for no more", "service:backup", "GET", "/v1/vms", "insufficient-scope");
    ask("what is for anyone", "READ", "GET", "/healthz", "public");
    ask("what is not there", "READ", "GET", "/v2/vms", "no-route");
    ask("what takes another method", "READ", "DELETE", "/v1/status", "wrong-method");
    ask("its tokens are the tenant's administrator's", "USER", "GET", "/v1/tenants/acme/tokens", "insufficient-scope");
    ask("keys are the administrator's", "service:tenant-admin", "POST", "/v1/keys/rotate", "insufficient-scope");
    ask("tiers are the tenant's administrator's too", "service:tenant-admin", "POST",
        "/v1/tenants/acme/tokens/change-tier", "scope");
    ask("but not another tenant's", "service:tenant-admin", "POST", "/v1/tenants/rival/tokens/change-tier",
        "not-found");
}

void TestTokenChanges::explainsWhatTheDoorWouldSay()
{
    QFETCH(QByteArray, scope);
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    const auto token = m_house->issue("acme"_ba, scope);
    QTEST(rule(m_house->auditor(), token.id, method, path), "rule");
    // And the door does say so.
    const int status = m_house->ask(method, path, token.text, method == "POST" ? "{}"_ba : QByteArray()).status;
    QFETCH(QByteArray, rule);
    QCOMPARE(status == 401 || status == 403, rule == "insufficient-scope");
    QCOMPARE(status == 404, rule == "not-found" || rule == "no-route");
    QCOMPARE(status == 405, rule == "wrong-method");
}

void TestTokenChanges::explainsOnlyWhatTheAskerMaySee()
{
    const auto user = m_house->issue("acme"_ba, "USER"_ba, {}, m_chief.text);
    const auto rival = m_house->issue("rival"_ba, "USER"_ba);
    QCOMPARE(rule(m_chief.text, user.id, "GET", "/v1/vms"), "scope");
    QCOMPARE(rule(m_chief.text, rival.id, "GET", "/v1/vms"), "404 not-found");
    QCOMPARE(rule(m_chief.text, Absent, "GET", "/v1/vms"), "404 not-found");
    QCOMPARE(rule(user.text, user.id, "GET", "/v1/vms"), "403 insufficient-scope");
    QCOMPARE(rule(m_chief.text, user.id, "GET", "/v1/vms?limit=1"), "422 invalid-field");
    // A token revokes itself and what came from it.
    const auto other = m_house->issue("acme"_ba, "USER"_ba);
    QCOMPARE(rule(m_chief.text, m_chief.id, "DELETE", "/v1/tokens/" + user.id), "scope");
    QCOMPARE(rule(m_chief.text, m_chief.id, "DELETE", "/v1/tokens/" + other.id), "not-found");
    QCOMPARE(rule(m_chief.text, m_chief.id, "GET", "/v1/tokens/" + other.id), "scope");
    QCOMPARE(rule(m_chief.text, m_chief.id, "POST", "/v1/tokens/" + user.id + "/rotate"), "scope");
    QCOMPARE(rule(m_chief.text, m_chief.id, "POST", "/v1/tokens/" + m_chief.id + "/rotate"), "insufficient-scope");

    QCOMPARE(ask("DELETE", "/v1/tokens/" + user.id, m_chief.text).status, 204);
    QCOMPARE(rule(m_chief.text, user.id, "GET", "/v1/vms"), "revoked");
    QCOMPARE(ask("POST", "/v1/tenants/acme/suspend", m_house->admin()).status, 200);
    QCOMPARE(rule(m_house->admin(), m_chief.id, "GET", "/v1/vms"), "tenant-suspended");
    m_house->clock.advance(25h);
    QCOMPARE(rule(m_house->admin(), m_chief.id, "GET", "/v1/vms"), "expired");
    QCOMPARE(rule(m_house->auditor(), m_house->adminId(), "GET", "/v1/status"), "insufficient-scope");
    QCOMPARE(rule(m_house->auditor(), m_house->adminId(), "PATCH", "/v1/tenants/acme"), "scope");
}

void TestTokenChanges::tiersGoUpAndDown()
{
    const QByteArray ann = newKey(), bob = newKey();
    const auto service = m_house->issue("acme"_ba, "service:vm-host"_ba);
    const auto up = tiers('[' + row(ann, "read") + ',' + row(bob, "INPUT") + ']');
    QCOMPARE(up.size(), 2);
    QCOMPARE(up[0]["result"_L1].toString(), u"changed"_s);
    QCOMPARE(tokenIn(up[0], "scope"), "READ");
    const QByteArray annsFirst = tokenIn(up[0], "token");
    QCOMPARE(ask("GET", "/v1/vms", annsFirst).status, 200);

    const TreeSize before = m_house->entries();
    const auto down = tiers('[' + row(ann, "USER") + ',' + row(bob, "INPUT") + ']');
    QCOMPARE(down[0]["revoked"_L1].toArray(), QJsonArray{up[0]["token_id"_L1]});
    QCOMPARE(down[1]["result"_L1].toString(), u"unchanged"_s);
    QVERIFY(down[1]["token"_L1].isNull());
    QCOMPARE(down[1]["token_id"_L1], up[1]["token_id"_L1]);
    QCOMPARE(m_house->entries(), before + 2); // one issued, one revoked
    QCOMPARE(ask("GET", "/v1/vms", annsFirst).status, 401);
    QCOMPARE(ask("GET", "/v1/ledger/entries", tokenIn(down[0], "token")).status, 200);
    // The new one ends when the old one would have.
    QCOMPARE(tokenIn(down[0], "expires_at"), tokenIn(up[0], "expires_at"));

    const auto again = tiers('[' + row(ann, "USER") + ',' + row(bob, "INPUT") + ']');
    for (const QJsonValue &outcome : again)
        QCOMPARE(outcome["result"_L1].toString(), u"unchanged"_s);
    QCOMPARE(m_house->entries(), before + 2);
    QCOMPARE(stateOf(service.id), "active");
}

void TestTokenChanges::aRefusedRowLeavesTheOthers()
{
    const QByteArray ann = newKey();
    const auto outcomes = tiers('[' + row("no key", "READ") + ',' + row(ann, "READ") + ',' + row(ann, "USER") + ','
        + row(newKey(), "service:backup") + ',' + row(newKey(), "root") + R"(,7,{"scope":"READ"}])");
    QByteArrayList results;
    for (const QJsonValue &outcome : outcomes)
        results.append(outcome["result"_L1].toString().toLatin1() + ' ' + outcome["code"_L1].toString().toLatin1());
    QCOMPARE(results.join(", "),
        "refused invalid-field, changed , refused invalid-field, refused invalid-field, refused invalid-field, "
        "refused invalid-field, refused invalid-field");
    QCOMPARE(outcomes[0]["errors"_L1][0]["pointer"_L1].toString(), u"/0/subject_pubkey"_s);
}

void TestTokenChanges::tiersOfATenantsAdministratorAreItsOwn()
{
    const QByteArray ann = newKey(), bob = newKey();
    QCOMPARE(tiers('[' + row(ann, "READ") + ']')[0]["result"_L1].toString(), u"changed"_s); // by an administrator
    const auto own =
        tiers('[' + row(ann, "USER") + ',' + row(bob, "USER") + ',' + row(SubjectKey, "READ") + ']', m_chief.text);
    QCOMPARE(own[0]["code"_L1].toString(), u"insufficient-scope"_s);
    QCOMPARE(own[1]["result"_L1].toString(), u"changed"_s);
    QCOMPARE(tokenIn(own[1], "parent_id"), m_chief.id);
    QCOMPARE(own[2]["code"_L1].toString(), u"insufficient-scope"_s); // it would revoke itself
    QCOMPARE(stateOf(m_chief.id), "active");
    QCOMPARE(outcomeOf(ask("POST", "/v1/tenants/rival/tokens/change-tier", m_chief.text, "[]")), "404 not-found");
    // One administrator of the tenant fewer takes with it what it issued.
    const auto demoted = tiers('[' + row(SubjectKey, "READ") + ']');
    QCOMPARE(demoted[0]["revoked"_L1].toArray().size(), 2);
    QCOMPARE(stateOf(tokenIn(own[1], "token_id")), "revoked");
}

void TestTokenChanges::whatOneRowRevokesNoOtherHolds()
{
    const QByteArray ann = newKey();
    const auto held = tiers('[' + row(ann, "READ") + ']', m_chief.text);
    const QByteArray both = '[' + row(ann, "READ") + ',' + row(SubjectKey, "USER") + ']';
    const auto outcomes = tiers(both);
    QCOMPARE(outcomes[0]["result"_L1].toString(), u"changed"_s);
    QCOMPARE(stateOf(tokenIn(held[0], "token_id")), "revoked");
    QCOMPARE(ask("GET", "/v1/vms", tokenIn(outcomes[0], "token")).status, 200);
    for (const QJsonValue &outcome : tiers(both))
        QCOMPARE(outcome["result"_L1].toString(), u"unchanged"_s);
}

void TestTokenChanges::aRefusedRehearsalMakesNoEntry()
{
    const auto rival = m_house->issue("rival"_ba, "USER"_ba);
    const auto denied = [this] { return events("event-type=ACCESS_DENIED").size(); };
    QCOMPARE(outcomeOf(ask("DELETE", "/v1/tokens/" + rival.id + "?dry_run=true", m_chief.text)), "404 not-found");
    QCOMPARE(outcomeOf(ask("POST", "/v1/keys/rotate?dry_run=true", m_chief.text, R"({"key":"token"})")),
        "403 insufficient-scope");
    QCOMPARE(denied(), 0);
    QCOMPARE(outcomeOf(ask("DELETE", "/v1/tokens/" + rival.id, m_chief.text)), "404 not-found");
    QTRY_COMPARE(denied(), 1);
}

void TestTokenChanges::aRehearsalOfTiersChangesNothing()
{
    const QByteArray rows = '[' + row(newKey(), "READ") + ']';
    const TreeSize before = m_house->entries();
    const auto rehearsed = tiers(rows, {}, "?dry_run=true"_ba);
    QCOMPARE(rehearsed[0]["result"_L1].toString(), u"changed"_s);
    QCOMPARE(tokenIn(rehearsed[0], "token"), "");
    QCOMPARE(m_house->entries(), before);
    QCOMPARE(tiers(rows)[0]["result"_L1].toString(), u"changed"_s);
}

void TestTokenChanges::whatIsNoListIsRefused()
{
    QByteArrayList rows(1001, row(SubjectKey, "READ"));
    for (const QByteArray &body : {"{}"_ba, "[]"_ba, "7"_ba, '[' + rows.join(',') + ']'})
        QCOMPARE(
            outcomeOf(ask("POST", "/v1/tenants/acme/tokens/change-tier", m_house->admin(), body)), "422 invalid-field");
}

void TestTokenChanges::aTokenIsRotatedWithAnOverlap()
{
    const auto old = m_house->issue("acme"_ba, "service:tenant-admin"_ba, {}, m_chief.text);
    const auto child = m_house->issue("acme"_ba, "READ"_ba, {}, old.text);
    const auto brief = m_house->issue("acme"_ba, "READ"_ba, R"(,"expires_in_seconds":60)"_ba, old.text);
    const auto answer = ask("POST", "/v1/tokens/" + old.id + "/rotate", m_chief.text, R"({"overlap_seconds":600})");
    QCOMPARE(answer.status, 201);
    QCOMPARE(events("from=" + QByteArray::number(m_house->entries() - 3)),
        (QByteArrayList{"TOKEN_ISSUED", "TOKEN_RETIRED", "TOKEN_RETIRED"}));
    const QJsonObject rotated = objectOf(answer);
    QCOMPARE(rotated["replaces"_L1]["descendants"_L1].toInt(), 1); // the brief one ends by itself
    const QByteArray next = rotated["token"_L1]["token"_L1].toString().toLatin1();
    QCOMPARE(rotated["token"_L1]["parent_id"_L1].toString().toLatin1(), m_chief.id);
    QCOMPARE(rotated["token"_L1]["scope"_L1].toString(), u"service:tenant-admin"_s);
    for (const QByteArray &text : {old.text, child.text, brief.text, next})
        QCOMPARE(ask("GET", "/v1/status", text).status, 200);
    QVERIFY(!objectOf(ask("GET", "/v1/tokens/" + child.id, m_chief.text))["retires_at"_L1].isNull());
    // What it issues meanwhile ends with it too.
    const auto late = m_house->issue("acme"_ba, "READ"_ba, {}, old.text);
    m_house->clock.advance(599s);
    QCOMPARE(ask("GET", "/v1/status", late.text).status, 200);
    m_house->clock.advance(1s);
    for (const QByteArray &text : {old.text, child.text})
        QCOMPARE(ask("GET", "/v1/status", text).status, 401);
    QCOMPARE(stateOf(old.id), "expired");
    QCOMPARE(stateOf(late.id), "expired");
    QCOMPARE(ask("GET", "/v1/status", next).status, 200);
    const auto told = ask("POST", "/v1/tokens/verify", {}, R"({"token":")" + old.text + R"("})");
    QCOMPARE(objectOf(told)["reason"_L1].toString(), u"expired"_s);
}

void TestTokenChanges::aTokenIsRotatedAtOnce()
{
    const auto child = m_house->issue("acme"_ba, "READ"_ba, {}, m_chief.text);
    const auto dry = ask("POST", "/v1/tokens/" + m_chief.id + "/rotate?dry_run=true", m_house->admin());
    QCOMPARE(dry.status, 200);
    QCOMPARE(stateOf(m_chief.id), "active");
    const QByteArray body = R"({"overlap_seconds":0,"expires_in_seconds":7200})";
    const auto answer = ask("POST", "/v1/tokens/" + m_chief.id + "/rotate", m_house->admin(), body);
    QCOMPARE(answer.status, 201);
    QCOMPARE(stateOf(m_chief.id), "revoked");
    QCOMPARE(stateOf(child.id), "revoked");
    QVERIFY(objectOf(answer)["token"_L1]["parent_id"_L1].isNull());
}

void TestTokenChanges::rotationsAreRefused_data()
{
    QTest::addColumn<QByteArray>("who"); // asks
    QTest::addColumn<QByteArray>("which");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("outcome");
    const auto add = [](const char *name, const char *who, const char *which, const char *body, const char *outcome) {
        QTest::newRow(name) << QByteArray(who) << QByteArray(which) << QByteArray(body) << QByteArray(outcome);
    };
    add("an overlap of more than a day", "admin", "user", R"({"overlap_seconds":86401})", "422 invalid-field");
    add("a life of less than a minute", "admin", "user", R"({"expires_in_seconds":59})", "422 invalid-field");
    add("a life beyond the parent's", "admin", "user", R"({"expires_in_seconds":86401})", "422 expiry-exceeds-parent");
    add("an unknown member", "admin", "user", R"({"scope":"INPUT"})", "422 invalid-field");
    add("an administrator's token", "admin", "admin", "", "422 invalid-field");
    add("a revoked token", "admin", "dead", "", "422 invalid-field");
    add("a token that is not there", "admin", "absent", "", "404 not-found");
    add("another tenant's token", "chief", "rival", "", "404 not-found");
    add("a token of the tenant that came from somebody else", "chief", "other", "", "404 not-found");
    add("a token rotates itself", "chief", "chief", "", "403 insufficient-scope");
    add("an auditor asks", "auditor", "user", "", "403 insufficient-scope");
    add("a user asks", "user", "user", "", "403 insufficient-scope");
}

void TestTokenChanges::rotationsAreRefused()
{
    QFETCH(QByteArray, who);
    QFETCH(QByteArray, which);
    QFETCH(QByteArray, body);
    const auto dead = m_house->issue("acme"_ba, "USER"_ba);
    QCOMPARE(ask("DELETE", "/v1/tokens/" + dead.id, m_house->admin()).status, 204);
    const QMap<QByteArray, ApiHouse::Token> tokens{{"chief", m_chief}, {"dead", dead},
        {"admin", {m_house->admin(), m_house->adminId()}}, {"auditor", {m_house->auditor(), {}}},
        {"user", m_house->issue("acme"_ba, "USER"_ba, {}, m_chief.text)},
        {"other", m_house->issue("acme"_ba, "USER"_ba)}, {"rival", m_house->issue("rival"_ba, "USER"_ba)},
        {"absent", {{}, Absent}}};
    QTEST(outcomeOf(ask("POST", "/v1/tokens/" + tokens[which].id + "/rotate", tokens[who].text, body)), "outcome");
}

void TestTokenChanges::keysRotate()
{
    const auto keys = [this] { return objectOf(ask("GET", "/.well-known/jwks.json", {}))["keys"_L1].toArray(); };
    const QString first = keys()[0]["kid"_L1].toString();
    QCOMPARE(ask("POST", "/v1/keys/rotate?dry_run=true", m_house->admin(), R"({"key":"token"})").status, 200);
    QCOMPARE(keys().size(), 1);
    const auto answer = ask("POST", "/v1/keys/rotate", m_house->admin(), R"({"key":"token"})");
    QCOMPARE(answer.status, 200);
    QCOMPARE(objectOf(answer)["old_kid"_L1].toString(), first);
    const auto both = keys();
    QCOMPARE(both.size(), 2);
    QCOMPARE(both[0]["kid"_L1], objectOf(answer)["new_kid"_L1]);
    QCOMPARE(both[1]["kid"_L1].toString(), first);
    // The old tokens live on, the new ones say the new key.
    QCOMPARE(ask("GET", "/v1/vms", m_chief.text).status, 200);
    const auto fresh = m_house->issue("acme"_ba, "READ"_ba);
    const QByteArray header = QByteArray::fromBase64(fresh.text.split('.').first(), QByteArray::Base64UrlEncoding);
    QVERIFY(header.contains(objectOf(answer)["new_kid"_L1].toString().toLatin1()));
    QCOMPARE(ask("GET", "/v1/vms", fresh.text).status, 200);

    const auto ledger = ask("POST", "/v1/keys/rotate", m_house->admin(), R"({"key":"ledger"})");
    QCOMPARE(ledger.status, 200);
    QVERIFY(objectOf(ledger)["ledger_vkey"_L1].toString().startsWith("service-vm-tenant/"_L1));
    QCOMPARE(events("event-type=KEY_ROTATED").size(), 2);
    for (const QByteArray &who : {m_chief.text, m_house->auditor()})
        QCOMPARE(outcomeOf(ask("POST", "/v1/keys/rotate", who, R"({"key":"token"})")), "403 insufficient-scope");
    for (const char *body : {"{}", R"({"key":"other"})", R"({"key":"token","force":true})"})
        QCOMPARE(outcomeOf(ask("POST", "/v1/keys/rotate", m_house->admin(), body)), "422 invalid-field");
    // The last token of the old key is an administrator's: a year later the key is gone.
    m_house->clock.advance(std::chrono::hours(366 * 24));
    QCOMPARE(keys().size(), 1);
}

void TestTokenChanges::afterARotationAnOldKeyIsNotAnsweredAgain()
{
    const QByteArray rows = '[' + row(newKey(), "READ") + ',' + row(newKey(), "USER") + ']';
    const auto keyed = [&] {
        return ask("POST", "/v1/tenants/acme/tokens/change-tier", m_house->admin(), rows, "Idempotency-Key: k\r\n");
    };
    const auto first = keyed();
    QCOMPARE(first.status, 200);
    QCOMPARE(keyed().body, first.body);
    QCOMPARE(ask("POST", "/v1/keys/rotate", m_house->admin(), R"({"key":"token"})").status, 200);
    QCOMPARE(outcomeOf(keyed()), "409 idempotency-key-in-use");
    QCOMPARE(tiers(rows)[0]["result"_L1].toString(), u"unchanged"_s);
}

QTEST_GUILESS_MAIN(TestTokenChanges)
#include "tst_tokenchanges.moc"
