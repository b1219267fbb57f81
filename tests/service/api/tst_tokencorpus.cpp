// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Every text of the corpus, through the parser and the authenticator; and what other people's verifiers said of it.
//
// Their verdicts stand in tests/vectors/token-verdicts.json, recorded with the scripts in
// tests/service/tokens/verdicts: HOUSE_TOKEN_CORPUS=FILE makes this test write the corpus, one JSON object a line, for
// them to judge.
#include "service/api/authenticator.h"
#include "service/core/encoding.h"
#include "service/core/json.h"
#include "service/core/jsonwriter.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/runtime.h"
#include "service/tokens/jwks.h"
#include "tests/service/tokens/corpus/corpus.h"
#include "tests/service/tokens/samples.h"
#include "tests/support/testclock.h"

#include <QtCore/qfile.h>
#include <QtCore/qset.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

struct Row
{
    QByteArray name, text, reason;
    std::optional<corpus::RefusedBy> by = {}; // nothing: by what became of the token since
    std::optional<crypto::PublicKey> published = {};
};

crypto::SigningKey keyOf(char letter)
{
    return *crypto::SigningKey::fromSeed(QCA::SecureArray(QByteArray(32, letter)));
}

struct House
{
    House()
    {
        state.publish([this](engine::State &published) {
            publish(published, key.publicKey());
            publish(published, other.publicKey());
            for (const auto &[id, tenantState] : {std::pair("acme-corp", TenantState::Active),
                     {"late-payer", TenantState::Suspended}, {"long-gone", TenantState::Deleted}}) {
                tenancy::Tenant tenant{.id = TenantId(id),
                    .displayName = {},
                    .limits = {},
                    .labels = {},
                    .plan = {},
                    .createdAt = {},
                    .createdBy = {},
                    .updatedAt = {},
                    .usage = {}};
                tenant.state = tenantState;
                published.tenants.emplace(tenant.id, tenant);
            }
        });
        enter(samples::user());
    }

    static void publish(engine::State &state, const crypto::PublicKey &key)
    {
        const KeyId id(crypto::keyThumbprint(key));
        state.keys.insert_or_assign(id, engine::TokenKey{id, key, {}, {}});
    }

    // Its text.
    QByteArray enter(tokens::TokenRecord record)
    {
        record.keyId = KeyId(crypto::keyThumbprint(key.publicKey()));
        state.publish([&](engine::State &published) { published.tokens.insert_or_assign(record.id, record); });
        return tokens::signToken(tokens::claimsOf(record, samples::Issuer), key, record.keyId);
    }

    QByteArray reasonOf(const QByteArray &text)
    {
        const auto identity = authenticator.identify(text);
        if (!identity)
            return identity.error().code == ErrorCode::InvalidToken ? identity.error().reason : "another code"_ba;
        return identity->suspended ? "tenant-suspended"_ba : "ok"_ba;
    }

    const crypto::SigningKey key = keyOf('k'), other = keyOf('o');
    TestClock clock{fromSeconds(samples::Noon + 60)};
    engine::SharedState state;
    api::Authenticator authenticator{state, samples::Issuer, clock};
};

