// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "service/ledger/checkpoint.h"
#include "tests/service/api/apihouse.h"

#include <QtCore/qfile.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestLedgerRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void entriesAreTheStoredBytes();
    void filters_data();
    void filters();
    void refusesFilters_data();
    void refusesFilters();
    void pagesBothWays_data();
    void pagesBothWays();
    void aTenantReadsItsOwn();
    void foreignAndAbsentEntriesAreAlike();
    void proofsHoldAgainstTheCheckpoint();
    void treesGrowOutOfOneAnother();

private:
    ApiHouse::Answer get(const QByteArray &target, const QByteArray &token)
    {
        return m_house->ask("GET"_ba, target, token);
    }
    ledger::Checkpoint checkpoint();

    std::unique_ptr<ApiHouse> m_house;
    ApiHouse::Token m_user; // of acme
    QByteArray m_vm, m_start, m_later; // times, for queries
};

namespace {

// The indices of a list of entries: "3 5 6".
QByteArray indicesOf(const HttpProbe::Answer &answer)
{
    QByteArrayList indices;
    for (const QJsonValue &entry : arrayOf(answer))
        indices.append(QByteArray::number(entry["index"_L1].toInteger()));
    return indices.join(' ');
}

ledger::Digest digestOf(const QString &base64)
{
    const auto bytes = fromBase64(base64.toLatin1());
    return bytes && bytes->size() == 32 ? ledger::Digest::fromBytes(*bytes) : ledger::Digest();
}

std::vector<ledger::Digest> hashesOf(const QJsonObject &proof)
{
    std::vector<ledger::Digest> hashes;
    for (const QJsonValue &hash : proof["hashes"_L1].toArray())
        hashes.push_back(digestOf(hash.toString()));
    return hashes;
}

} // namespace

// 0 LEDGER_OPENED, 1 to 3 administrators; acme and rival; tokens 6 and 7; two VMs of acme, one destroyed later.
void TestLedgerRoutes::initTestCase()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba);
    m_house->addTenant("rival"_ba);
    m_user = m_house->issue("acme"_ba, "USER"_ba);
    const auto input = m_house->issue("acme"_ba, "INPUT"_ba);
    m_start = formatTime(m_house->clock.now());
    m_vm = m_house->addVm(input.text);
    m_house->addVm(input.text);
    m_house->clock.advance(1h);
    m_later = formatTime(m_house->clock.now());
    m_house->ask("DELETE"_ba, "/v1/vms/" + m_vm, input.text, {}, "X-Request-Id: the-end\r\n"_ba);
    m_house->issue("rival"_ba, "READ"_ba);
    QCOMPARE(m_house->entries(), 12u);
}

ledger::Checkpoint TestLedgerRoutes::checkpoint()
{
    QFile file(m_house->directory() + "/ledger.vkey"_L1);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const auto key = ledger::parseVerifierKey(file.readAll().trimmed());
    const auto note = get("/ledger/checkpoint"_ba, {}).body;
    const auto opened = ledger::openCheckpoint(note, std::span(&*key, 1));
    return opened ? opened->checkpoint : ledger::Checkpoint();
}

void TestLedgerRoutes::entriesAreTheStoredBytes()
{
    const QByteArray list = get("/v1/ledger/entries"_ba, m_house->auditor()).body;
    for (int index = 0; index < 12; ++index) {
        const QByteArray entry = get("/v1/ledger/entries/" + QByteArray::number(index), m_house->auditor()).body;
        const auto parsed = ledger::parseEntry(entry);
        QVERIFY(parsed);
        QCOMPARE(parsed->index, LeafIndex(index));
        QVERIFY(list.contains(entry));
    }
    for (const char *index : {"12", "-1", "01", "x", "99999999999999999999"})
        QCOMPARE(outcomeOf(get("/v1/ledger/entries/"_ba + index, m_house->admin())), "404 not-found");
}

