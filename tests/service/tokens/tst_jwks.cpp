// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/tokens/jwks.h"
#include "tests/service/tokens/samples.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestJwks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noKeyGivesAnEmptyList() { QCOMPARE(tokens::jwkSet({}), "{\"keys\":[]}"_ba); }

    void keysKeepTheirOrder()
    {
        // RFC 8037, A.2 and A.3, behind the sample.
        const auto published = crypto::publicKeyFromBytes(
            QByteArray::fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
        QVERIFY(published);
        QCOMPARE(tokens::jwkSet({samples::subjectKey(), *published}),
            "{\"keys\":["
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg\","
            "\"kid\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\",\"use\":\"sig\",\"alg\":\"EdDSA\"},"
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
            "\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\",\"use\":\"sig\",\"alg\":\"EdDSA\"}]}"_ba);
    }
};

QTEST_GUILESS_MAIN(TestJwks)
#include "tst_jwks.moc"
