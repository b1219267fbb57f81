// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/claims.h"
#include "tests/service/tokens/samples.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace tokens;

namespace {

QByteArray text(const TokenRecord &record)
{
    return writeClaims(claimsOf(record, samples::Issuer));
}

} // namespace

class TestClaims : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTextIsFixed()
    {
        QCOMPARE(text(samples::user()),
            "{\"iss\":\"http://127.0.0.1:9221\",\"aud\":\"service-vm-tenant\","
            "\"sub\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\","
            "\"client_id\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\","
            "\"jti\":\"0199a8c0-0000-7000-8000-000000000002\","
            "\"iat\":1795435200,\"nbf\":1795435200,\"exp\":1795521600,\"scope\":\"USER\",\"tenant\":\"acme-corp\","
            "\"cnf\":{\"jkt\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\",\"jwk\":{\"crv\":\"Ed25519\","
            "\"kty\":\"OKP\",\"x\":\"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg\"}},"
            "\"depth\":1,\"parent\":\"0199a8c0-0000-7000-8000-000000000001\"}"_ba);
        QCOMPARE(text(samples::administrator()),
            "{\"iss\":\"http://127.0.0.1:9221\",\"aud\":\"service-vm-tenant\",\"sub\":\"ops\","
            "\"client_id\":\"console\",\"jti\":\"0199a8c0-0000-7000-8000-000000000001\","
            "\"iat\":1795435200,\"nbf\":1795435200,\"exp\":1826971200,\"scope\":\"service:admin\",\"depth\":0}"_ba);
    }

    void whatWasWrittenIsReadBack()
    {
        for (const TokenRecord &record : {samples::user(), samples::tenantAdmin(), samples::administrator()}) {
            const auto claims = parseClaims(text(record));
            QVERIFY2(claims, claims ? "" : qPrintable(claims.error().detail));
            QVERIFY(*claims == claimsOf(record, samples::Issuer));
        }
    }

    void blanksAndOrderAreFree()
    {
        QByteArray moved = text(samples::user());
        moved.replace("\"aud\":\"service-vm-tenant\",", "");
        moved.replace("\"depth\":1", " \"depth\" : 1 , \"aud\" : \"service-vm-tenant\" ");
        QVERIFY(parseClaims(moved));
    }

    void aRequiredClaimMissing_data()
    {
        QTest::addColumn<QByteArray>("claim");
        QTest::newRow("iss") << "\"iss\":\"http://127.0.0.1:9221\","_ba;
        QTest::newRow("aud") << "\"aud\":\"service-vm-tenant\","_ba;
        QTest::newRow("sub") << "\"sub\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\","_ba;
        QTest::newRow("client_id") << "\"client_id\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\","_ba;
        QTest::newRow("jti") << "\"jti\":\"0199a8c0-0000-7000-8000-000000000002\","_ba;
        QTest::newRow("iat") << "\"iat\":1795435200,"_ba;
        QTest::newRow("nbf") << "\"nbf\":1795435200,"_ba;
        QTest::newRow("exp") << "\"exp\":1795521600,"_ba;
        QTest::newRow("scope") << "\"scope\":\"USER\","_ba;
        QTest::newRow("tenant") << "\"tenant\":\"acme-corp\","_ba;
        QTest::newRow("depth") << "\"depth\":1,"_ba;
        QTest::newRow("parent") << ",\"parent\":\"0199a8c0-0000-7000-8000-000000000001\""_ba;
        QTest::newRow("jkt in cnf") << "\"jkt\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\","_ba;
        QTest::newRow("crv in the key") << "\"crv\":\"Ed25519\","_ba;
        QTest::newRow("kty in the key") << "\"kty\":\"OKP\","_ba;
        QTest::newRow("x in the key") << ",\"x\":\"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg\""_ba;
    }
    void aRequiredClaimMissing()
    {
        QFETCH(QByteArray, claim);
        isRefused(claim, "");
    }

    void claimsThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *name, const QByteArray &before, const QByteArray &after) {
            QTest::newRow(name) << before << after;
        };
        row("an unknown claim", "\"depth\":1", "\"depth\":1,\"admin\":true");
        row("an unknown claim with a name of Java Script", "\"depth\":1", "\"depth\":1,\"__proto__\":{}");
        row("an unknown claim with a line end in its name", "\"depth\":1", "\"depth\":1,\"a\\nb\":1");
        row("a claim twice", "\"depth\":1", "\"depth\":1,\"scope\":\"USER\"");
        row("a claim twice, once escaped", "\"depth\":1", "\"depth\":1,\"s\\u0063ope\":\"USER\"");
        row("no object", "{\"iss\"", "[{\"iss\"");
        row("bytes behind", "0001\"}", "0001\"}x");
        row("a byte order mark", "{\"iss\"", "\xef\xbb\xbf{\"iss\"");
        row("invalid UTF-8", "\"sub\":\"1", "\"sub\":\"\xff");
        row("a blank issuer", "http://127.0.0.1:9221", "");
        row("another audience", "service-vm-tenant\"", "service-vm-tenant2\"");
        row("a list of audiences", "\"service-vm-tenant\"", "[\"service-vm-tenant\"]");
        row("an id that is a number", "\"0199a8c0-0000-7000-8000-000000000002\"", "1");
        row("an id of another version", "0000-7000-8000-000000000002", "0000-4000-8000-000000000002");
        row("an id in upper case", "0199a8c0-0000-7000-8000-000000000002", "0199A8C0-0000-7000-8000-000000000002");
        row("an end as a string", "\"exp\":1795521600", "\"exp\":\"1795521600\"");
        row("an end as a fraction", "\"exp\":1795521600", "\"exp\":1795521600.5");
        row("an end with an exponent", "\"exp\":1795521600", "\"exp\":1e400");
        row("a whole end with an exponent", "\"exp\":1795521600", "\"exp\":1795521600e0");
        row("an end that is null", "\"exp\":1795521600", "\"exp\":null");
        row("a negative start", "\"nbf\":1795435200", "\"nbf\":-1");
        row("an end past the year 9999", "\"exp\":1795521600", "\"exp\":253402300800");
        row("an end past 64 bits", "\"exp\":1795521600", "\"exp\":18446744073709551616");
        row("an end at the start", "\"exp\":1795521600", "\"exp\":1795435200");
        row("an end before the start", "\"exp\":1795521600", "\"exp\":1795435100");
        row("a start before the issue", "\"nbf\":1795435200", "\"nbf\":1795435194");
        row("a life of ten years", "\"exp\":1795521600", "\"exp\":2110795200");
        row("a life of a second more than a year", "\"exp\":1795521600", "\"exp\":1826971201");
        row("an unknown scope", "\"USER\"", "\"WRITE\"");
        row("a scope in lower case", "\"USER\"", "\"user\"");
        row("a list of scopes", "\"USER\"", "[\"USER\"]");
        row("two scopes in a text", "\"USER\"", "\"USER READ\"");
        row("a repeated scope", "\"USER\"", "\"USER USER\"");
        row("an empty scope", "\"USER\"", "\"\"");
        row("any service", "\"USER\"", "\"service:*\"");
        row("an administrator with a tenant", "\"USER\"", "\"service:admin\"");
        row("an auditor with a tenant", "\"USER\"", "\"service:auditor\"");
        row("a tenant that is null", "\"acme-corp\"", "null");
        row("a tenant in upper case", "\"acme-corp\"", "\"ACME\"");
        row("a key with its private part", "\"kty\":\"OKP\"",
            "\"kty\":\"OKP\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"");
        row("a key of another curve", "\"Ed25519\"", "\"X25519\"");
        row("a key of another type", "\"OKP\"", "\"EC\"");
        row("a key with padding", "BJVMbg\"", "BJVMbg=\"");
        row("a key with stray bits", "BJVMbg\"", "BJVMbh\"");
        row("a key of small order", "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
            "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        row("the thumbprint of another key", "{\"jkt\":\"1IG2", "{\"jkt\":\"1IG3");
        row("a key that is a string",
            "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":"
            "\"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg\"}",
            "\"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg\"");
        row("cnf as a list", "\"cnf\":{", "\"cnf\":[{");
        row("cnf with a key id", "{\"jkt\"", "{\"kid\":\"a\",\"jkt\"");
        row("depth 0 with a parent", "\"depth\":1", "\"depth\":0");
        row("depth 9", "\"depth\":1", "\"depth\":9");
        row("a negative depth", "\"depth\":1", "\"depth\":-1");
        row("depth as a truth", "\"depth\":1", "\"depth\":true");
        row("a parent that is the token itself", "000000000001\"}", "000000000002\"}");
        row("a parent that is no id", "\"0199a8c0-0000-7000-8000-000000000001\"", "\"root\"");
        row("a parent that is empty", "\"0199a8c0-0000-7000-8000-000000000001\"", "\"\"");
        row("too many levels", "\"depth\":1", "\"depth\":1,\"deep\":[[[[[[1]]]]]]");
        row("a control character in a name", "\"sub\":\"1IG2", "\"sub\":\"\\u001b1IG2");
        row("a name of 129 characters", "\"client_id\":\"1IG2", "\"client_id\":\"" + QByteArray(129, 'c') + "1IG2");
    }
    void claimsThatAreRefused()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        isRefused(before, after);
    }

    void anAdministratorWithWhatTenantsHave_data()
    {
        QTest::addColumn<QByteArray>("added");
        QTest::newRow("a tenant") << "\"tenant\":\"acme-corp\","_ba;
        QTest::newRow("a key")
            << "\"cnf\":{\"jkt\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\",\"jwk\":{\"crv\":\"Ed25519\","
               "\"kty\":\"OKP\",\"x\":\"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg\"}},"_ba;
        QTest::newRow("a parent") << "\"parent\":\"0199a8c0-0000-7000-8000-000000000002\","_ba;
    }
    void anAdministratorWithWhatTenantsHave()
    {
        QFETCH(QByteArray, added);
        QByteArray changed = text(samples::administrator());
        QVERIFY(changed.contains("\"depth\""));
        changed.replace("\"depth\"", added + "\"depth\"");
        QVERIFY(!parseClaims(changed));
    }

    void refusalsFitIntoALogLine()
    {
        QByteArray changed = text(samples::user());
        changed.replace("\"depth\":1", "\"depth\":1,\"a\\nb\":1");
        const auto claims = parseClaims(changed);
        QVERIFY(!claims);
        QVERIFY(!claims.error().detail.contains(u'\n'));
    }

private:
    static void isRefused(const QByteArray &before, const QByteArray &after)
    {
        QByteArray changed = text(samples::user());
        QVERIFY2(changed.contains(before), before.constData());
        changed.replace(before, after);
        const auto claims = parseClaims(changed);
        QVERIFY(!claims);
        QCOMPARE(claims.error().code, ErrorCode::InvalidToken);
        QCOMPARE(claims.error().reason, "malformed"_ba);
        QVERIFY(!claims.error().detail.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestClaims)
#include "tst_claims.moc"