void TestLedgerRoutes::filters_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("indices");
    QTest::newRow("by tenant") << "tenant-id=acme"_ba
                               << "4 6 7 8 9 10"_ba;
    QTest::newRow("with an underscore") << "tenant_id=rival"_ba
                                        << "5 11"_ba;
    QTest::newRow("by tenant and type") << "tenant-id=acme&event-type=VM_REGISTERED"_ba
                                        << "8 9"_ba;
    QTest::newRow("by several types") << "event_type=VM_DESTROYED&event_type=TENANT_CREATED"_ba
                                      << "4 5 10"_ba;
    QTest::newRow("by several tenants") << "tenant-id=acme&tenant-id=rival&event-type=TENANT_CREATED"_ba
                                        << "4 5"_ba;
    QTest::newRow("by VM") << "vm-id={vm}"_ba
                           << "8 10"_ba;
    QTest::newRow("by the token acted on") << "token-id={token}"_ba
                                           << "6"_ba;
    QTest::newRow("by the acting token") << "actor={admin}&tenant_id=rival"_ba
                                         << "5 11"_ba;
    QTest::newRow("by request") << "request-id=the-end"_ba
                                << "10"_ba;
    QTest::newRow("by outcome") << "outcome=denied"_ba
                                << ""_ba;
    QTest::newRow("from an index") << "from=10"_ba
                                   << "10 11"_ba;
    QTest::newRow("since, which counts itself") << "since={later}"_ba
                                                << "10 11"_ba;
    QTest::newRow("until, which does not") << "until={later}&from=8"_ba
                                           << "8 9"_ba;
    QTest::newRow("between") << "since={start}&until={later}&from=9"_ba
                             << "9"_ba;
    QTest::newRow("newest first") << "tenant-id=acme&reverse=true&limit=3"_ba
                                  << "10 9 8"_ba;
    QTest::newRow("newest first with bounds") << "from=9&until={later}&reverse=true"_ba
                                              << "9"_ba;
    QTest::newRow("nothing") << "tenant-id=nobody"_ba
                             << ""_ba;
}

void TestLedgerRoutes::filters()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, indices);
    query.replace("{vm}", m_vm).replace("{token}", m_user.id).replace("{admin}", m_house->adminId());
    query.replace("{start}", m_start).replace("{later}", m_later);
    const auto answer = get("/v1/ledger/entries?count=true&" + query, m_house->auditor());
    QCOMPARE(answer.status, 200);
    QCOMPARE(indicesOf(answer), indices);
    const qsizetype all = query.contains("limit") ? 6 : arrayOf(answer).size();
    QCOMPARE(answer.header("X-Total-Count"), QByteArray::number(all));
}

void TestLedgerRoutes::refusesFilters_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::newRow("a key nobody knows") << "colour=red"_ba;
    QTest::newRow("an empty value") << "vm-id="_ba;
    QTest::newRow("a type that can be none") << "event-type=vm%20registered"_ba;
    QTest::newRow("a time that is none") << "since=yesterday"_ba;
    QTest::newRow("an index that is none") << "from=-1"_ba;
    QTest::newRow("a limit of none") << "limit=0"_ba;
    QTest::newRow("a limit over a thousand") << "limit=1001"_ba;
    QTest::newRow("an outcome that is none") << "outcome=good"_ba;
    QTest::newRow("a cursor we did not make") << "cursor=AAAA"_ba;
    QTest::newRow("two times") << "since=2026-01-01&since=2026-01-02"_ba;
    QTest::newRow("a direction that is neither") << "reverse=yes"_ba;
}

void TestLedgerRoutes::refusesFilters()
{
    QFETCH(QByteArray, query);
    QCOMPARE(outcomeOf(get("/v1/ledger/entries?" + query, m_house->admin())), "422 invalid-field");
}

void TestLedgerRoutes::pagesBothWays_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArrayList>("pages");
    QTest::newRow("oldest first") << "tenant-id=acme&limit=2"_ba << QByteArrayList{"4 6", "7 8", "9 10"};
    QTest::newRow("newest first") << "tenant-id=acme&limit=2&reverse=true"_ba << QByteArrayList{"10 9", "8 7", "6 4"};
    QTest::newRow("with a rest") << "limit=5&from=1"_ba << QByteArrayList{"1 2 3 4 5", "6 7 8 9 10", "11"};
    QTest::newRow("with two types") << "limit=1&event-type=VM_DESTROYED&event-type=TENANT_CREATED"_ba
                                    << QByteArrayList{"4", "5", "10"};
}

