// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/api/problem.h"

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestProblem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodeHasItsAnswer_data();
    void everyCodeHasItsAnswer();
    void noTwoCodesShareAName();
    void fieldsAreListedWithTheirPointers();
    void membersStandBesideTheOthers();
    void aServersOwnTroubleIsNotTold();
    void aFailedTokenIsAskedForAgain_data();
    void aFailedTokenIsAskedForAgain();
    void aFullBucketSaysWhenToComeBack();
};

namespace {

QByteArray header(const http::Response &response, QByteArrayView name)
{
    for (const http::Header &field : response.headers) {
        if (field.name == name)
            return field.value;
    }
    return {};
}

QJsonObject body(const http::Response &response)
{
    return QJsonDocument::fromJson(response.body).object();
}

constexpr int Internal = 500;

} // namespace

// The contract's codes, then those of the door, which it gives as statuses only; the rest never leaves the process.
void TestProblem::everyCodeHasItsAnswer_data()
{
    static const QHash<QByteArray, int> known{{"malformed-json", 400}, {"invalid-token", 401},
        {"insufficient-scope", 403}, {"scope-exceeds-parent", 403}, {"foreign-origin", 403}, {"depth-exceeded", 403},
        {"tenant-suspended", 403}, {"not-found", 404}, {"method-not-allowed", 405}, {"tenant-exists", 409},
        {"tenant-not-empty", 409}, {"tenant-not-deleted", 409}, {"tenant-deleted", 409}, {"node-exists", 409},
        {"node-not-empty", 409}, {"idempotency-key-in-use", 409}, {"over-quota", 409}, {"precondition-failed", 412},
        {"too-large", 413}, {"unsupported-media-type", 415}, {"invalid-field", 422}, {"immutable-field", 422},
        {"expiry-exceeds-parent", 422}, {"idempotency-key-reused", 422}, {"quota-exceeded", 429}, {"rate-limited", 429},
        {"ledger-unavailable", 503}, {"no-capacity", 503}, {"malformed-request", 400}, {"request-timeout", 408},
        {"target-too-long", 414}, {"expectation-failed", 417}, {"misdirected-request", 421}, {"header-too-large", 431},
        {"not-supported", 501}, {"unavailable", 503}, {"http-version-not-supported", 505}};
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("status");
    int met = 0;
    for (int number = 0; number < ErrorCodeCount; ++number) {
        const QByteArray name = errorName(ErrorCode(number));
        const bool leaves = known.contains(name);
        met += leaves ? 1 : 0;
        QTest::addRow("%s", name.constData()) << number << known.value(name, Internal);
    }
    QCOMPARE(met, int(known.size()));
}

void TestProblem::everyCodeHasItsAnswer()
{
    QFETCH(int, number);
    QFETCH(int, status);
    const auto code = ErrorCode(number);
    const http::Response response = api::problem({.code = code, .detail = u"That is so."_s}, RequestId("request-7"_ba));
    QCOMPARE(response.status, status);
    QCOMPARE(response.contentType, "application/problem+json");
    QCOMPARE(header(response, "Cache-Control"), "no-store");
    const QJsonObject problem = body(response);
    const QString name = status == Internal ? u"internal"_s : QString::fromLatin1(errorName(code));
    QCOMPARE(problem["status"_L1].toInt(), status);
    QCOMPARE(problem["code"_L1].toString(), name);
    QCOMPARE(problem["type"_L1].toString(), u"urn:service-vm-tenant:problem:"_s + name);
    QCOMPARE(problem["request_id"_L1].toString(), u"request-7"_s);
    QVERIFY(!problem["title"_L1].toString().isEmpty());
    QVERIFY(http::reasonPhrase(status) != "Unknown");
    if (status != Internal)
        QCOMPARE(problem["detail"_L1].toString(), u"That is so."_s);
}

