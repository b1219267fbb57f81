// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger as strangers fetch it: paths, types, caching, and who gets what (C2SP tlog-tiles).
#include "service/core/encoding.h"
#include "service/ledger/checkpoint.h"
#include "tests/service/api/apihouse.h"

#include <QtCore/qfile.h>
#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestTileRoutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void nothingLiesBeyondTheCheckpoint(); // before the refusals, whose entries come when they come
    void resourcesHaveTheirTypeAndCaching_data();
    void resourcesHaveTheirTypeAndCaching();
    void bundlesAreForAdministratorsAndAuditors_data();
    void bundlesAreForAdministratorsAndAuditors();
    void pathsHaveOneSpelling_data();
    void pathsHaveOneSpelling();
    void headIsGetWithoutItsBody_data();
    void headIsGetWithoutItsBody();
    void rangesAreIgnored();
    void otherMethodsAreRefused();
    void theWholeTreeIsThere();
    void refusalsAreNotCached();

private:
    ApiHouse::Answer get(const QByteArray &target, const QByteArray &token = {}, const QByteArray &fields = {})
    {
        return m_house->ask("GET"_ba, target, token, {}, fields);
    }
    ledger::Checkpoint checkpoint();
    QByteArray tokenOf(const QByteArray &who) const;

    std::unique_ptr<ApiHouse> m_house;
    ApiHouse::Token m_tenantAdmin, m_user;
};

// 513 entries: two full tiles, one of one hash, and one of two above them.
void TestTileRoutes::initTestCase()
{
    m_house = std::make_unique<ApiHouse>();
    m_house->addTenant("acme"_ba, {.vms = 100'000, .storageGb = 1'000'000});
    m_tenantAdmin = m_house->issue("acme"_ba, "service:tenant-admin"_ba);
    m_user = m_house->issue("acme"_ba, "USER"_ba);
    const qint64 missing = 513 - qint64(m_house->entries());
    const auto made = m_house->ask(
        "POST"_ba, "/v1/vms"_ba, m_tenantAdmin.text, "{\"disk_gb\":0,\"count\":" + QByteArray::number(missing) + '}');
    QCOMPARE(made.status, 201);
    QCOMPARE(m_house->entries(), 513u);
}

ledger::Checkpoint TestTileRoutes::checkpoint()
{
    QFile file(m_house->directory() + "/ledger.vkey"_L1);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const auto key = ledger::parseVerifierKey(file.readAll().trimmed());
    const auto opened = ledger::openCheckpoint(get("/ledger/checkpoint"_ba).body, std::span(&*key, 1));
    return opened ? opened->checkpoint : ledger::Checkpoint();
}

QByteArray TestTileRoutes::tokenOf(const QByteArray &who) const
{
    if (who == "admin")
        return m_house->admin();
    if (who == "auditor")
        return m_house->auditor();
    if (who == "tenant-admin")
        return m_tenantAdmin.text;
    return who == "user" ? m_user.text : who == "nobody" ? QByteArray() : who;
}

void TestTileRoutes::resourcesHaveTheirTypeAndCaching_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("caching");
    QTest::addColumn<QByteArray>("vary");
    const QByteArray bytes = "application/octet-stream", open = "public, max-age=31536000, immutable",
                     closed = "private, max-age=31536000, immutable";
    QTest::newRow("the checkpoint") << "checkpoint"_ba
                                    << "text/plain; charset=utf-8"_ba
                                    << "no-cache"_ba << QByteArray();
    QTest::newRow("a full tile") << "tile/0/000"_ba << bytes << open << QByteArray();
    QTest::newRow("a partial tile") << "tile/0/002.p/1"_ba << bytes << open << QByteArray();
    QTest::newRow("a partial tile that has become full") << "tile/0/001.p/255"_ba << bytes << open << QByteArray();
    QTest::newRow("a tile of the level above") << "tile/1/000.p/2"_ba << bytes << open << QByteArray();
    QTest::newRow("a full bundle") << "tile/entries/001"_ba << bytes << closed << "Authorization"_ba;
    QTest::newRow("a partial bundle") << "tile/entries/002.p/1"_ba << bytes << closed << "Authorization"_ba;
}

void TestTileRoutes::resourcesHaveTheirTypeAndCaching()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, caching);
    QFETCH(QByteArray, vary);
    const auto answer = get("/ledger/" + path, m_house->auditor());
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.header("Content-Type"), type);
    QCOMPARE(answer.header("Cache-Control"), caching);
    QCOMPARE(answer.header("Vary"), vary);
    QCOMPARE(answer.header("X-Content-Type-Options"), "nosniff");
}

