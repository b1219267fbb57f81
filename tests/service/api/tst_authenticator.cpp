// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/authenticator.h"
#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/runtime.h"
#include "service/tokens/jws.h"
#include "tests/service/tokens/samples.h"
#include "tests/support/testclock.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestAuthenticator : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void takesABearer_data();
    void takesABearer();
    void saysWhoAsks();
    void refuses_data();
    void refuses();
    void judgesTheTimeAnew_data();
    void judgesTheTimeAnew();
    void timeIsNeverBeforeTheLedgers();
    void aRevocationCountsFromTheNextRequestOn();
    void aSuspensionCountsFromTheNextRequestOn();
    void aDeletedTenantsTokensAreRevoked();
    void aRefusalIsNotRemembered();

private:
    std::unique_ptr<crypto::Runtime> m_runtime;
};

namespace {

struct House
{
    House()
    {
        tenancy::Tenant acme{.id = samples::Acme,
            .displayName = u"Acme"_s,
            .limits = {.apiRateLimitRpm = 600},
            .labels = {},
            .plan = {},
            .createdAt = {},
            .createdBy = {},
            .updatedAt = {},
            .usage = {}};
        admin.keyId = user.keyId = keyId;
        admin.id = TokenId("0199a8c0-0000-7000-8000-000000000009"_ba);
        state.publish([&](engine::State &published) {
            published.keys.emplace(keyId, engine::TokenKey{keyId, key.publicKey(), {}, {}});
            published.tokens.emplace(admin.id, admin);
            published.tokens.emplace(user.id, user);
            published.tenants.emplace(acme.id, acme);
        });
    }

    QByteArray text(const tokens::TokenRecord &record) const
    {
        return tokens::signToken(tokens::claimsOf(record, samples::Issuer), key, keyId);
    }

    // "ok", or the reason.
    QByteArray ask(const QByteArray &token)
    {
        const auto identity = authenticator.identify(token);
        if (!identity)
            return identity.error().code == ErrorCode::InvalidToken ? identity.error().reason : "another code"_ba;
        return identity->suspended ? "suspended"_ba : "ok"_ba;
    }

    void change(const TokenId &id, const std::function<void(tokens::TokenRecord &)> &how)
    {
        state.publish([&](engine::State &published) { how(published.tokens.at(id)); });
    }

    crypto::SigningKey key = crypto::SigningKey::generate();
    KeyId keyId{crypto::keyThumbprint(key.publicKey())};
    TestClock clock{fromSeconds(samples::Noon + 60)};
    engine::SharedState state;
    tokens::TokenRecord admin = samples::administrator(), user = samples::user();
    api::Authenticator authenticator{state, samples::Issuer, clock};
};

// The same token with one byte of its signature changed.
QByteArray forged(const QByteArray &token)
{
    const qsizetype dot = token.lastIndexOf('.');
    QByteArray signature = *fromBase64Url(QByteArrayView(token).sliced(dot + 1));
    signature[10] = char(signature[10] ^ 1);
    return token.first(dot + 1) + toBase64Url(signature);
}

} // namespace

void TestAuthenticator::initTestCase()
{
    auto runtime = crypto::Runtime::start();
    QVERIFY(runtime);
    m_runtime = std::move(*runtime);
}

void TestAuthenticator::takesABearer_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("token"); // null: refused
    QTest::newRow("as everybody writes it") << "Bearer abc"_ba
                                            << "abc"_ba;
    QTest::newRow("in any case") << "bEARER abc"_ba
                                 << "abc"_ba;
    QTest::newRow("with more than one blank") << "Bearer   abc"_ba
                                              << "abc"_ba;
    QTest::newRow("with a proof beside it") << "DPoP abc"_ba
                                            << "abc"_ba;
    QTest::newRow("not without a field") << QByteArray() << QByteArray();
    QTest::newRow("not another scheme") << "Basic abc"_ba << QByteArray();
    QTest::newRow("not without a blank") << "Bearerabc"_ba << QByteArray();
    QTest::newRow("not without a token") << "Bearer "_ba << QByteArray();
}

void TestAuthenticator::takesABearer()
{
    QFETCH(QByteArray, field);
    QFETCH(QByteArray, token);
    const auto found = api::Authenticator::credentials(field);
    QCOMPARE(found.has_value(), !token.isNull());
    if (found) {
        QCOMPARE(found->token, QByteArrayView(token));
        QCOMPARE(found->scheme == api::Credentials::Scheme::Dpop, field.startsWith('D'));
        return;
    }
    QCOMPARE(found.error().code, ErrorCode::InvalidToken);
    QVERIFY(found.error().reason.isEmpty());
}