// Tokens as they were issued, and what became of them.
std::vector<Row> laterRows(House &house)
{
    std::vector<Row> rows;
    const auto add = [&](const char *name, const char *reason, void (*change)(tokens::TokenRecord &)) {
        tokens::TokenRecord record = samples::user();
        record.id = TokenId("0199a8c0-0000-7000-8000-0000000001" + QByteArray::number(10 + rows.size()));
        change(record);
        rows.push_back({.name = name, .text = house.enter(record), .reason = reason});
    };
    using Record = tokens::TokenRecord;
    add("a good token beside the first", "ok", [](Record &) {});
    add("a token of another tenant's administrator, a root", "ok", [](Record &record) {
        record.scope = tokens::Scope(tokens::Scope::Kind::TenantAdmin);
        record.depth = 0;
        record.parent = {};
    });
    add("an administrator's token", "ok", [](Record &record) {
        const TokenId id = record.id;
        record = samples::administrator();
        record.id = id;
    });
    add("expired an hour ago", "expired", [](Record &record) {
        record.issuedAt = record.notBefore = samples::Noon - 7200;
        record.expiresAt = samples::Noon + 60 - 3600;
    });
    add("expired at the end of the leeway", "expired", [](Record &record) {
        record.issuedAt = record.notBefore = samples::Noon - 7200;
        record.expiresAt = samples::Noon + 60 - tokens::Leeway;
    });
    add("within the leeway behind its end", "ok", [](Record &record) {
        record.issuedAt = record.notBefore = samples::Noon - 7200;
        record.expiresAt = samples::Noon + 60 - tokens::Leeway + 1;
    });
    add("valid in an hour", "not-yet-valid",
        [](Record &record) { record.issuedAt = record.notBefore = samples::Noon + 60 + 3600; });
    add("issued now and valid in an hour", "not-yet-valid",
        [](Record &record) { record.notBefore = samples::Noon + 60 + 3600; });
    add("a second past the leeway before its start", "not-yet-valid",
        [](Record &record) { record.issuedAt = record.notBefore = samples::Noon + 60 + tokens::Leeway + 1; });
    add("within the leeway before its start", "ok",
        [](Record &record) { record.issuedAt = record.notBefore = samples::Noon + 60 + tokens::Leeway; });
    add("revoked", "revoked", [](Record &record) { record.revokedAt = fromSeconds(samples::Noon); });
    add("of a suspended tenant", "tenant-suspended", [](Record &record) { record.tenant = TenantId("late-payer"_ba); });
    add("of a deleted tenant", "revoked", [](Record &record) { record.tenant = TenantId("long-gone"_ba); });
    add("of a tenant that is not there", "revoked", [](Record &record) { record.tenant = TenantId("nobody"_ba); });
    return rows;
}

std::vector<Row> allRows(House &house)
{
    std::vector<Row> rows;
    const auto claims = tokens::claimsOf(samples::user(), samples::Issuer);
    for (corpus::Case &one : corpus::cases({.key = house.key, .other = &house.other, .claims = claims}))
        rows.push_back({.name = one.name,
            .text = one.text,
            .reason = corpus::reasonOf(one.by),
            .by = one.by,
            .published = one.published});
    std::ranges::move(laterRows(house), std::back_inserter(rows));
    return rows;
}

QByteArray keySet(const House &house, const Row &row)
{
    QList<crypto::PublicKey> keys{house.key.publicKey(), house.other.publicKey()};
    if (row.published)
        keys.append(*row.published);
    return tokens::jwkSet(keys);
}

// Text and keys: a verdict is of both.
QByteArray fingerprint(const House &house, const Row &row)
{
    return toHex(crypto::sha256({keySet(house, row), "\n", row.text}).view());
}

bool writeCorpus(const QString &path, const House &house, const std::vector<Row> &rows)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return false;
    for (const Row &row : rows) {
        json::Writer line;
        line.beginObject().member("name", row.name).member("sha256", fingerprint(house, row));
        line.member("reason", row.reason).member("token", toBase64(row.text)).member("now", samples::Noon + 60);
        line.member("jwks", toBase64(keySet(house, row))).endObject();
        file.write(line.take() + '\n');
    }
    return true;
}

} // namespace