void TestTileRoutes::bundlesAreForAdministratorsAndAuditors_data()
{
    QTest::addColumn<QByteArray>("who");
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("an administrator") << "admin"_ba
                                      << "200"_ba;
    QTest::newRow("an auditor") << "auditor"_ba
                                << "200"_ba;
    QTest::newRow("a tenant's administrator") << "tenant-admin"_ba
                                              << "403 insufficient-scope"_ba;
    QTest::newRow("a tenant's user") << "user"_ba
                                     << "403 insufficient-scope"_ba;
    QTest::newRow("nobody") << "nobody"_ba
                            << "401 invalid-token"_ba;
    QTest::newRow("who has a bad token") << "abc.def.ghi"_ba
                                         << "401 invalid-token"_ba;
}

void TestTileRoutes::bundlesAreForAdministratorsAndAuditors()
{
    QFETCH(QByteArray, who);
    QFETCH(QByteArray, outcome);
    QCOMPARE(outcomeOf(get("/ledger/tile/entries/000"_ba, tokenOf(who))), outcome);
    // Whether there is one is told to those alone who may have it.
    const QByteArray absent = outcome == "200" ? "404 not-found"_ba : outcome;
    QCOMPARE(outcomeOf(get("/ledger/tile/entries/009"_ba, tokenOf(who))), absent);
}

void TestTileRoutes::pathsHaveOneSpelling_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path : {// widths
             "/ledger/tile/0/000.p/0", "/ledger/tile/0/000.p/05", "/ledger/tile/0/000.p/256", "/ledger/tile/0/000.p/-1",
             "/ledger/tile/0/000.p/+5", "/ledger/tile/0/000.p/", "/ledger/tile/0/000.p", "/ledger/tile/0/000.P/5",
             "/ledger/tile/0/000.p/5.p/5", "/ledger/tile/0/002", "/ledger/tile/0/002.p/99",
             // indices
             "/ledger/tile/0/0", "/ledger/tile/0/00", "/ledger/tile/0/0000", "/ledger/tile/0/x000/000",
             "/ledger/tile/0/00/000", "/ledger/tile/0/x000", "/ledger/tile/0/X000/000", "/ledger/tile/0/x00/0000",
             "/ledger/tile/0/", "/ledger/tile/0", "/ledger/tile/0/x999/x999/x999/x999/x999/x999/999",
             "/ledger/tile/0/0x0",
             // levels
             "/ledger/tile/00/000", "/ledger/tile/64/000", "/ledger/tile/8/000.p/1", "/ledger/tile/63/000.p/1",
             "/ledger/tile/2/000.p/1", "/ledger/tile/+0/000", "/ledger/tile/-1/000", "/ledger/tile/x/000",
             // encoded
             "/ledger/tile/0/%30%30%30", "/ledger/tile/%30/000", "/ledger/%74ile/0/000", "/%6cedger/tile/0/000",
             "/ledger/tile%2f0/000", "/ledger/tile/0%2F000", "/ledger/tile/0/000%2ep/5", "/ledger/%63heckpoint",
             "/%6cedger/checkpoint", "/ledger/tile/entries/%30%30%30", "/ledger/tile/%65ntries/000",
             "/ledger/tile/%2e%2e/checkpoint", "/ledger/tile/0/000%00", "/ledger/tile/0/000%20",
             // segments
             "/ledger/tile//0/000", "/ledger//tile/0/000", "//ledger/tile/0/000", "/ledger/tile/0//000",
             "/ledger/tile/0/000/", "/ledger/checkpoint/", "/ledger//checkpoint", "/ledger/./checkpoint",
             "/ledger/tile/../checkpoint", "/ledger/tile/0/000.p//5", "/ledger/tile/0/000/p/5",
             // names
             "/ledger/Tile/0/000", "/Ledger/tile/0/000", "/ledger/Checkpoint", "/ledger/checkpoint.txt", "/ledger/",
             "/ledger", "/ledger/tile/entries", "/ledger/tile/entries/", "/ledger/tile/Entries/000",
             "/ledger/tile/entries/000.p/0", "/ledger/tile/entries/0.p/5", "/ledger/tile/entries/000.p/256",
             "/ledger/tile/entries/0/000", "/ledger/tile/names/000", "/tile/0/000", "/checkpoint",
             // queries
             "/ledger/checkpoint?x=1", "/ledger/checkpoint?x", "/ledger/tile/0/000?x=1", "/ledger/tile/0/000?.p/5",
             "/ledger/tile/entries/000?limit=1", "/ledger/checkpoint?", "/ledger/tile/0/000?",
             "/ledger/tile/entries/000?"})
        QTest::newRow(path) << QByteArray(path);
}

void TestTileRoutes::pathsHaveOneSpelling()
{
    QFETCH(QByteArray, path);
    QCOMPARE(outcomeOf(get(path, m_house->admin())), "404 not-found");
}

