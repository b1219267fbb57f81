// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Bundles as they are made, and as somebody made them: every one that is not as it was is refused.

#include "service/crypto/publickeytext.h"
#include "service/report/bundle.h"
#include "tests/service/report/bundlehouse.h"

using namespace Qt::StringLiterals;

namespace {

using Change = std::function<void(Members &)>;

Change replaced(const char *member, const char *from, const char *to)
{
    return [=](Members &members) {
        QByteArray *content = find(members, member);
        if (!content->contains(from))
            qFatal("%s has no %s.", member, from);
        content->replace(from, to);
    };
}

Change flipped(const char *member, qsizetype at)
{
    return [=](Members &members) {
        QByteArray *content = find(members, member);
        const qsizetype place = at < 0 ? content->size() + at : at;
        (*content)[place] = char((*content)[place] ^ 1);
    };
}

// Of a manifest that nobody has signed.
Change firstLine(const QByteArray &line)
{
    return [=](Members &members) {
        remove(members, "manifest.sha256.note");
        QByteArray *manifest = find(members, "manifest.sha256");
        manifest->replace(0, manifest->indexOf('\n'), line);
    };
}

Change added(const QByteArray &name)
{
    return [=](Members &members) { members.insert(1, {name, "x"}); };
}

} // namespace

class TestBundleCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_house = std::make_unique<BundleHouse>(); }
    void cleanupTestCase() { m_house.reset(); }

    void aBundleIsVerified_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<bool>("isSigned");
        QTest::addColumn<quint64>("rows");
        QTest::newRow("the whole ledger") << "{}"_ba << true << quint64(300);
        QTest::newRow("the whole ledger, newest first") << "{\"reverse\":true}"_ba << true << quint64(300);
        QTest::newRow("without the key at hand") << "{}"_ba << false << quint64(300);
        QTest::newRow("one tenant") << "{\"tenant_id\":\"t1\"}"_ba << true << quint64(90);
        QTest::newRow("one tenant, newest first")
            << "{\"tenant_id\":\"t1\",\"reverse\":true}"_ba << true << quint64(90);
        QTest::newRow("what is limited") << "{\"limit\":7}"_ba << true << quint64(7);
        QTest::newRow("nothing that matches") << "{\"tenant_id\":\"nobody\"}"_ba << false << quint64(0);
    }
    void aBundleIsVerified()
    {
        QFETCH(QByteArray, query);
        QFETCH(bool, isSigned);
        QFETCH(quint64, rows);
        const json::Value value = json::parse(query).value();
        json::ObjectReader reader(value);
        const auto filter = report::readQuery(reader);
        for (const auto &keys : {std::vector<ledger::VerifierKey>(), m_house->house.fixture.keys()}) {
            const auto report = m_house->check(m_house->made(filter, isSigned), {.path = {}, .keys = keys});
            VERIFY_RESULT(report);
            QVERIFY2(report->ok, qPrintable(report->damage));
            QCOMPARE(report->isWhole, !query.contains("tenant") && !query.contains("limit"));
            QCOMPARE(report->isManifestSigned, isSigned);
            QCOMPARE(report->rows, rows);
            QCOMPARE(report->size, TreeSize(300));
            QCOMPARE(report->root, m_house->house.result.root);
            QCOMPARE(report->origin.toUtf8(), TestOrigin);
        }
    }

    void whatWasChangedIsRefused_data()
    {
        using report::BundleDamage;
        QTest::addColumn<int>("bundle");
        QTest::addColumn<Change>("change");
        QTest::addColumn<int>("manifest");
        QTest::addColumn<BundleDamage>("kind");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, Bundle bundle, Change change, Manifest manifest, BundleDamage kind,
                             const QString &said) {
            QTest::newRow(name) << int(bundle) << std::move(change) << int(manifest) << kind << said;
        };
        for (const char *name : {"../x", "x/../../y", "..", "./x", "/etc/passwd", "x//y", "x/", "x\\y", "..\\x", "C:x",
                 "C:\\x", "x y", "\xc3\xa4", "x\x01y", "x\ny"})
            QTest::addRow("a name such as %s", QByteArray(name).toPercentEncoding().constData())
                << int(Whole) << added(name) << int(Unsigned) << BundleDamage::ZipMalformed << u" is a"_s;
        row("a name twice", Whole, added("vkey"), Unsigned, BundleDamage::ZipMalformed, u"stands there twice"_s);
        row("a name twice where case does not count", Whole, added("VKEY"), Unsigned, BundleDamage::ZipMalformed,
            u"stands there twice"_s);
        row("a file that no bundle holds", Whole, added("run.sh"), Unsigned, BundleDamage::FilesDiffer,
            u"run.sh is not listed"_s);
        row("a file that the manifest does not list", Excerpt, added("proofs/999.entry"), Stays,
            BundleDamage::FilesDiffer, u"not listed"_s);
        row(
            "a file behind the manifest", Whole, [](Members &m) { m.emplace_back("checkpoints/1", "x"); }, Stays,
            BundleDamage::FilesDiffer, u"stands behind the manifest"_s);
        row(
            "the manifest gone", Whole, [](Members &m) { remove(m, "manifest.sha256"); }, Stays,
            BundleDamage::FilesDiffer, u"manifest.sha256 is missing"_s);
        row(
            "a file gone", Whole, [](Members &m) { remove(m, "entries.csv"); }, Stays, BundleDamage::FilesDiffer,
            u"entries.csv is missing"_s);
        row(
            "a tile gone", Whole, [](Members &m) { remove(m, "log/tile/1/000.p/1"); }, Stays, BundleDamage::FilesDiffer,
            u"one is missing"_s);
        row(
            "a tile gone, from the manifest too", Whole, [](Members &m) { remove(m, "log/tile/1/000.p/1"); }, Unsigned,
            BundleDamage::FilesDiffer, u"Tiles of the log are missing"_s);
        for (const char *line : {"", "ab", "zz"})
            QTest::addRow("a line of the manifest that is only '%s'", line)
                << int(Whole) << firstLine(line) << int(Stays) << BundleDamage::FilesDiffer << u"lists another file"_s;
        row("a line of the manifest that is only a hash", Whole, firstLine(QByteArray(64, 'a')), Stays,
            BundleDamage::FilesDiffer, u"lists another file"_s);
        row(
            "the last line of the manifest twice", Whole,
            [](Members &m) { find(m, "manifest.sha256")->append(QByteArray(64, '0') + "  more.txt\n"); }, Stays,
            BundleDamage::ManifestForged, u"not the one that was signed"_s);
        row("the paper", Whole, flipped("report.pdf", 100), Stays, BundleDamage::FilesDiffer,
            u"report.pdf is not as the manifest lists it"_s);
        row("the paper and the manifest", Whole, flipped("report.pdf", 100), Remade, BundleDamage::ManifestForged,
            u"not the one that was signed"_s);
        row("the manifest's signature", Whole, flipped("manifest.sha256.note", -9), Stays, BundleDamage::ManifestForged,
            u"signature"_s);
        row(
            "the manifest signed for another report", Whole,
            [this](Members &m) { *find(m, "manifest.sha256.note") = *find(other(), "manifest.sha256.note"); }, Stays,
            BundleDamage::ManifestForged, u"not the one that was signed"_s);
        row("an entry of the log", Whole, replaced("log/tile/entries/000", "\"name\":\"n7\"", "\"name\":\"n8\""),
            Unsigned, BundleDamage::EntryChanged, u"do not make the root"_s);
        row("a length in the log", Whole, flipped("log/tile/entries/000", 0), Unsigned, BundleDamage::EntryChanged,
            u"entries"_s);
        row("a tile", Whole, flipped("log/tile/0/000", 40), Unsigned, BundleDamage::TileChanged,
            u"log/tile/0/000 is not the tile"_s);
        row("the last tile", Whole, flipped("log/tile/0/001.p/44", 40), Unsigned, BundleDamage::TileChanged,
            u"log/tile/0/001.p/44 is not the tile"_s);
        row(
            "a tile too long", Whole, [](Members &m) { find(m, "log/tile/1/000.p/1")->append(QByteArray(32, 'x')); },
            Unsigned, BundleDamage::TileChanged, u"log/tile/1/000.p/1 is not the tile"_s);
        row("a line", Whole, replaced("entries.jsonl", "\"name\":\"n7\"", "\"name\":\"n8\""), Unsigned,
            BundleDamage::EntryChanged, u"where entry 7 stands"_s);
        row("a line of an excerpt", Excerpt, replaced("entries.jsonl", "\"name\":\"n271\"", "\"name\":\"n272\""),
            Unsigned, BundleDamage::EntryChanged, u"where entry 271 follows"_s);
        row(
            "a line too many", Whole, [](Members &m) { find(m, "entries.jsonl")->append("{}\n"); }, Unsigned,
            BundleDamage::EntryChanged, u"another number of entries"_s);
        row(
            "a line without an end", Whole, [](Members &m) { find(m, "entries.jsonl")->chop(1); }, Unsigned,
            BundleDamage::FilesDiffer, u"has no end"_s);
        row("an entry of an excerpt", Excerpt, replaced("proofs/271.entry", "\"name\":\"n271\"", "\"name\":\"n272\""),
            Unsigned, BundleDamage::EntryChanged, u"Entry 271, or its proof, was changed"_s);
        row("a proof", Excerpt, flipped("proofs/271.tlog-proof", 60), Unsigned, BundleDamage::EntryChanged, u"271"_s);
        row("the index in a proof", Excerpt, replaced("proofs/271.tlog-proof", "index 271", "index 272"), Unsigned,
            BundleDamage::ProofFails, u"271"_s);
        row(
            "a proof without its entry", Excerpt, [](Members &m) { remove(m, "proofs/271.entry"); }, Unsigned,
            BundleDamage::ProofFails, u"274"_s);
        row(
            "an entry without its proof", Excerpt, [](Members &m) { remove(m, "proofs/271.tlog-proof"); }, Unsigned,
            BundleDamage::ProofFails, u"Entry 271 has no proof"_s);
        row(
            "an entry left out", Excerpt,
            [](Members &m) {
                remove(m, "proofs/271.tlog-proof");
                remove(m, "proofs/271.entry");
            },
            Unsigned, BundleDamage::EntryChanged, u"where entry 274 follows"_s);
        row("the checkpoint's signature", Whole, flipped("checkpoints/300", -9), Unsigned,
            BundleDamage::CheckpointUnsigned, u"not good"_s);
        row("the checkpoint in the log", Whole, flipped("log/checkpoint", -9), Unsigned,
            BundleDamage::CheckpointUnsigned, u"in log/"_s);
        row(
            "the checkpoint of another size", Whole, [](Members &m) { remove(m, "checkpoints/300"); }, Unsigned,
            BundleDamage::FilesDiffer, u"checkpoints/300 is missing"_s);
        row(
            "an older checkpoint that is none", Whole,
            [](Members &m) {
                m.insert(1, {"checkpoints/290", "no note\n"});
            },
            Unsigned, BundleDamage::CheckpointUnsigned, u"checkpoints/290"_s);
        row(
            "the key", Whole, [](Members &m) { find(m, "vkey")->prepend("x"); }, Unsigned, BundleDamage::KeyDiffers,
            u"no verifier key"_s);
        row("the policy", Whole, replaced("policy.txt", "quorum none", "quorum any"), Unsigned,
            BundleDamage::KeyDiffers, u"policy"_s);
        row("the query", Excerpt, replaced("query.json", "\"t1\"", "\"t2\""), Unsigned, BundleDamage::QueryDiffers,
            u"another report"_s);
        row("the query's number of rows", Excerpt, replaced("query.json", "\"rows\":1", "\"rows\":2"), Unsigned,
            BundleDamage::EntryChanged, u"another number"_s);
        row(
            "the query as no JSON", Excerpt, [](Members &m) { *find(m, "query.json") = "{"; }, Unsigned,
            BundleDamage::QueryDiffers, u"query.json"_s);
        row(
            "a file larger than it may be", Whole,
            [](Members &m) { *find(m, "query.json") = QByteArray(2'000'000, ' '); }, Unsigned,
            BundleDamage::FilesDiffer, u"2000000 bytes"_s);
    }
    void whatWasChangedIsRefused()
    {
        QFETCH(int, bundle);
        QFETCH(Change, change);
        QFETCH(int, manifest);
        QFETCH(report::BundleDamage, kind);
        QFETCH(QString, said);
        Members members = membersOf(bundle == Whole ? m_house->whole : m_house->excerpt);
        change(members);
        const auto report = m_house->check(zipOf(members, Manifest(manifest)));
        VERIFY_RESULT(report);
        QVERIFY(!report->ok);
        QVERIFY2(report->kind == kind,
            qPrintable(QLatin1StringView(report::bundleDamageName(report->kind)) + ": "_L1 + report->damage));
        QVERIFY2(report->damage.contains(said), qPrintable(report->damage));
    }

    void whatCanNotBeReadIsNoVerdict()
    {
        QVERIFY(!report::checkBundle({.path = m_house->house.fixture.file(u"absent"_s)}));
        QVERIFY(!report::checkBundle({.path = QFileInfo(m_house->house.fixture.path()).path()}));
    }

    void aKeyOfOnesOwnCounts()
    {
        const std::vector stranger{ledger::verifierKey(TestOrigin, testKey(9).publicKey())};
        const auto report = m_house->check(m_house->whole, {.path = {}, .keys = stranger});
        VERIFY_RESULT(report);
        QCOMPARE(report->kind, report::BundleDamage::CheckpointUnsigned);
    }

    // Of keys that somebody keeps, the newest stands first.
    void aKeyThatWasReplacedIsRefused()
    {
        const auto own = m_house->house.fixture.keys().front();
        const auto newer = ledger::verifierKey(TestOrigin, testKey(9).publicKey());
        const auto elsewhere = ledger::verifierKey(TestOrigin + "/r1", testKey(9).publicKey());
        for (const QByteArray &zip : {m_house->whole, m_house->excerpt}) {
            const auto refused = m_house->check(zip, {.path = {}, .keys = {newer, own}});
            VERIFY_RESULT(refused);
            QCOMPARE(refused->kind, report::BundleDamage::CheckpointUnsigned);
            QVERIFY2(refused->damage.contains(u"replaced"_s), qPrintable(refused->damage));
            for (const auto &keys : {std::vector{own, newer}, std::vector{elsewhere, own}, std::vector{own}}) {
                const auto good = m_house->check(zip, {.path = {}, .keys = keys});
                VERIFY_RESULT(good);
                QVERIFY2(good->ok, qPrintable(good->damage));
            }
        }
    }

    // Whoever has the old key signs the same tree with it.
    void aKeyThatAnEntryRotatedAwayIsRefused()
    {
        BundleHouse house;
        LedgerFixture &fixture = house.house.fixture;
        const auto old = testKey(9);
        const auto oldKey = ledger::verifierKey(TestOrigin, old.publicKey());
        ledger::EntryDraft draft{.time = TestTime + std::chrono::hours(24), .eventType = "KEY_ROTATED"};
        draft.actor = {ledger::ActorKind::Admin, TokenId("actor-0"), "service:admin", {}};
        draft.source = {ledger::Via::Http, "127.0.0.1", RequestId("r"), {}};
        draft.data = "{\"key\":\"ledger\",\"old_kid\":\"" + crypto::keyThumbprint(old.publicKey()) + "\",\"new_kid\":\""
            + crypto::keyThumbprint(fixture.key().publicKey()) + "\"}";
        auto transaction = store::Transaction::begin(fixture.database()).value();
        fixture.ledger().append(draft).value();
        const ledger::Checkpoint sealed = fixture.ledger().seal().value();
        transaction.commit().value();
        fixture.ledger().committed();
        ledger::EntryFilter filter;
        filter.from = 295;
        for (const auto &asked : {ledger::EntryFilter(), filter}) {
            const QByteArray zip = house.made(asked, true);
            const auto honest = house.check(zip);
            VERIFY_RESULT(honest);
            QVERIFY2(honest->ok, qPrintable(honest->damage));

            Members members = membersOf(zip);
            for (auto &[name, content] : members) {
                content.replace(fixture.ledger().signedCheckpoint(), ledger::signCheckpoint(sealed, old));
                content.replace(fixture.keys().front().text(), oldKey.text());
            }
            *find(members, "policy.txt") = report::bundlePolicy(oldKey.text());
            const auto forged =
                house.check(zipOf(members, Unsigned), {.path = {}, .keys = {oldKey, fixture.keys().front()}});
            VERIFY_RESULT(forged);
            QCOMPARE(forged->kind, report::BundleDamage::CheckpointUnsigned);
            QVERIFY2(forged->damage.contains(u"KEY_ROTATED"_s) || forged->damage.contains(u"rotated away"_s),
                qPrintable(forged->damage));
        }
    }

    void anOlderCheckpointIsCompared_data()
    {
        QTest::addColumn<QByteArray>("note");
        QTest::addColumn<report::BundleDamage>("kind");
        const auto forged = [this](TreeSize size) {
            return ledger::signCheckpoint({TestOrigin, size, crypto::sha256("x")}, m_house->house.fixture.key());
        };
        QTest::newRow("a good one") << m_house->older << report::BundleDamage::None;
        QTest::newRow("one of another history") << forged(290) << report::BundleDamage::Forked;
        QTest::newRow("one of another history, of the same size") << forged(300) << report::BundleDamage::Forked;
        QTest::newRow("one of another history, of a full tile") << forged(256) << report::BundleDamage::Forked;
        QTest::newRow("one that covers more") << forged(301) << report::BundleDamage::Forked;
        QTest::newRow("no checkpoint") << "x"_ba << report::BundleDamage::CheckpointUnsigned;
    }
    void anOlderCheckpointIsCompared()
    {
        QFETCH(QByteArray, note);
        QFETCH(report::BundleDamage, kind);
        const auto report = m_house->check(m_house->whole, {.path = {}, .older = {{u"kept"_s, note}}});
        VERIFY_RESULT(report);
        QVERIFY2(report->kind == kind, qPrintable(report->damage));
        const auto excerpt = m_house->check(m_house->excerpt, {.path = {}, .older = {{u"kept"_s, note}}});
        QVERIFY(!excerpt);
        QCOMPARE(excerpt.error().code, ErrorCode::InvalidField);
    }

    void aVerificationCanBeStopped()
    {
        const auto report =
            m_house->check(m_house->whole, {.path = {}, .progress = [](quint64, quint64) { return false; }});
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::Unavailable);
    }

private:
    Members &other()
    {
        static Members members = membersOf(m_house->excerpt);
        return members;
    }

    std::unique_ptr<BundleHouse> m_house;
};

QTEST_MAIN(TestBundleCheck)
#include "tst_bundlecheck.moc"
