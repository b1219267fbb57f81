// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"
#include "service/crypto/runtime.h"
#include "service/tokens/jws.h"
#include "tests/service/tokens/samples.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace tokens;

namespace {

// RFC 8037, A.1: nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A
crypto::SigningKey publishedKey()
{
    return *crypto::SigningKey::fromSeed(
        QCA::SecureArray(*fromBase64Url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")));
}

const QByteArray KeyIdText("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
const QByteArray Header = "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" + KeyIdText + "\"}";

QByteArray payload()
{
    return writeClaims(claimsOf(samples::user(), samples::Issuer));
}

QByteArray token()
{
    return signToken(claimsOf(samples::user(), samples::Issuer), publishedKey(), KeyId(KeyIdText));
}

} // namespace

class TestJws : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        QVERIFY(runtime);
        m_runtime = std::move(*runtime);
    }
    void cleanupTestCase() { m_runtime.reset(); }

    // RFC 8037, A.4 and A.5.
    void publishedVector()
    {
        const crypto::SigningKey key = publishedKey();
        const QByteArray expected = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                                    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_"
                                    "MuM0KAg"_ba;
        QCOMPARE(signCompact("{\"alg\":\"EdDSA\"}", "Example of Ed25519 signing", key), expected);
        ParsedToken parsed;
        parsed.signingInput = expected.first(expected.lastIndexOf('.'));
        parsed.signature = *fromBase64Url(expected.sliced(expected.lastIndexOf('.') + 1));
        QVERIFY(verifyParsed(parsed, key.publicKey()));
        parsed.signingInput[0] = 'E';
        QVERIFY(!verifyParsed(parsed, key.publicKey()));
    }

    void aTokenComesBack()
    {
        for (const TokenRecord &record : {samples::user(), samples::tenantAdmin(), samples::administrator()}) {
            const Claims claims = claimsOf(record, samples::Issuer);
            const crypto::SigningKey key = publishedKey();
            const QByteArray text = signToken(claims, key, KeyId(KeyIdText));
            const auto parsed = parseToken(text);
            QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
            QCOMPARE(parsed->keyId.text(), KeyIdText);
            QVERIFY(parsed->claims == claims);
            QVERIFY(verifyParsed(*parsed, key.publicKey()));
            QVERIFY(!verifyParsed(*parsed, samples::subjectKey()));
        }
    }

    void theSameClaimsMakeTheSameText() { QCOMPARE(token(), token()); }

    void theHeaderIsTheOneOfTheContract() { QCOMPARE(*fromBase64Url(token().first(token().indexOf('.'))), Header); }

    void theHeadersMembersMayComeInAnyOrder()
    {
        const QByteArray other = "{ \"kid\":\"" + KeyIdText + "\", \"typ\":\"at+jwt\", \"alg\":\"EdDSA\" }";
        const auto parsed = parseToken(signCompact(other, payload(), publishedKey()));
        QVERIFY(parsed);
        QVERIFY(verifyParsed(*parsed, publishedKey().publicKey()));
    }

    void headersThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *name, const QByteArray &before, const QByteArray &after) {
            QTest::newRow(name) << before << after;
        };
        for (const char *alg : {"none", "nOnE", "", "HS256", "RS256", "ES256", "Ed448", "Ed25519", "eddsa", "EdDSA "})
            QTest::addRow("the algorithm '%s'", alg) << "\"EdDSA\""_ba << QByteArray("\"").append(alg).append('"');
        row("no algorithm", "\"alg\":\"EdDSA\",", "");
        row("a list of algorithms", "\"EdDSA\"", "[\"EdDSA\"]");
        row("an algorithm that is null", "\"EdDSA\"", "null");
        row("no key id", ",\"kid\":\"" + KeyIdText + "\"", "");
        row("a key id that is a number", "\"" + KeyIdText + "\"", "1");
        row("a key id that is a path", KeyIdText, "../../etc/passwd");
        row("an empty key id", KeyIdText, "");
        row("a key id of 42 characters", KeyIdText, KeyIdText.chopped(1));
        row("a key id of 44 characters", KeyIdText, KeyIdText + "A");
        row("a key id with stray bits", KeyIdText, KeyIdText.chopped(1) + "l");
        row("a key id in the other alphabet", KeyIdText, QByteArray(KeyIdText).replace('_', '/'));
        for (const char *typ : {"JWT", "jwt", "AT+JWT", "application/at+jwt", "dpop+jwt", "statuslist+jwt", ""})
            QTest::addRow("the type '%s'", typ) << "\"at+jwt\""_ba << QByteArray("\"").append(typ).append('"');
        row("no type", "\"typ\":\"at+jwt\",", "");
        for (const char *more : {"\"jwk\":{}", "\"jku\":\"http://a\"", "\"x5u\":\"http://a\"", "\"x5c\":[]",
                 "\"crit\":[]", "\"crit\":[\"b64\"]", "\"b64\":false", "\"zip\":\"DEF\"", "\"cty\":\"JWT\"", "\"x\":1"})
            QTest::addRow("one member more, %s", more) << "\"}"_ba << QByteArray("\",").append(more).append('}');
        row("a stranger in place of the type", "\"typ\":\"at+jwt\"", "\"cty\":\"at+jwt\"");
        row("the algorithm twice", "{\"alg\"", "{\"alg\":\"none\",\"alg\"");
        row("the algorithm twice, once escaped", "{\"alg\"", "{\"al\\u0067\":\"none\",\"alg\"");
        row("bytes behind it", "\"}", "\"}x");
        row("a blank line of another object", "\"}", "\"}{}");
        row("a byte order mark", "{\"alg\"", "\xef\xbb\xbf{\"alg\"");
        row("invalid UTF-8", "at+jwt", "at\xff+jwt");
        row("a list around it", "{\"alg\"", "[{\"alg\"");
    }
    void headersThatAreRefused()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QVERIFY2(Header.contains(before), before.constData());
        isRefused(signCompact(QByteArray(Header).replace(before, after), payload(), publishedKey()));
    }

    void payloadsThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << ""_ba;
        QTest::newRow("an empty object") << "{}"_ba;
        QTest::newRow("a list") << "[]"_ba;
        QTest::newRow("a string") << "\"a\""_ba;
        QTest::newRow("null") << "null"_ba;
        QTest::newRow("cut short") << payload().chopped(1);
        QTest::newRow("a byte behind") << payload() + '\n' + '0';
        QTest::newRow("a NUL behind") << payload() + '\0';
        QTest::newRow("nested too deep") << QByteArray(2000, '[') + QByteArray(2000, ']');
    }
    void payloadsThatAreRefused()
    {
        QFETCH(QByteArray, text);
        isRefused(signCompact(Header, text, publishedKey()));
    }

    void textsThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QByteArray good = token();
        const qsizetype second = good.lastIndexOf('.'), first = good.indexOf('.');
        const QByteArray signature = *fromBase64Url(good.sliced(second + 1));
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("two dots") << ".."_ba;
        QTest::newRow("one part") << good.first(first);
        QTest::newRow("two parts") << good.first(second);
        QTest::newRow("no signature") << good.first(second + 1);
        QTest::newRow("four parts") << good + ".AA";
        QTest::newRow("five parts") << "AA." + good + ".AA";
        QTest::newRow("a dot behind") << good + '.';
        QTest::newRow("padding behind") << good + "==";
        QTest::newRow("padding in the payload") << QByteArray(good).insert(second, "=");
        QTest::newRow("a line end behind") << good + '\n';
        QTest::newRow("a line end inside") << QByteArray(good).insert(10, '\n');
        QTest::newRow("a blank before") << ' ' + good;
        QTest::newRow("a blank behind") << good + ' ';
        QTest::newRow("a NUL behind") << good + '\0';
        QTest::newRow("a NUL inside") << QByteArray(good).insert(10, '\0');
        QTest::newRow("stray bits in the last character") << good.chopped(1) + char(good.back() + 1);
        QTest::newRow("a character of the other alphabet") << QByteArray(good).replace(second + 5, 1, "+");
        QTest::newRow("the JSON serialization") << "{\"protected\":\"" + good.first(first) + "\",\"payload\":\""
                + good.sliced(first + 1, second - first - 1) + "\",\"signature\":\"" + good.sliced(second + 1) + "\"}";
        QTest::newRow("a signature of 63 bytes") << good.first(second + 1) + toBase64Url(signature.chopped(1));
        QTest::newRow("a signature of 65 bytes") << good.first(second + 1) + toBase64Url(signature + '\0');
        QTest::newRow("8,193 bytes") << good.first(second) + QByteArray(8193 - second, 'A');
        QTest::newRow("a megabyte of dots") << QByteArray(1 << 20, '.');
    }
    void textsThatAreRefused()
    {
        QFETCH(QByteArray, text);
        isRefused(text);
    }

    void signaturesThatDoNotVerify_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QByteArray good = token();
        const qsizetype second = good.lastIndexOf('.');
        const QByteArray signature = *fromBase64Url(good.sliced(second + 1));
        const auto with = [&](QByteArray changed) { return good.first(second + 1) + toBase64Url(changed); };
        for (const int byte : {0, 31, 32, 63}) {
            QByteArray flipped = signature;
            flipped[byte] = char(flipped[byte] ^ 1);
            QTest::addRow("a bit flipped in byte %d", byte) << with(flipped);
        }
        QTest::newRow("all zero") << with(QByteArray(64, '\0'));
        QTest::newRow("S + L in place of S") << with(sPlusOrder(signature));

        TokenRecord broader = samples::user();
        broader.scope = Scope(Scope::Kind::TenantAdmin);
        const QByteArray other = toBase64Url(writeClaims(claimsOf(broader, samples::Issuer)));
        QTest::newRow("a broader scope under the old signature")
            << good.first(good.indexOf('.') + 1) + other + good.sliced(second);
        QTest::newRow("a stranger's key under our key id")
            << signCompact(Header, payload(), crypto::SigningKey::generate());
        QTest::newRow("the header in another order under the old signature")
            << toBase64Url("{\"typ\":\"at+jwt\",\"alg\":\"EdDSA\",\"kid\":\"" + KeyIdText + "\"}")
                + good.sliced(good.indexOf('.'));
    }
    void signaturesThatDoNotVerify()
    {
        QFETCH(QByteArray, text);
        const auto parsed = parseToken(text);
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().detail));
        QVERIFY(!verifyParsed(*parsed, publishedKey().publicKey()));
    }

    // Every single-character change of a token is refused in one way or the other.
    void noCharacterCanBeChanged()
    {
        const QByteArray good = token();
        const crypto::PublicKey key = publishedKey().publicKey();
        for (qsizetype i = 0; i < good.size(); ++i) {
            QByteArray changed = good;
            changed[i] = good[i] == 'A' ? 'B' : 'A';
            const auto parsed = parseToken(changed);
            QVERIFY2(!parsed || !verifyParsed(*parsed, key), qPrintable(u"at %1"_s.arg(i)));
        }
    }

private:
    static void isRefused(const QByteArray &text)
    {
        const auto parsed = parseToken(text);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().code, ErrorCode::InvalidToken);
        QCOMPARE(parsed.error().reason, "malformed"_ba);
    }

    static QByteArray sPlusOrder(QByteArray signature)
    {
        const QByteArray order = *fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        int carry = 0;
        for (int i = 0; i < 32; ++i) {
            carry += uchar(signature[32 + i]) + uchar(order[i]);
            signature[32 + i] = char(carry);
            carry >>= 8;
        }
        return signature;
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
};

QTEST_GUILESS_MAIN(TestJws)
#include "tst_jws.moc"