void TestAuthenticator::saysWhoAsks()
{
    House house;
    const auto user = house.authenticator.identify(house.text(house.user));
    QVERIFY(user);
    QCOMPARE(user->actor.kind, ledger::ActorKind::Tenant);
    QCOMPARE(user->actor.tokenId, samples::ChildId);
    QCOMPARE(user->actor.scope, "USER");
    QCOMPARE(user->actor.subject, crypto::keyThumbprint(samples::subjectKey()));
    QCOMPARE(user->tenant, samples::Acme);
    QCOMPARE(user->requestsPerMinute, 600);
    QVERIFY(!user->suspended);

    const auto admin = house.authenticator.identify(house.text(house.admin));
    QVERIFY(admin);
    QCOMPARE(admin->actor.kind, ledger::ActorKind::Admin);
    QCOMPARE(admin->actor.subject, "ops");
    QVERIFY(admin->tenant.isEmpty());
}

void TestAuthenticator::refuses_data()
{
    QTest::addColumn<std::function<QByteArray(House &)>>("make");
    QTest::addColumn<QByteArray>("reason");
    using Make = std::function<QByteArray(House &)>;
    QTest::newRow("what is no token") << Make([](House &) { return "abc.def.ghi"_ba; }) << "malformed"_ba;
    QTest::newRow("an empty text") << Make([](House &) { return QByteArray(); }) << "malformed"_ba;
    QTest::newRow("more than 8 KiB") << Make([](House &house) {
        return house.text(house.user) + QByteArray(8192, 'A');
    }) << "malformed"_ba;
    QTest::newRow("padding behind a good token")
        << Make([](House &house) { return house.text(house.user) + '='; }) << "malformed"_ba;
    QTest::newRow("a forged signature") << Make([](House &house) { return forged(house.text(house.user)); })
                                        << "bad-signature"_ba;
    QTest::newRow("a key that is not ours, before its signature is looked at") << Make([](House &house) {
        const auto other = crypto::SigningKey::generate();
        return forged(tokens::signToken(
            tokens::claimsOf(house.user, samples::Issuer), other, KeyId(crypto::keyThumbprint(other.publicKey()))));
    }) << "unknown-key"_ba;
    QTest::newRow("our key's name on another's signature") << Make([](House &house) {
        return tokens::signToken(
            tokens::claimsOf(house.user, samples::Issuer), crypto::SigningKey::generate(), house.keyId);
    }) << "bad-signature"_ba;
    QTest::newRow("an id that was never issued") << Make([](House &house) {
        tokens::TokenRecord invented = house.user;
        invented.id = TokenId("0199a8c0-0000-7000-8000-00000000ffff"_ba);
        return house.text(invented);
    }) << "revoked"_ba;
    QTest::newRow("an id that was never issued, before its signature is looked at") << Make([](House &house) {
        tokens::TokenRecord invented = house.user;
        invented.id = TokenId("0199a8c0-0000-7000-8000-00000000ffff"_ba);
        return forged(house.text(invented));
    }) << "revoked"_ba;
    QTest::newRow("our own signature under another spelling of the claims") << Make([](House &house) {
        const QByteArray header = R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + house.keyId.text() + R"("})";
        const QByteArray claims = tokens::writeClaims(tokens::claimsOf(house.user, samples::Issuer));
        return tokens::signCompact(header, ' ' + claims, house.key);
    }) << "malformed"_ba;
    using Alter = void (*)(tokens::TokenRecord &);
    const auto altered = [](const char *name, Alter alter) {
        QTest::addRow("%s that is not the record's", name) << Make([alter](House &house) {
            tokens::TokenRecord other = house.user;
            alter(other);
            return house.text(other);
        }) << "malformed"_ba;
    };
    altered("a scope", [](tokens::TokenRecord &record) { record.scope = tokens::Scope(tokens::Scope::Kind::Read); });
    altered("a broader scope",
        [](tokens::TokenRecord &record) { record.scope = tokens::Scope(tokens::Scope::Kind::TenantAdmin); });
    altered("an end", [](tokens::TokenRecord &record) { record.expiresAt += 60; });
    altered("a beginning", [](tokens::TokenRecord &record) { record.notBefore -= 60; });
    altered("a tenant", [](tokens::TokenRecord &record) { record.tenant = TenantId("globex"); });
    QTest::newRow("another issuer") << Make([](House &house) {
        return tokens::signToken(tokens::claimsOf(house.user, "http://localhost:9221"_ba), house.key, house.keyId);
    }) << "malformed"_ba;
}

