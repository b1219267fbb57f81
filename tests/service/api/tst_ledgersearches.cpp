// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Searches through the whole ledger, and that nobody else waits for them.
#include "tests/service/api/apihouse.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestLedgerSearches : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void whatASearchFinds_data();
    void whatASearchFinds();
    void othersDoNotWait();
    void aShortOneDoesNotWaitForLongOnes();
    void thereAreOnlySoManyAtOnce();
    void aServerThatStopsDropsThem();

private:
    // A request for every entry whose actor is one of many that there are not.
    QByteArray longSearch() const;
    std::vector<std::unique_ptr<HttpProbe>> startSearches(int count, const QByteArray &token);

    std::unique_ptr<ApiHouse> m_house;
    ApiHouse::Token m_tenantAdmin;
};

void TestLedgerSearches::initTestCase()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba, {.vms = 100'000, .storageGb = 1'000'000});
    m_tenantAdmin = m_house->issue("acme"_ba, "service:tenant-admin"_ba);
    for (int i = 0; i < 8; ++i) {
        const auto made = m_house->ask("POST"_ba, "/v1/vms"_ba, m_tenantAdmin.text, "{\"disk_gb\":0,\"count\":1000}"_ba,
            "X-Request-Id: batch-" + QByteArray::number(i) + "\r\n");
        QCOMPARE(made.status, 201);
    }
}

QByteArray TestLedgerSearches::longSearch() const
{
    QByteArray target = "/v1/ledger/entries?count=true";
    for (int i = 0; i < 100; ++i)
        target += "&actor=nobody-" + QByteArray::number(i);
    return target;
}

std::vector<std::unique_ptr<HttpProbe>> TestLedgerSearches::startSearches(int count, const QByteArray &token)
{
    std::vector<std::unique_ptr<HttpProbe>> probes;
    for (int i = 0; i < count; ++i) {
        probes.push_back(std::make_unique<HttpProbe>(m_house->port()));
        probes.back()->send(ApiHouse::request("GET"_ba, longSearch(), token));
    }
    return probes;
}

void TestLedgerSearches::whatASearchFinds_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<qsizetype>("onPage");
    QTest::addColumn<QByteArray>("total");
    QTest::newRow("one request's entries") << "request-id=batch-5&limit=1000"_ba << qsizetype(1000) << "1000"_ba;
    QTest::newRow("the first of them") << "request-id=batch-5"_ba << qsizetype(100) << "1000"_ba;
    QTest::newRow("the last of them") << "request-id=batch-7&reverse=true&limit=7"_ba << qsizetype(7) << "1000"_ba;
    QTest::newRow("of two requests") << "request-id=batch-0&request-id=batch-7&limit=1000"_ba << qsizetype(1000)
                                     << "2000"_ba;
    QTest::newRow("of a type") << "event-type=TENANT_CREATED"_ba << qsizetype(1) << "1"_ba;
    QTest::newRow("a tenant's, counted") << "tenant-id=acme&limit=2"_ba << qsizetype(2) << "8002"_ba;
    QTest::newRow("nothing") << "request-id=batch-8"_ba << qsizetype(0) << "0"_ba;
}

void TestLedgerSearches::whatASearchFinds()
{
    QFETCH(QByteArray, query);
    QFETCH(qsizetype, onPage);
    QFETCH(QByteArray, total);
    QByteArray next = "/v1/ledger/entries?count=true&" + query;
    qsizetype all = 0;
    const auto first = m_house->ask("GET"_ba, next, m_house->auditor());
    QCOMPARE(first.header("X-Total-Count"), total);
    QCOMPARE(arrayOf(first).size(), onPage);
    const int most = total.toInt() > 5000 ? 3 : 100; // pages
    qint64 last = -1;
    for (int page = 0; page < most && !next.isEmpty(); ++page) {
        const auto answer = m_house->ask("GET"_ba, next, m_house->auditor());
        QCOMPARE(answer.status, 200);
        for (const QJsonValue &entry : arrayOf(answer)) {
            const qint64 index = entry["index"_L1].toInteger();
            QVERIFY(last < 0 || (query.contains("reverse") ? index < last : index > last));
            last = index;
            ++all;
        }
        next = nextOf(answer);
    }
    if (total.toInt() <= 700)
        QCOMPARE(QByteArray::number(all), total);
    else
        QVERIFY(all > 0);
}

// The I/O thread does none of them. If it did, others would be answered behind all of them, every time.
void TestLedgerSearches::othersDoNotWait()
{
    bool overtook = false;
    for (int round = 0; round < 20 && !overtook; ++round) {
        const auto searches = startSearches(16, m_house->admin());
        QCOMPARE(m_house->ask("GET"_ba, "/healthz"_ba).status, 200);
        QCOMPARE(
            m_house->ask("GET"_ba, "/v1/ledger/entries?tenant-id=acme&limit=1"_ba, m_house->auditor()).status, 200);
        overtook = !searches.back()->hasBytes();
        for (const auto &search : searches) {
            const auto answer = search->answer();
            QVERIFY(answer);
            QCOMPARE(answer->status, 200);
            QCOMPARE(answer->body, "[]");
            QCOMPARE(answer->header("X-Total-Count"), "0");
        }
    }
    QVERIFY(overtook);
}

// Without turns the short one would be answered behind all others, every time. A busy machine may let it look so once.
void TestLedgerSearches::aShortOneDoesNotWaitForLongOnes()
{
    const QByteArray end = QByteArray::number(m_house->entries() - 1);
    bool overtook = false;
    for (int round = 0; round < 20 && !overtook; ++round) {
        const auto searches = startSearches(15, m_house->admin());
        QCOMPARE(
            m_house->ask("GET"_ba, "/v1/ledger/entries?request-id=none&from=" + end, m_house->auditor()).body, "[]");
        overtook = !searches.back()->hasBytes();
        for (const auto &search : searches)
            QCOMPARE(search->answer()->status, 200);
    }
    QVERIFY(overtook);
}

// One of them may be over before the last has come; not every time.
void TestLedgerSearches::thereAreOnlySoManyAtOnce()
{
    int refused = 0;
    for (int round = 0; round < 20 && refused == 0; ++round) {
        for (const auto &search : startSearches(5, m_tenantAdmin.text)) {
            const auto answer = search->answer();
            QVERIFY(answer);
            if (answer->status == 200)
                continue;
            QCOMPARE(answer->status, 429);
            QCOMPARE(codeOf(*answer), "rate-limited"_L1);
            QVERIFY(!answer->header("Retry-After").isEmpty());
            ++refused;
        }
    }
    QCOMPARE(refused, 1); // four have room
    // They are over: there is room again.
    QCOMPARE(m_house->ask("GET"_ba, longSearch(), m_tenantAdmin.text).status, 200);
}

// Their clients are gone, the searches are not.
void TestLedgerSearches::aServerThatStopsDropsThem()
{
    startSearches(16, m_house->admin());
    QCOMPARE(m_house->ask("GET"_ba, "/healthz"_ba).status, 200);
    m_house.reset(); // waits for a step at most, and must neither hang nor crash
    QVERIFY(!m_house);
}

QTEST_GUILESS_MAIN(TestLedgerSearches)
#include "tst_ledgersearches.moc"