class TestTokenCorpus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        QVERIFY(runtime);
        m_runtime = std::move(*runtime);
        m_house = std::make_unique<House>();
        m_rows = allRows(*m_house);
        if (qEnvironmentVariableIsSet("HOUSE_TOKEN_CORPUS"))
            QVERIFY(writeCorpus(qEnvironmentVariable("HOUSE_TOKEN_CORPUS"), *m_house, m_rows));
    }

    void namesAndTextsAreUnique()
    {
        QSet<QByteArray> names, texts;
        for (const Row &row : m_rows) {
            QVERIFY2(!names.contains(row.name), row.name.constData());
            names.insert(row.name);
            texts.insert(row.text);
        }
        // The issued text stands there twice: as it was issued, and put together by the corpus.
        QCOMPARE(texts.size(), names.size() - 1);
    }

    void isTakenOrRefused_data()
    {
        QTest::addColumn<size_t>("number");
        for (size_t i = 0; const Row &row : m_rows)
            QTest::newRow(row.name.constData()) << i++;
    }
    void isTakenOrRefused()
    {
        QFETCH(size_t, number);
        House &house = *m_house;
        const Row &row = m_rows[number];
        if (row.published)
            house.state.publish([&](engine::State &state) { House::publish(state, *row.published); });
        QCOMPARE(house.reasonOf(row.text), row.reason);
        QCOMPARE(house.reasonOf(row.text), row.reason); // nor does it get better by being repeated

        // The parser says so by itself where the text alone is enough, and it alone.
        const auto parsed = tokens::parseToken(row.text);
        QCOMPARE(parsed.has_value(), row.by != corpus::RefusedBy::Form);
        if (!parsed) {
            QCOMPARE(parsed.error().reason, "malformed"_ba);
            QVERIFY(!parsed.error().detail.isEmpty() && !parsed.error().detail.contains(u'\n'));
        } else if (row.by == corpus::RefusedBy::Signature) {
            const bool isOthers = parsed->keyId.text() == crypto::keyThumbprint(house.other.publicKey());
            const crypto::PublicKey &named = isOthers ? house.other.publicKey() : house.key.publicKey();
            QVERIFY(!tokens::verifyParsed(*parsed, row.published.value_or(named)));
        } else if (row.by != corpus::RefusedBy::Key && row.by != corpus::RefusedBy::Record) {
            QVERIFY(tokens::verifyParsed(*parsed, house.key.publicKey()));
        }
        // Whatever was sent, the good one is as good as ever.
        QCOMPARE(house.reasonOf(house.enter(samples::user())), "ok"_ba);
    }

    void everyVerdictIsRecorded_data()
    {
        readVerdicts();
        isTakenOrRefused_data();
    }
    // Where we accept, all others do; where one of them is more generous than we are, it is said why.
    void everyVerdictIsRecorded()
    {
        QFETCH(size_t, number);
        House &house = *m_house;
        const Row &row = m_rows[number];
        const auto found = m_verdicts.constFind(row.name);
        QVERIFY2(found != m_verdicts.constEnd(), "no verdict of others; see tests/service/tokens/verdicts");
        QVERIFY2(found->fingerprint == fingerprint(house, row), "the recorded verdict is of another text");
        if (row.reason == "ok") {
            QCOMPARE(found->acceptedBy.size(), m_verifiers.size());
            return;
        }
        // The one written after our rules knows all but what only the server remembers, and in which order it writes.
        const bool isOurs = row.by == corpus::RefusedBy::Register || row.by == corpus::RefusedBy::Record || !row.by
            || row.by == corpus::RefusedBy::Spelling;
        QVERIFY(isOurs || !found->acceptedBy.contains("strict"));
        QCOMPARE(found->why.isEmpty(), found->acceptedBy.isEmpty());
        QVERIFY(found->why.isEmpty() || m_reasons.contains(found->why));
    }

    void noVerdictIsLeftOver()
    {
        readVerdicts();
        QCOMPARE(m_verdicts.size(), qsizetype(m_rows.size()));
        QCOMPARE(m_verifiers.size(), 4);
    }

    void cleanupTestCase()
    {
        m_rows.clear();
        m_house.reset();
        m_runtime.reset();
    }

private:
    struct Verdict
    {
        QByteArray fingerprint;
        QList<QByteArray> acceptedBy;
        QByteArray why;
    };

    void readVerdicts()
    {
        if (!m_verdicts.isEmpty())
            return;
        QFile file(QStringLiteral(HOUSE_VECTORS "/token-verdicts.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto recorded = json::parse(file.readAll());
        QVERIFY(recorded);
        for (const json::Member &member : *recorded->find("verifiers")->object())
            m_verifiers.append(member.name);
        for (const json::Member &member : *recorded->find("reasons")->object())
            m_reasons.insert(member.name);
        for (const json::Value &row : *recorded->find("rows")->array()) {
            Verdict verdict{.fingerprint = *row.find("sha256")->string(), .acceptedBy = {}, .why = {}};
            for (const json::Value &name : *row.find("accepted_by")->array()) {
                QVERIFY(m_verifiers.contains(*name.string()));
                verdict.acceptedBy.append(*name.string());
            }
            if (const json::Value *why = row.find("why"))
                verdict.why = *why->string();
            m_verdicts.insert(*row.find("name")->string(), verdict);
        }
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<House> m_house;
    std::vector<Row> m_rows;
    QHash<QByteArray, Verdict> m_verdicts;
    QList<QByteArray> m_verifiers;
    QSet<QByteArray> m_reasons;
};

QTEST_GUILESS_MAIN(TestTokenCorpus)
#include "tst_tokencorpus.moc"
