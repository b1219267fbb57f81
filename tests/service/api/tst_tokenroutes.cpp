// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestTokenRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_house.reset(); }
    void foreignAndAbsentTenantsAreAlike();
    void listsByState();
    void theLastUseIsTold();
    void theLastUseIsWrittenWhileNobodyAsks();
    void revokesAWholeFamily();
    void revokesNobodyElses();
    void anotherConnectionHearsOfARevocation();
    void verifyTellsWhy();
    void aSuspendedTenantMayNothing();
    void dryRunsIssueAndRevokeNothing();

private:
    ApiHouse::Answer ask(
        const char *method, const QByteArray &target, const QByteArray &token, const QByteArray &body = {})
    {
        return m_house->ask(method, target, token, body);
    }
    QByteArray reasonOf(const QByteArray &token)
    {
        const auto answer = ask("POST", "/v1/tokens/verify", {}, "{\"token\":\"" + token + "\"}");
        return answer.status == 200 ? "active"_ba : objectOf(answer)["reason"_L1].toString().toLatin1();
    }

    std::unique_ptr<ApiHouse> m_house;
    ApiHouse::Token m_chief; // service:tenant-admin of acme
};

namespace {

QByteArray tokenBody(const QByteArray &rest)
{
    return "{\"subject_pubkey\":\"" + QByteArray(SubjectKey) + '"' + rest + '}';
}

QStringList idsOf(const HttpProbe::Answer &answer)
{
    QStringList ids;
    for (const QJsonValue &token : arrayOf(answer))
        ids.append(token["token_id"_L1].toString());
    return ids;
}

const QByteArray Absent("0199a8c0-0000-7000-8000-00000000dead");

} // namespace

void TestTokenRoutes::init()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_house->addTenant("rival"_ba);
    m_chief = m_house->issue("acme"_ba, "service:tenant-admin"_ba);
}