void TestAuthenticator::refuses()
{
    QFETCH(std::function<QByteArray(House &)>, make);
    QFETCH(QByteArray, reason);
    House house;
    const QByteArray token = make(house);
    QCOMPARE(house.ask(token), reason);
    QCOMPARE(house.ask(token), reason);
    QCOMPARE(house.ask(house.text(house.user)), "ok");
}

void TestAuthenticator::judgesTheTimeAnew_data()
{
    QTest::addColumn<qint64>("second"); // after noon
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("six seconds before its time") << qint64(-6) << "not-yet-valid"_ba;
    QTest::newRow("five seconds before its time") << qint64(-5) << "ok"_ba;
    QTest::newRow("in its last second") << qint64(tokens::DefaultLife - 1) << "ok"_ba;
    QTest::newRow("within the leeway") << qint64(tokens::DefaultLife + 4) << "ok"_ba;
    QTest::newRow("behind the leeway") << qint64(tokens::DefaultLife + 5) << "expired"_ba;
}

void TestAuthenticator::judgesTheTimeAnew()
{
    QFETCH(qint64, second);
    QFETCH(QByteArray, outcome);
    House house;
    const QByteArray token = house.text(house.user);
    const TestClock then(fromSeconds(samples::Noon + second));
    api::Authenticator fresh(house.state, samples::Issuer, then);
    const auto identity = fresh.identify(token);
    QCOMPARE(identity ? "ok"_ba : identity.error().reason, outcome);

    // The same of a text that was cached at a good time.
    QCOMPARE(house.ask(token), "ok");
    house.clock.advance(std::chrono::seconds(second - 60));
    QCOMPARE(house.ask(token), outcome);
}

void TestAuthenticator::timeIsNeverBeforeTheLedgers()
{
    House house;
    const QByteArray token = house.text(house.user);
    QCOMPARE(house.ask(token), "ok");
    // The clock was set back; entries say that the token's time is over.
    house.state.publish(
        [](engine::State &state) { state.ledgerTime = fromSeconds(samples::Noon + tokens::DefaultLife + 5); });
    QCOMPARE(house.ask(token), "expired");
    QCOMPARE(house.authenticator.now(), fromSeconds(samples::Noon + tokens::DefaultLife + 5));
}

void TestAuthenticator::aRevocationCountsFromTheNextRequestOn()
{
    House house;
    const QByteArray token = house.text(house.user);
    QCOMPARE(house.ask(token), "ok");
    QCOMPARE(house.ask(token), "ok");
    house.change(samples::ChildId, [](tokens::TokenRecord &record) { record.revokedAt = fromSeconds(samples::Noon); });
    QCOMPARE(house.ask(token), "revoked");
    QCOMPARE(house.ask(token), "revoked");
    QCOMPARE(house.ask(house.text(house.admin)), "ok");
}

void TestAuthenticator::aSuspensionCountsFromTheNextRequestOn()
{
    House house;
    const auto set = [&](TenantState to) {
        house.state.publish([to](engine::State &state) { state.tenants.at(samples::Acme).state = to; });
    };
    const QByteArray token = house.text(house.user);
    QCOMPARE(house.ask(token), "ok");
    set(TenantState::Suspended);
    QCOMPARE(house.ask(token), "suspended");
    set(TenantState::Active);
    QCOMPARE(house.ask(token), "ok");
}

void TestAuthenticator::aDeletedTenantsTokensAreRevoked()
{
    House house;
    const QByteArray token = house.text(house.user);
    QCOMPARE(house.ask(token), "ok");
    house.state.publish([](engine::State &state) { state.tenants.at(samples::Acme).state = TenantState::Deleted; });
    QCOMPARE(house.ask(token), "revoked");
}

void TestAuthenticator::aRefusalIsNotRemembered()
{
    House house;
    tokens::TokenRecord late = house.user;
    late.id = TokenId("0199a8c0-0000-7000-8000-000000000077"_ba);
    const QByteArray token = house.text(late);
    QCOMPARE(house.ask(token), "revoked");
    house.state.publish([&](engine::State &state) { state.tokens.emplace(late.id, late); });
    QCOMPARE(house.ask(token), "ok");
}

QTEST_GUILESS_MAIN(TestAuthenticator)
#include "tst_authenticator.moc"