void TestLedgerRoutes::pagesBothWays()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArrayList, pages);
    QByteArray next = "/v1/ledger/entries?" + query;
    for (const QByteArray &page : pages) {
        QVERIFY(!next.isEmpty());
        const auto answer = get(next, m_house->auditor());
        QCOMPARE(indicesOf(answer), page);
        next = nextOf(answer);
    }
    QVERIFY(next.isEmpty());
}

void TestLedgerRoutes::aTenantReadsItsOwn()
{
    QCOMPARE(indicesOf(get("/v1/ledger/entries"_ba, m_user.text)), "4 6 7 8 9 10");
    QCOMPARE(indicesOf(get("/v1/ledger/entries?tenant-id=acme&from=9"_ba, m_user.text)), "9 10");
    QCOMPARE(indicesOf(get("/v1/ledger/entries?event_type=TENANT_CREATED"_ba, m_user.text)), "4");
    QCOMPARE(indicesOf(get("/v1/ledger/entries?limit=2&count=true"_ba, m_user.text)), "4 6");
    const TreeSize before = m_house->entries();
    for (const char *query : {"tenant-id=rival", "tenant_id=nobody", "tenant-id=acme&tenant_id=rival"}) {
        QCOMPARE(outcomeOf(get("/v1/ledger/entries?"_ba + query, m_user.text)), "403 insufficient-scope");
    }
    QVERIFY(eventually([&] { return m_house->entries() == before + 1; })); // told once, then counted
}

void TestLedgerRoutes::foreignAndAbsentEntriesAreAlike()
{
    for (const char *rest : {"", "/proof"}) {
        QCOMPARE(get("/v1/ledger/entries/8"_ba + rest, m_user.text).status, 200);
        const auto absent = get("/v1/ledger/entries/999"_ba + rest, m_user.text);
        QCOMPARE(outcomeOf(absent), "404 not-found");
        for (const char *foreign : {"0", "5", "11"})
            QCOMPARE(withoutRequestId(get("/v1/ledger/entries/"_ba + foreign + rest, m_user.text)),
                withoutRequestId(absent));
    }
}

void TestLedgerRoutes::proofsHoldAgainstTheCheckpoint()
{
    for (const char *index : {"4", "8", "10"}) {
        const QByteArray path = "/v1/ledger/entries/"_ba + index;
        const QByteArray entry = get(path, m_user.text).body;
        const QJsonObject proof = objectOf(get(path + "/proof", m_user.text));
        const TreeSize size = TreeSize(proof["tree_size"_L1].toInteger());
        QCOMPARE(digestOf(proof["leaf_hash"_L1].toString()), ledger::leafHash(entry));
        QVERIFY(ledger::verifyInclusion(ledger::leafHash(entry), LeafIndex(QByteArray(index).toInt()), size,
            hashesOf(proof), digestOf(proof["root"_L1].toString())));
        const auto note = ledger::parseNote(proof["checkpoint"_L1].toString().toUtf8());
        QVERIFY(note);
        const auto head = ledger::parseCheckpoint(note->text);
        QVERIFY(head);
        QCOMPARE(head->size, size);
        QCOMPARE(head->root, digestOf(proof["root"_L1].toString()));
    }
}

void TestLedgerRoutes::treesGrowOutOfOneAnother()
{
    const ledger::Checkpoint older = checkpoint();
    QVERIFY(older.size >= 12);
    m_house->issue("rival"_ba, "READ"_ba);
    const ledger::Checkpoint newer = checkpoint();
    QVERIFY(newer.size > older.size);
    const QByteArray query =
        "/v1/ledger/consistency?old=" + QByteArray::number(older.size) + "&new=" + QByteArray::number(newer.size);
    const QJsonObject proof = objectOf(get(query, m_user.text));
    QVERIFY(ledger::verifyConsistency(older.size, newer.size, hashesOf(proof), older.root, newer.root));
    for (const char *wrong : {"old=3&new=2", "old=1", "new=1", "old=x&new=2", "old=01&new=2"})
        QCOMPARE(outcomeOf(get("/v1/ledger/consistency?"_ba + wrong, m_user.text)), "422 invalid-field");
    QCOMPARE(outcomeOf(get("/v1/ledger/consistency?old=1&new=9999"_ba, m_user.text)), "404 not-found");
}

QTEST_GUILESS_MAIN(TestLedgerRoutes)
#include "tst_ledgerroutes.moc"