void TestTileRoutes::headIsGetWithoutItsBody_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path : {"/ledger/checkpoint", "/ledger/tile/0/000", "/ledger/tile/entries/002.p/1"})
        QTest::newRow(path) << QByteArray(path);
}

void TestTileRoutes::headIsGetWithoutItsBody()
{
    QFETCH(QByteArray, path);
    const auto whole = get(path, m_house->admin()), head = m_house->ask("HEAD"_ba, path, m_house->admin());
    QCOMPARE(head.status, 200);
    QCOMPARE(head.body, "");
    for (const char *field : {"Content-Type", "Content-Length", "Cache-Control", "Vary"})
        QCOMPARE(head.header(field), whole.header(field));
    QCOMPARE(head.header("Content-Length"), QByteArray::number(whole.body.size()));
}

void TestTileRoutes::rangesAreIgnored()
{
    const auto whole = get("/ledger/tile/0/000"_ba, {}, "Range: bytes=0-31\r\n"_ba);
    QCOMPARE(whole.status, 200);
    QCOMPARE(whole.body.size(), 8192);
}

void TestTileRoutes::otherMethodsAreRefused()
{
    for (const char *path : {"/ledger/checkpoint", "/ledger/tile/0/000", "/ledger/tile/entries/000"}) {
        const auto answer = m_house->ask("POST"_ba, path, m_house->admin(), "{}"_ba);
        QCOMPARE(outcomeOf(answer), "405 method-not-allowed");
        QCOMPARE(answer.header("Allow"), "GET, HEAD");
    }
}

// Entries to leaves, leaves to tiles, tiles to the signed root; and each tile of hashes is what the entries make of it.
void TestTileRoutes::theWholeTreeIsThere()
{
    const ledger::Checkpoint head = checkpoint();
    QVERIFY(head.size >= 513);
    std::vector<ledger::Digest> leaves, above;
    for (std::uint64_t n = 0; n * 256 < head.size; ++n) {
        const int width = int(std::min<TreeSize>(256, head.size - n * 256));
        const QByteArray entries = ledger::tilePath({ledger::TileId::Entries, n, width});
        const QByteArray bundle = get("/ledger/" + entries, m_house->auditor()).body;
        QByteArrayView rest(bundle);
        const std::size_t first = leaves.size();
        while (rest.size() >= 2) {
            const qsizetype size = uchar(rest[0]) << 8 | uchar(rest[1]);
            QVERIFY(rest.size() >= 2 + size);
            leaves.push_back(ledger::leafHash(rest.sliced(2, size)));
            rest = rest.sliced(2 + size);
        }
        QVERIFY(rest.isEmpty());
        QCOMPARE(leaves.size() - first, std::size_t(width));
        QByteArray expected;
        for (std::size_t i = first; i < leaves.size(); ++i)
            expected += leaves[i].view();
        QCOMPARE(get("/ledger/" + ledger::tilePath({0, n, width})).body, expected);
        if (width == 256)
            above.push_back(ledger::rootOf(std::span(leaves).subspan(first)));
    }
    QCOMPARE(ledger::rootOf(leaves), head.root);
    QCOMPARE(get("/ledger/tile/1/000.p/2"_ba).body, above[0].view().toByteArray() + above[1].view().toByteArray());
    QCOMPARE(get("/ledger/tile/1/000.p/1"_ba).body, above[0].view());
}

void TestTileRoutes::nothingLiesBeyondTheCheckpoint()
{
    for (int i = 0; i < 3; ++i) {
        const TreeSize size = checkpoint().size;
        const QByteArray next = QByteArray::number(size % 256 + 1);
        QCOMPARE(get("/ledger/tile/0/002.p/" + next).status, 404);
        QCOMPARE(get("/ledger/tile/entries/002.p/" + next, m_house->admin()).status, 404);
        QCOMPARE(get("/v1/ledger/entries/" + QByteArray::number(size), m_house->admin()).status, 404);
        QCOMPARE(get("/v1/ledger/consistency?old=1&new=" + QByteArray::number(size + 1), m_house->admin()).status, 404);
        m_house->addVm(m_tenantAdmin.text);
        QVERIFY(checkpoint().size > size);
        QCOMPARE(get("/ledger/tile/0/002.p/" + next).status, 200);
    }
}

void TestTileRoutes::refusalsAreNotCached()
{
    for (const char *path : {"/ledger/tile/0/900", "/ledger/tile/entries/000", "/ledger/checkpoint?x=1"}) {
        const auto answer = get(path);
        QVERIFY(answer.status >= 400);
        QCOMPARE(answer.header("Cache-Control"), "no-store");
    }
}

QTEST_GUILESS_MAIN(TestTileRoutes)
#include "tst_tileroutes.moc"
