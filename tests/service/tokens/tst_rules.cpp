// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/uuid.h"
#include "service/crypto/publickeytext.h"
#include "tests/service/tokens/samples.h"

#include <QtTest/qtest.h>

#include <random>

using namespace Qt::StringLiterals;
using namespace tokens;
using Kind = Scope::Kind;

namespace {

const Issue AtNoon{.id = samples::ChildId, .keyId = KeyId("key"), .now = fromSeconds(samples::Noon)};

TokenRequest request(const char *scope, std::optional<qint64> seconds = {})
{
    return {.subjectKey = samples::subjectKey(), .scope = Scope::fromToken(scope).value(), .expiresInSeconds = seconds};
}

} // namespace

class TestRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAdministratorsIssueStandsAtDepthZero()
    {
        auto wanted = request("service:tenant-admin", 3600);
        wanted.proofOfPossession = true;
        const auto child = deriveChild(wanted, samples::administrator(), samples::Acme, AtNoon);
        QVERIFY(child);
        QCOMPARE(child->id, samples::ChildId);
        QCOMPARE(child->tenant, samples::Acme);
        QCOMPARE(child->scope.text(), "service:tenant-admin"_ba);
        QVERIFY(child->subjectKey == samples::subjectKey());
        QVERIFY(child->parent.isEmpty());
        QCOMPARE(child->depth, 0);
        QCOMPARE(child->issuedAt, samples::Noon);
        QCOMPARE(child->notBefore, samples::Noon);
        QCOMPARE(child->expiresAt, samples::Noon + 3600);
        QCOMPARE(child->keyId, KeyId("key"));
        QVERIFY(child->proofOfPossession);
        QVERIFY(!child->revokedAt);
    }

    void aTenantsIssueIsOneDeeper()
    {
        const auto child = deriveChild(request("INPUT", 3600), samples::tenantAdmin(), samples::Acme, AtNoon);
        QVERIFY(child);
        QCOMPARE(child->parent, samples::ParentId);
        QCOMPARE(child->depth, 1);
        QVERIFY(attenuates(*child, samples::tenantAdmin()));
    }

    void issuesThatAreRefused_data()
    {
        QTest::addColumn<TokenRequest>("wanted");
        QTest::addColumn<TokenRecord>("issuer");
        QTest::addColumn<ErrorCode>("code");
        const TokenRecord admin = samples::administrator(), tenantAdmin = samples::tenantAdmin();
        const auto with = [&](Kind kind) {
            TokenRecord record = tenantAdmin;
            record.scope = Scope(kind);
            return record;
        };

        for (const Kind kind : {Kind::Read, Kind::User, Kind::Input})
            QTest::addRow("%s may not issue at all", Scope(kind).text().constData())
                << request("READ") << with(kind) << ErrorCode::InsufficientScope;
        TokenRecord auditor = admin;
        auditor.scope = Scope(Kind::Auditor);
        QTest::newRow("an auditor may not issue") << request("READ") << auditor << ErrorCode::InsufficientScope;
        TokenRecord host = tenantAdmin;
        host.scope = *Scope::fromToken("service:vm-host");
        QTest::newRow("a service may not issue") << request("READ") << host << ErrorCode::InsufficientScope;
        QTest::newRow("an unfilled record may not issue")
            << request("READ") << TokenRecord() << ErrorCode::InsufficientScope;

        TokenRecord foreign = tenantAdmin;
        foreign.tenant = TenantId("globex");
        QTest::newRow("for another tenant") << request("READ") << foreign << ErrorCode::NotFound;

        QTest::newRow("an administrator asked for by a tenant")
            << request("service:admin") << tenantAdmin << ErrorCode::ScopeExceedsParent;
        QTest::newRow("an auditor asked for by a tenant")
            << request("service:auditor") << tenantAdmin << ErrorCode::ScopeExceedsParent;
        QTest::newRow("an administrator asked for by an administrator")
            << request("service:admin") << admin << ErrorCode::InvalidField;
        QTest::newRow("an auditor asked for by an administrator")
            << request("service:auditor") << admin << ErrorCode::InvalidField;
        TokenRequest empty = request("READ");
        empty.scope = Scope();
        QTest::newRow("no scope") << empty << tenantAdmin << ErrorCode::InvalidField;

        TokenRecord deep = tenantAdmin;
        deep.depth = MostDepth;
        QTest::newRow("past depth 8") << request("READ") << deep << ErrorCode::DepthExceeded;

        QTest::newRow("59 seconds") << request("READ", 59) << tenantAdmin << ErrorCode::InvalidField;
        QTest::newRow("no second") << request("READ", 0) << tenantAdmin << ErrorCode::InvalidField;
        QTest::newRow("less than no second") << request("READ", -3600) << admin << ErrorCode::InvalidField;
        QTest::newRow("a second more than a year") << request("READ", 31'536'001) << admin << ErrorCode::InvalidField;
        QTest::newRow("the most that fits 64 bits")
            << request("READ", std::numeric_limits<qint64>::max()) << admin << ErrorCode::InvalidField;
        QTest::newRow("a second longer than the parent")
            << request("READ", 7 * DefaultLife + 1) << tenantAdmin << ErrorCode::ExpiryExceedsParent;
        TokenRecord over = tenantAdmin;
        over.expiresAt = samples::Noon;
        QTest::newRow("by a parent whose last second has come")
            << request("READ") << over << ErrorCode::ExpiryExceedsParent;
    }
    void issuesThatAreRefused()
    {
        QFETCH(TokenRequest, wanted);
        QFETCH(TokenRecord, issuer);
        QFETCH(ErrorCode, code);
        const auto child = deriveChild(wanted, issuer, samples::Acme, AtNoon);
        QVERIFY(!child);
        QCOMPARE(child.error().code, code);
        QVERIFY(!child.error().detail.isEmpty());
        QCOMPARE(child.error().fields.isEmpty(), code != ErrorCode::InvalidField);
    }

    void boundsThatAreTaken_data()
    {
        QTest::addColumn<TokenRequest>("wanted");
        QTest::addColumn<TokenRecord>("issuer");
        QTest::addColumn<qint64>("life");
        const TokenRecord admin = samples::administrator(), tenantAdmin = samples::tenantAdmin();
        TokenRecord ending = tenantAdmin;
        ending.expiresAt = samples::Noon + 30;
        TokenRecord endingAdmin = admin;
        endingAdmin.expiresAt = samples::Noon + 30;

        QTest::newRow("60 seconds") << request("READ", 60) << tenantAdmin << qint64(60);
        QTest::newRow("a year") << request("READ", LongestLife) << admin << LongestLife;
        QTest::newRow("to the parent's last second")
            << request("READ", 7 * DefaultLife) << tenantAdmin << 7 * DefaultLife;
        QTest::newRow("a day where nothing is said") << request("READ") << tenantAdmin << DefaultLife;
        QTest::newRow("what is left where that is less, even under a minute")
            << request("READ") << ending << qint64(30);
        QTest::newRow("longer than the administrator's own token, which is no parent")
            << request("READ", 3600) << endingAdmin << qint64(3600);
    }
    void boundsThatAreTaken()
    {
        QFETCH(TokenRequest, wanted);
        QFETCH(TokenRecord, issuer);
        QFETCH(qint64, life);
        const auto child = deriveChild(wanted, issuer, samples::Acme, AtNoon);
        QVERIFY2(child, child ? "" : qPrintable(child.error().detail));
        QCOMPARE(child->expiresAt - child->issuedAt, life);
    }

    void aTenantsAdministratorMayPassItsScopeOnDownToDepthEight()
    {
        TokenRecord record =
            *deriveChild(request("service:tenant-admin"), samples::administrator(), samples::Acme, AtNoon);
        for (int depth = 1; depth <= MostDepth; ++depth) {
            const auto child = deriveChild(request("service:tenant-admin"), record, samples::Acme,
                {.id = TokenId(newUuid(AtNoon.now)), .keyId = {}, .now = AtNoon.now});
            QVERIFY(child);
            QCOMPARE(child->depth, depth);
            record = *child;
        }
        QCOMPARE(deriveChild(request("READ"), record, samples::Acme, AtNoon).error().code, ErrorCode::DepthExceeded);
    }

    // What is issued lies within its parent, and what lies outside is not issued: over random pairs, with a model of
    // the rules of its own.
    void issuedMeansAttenuated()
    {
        std::mt19937 random(20261123);
        const auto pick = [&](int most) { return int(random() % unsigned(most + 1)); };
        const char *const scopes[] = {"READ", "USER", "INPUT", "service:tenant-admin", "service:vm-host",
            "service:other", "service:admin", "service:auditor"};
        const QByteArray tenants[] = {"acme-corp", "globex"};
        int issued = 0, refused = 0;
        for (int i = 0; i < 100'000; ++i) {
            TokenRecord parent = samples::tenantAdmin();
            // Half of them may issue, so that both answers are common.
            parent.scope = pick(1) ? Scope(Kind::TenantAdmin) : Scope::fromToken(scopes[pick(5)]).value();
            parent.tenant = TenantId(tenants[pick(1)]);
            parent.depth = pick(MostDepth);
            parent.notBefore = samples::Noon - pick(100);
            parent.expiresAt = samples::Noon + pick(200'000);
            if (pick(3) == 0) // it has been replaced, and ends earlier than its text says
                parent.retiresAt = std::min(parent.expiresAt, samples::Noon + pick(100'000));
            TokenRequest wanted = request(scopes[pick(7)]);
            if (pick(1))
                wanted.expiresInSeconds = 30 + pick(200'000);
            const TenantId tenant(tenants[pick(1)]);

            const auto child = deriveChild(wanted, parent, tenant, AtNoon);
            const bool mayIssue = parent.scope.text() == "service:tenant-admin" && tenant == parent.tenant
                && parent.depth < 8 && !wanted.scope.text().startsWith("service:a")
                && (wanted.expiresInSeconds
                        ? *wanted.expiresInSeconds >= 60 && samples::Noon + *wanted.expiresInSeconds <= parent.endsAt()
                        : parent.endsAt() > samples::Noon);
            QCOMPARE(child.has_value(), mayIssue);
            if (child) {
                QVERIFY(attenuates(*child, parent));
                QVERIFY(!(child->scope.permissions() & ~parent.scope.permissions()));
                QVERIFY(!attenuates(parent, *child));
            }
            ++(child ? issued : refused);
        }
        QVERIFY(issued > 1000);
        QVERIFY(refused > 1000);
    }

    void everyRespectOfAttenuationCounts_data()
    {
        QTest::addColumn<TokenRecord>("child");
        const auto row = [](const char *name, auto change) {
            TokenRecord child = samples::user();
            change(child);
            QTest::newRow(name) << child;
        };
        row("another parent", [](TokenRecord &child) { child.parent = samples::ChildId; });
        row("no parent", [](TokenRecord &child) { child.parent = {}; });
        row("another tenant", [](TokenRecord &child) { child.tenant = TenantId("globex"); });
        row("an administrator's scope", [](TokenRecord &child) { child.scope = Scope(Kind::Admin); });
        row("a skipped depth", [](TokenRecord &child) { child.depth = 2; });
        row("the parent's depth", [](TokenRecord &child) { child.depth = 0; });
        row("an earlier start", [](TokenRecord &child) { child.notBefore = samples::Noon - 1; });
        row("a longer life", [](TokenRecord &child) { child.expiresAt = samples::tenantAdmin().expiresAt + 1; });
        row("an end after one that was brought forward",
            [](TokenRecord &child) { child.retiresAt = samples::tenantAdmin().expiresAt + 1; });
    }
    void everyRespectOfAttenuationCounts()
    {
        QFETCH(TokenRecord, child);
        QVERIFY(attenuates(samples::user(), samples::tenantAdmin()));
        QVERIFY(!attenuates(child, samples::tenantAdmin()));
    }

    void aParentWithoutTheRightToIssueHasNoChildren()
    {
        TokenRecord parent = samples::tenantAdmin();
        parent.scope = Scope(Kind::Input);
        QVERIFY(!attenuates(samples::user(), parent));
    }

    void administratorsTokens()
    {
        const auto record = administratorToken({.name = u"ops"_s, .kind = Kind::Auditor}, AtNoon);
        QVERIFY(record);
        QCOMPARE(record->scope.text(), "service:auditor"_ba);
        QVERIFY(record->tenant.isEmpty());
        QVERIFY(!record->subjectKey);
        QCOMPARE(record->expiresAt, samples::Noon + LongestLife);
        QVERIFY(record->isAdministrator());
        QVERIFY(parseClaims(writeClaims(claimsOf(*record, samples::Issuer))));
    }

    void administratorsTokensThatAreRefused_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<qint64>("life");
        QTest::addColumn<QString>("pointer");
        QTest::newRow("no name") << u""_s << Kind::Admin << LongestLife << u"/name"_s;
        QTest::newRow("a name of 129 bytes") << QString(129, u'x') << Kind::Admin << LongestLife << u"/name"_s;
        QTest::newRow("a name of 65 letters of two bytes")
            << QString(65, u'\u00e9') << Kind::Admin << LongestLife << u"/name"_s;
        QTest::newRow("a name with an escape") << u"a\u001b[1m"_s << Kind::Admin << LongestLife << u"/name"_s;
        QTest::newRow("a tenant's scope") << u"ops"_s << Kind::TenantAdmin << LongestLife << u"/role"_s;
        QTest::newRow("more than a year") << u"ops"_s << Kind::Admin << LongestLife + 1 << u"/expires_in_seconds"_s;
        QTest::newRow("less than a minute") << u"ops"_s << Kind::Admin << qint64(59) << u"/expires_in_seconds"_s;
    }
    void administratorsTokensThatAreRefused()
    {
        QFETCH(QString, name);
        QFETCH(Kind, kind);
        QFETCH(qint64, life);
        QFETCH(QString, pointer);
        const auto record = administratorToken({.name = name, .kind = kind, .expiresInSeconds = life}, AtNoon);
        QVERIFY(!record);
        QCOMPARE(record.error().code, ErrorCode::InvalidField);
        QCOMPARE(record.error().fields.front().pointer, pointer);
    }

    void claimsMustEqualTheRecord_data()
    {
        QTest::addColumn<TokenRecord>("other");
        const auto row = [](const char *name, auto change) {
            TokenRecord other = samples::user();
            change(other);
            QTest::newRow(name) << other;
        };
        row("another id", [](TokenRecord &other) { other.id = samples::ParentId; });
        row("another tenant", [](TokenRecord &other) { other.tenant = TenantId("globex"); });
        row("another scope", [](TokenRecord &other) { other.scope = Scope(Kind::Read); });
        row("another key", [](TokenRecord &other) { other.subjectKey->bytes[0] ^= 1; });
        row("another parent", [](TokenRecord &other) { other.parent = samples::ChildId; });
        row("another depth", [](TokenRecord &other) { other.depth = 2; });
        row("another issue", [](TokenRecord &other) { --other.issuedAt; });
        row("another start", [](TokenRecord &other) { --other.notBefore; });
        row("another end", [](TokenRecord &other) { ++other.expiresAt; });
    }
    void claimsMustEqualTheRecord()
    {
        QFETCH(TokenRecord, other);
        const Claims claims = claimsOf(samples::user(), samples::Issuer);
        QVERIFY(matches(claims, samples::user(), samples::Issuer));
        QVERIFY(!matches(claims, other, samples::Issuer));
    }

    void theIssuerMustBeOursToTheByte()
    {
        const Claims claims = claimsOf(samples::user(), samples::Issuer + '/');
        QVERIFY(!matches(claims, samples::user(), samples::Issuer));
    }

    void anAdministratorsNameMustBeTheRegisteredOne()
    {
        TokenRecord other = samples::administrator();
        other.name = u"another"_s;
        QVERIFY(!matches(claimsOf(other, samples::Issuer), samples::administrator(), samples::Issuer));
    }

    void validity_data()
    {
        QTest::addColumn<qint64>("milliseconds"); // after noon
        QTest::addColumn<QByteArray>("reason");
        const qint64 end = DefaultLife * 1000;
        QTest::newRow("at its start") << qint64(0) << ""_ba;
        QTest::newRow("5 seconds early") << qint64(-5000) << ""_ba;
        QTest::newRow("5.001 seconds early") << qint64(-5001) << "not-yet-valid"_ba;
        QTest::newRow("at its end") << end << ""_ba;
        QTest::newRow("4.999 seconds late") << end + 4999 << ""_ba;
        QTest::newRow("5 seconds late") << end + 5000 << "expired"_ba;
        QTest::newRow("a year late") << end + 31'536'000'000 << "expired"_ba;
    }
    void validity()
    {
        QFETCH(qint64, milliseconds);
        QFETCH(QByteArray, reason);
        const Timestamp now = fromSeconds(samples::Noon) + std::chrono::milliseconds(milliseconds);
        TokenRecord record = samples::user();
        const auto refusal = refusalAt(record, now);
        QCOMPARE(refusal ? QByteArray(reasonWord(*refusal)) : QByteArray(), reason);
        record.revokedAt = fromSeconds(samples::Noon);
        QCOMPARE(refusalAt(record, now), std::optional(Refusal::Revoked));
    }

    void aLaterStartIsHeldTo()
    {
        TokenRecord record = samples::user();
        record.notBefore = samples::Noon + 60;
        QCOMPARE(refusalAt(record, fromSeconds(samples::Noon)), std::optional(Refusal::NotYetValid));
        QVERIFY(!refusalAt(record, fromSeconds(samples::Noon + 55)));
    }

    void refusalsBecomeInvalidTokens()
    {
        const Error error = refused(Refusal::TenantSuspended);
        QCOMPARE(error.code, ErrorCode::InvalidToken);
        QCOMPARE(error.reason, "tenant-suspended"_ba);
        QVERIFY(!error.detail.isEmpty());
        for (const auto &[refusal, word] : {std::pair(Refusal::Malformed, "malformed"),
                 std::pair(Refusal::BadSignature, "bad-signature"), std::pair(Refusal::UnknownKey, "unknown-key")})
            QCOMPARE(refused(refusal).reason, QByteArray(word));
    }
};

QTEST_GUILESS_MAIN(TestRules)
#include "tst_rules.moc"