void TestTokenRoutes::foreignAndAbsentTenantsAreAlike()
{
    const auto rival = m_house->issue("rival"_ba, "READ"_ba);
    const QByteArray good = tokenBody(R"(,"scope":"READ")"_ba);
    const std::tuple<const char *, QByteArray, QByteArray, QByteArray> pairs[] = {
        {"POST", "/v1/tenants/rival/tokens", "/v1/tenants/nobody/tokens", good},
        {"POST", "/v1/tenants/rival/tokens", "/v1/tenants/nobody/tokens", "{}"},
        {"GET", "/v1/tenants/rival/tokens", "/v1/tenants/nobody/tokens", {}},
        {"GET", "/v1/tokens/" + rival.id, "/v1/tokens/" + Absent, {}},
        {"DELETE", "/v1/tokens/" + rival.id, "/v1/tokens/" + Absent, {}}};
    for (const auto &[method, foreign, absent, body] : pairs) {
        const auto one = ask(method, foreign, m_chief.text, body);
        QCOMPARE(outcomeOf(one), "404 not-found");
        QCOMPARE(withoutRequestId(one), withoutRequestId(ask(method, absent, m_chief.text, body)));
    }
    const auto named = [&](const char *tenant) {
        return ask("POST", "/v1/tokens", m_chief.text,
            tokenBody(R"(,"scope":"READ","tenant_id":")" + QByteArray(tenant) + '"'));
    };
    QCOMPARE(outcomeOf(named("rival")), "404 not-found");
    QCOMPARE(withoutRequestId(named("rival")), withoutRequestId(named("nobody")));
    QCOMPARE(named("acme").status, 201);
    QCOMPARE(reasonOf(rival.text), "active");
}

void TestTokenRoutes::listsByState()
{
    const auto brief = m_house->issue("acme"_ba, "READ"_ba, R"(,"expires_in_seconds":60)"_ba);
    const auto dead = m_house->issue("acme"_ba, "USER"_ba);
    QCOMPARE(ask("DELETE", "/v1/tokens/" + dead.id, m_house->admin()).status, 204);
    m_house->clock.advance(2min);
    const auto list = [this](const char *query) {
        return idsOf(ask("GET", "/v1/tenants/acme/tokens"_ba + query, m_chief.text)).join(u' ').toLatin1();
    };
    QCOMPARE(list(""), m_chief.id);
    QCOMPARE(list("?state=active"), m_chief.id);
    QCOMPARE(list("?state=revoked"), dead.id);
    QCOMPARE(list("?state=expired"), brief.id);
    QCOMPARE(list("?state=all").split(' ').size(), 3);
    QCOMPARE(outcomeOf(ask("GET", "/v1/tenants/acme/tokens?state=odd", m_chief.text)), "422 invalid-field");
    for (const QJsonValue &token : arrayOf(ask("GET", "/v1/tenants/acme/tokens?state=all", m_house->auditor())))
        QVERIFY(!token.toObject().contains("token"_L1));

    QByteArray next = "/v1/tenants/acme/tokens?state=all&limit=1";
    QSet<QString> seen;
    for (int page = 0; page < 3; ++page) {
        const auto answer = ask("GET", next, m_chief.text);
        QCOMPARE(idsOf(answer).size(), 1);
        seen.insert(idsOf(answer).first());
        next = nextOf(answer);
        QCOMPARE(next.isEmpty(), page == 2);
    }
    QCOMPARE(seen.size(), 3);
}

void TestTokenRoutes::theLastUseIsTold()
{
    const auto reader = m_house->issue("acme"_ba, "READ"_ba);
    const auto lastUse = [&] {
        return objectOf(ask("GET", "/v1/tokens/" + reader.id, m_chief.text))["last_used_at"_L1].toString().toLatin1();
    };
    QCOMPARE(lastUse(), "");
    m_house->clock.advance(5s);
    QCOMPARE(ask("GET", "/v1/vms", reader.text).status, 200);
    const QByteArray used = formatTime(m_house->clock.now());
    m_house->clock.advance(5s);
    QCOMPARE(lastUse(), used);
    const QJsonArray all = arrayOf(ask("GET", "/v1/tenants/acme/tokens", m_chief.text));
    const bool listed = std::ranges::any_of(all, [&](const QJsonValue &token) {
        return token["token_id"_L1].toString().toLatin1() == reader.id
            && token["last_used_at"_L1].toString().toLatin1() == used;
    });
    QVERIFY(listed);
    // A minute later it is on the disk, with no entry.
    const TreeSize before = m_house->entries();
    m_house->clock.advance(2min);
    QCOMPARE(lastUse(), used);
    QVERIFY(eventually([&] { return m_house->storedUse(reader.id) == used; }));
    QCOMPARE(m_house->entries(), before);
}

void TestTokenRoutes::theLastUseIsWrittenWhileNobodyAsks()
{
    const auto reader = m_house->issue("acme"_ba, "READ"_ba);
    const QByteArray used = formatTime(m_house->clock.now());
    QCOMPARE(ask("GET", "/v1/status", reader.text).status, 200);
    QCOMPARE(m_house->storedUse(reader.id), "");
    m_house->clock.advance(61s);
    QVERIFY(eventually([&] { return m_house->storedUse(reader.id) == used; }));
}

void TestTokenRoutes::revokesAWholeFamily()
{
    const auto child = m_house->issue("acme"_ba, "service:tenant-admin"_ba, {}, m_chief.text);
    const auto grandchild = m_house->issue("acme"_ba, "READ"_ba, {}, child.text);
    const auto sibling = m_house->issue("acme"_ba, "READ"_ba, {}, m_chief.text);
    const TreeSize before = m_house->entries();
    const auto answer = ask("DELETE", "/v1/tokens/" + child.id, m_chief.text);
    QCOMPARE(answer.status, 204);
    QCOMPARE(m_house->entries(), before + 2);
    QCOMPARE(answer.header("Ledger-Index"), QByteArray::number(before + 1));
    QCOMPARE(m_house->lastEntry()["data"_L1]["token_id"_L1].toString().toLatin1(), grandchild.id);
    QCOMPARE(reasonOf(child.text), "revoked");
    QCOMPARE(reasonOf(grandchild.text), "revoked");
    QCOMPARE(reasonOf(sibling.text), "active");

    const auto again = ask("DELETE", "/v1/tokens/" + child.id, m_chief.text);
    QCOMPARE(again.status, 204);
    QVERIFY(again.header("Ledger-Index").isNull());
    QCOMPARE(m_house->entries(), before + 2);
    // Itself too, and then it may nothing.
    QCOMPARE(ask("DELETE", "/v1/tokens/" + m_chief.id, m_chief.text).status, 204);
    QCOMPARE(outcomeOf(ask("GET", "/v1/vms", m_chief.text)), "401 invalid-token");
    QCOMPARE(reasonOf(sibling.text), "revoked");
}

void TestTokenRoutes::revokesNobodyElses()
{
    const auto second = m_house->issue("acme"_ba, "service:tenant-admin"_ba);
    const auto child = m_house->issue("acme"_ba, "service:tenant-admin"_ba, {}, m_chief.text);
    QCOMPARE(outcomeOf(ask("DELETE", "/v1/tokens/" + second.id, m_chief.text)), "404 not-found");
    QCOMPARE(outcomeOf(ask("DELETE", "/v1/tokens/" + m_chief.id, child.text)), "404 not-found");
    QCOMPARE(reasonOf(second.text), "active");
    QCOMPARE(reasonOf(m_chief.text), "active");
}

void TestTokenRoutes::anotherConnectionHearsOfARevocation()
{
    const QByteArray request = ApiHouse::request("GET"_ba, "/v1/vms"_ba, m_chief.text);
    std::vector<std::unique_ptr<HttpProbe>> others;
    for (int i = 0; i < 8; ++i) {
        others.push_back(std::make_unique<HttpProbe>(m_house->port()));
        QCOMPARE(others.back()->ask(request).status, 200);
    }
    QCOMPARE(ask("DELETE", "/v1/tokens/" + m_chief.id, m_house->admin()).status, 204);
    for (const auto &other : others)
        QCOMPARE(other->ask(request).status, 401);
}

void TestTokenRoutes::verifyTellsWhy()
{
    const auto answer = ask("POST", "/v1/tokens/verify", {}, "{\"token\":\"" + m_chief.text + "\"}");
    QCOMPARE(namesOf(objectOf(answer)),
        u"active expires_at parent_id proof_of_possession scope subject_pubkey tenant_id token_id"_s);
    QCOMPARE(objectOf(answer)["token_id"_L1].toString().toLatin1(), m_chief.id);
    QCOMPARE(reasonOf(m_house->admin()), "active");

    QByteArray forged = m_chief.text;
    forged[forged.size() - 20] = forged[forged.size() - 20] == 'A' ? 'B' : 'A';
    QCOMPARE(reasonOf(forged), "bad-signature");
    QCOMPARE(reasonOf("abc"_ba), "malformed");
    QCOMPARE(reasonOf(QByteArray(9000, 'a')), "malformed");
    const auto refused = ask("POST", "/v1/tokens/verify", {}, "{\"token\":\"abc\"}");
    QCOMPARE(outcomeOf(refused), "401 invalid-token");
    QCOMPARE(objectOf(refused)["active"_L1], QJsonValue(false));
    for (const char *body : {"{}", R"({"token":7})", R"({"token":"abc","more":1})"})
        QCOMPARE(outcomeOf(ask("POST", "/v1/tokens/verify", {}, body)), "422 invalid-field");

    m_house->ask("POST"_ba, "/v1/tenants/acme/suspend"_ba, m_house->admin());
    QCOMPARE(reasonOf(m_chief.text), "tenant-suspended");
    m_house->ask("DELETE"_ba, "/v1/tenants/acme"_ba, m_house->admin());
    QCOMPARE(reasonOf(m_chief.text), "revoked");
    const auto brief = m_house->issue("rival"_ba, "READ"_ba, R"(,"expires_in_seconds":60)"_ba);
    m_house->clock.advance(66s);
    QCOMPARE(reasonOf(brief.text), "expired");
    QCOMPARE(outcomeOf(ask("GET", "/v1/vms", brief.text)), "401 invalid-token");
}

void TestTokenRoutes::aSuspendedTenantMayNothing()
{
    QCOMPARE(ask("GET", "/v1/vms", m_chief.text).status, 200);
    QCOMPARE(ask("POST", "/v1/tenants/acme/suspend", m_house->admin(), R"({"reason":"late"})").status, 200);
    QCOMPARE(m_house->lastEntry()["data"_L1]["reason"_L1].toString(), u"late"_s);
    for (const auto &[method, target] : {std::pair("GET", "/v1/vms"_ba), {"GET", "/v1/status"_ba},
             {"POST", "/v1/vms"_ba}, {"GET", "/v1/tenants/rival"_ba}, {"POST", "/v1/tenants"_ba}}) {
        const auto answer = ask(method, target, m_chief.text);
        QCOMPARE(outcomeOf(answer), "403 tenant-suspended");
        QVERIFY(answer.header("RateLimit").startsWith("\"tenant\";r="));
    }
    const TreeSize before = m_house->entries();
    QVERIFY(ask("POST", "/v1/tenants/acme/suspend", m_house->admin()).header("Ledger-Index").isNull());
    QCOMPARE(m_house->entries(), before);
    QCOMPARE(ask("POST", "/v1/tenants/acme/resume", m_house->admin()).status, 200);
    QCOMPARE(ask("GET", "/v1/vms", m_chief.text).status, 200);
}

void TestTokenRoutes::dryRunsIssueAndRevokeNothing()
{
    const auto child = m_house->issue("acme"_ba, "READ"_ba, {}, m_chief.text);
    const TreeSize before = m_house->entries();
    const auto issued =
        ask("POST", "/v1/tenants/acme/tokens?dry_run=true", m_chief.text, tokenBody(R"(,"scope":"READ")"_ba));
    QCOMPARE(issued.status, 200);
    QCOMPARE(objectOf(issued)["token"_L1].toString(), QString()); // nothing is registered, so there is no text
    QVERIFY(issued.header("Ledger-Index").isNull() && issued.header("Location").isNull());
    const auto revoked = ask("DELETE", "/v1/tokens/" + m_chief.id + "?dry_run=true", m_chief.text);
    QCOMPARE(revoked.status, 200);
    QCOMPARE(idsOf(revoked).join(u' ').toLatin1(), m_chief.id + ' ' + child.id);
    QCOMPARE(outcomeOf(ask("DELETE", "/v1/tokens/" + Absent + "?dry_run=true", m_chief.text)), "404 not-found");
    QCOMPARE(m_house->entries(), before);
    QCOMPARE(reasonOf(m_chief.text), "active");
    QCOMPARE(reasonOf(child.text), "active");
}

QTEST_GUILESS_MAIN(TestTokenRoutes)
#include "tst_tokenroutes.moc"
