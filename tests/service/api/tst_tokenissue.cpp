// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/service/api/apihouse.h"

#include <QtCore/qdiriterator.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestTokenIssue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_house.reset(); }
    void anIssueAnswersTheTokenOnce();
    void issuesWithinBounds_data();
    void issuesWithinBounds();
    void aChildLiesWithinItsParent_data();
    void aChildLiesWithinItsParent();
    void theChainEndsAtEight();
    void theTextIsStoredNowhere();

private:
    ApiHouse::Answer ask(
        const char *method, const QByteArray &target, const QByteArray &token, const QByteArray &body = {})
    {
        return m_house->ask(method, target, token, body);
    }
    std::unique_ptr<ApiHouse> m_house;
    ApiHouse::Token m_chief; // service:tenant-admin of acme
};

namespace {

QByteArray tokenBody(const QByteArray &rest)
{
    return "{\"subject_pubkey\":\"" + QByteArray(SubjectKey) + '"' + rest + '}';
}

} // namespace

void TestTokenIssue::init()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_house->addTenant("rival"_ba);
    m_chief = m_house->issue("acme"_ba, "service:tenant-admin"_ba);
}

void TestTokenIssue::anIssueAnswersTheTokenOnce()
{
    const QByteArray body = tokenBody(R"(,"scope":"user","expires_in_seconds":3600)"_ba);
    const auto answer = ask("POST", "/v1/tenants/acme/tokens", m_house->admin(), body);
    QCOMPARE(answer.status, 201);
    QCOMPARE(answer.header("Ledger-Index"), QByteArray::number(m_house->entries() - 1));
    QJsonObject issued = objectOf(answer);
    QCOMPARE(namesOf(issued),
        u"depth expires_at issued_at parent_id proof_of_possession scope subject_pubkey tenant_id token token_id"_s);
    QCOMPARE(issued["scope"_L1].toString(), u"USER"_s);
    QCOMPARE(issued["subject_pubkey"_L1].toString(), u"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"_s);
    QCOMPARE(issued["depth"_L1].toInt(-1), 0);
    QVERIFY(issued["parent_id"_L1].isNull());
    QCOMPARE(parseTime(issued["expires_at"_L1].toString().toLatin1()).value()
            - parseTime(issued["issued_at"_L1].toString().toLatin1()).value(),
        Timestamp::duration(1h));
    const QByteArray id = issued["token_id"_L1].toString().toLatin1();
    QCOMPARE(answer.header("Location"), "/v1/tokens/" + id);
    const QByteArray text = issued.take("token"_L1).toString().toLatin1();
    QCOMPARE(ask("GET", "/v1/status", text).status, 200);

    QJsonObject shown = objectOf(ask("GET", "/v1/tokens/" + id, m_house->auditor()));
    QCOMPARE(shown.take("state"_L1).toString(), u"active"_s);
    QVERIFY(shown.take("revoked_at"_L1).isNull());
    for (const QLatin1StringView name : {"last_used_at"_L1, "retires_at"_L1, "warned_days"_L1}) {
        QVERIFY(shown.contains(name));
        shown.remove(name);
    }
    QCOMPARE(shown, issued);

    const auto other =
        ask("POST", "/v1/tokens", m_house->admin(), tokenBody(R"(,"scope":"READ","tenant_id":"acme")"_ba));
    QCOMPARE(other.status, 201);
    QCOMPARE(objectOf(other)["tenant_id"_L1].toString(), u"acme"_s);
}

void TestTokenIssue::issuesWithinBounds_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("outcome");
    const auto row = [](const char *name, const QByteArray &rest, const char *outcome) {
        QTest::newRow(name) << tokenBody(rest) << QByteArray(outcome);
    };
    row("a life of a minute", R"(,"scope":"READ","expires_in_seconds":60)", "201");
    row("a life of 59 seconds", R"(,"scope":"READ","expires_in_seconds":59)", "422 invalid-field");
    row("a life of a year", R"(,"scope":"READ","expires_in_seconds":31536000)", "201");
    row("a second more", R"(,"scope":"READ","expires_in_seconds":31536001)", "422 invalid-field");
    row("a life that is text", R"(,"scope":"READ","expires_in_seconds":"60")", "422 invalid-field");
    row("no scope", R"(,"expires_in_seconds":60)", "422 invalid-field");
    row("two scopes", R"(,"scope":"READ USER")", "422 invalid-field");
    row("a scope nobody knows", R"(,"scope":"ROOT")", "422 invalid-field");
    row("a tier in mixed case", R"(,"scope":"Read")", "422 invalid-field");
    row("a service with a name", R"(,"scope":"service:backup")", "201");
    row("a service without one", R"(,"scope":"service:")", "422 invalid-field");
    row("every service", R"(,"scope":"service:*")", "422 invalid-field");
    row("an administrator", R"(,"scope":"service:admin")", "422 invalid-field");
    row("an auditor", R"(,"scope":"service:auditor")", "422 invalid-field");
    row("a list of scopes", R"(,"scope":["READ"])", "422 invalid-field");
    row("an unknown member", R"(,"scope":"READ","name":"x")", "422 invalid-field");
    row("another tenant in the body", R"(,"scope":"READ","tenant_id":"rival")", "422 invalid-field");
    row("proof of possession that is no truth value", R"(,"scope":"READ","proof_of_possession":1)",
        "422 invalid-field");
    const auto key = [](const char *name, const QByteArray &text, const char *outcome) {
        QTest::newRow(name) << QByteArray(R"({"scope":"READ","subject_pubkey":)" + text + '}') << QByteArray(outcome);
    };
    key("no key", "null", "422 invalid-field");
    key("a key that is a number", "7", "422 invalid-field");
    key("31 bytes", R"("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMQ==")", "422 invalid-field");
    key("a key of small order", R"("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")", "422 invalid-field");
    key("a key off the curve", R"("AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")", "422 invalid-field");
    key("a key in hex", R"("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")", "201");
    key("a key in base64url", R"("A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg")", "201");
    key("a key of ssh", R"("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 me@home")",
        "201");
    key("a key in PEM",
        R"("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n")",
        "201");
}

