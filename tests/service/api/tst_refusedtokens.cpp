// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Every text of the corpus over the socket: in the Authorization field it is refused in the one same way whatever is
// wrong with it, and POST /v1/tokens/verify says which check it was.
#include "service/core/jsonwriter.h"
#include "service/crypto/keyfile.h"
#include "tests/service/api/apihouse.h"
#include "tests/service/tokens/corpus/corpus.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

crypto::SigningKey keyOf(const ApiHouse &house)
{
    auto key = crypto::readKeyFile(house.directory() + "/keys/token.key"_L1);
    if (!key)
        qFatal("the key can't be read: %s", qPrintable(key.error().detail));
    return std::move(*key);
}

// What a field makes of a text: its line end ends it, and blanks around a value are no part of it (RFC 9110, 5.5).
QByteArray asFieldValue(QByteArray text)
{
    if (const qsizetype end = text.indexOf("\r\n"); end >= 0)
        text.truncate(end);
    while (text.endsWith(' ') || text.endsWith('\t'))
        text.chop(1);
    while (text.startsWith(' '))
        text.remove(0, 1);
    return text;
}

} // namespace

class TestRefusedTokens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void theDoorRefuses_data();
    void theDoorRefuses();
    void theReasonIsTold_data() { theDoorRefuses_data(); }
    void theReasonIsTold();
    void noneOfThemLeftATrace();

private:
    // So that the budget of failed authentications is never used up.
    void refillBudget()
    {
        if (++m_asked % 200 == 0)
            m_house->clock.advance(1s);
    }

    std::unique_ptr<ApiHouse> m_house;
    std::optional<crypto::SigningKey> m_other, m_key; // published both; the second signs
    std::vector<corpus::Case> m_cases;
    QByteArray m_good;
    QJsonObject m_refusal; // as it is for a text that is no token at all
    QByteArray m_challenge;
    TreeSize m_entries = 0;
    int m_asked = 0;
};

void TestRefusedTokens::initTestCase()
{
    m_house = std::make_unique<ApiHouse>();
    m_other = keyOf(*m_house);
    QCOMPARE(m_house->ask("POST"_ba, "/v1/keys/rotate"_ba, m_house->admin(), R"({"key":"token"})"_ba).status, 200);
    m_key = keyOf(*m_house);
    QVERIFY(!(m_key->publicKey() == m_other->publicKey()));

    m_house->addTenant("acme-corp"_ba);
    const auto chief = m_house->issue("acme-corp"_ba, "service:tenant-admin"_ba);
    m_good = m_house->issue("acme-corp"_ba, "USER"_ba, {}, chief.text).text;
    const auto parsed = tokens::parseToken(m_good);
    QVERIFY(parsed);
    m_cases = corpus::cases({.key = *m_key, .other = &*m_other, .claims = parsed->claims});
    QVERIFY(m_cases.size() > 500);

    const auto refused = m_house->ask("GET"_ba, "/v1/status"_ba, "no-token"_ba);
    QCOMPARE(outcomeOf(refused), "401 invalid-token");
    m_refusal = withoutRequestId(refused);
    QVERIFY(!m_refusal.contains("reason"_L1));
    m_challenge = refused.header("WWW-Authenticate");
    m_entries = m_house->entries();
}

void TestRefusedTokens::cleanupTestCase()
{
    m_cases.clear();
    m_key.reset();
    m_other.reset();
    m_house.reset();
}

void TestRefusedTokens::theDoorRefuses_data()
{
    QTest::addColumn<size_t>("number");
    for (size_t i = 0; const corpus::Case &one : m_cases)
        QTest::newRow(one.name.constData()) << i++;
}

void TestRefusedTokens::theDoorRefuses()
{
    QFETCH(size_t, number);
    const QByteArray value = asFieldValue(m_cases[number].text);
    refillBudget();
    const QByteArray field = "Authorization: Bearer " + m_cases[number].text + "\r\n";
    if (value.contains('\0') || value.contains('\r') || value.contains('\n')) {
        // No field at all, which the door says before any route is found.
        HttpProbe probe(m_house->port());
        QCOMPARE(probe.ask(ApiHouse::request("GET"_ba, "/v1/status"_ba, {}, {}, field)).status, 400);
        return;
    }
    const auto answer = m_house->ask("GET"_ba, "/v1/status"_ba, {}, {}, field);
    if (value == m_good) {
        QCOMPARE(answer.status, 200);
        return;
    }
    QCOMPARE(outcomeOf(answer), "401 invalid-token");
    if (!value.isEmpty()) { // that is none at all, and says so
        QCOMPARE(withoutRequestId(answer), m_refusal);
        QCOMPARE(answer.header("WWW-Authenticate"), m_challenge);
    }
    // Whatever was sent, the good one is as good as ever.
    QCOMPARE(m_house->ask("GET"_ba, "/v1/status"_ba, m_good).status, 200);
}

void TestRefusedTokens::theReasonIsTold()
{
    QFETCH(size_t, number);
    const corpus::Case &one = m_cases[number];
    refillBudget();
    json::Writer body;
    body.beginObject().member("token", one.text).endObject();
    const auto answer = m_house->ask("POST"_ba, "/v1/tokens/verify"_ba, {}, body.take());
    if (!QUtf8StringView(one.text).isValidUtf8()) {
        QCOMPARE(outcomeOf(answer), "400 malformed-json");
        return;
    }
    if (one.by == corpus::RefusedBy::Nothing) {
        QCOMPARE(answer.status, 200);
        QVERIFY(objectOf(answer)["active"_L1].toBool());
        return;
    }
    QCOMPARE(outcomeOf(answer), "401 invalid-token");
    QVERIFY(objectOf(answer)["active"_L1].isBool() && !objectOf(answer)["active"_L1].toBool());
    // A key that needs to be published for its case never is by the server.
    const QByteArray reason = one.published ? corpus::reasonOf(corpus::RefusedBy::Key) : corpus::reasonOf(one.by);
    QCOMPARE(objectOf(answer)["reason"_L1].toString().toLatin1(), reason);
    QVERIFY(one.text.size() < 40 || !answer.body.contains(one.text.right(40)));
}

void TestRefusedTokens::noneOfThemLeftATrace()
{
    QCOMPARE(m_house->entries(), m_entries);
}

QTEST_GUILESS_MAIN(TestRefusedTokens)
#include "tst_refusedtokens.moc"