void TestProblem::noTwoCodesShareAName()
{
    QSet<QByteArray> names;
    for (int number = 0; number < ErrorCodeCount; ++number)
        names.insert(errorName(ErrorCode(number)));
    QCOMPARE(names.size(), ErrorCodeCount);
    QVERIFY(!names.contains("unknown"_ba));
}

void TestProblem::fieldsAreListedWithTheirPointers()
{
    const QJsonObject problem = body(api::problem({.code = ErrorCode::InvalidField,
                                                      .detail = u"Two."_s,
                                                      .fields = {{u"/a~1b"_s, u"is \"odd\""_s}, {u"?q"_s, u"no"_s}}},
        {}));
    const QJsonArray errors = problem["errors"_L1].toArray();
    QCOMPARE(errors.size(), 2);
    QCOMPARE(errors[0].toObject(), (QJsonObject{{u"pointer"_s, u"/a~1b"_s}, {u"detail"_s, u"is \"odd\""_s}}));
    QCOMPARE(errors[1].toObject()["pointer"_L1].toString(), u"?q"_s);
    QVERIFY(problem["request_id"_L1].isNull());
}

void TestProblem::membersStandBesideTheOthers()
{
    const QJsonObject problem = body(api::problem({.code = ErrorCode::QuotaExceeded,
                                                      .detail = u"Full."_s,
                                                      .members = {{u"limit"_s, 10}, {u"retryable"_s, false}}},
        {}));
    QCOMPARE(problem["limit"_L1].toInt(), 10);
    QCOMPARE(problem["retryable"_L1], QJsonValue(false));
    QCOMPARE(problem["code"_L1].toString(), u"quota-exceeded"_s);
}

void TestProblem::aServersOwnTroubleIsNotTold()
{
    const http::Response response =
        api::problem({.code = ErrorCode::Storage, .detail = u"SELECT secret FROM /home/me/tenants.db"_s}, {});
    QCOMPARE(response.status, Internal);
    QVERIFY(!response.body.contains("secret"));
}

void TestProblem::aFailedTokenIsAskedForAgain_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QByteArray>("reason");
    QTest::addColumn<QByteArray>("challenge");
    const QByteArray realm("Bearer realm=\"service-vm-tenant\"");
    // RFC 6750, 3.1.
    QTest::newRow("without a token no error is named") << int(ErrorCode::InvalidToken) << QByteArray() << realm;
    QTest::newRow("a bad token is called invalid, the reason is not told")
        << int(ErrorCode::InvalidToken) << "expired"_ba << realm + ", error=\"invalid_token\"";
    QTest::newRow("a small scope is called insufficient")
        << int(ErrorCode::InsufficientScope) << QByteArray() << realm + ", error=\"insufficient_scope\"";
    QTest::newRow("other refusals ask for nothing") << int(ErrorCode::TenantSuspended) << QByteArray() << QByteArray();
}

void TestProblem::aFailedTokenIsAskedForAgain()
{
    QFETCH(int, number);
    QFETCH(QByteArray, reason);
    QFETCH(QByteArray, challenge);
    const http::Response response = api::problem({.code = ErrorCode(number), .detail = u"No."_s, .reason = reason}, {});
    QCOMPARE(header(response, "WWW-Authenticate"), challenge);
    QVERIFY(reason.isEmpty() || !response.body.contains(reason));
}

void TestProblem::aFullBucketSaysWhenToComeBack()
{
    const http::Response response =
        api::problem({.code = ErrorCode::RateLimited, .detail = u"Wait."_s, .retryAfterSeconds = 17}, {});
    QCOMPARE(header(response, "Retry-After"), "17");
    QCOMPARE(body(response)["retryable"_L1], QJsonValue(true));
    QVERIFY(header(api::problem({.code = ErrorCode::QuotaExceeded, .detail = u"Full."_s}, {}), "Retry-After").isNull());
}

QTEST_GUILESS_MAIN(TestProblem)
#include "tst_problem.moc"