void TestTokenIssue::issuesWithinBounds()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, outcome);
    const TreeSize before = m_house->entries();
    const auto answer = ask("POST", "/v1/tenants/acme/tokens", m_house->admin(), body);
    QCOMPARE(outcomeOf(answer), outcome);
    QCOMPARE(m_house->entries(), before + (answer.status == 201 ? 1 : 0));
    if (answer.status == 201)
        QCOMPARE(objectOf(answer)["subject_pubkey"_L1].toString(), u"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"_s);
}

void TestTokenIssue::aChildLiesWithinItsParent_data()
{
    QTest::addColumn<QByteArray>("rest");
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("a lower tier") << R"(,"scope":"INPUT")"_ba
                                  << "201"_ba;
    QTest::newRow("its own scope") << R"(,"scope":"service:tenant-admin")"_ba
                                   << "201"_ba;
    QTest::newRow("any service") << R"(,"scope":"service:anything")"_ba
                                 << "201"_ba;
    QTest::newRow("an administrator") << R"(,"scope":"service:admin")"_ba
                                      << "403 scope-exceeds-parent"_ba;
    QTest::newRow("an auditor") << R"(,"scope":"service:auditor")"_ba
                                << "403 scope-exceeds-parent"_ba;
    QTest::newRow("as long as itself") << R"(,"scope":"READ","expires_in_seconds":86400)"_ba
                                       << "201"_ba;
    QTest::newRow("a second longer") << R"(,"scope":"READ","expires_in_seconds":86401)"_ba
                                     << "422 expiry-exceeds-parent"_ba;
}

void TestTokenIssue::aChildLiesWithinItsParent()
{
    QFETCH(QByteArray, rest);
    QFETCH(QByteArray, outcome);
    const auto answer = ask("POST", "/v1/tenants/acme/tokens", m_chief.text, tokenBody(rest));
    QCOMPARE(outcomeOf(answer), outcome);
    if (answer.status != 201)
        return;
    QCOMPARE(objectOf(answer)["parent_id"_L1].toString().toLatin1(), m_chief.id);
    QCOMPARE(objectOf(answer)["depth"_L1].toInt(), 1);
}

void TestTokenIssue::theChainEndsAtEight()
{
    QByteArray last = m_chief.text;
    for (int depth = 1; depth <= 8; ++depth)
        last = m_house->issue("acme"_ba, "service:tenant-admin"_ba, {}, last).text;
    QCOMPARE(outcomeOf(ask("POST", "/v1/tenants/acme/tokens", last, tokenBody(R"(,"scope":"READ")"_ba))),
        "403 depth-exceeded");
    // What is left of the parent is all that a child gets without asking.
    m_house->clock.advance(1h);
    const auto child = ask("POST", "/v1/tenants/acme/tokens", m_chief.text, tokenBody(R"(,"scope":"READ")"_ba));
    const auto parent = ask("GET", "/v1/tokens/" + m_chief.id, m_chief.text);
    QCOMPARE(objectOf(child)["expires_at"_L1], objectOf(parent)["expires_at"_L1]);
}

void TestTokenIssue::theTextIsStoredNowhere()
{
    const auto keyed = m_house->ask("POST"_ba, "/v1/tenants/acme/tokens"_ba, m_house->admin(),
        tokenBody(R"(,"scope":"READ")"_ba), "Idempotency-Key: once\r\n"_ba);
    const QByteArray texts[] = {m_chief.text, m_house->admin(), objectOf(keyed)["token"_L1].toString().toLatin1()};
    int files = 0;
    QDirIterator all(m_house->directory(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        QFile file(all.next());
        if (file.fileName().endsWith("/admin.token"_L1) || !file.open(QIODevice::ReadOnly))
            continue;
        ++files;
        const QByteArray bytes = file.readAll();
        for (const QByteArray &text : texts) {
            QVERIFY(text.size() > 200);
            // Nor a part of it: neither the claims nor the signature.
            for (const QByteArray &part : text.split('.').sliced(1))
                QVERIFY2(!bytes.contains(part), qPrintable(file.fileName()));
        }
    }
    QVERIFY(files >= 5); // database, log, mark, keys
}

QTEST_GUILESS_MAIN(TestTokenIssue)
#include "tst_tokenissue.moc"
