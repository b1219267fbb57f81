// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/runtime.h"
#include "service/ledger/checkpoint.h"
#include "tests/service/ledger/vectors.h"

using namespace Qt::StringLiterals;
using namespace ledger;

namespace {

const QByteArray LogKey = "ledger.example/tenant-a+fcbe9b80+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
// The worked example of C2SP signed-note, "Example".
const QByteArray SpecKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const QByteArray SpecNote =
    "This is an example message.\n\n\xe2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

crypto::SigningKey seedKey(char first)
{
    QCA::SecureArray seed(32);
    for (int i = 0; i < 32; ++i)
        seed[i] = char(first + i);
    return crypto::SigningKey::fromSeed(seed).value();
}

} // namespace

class TestNote : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        auto runtime = crypto::Runtime::start();
        QVERIFY2(runtime, runtime ? "" : qPrintable(runtime.error().detail));
        m_runtime = std::move(*runtime);
        m_published = vectorFile(u"log-300/log/checkpoint"_s);
        m_key = parseVerifierKey(LogKey).value();
    }

    void cleanupTestCase() { m_runtime.reset(); }

    void theSeedMakesThePublishedKeyAndSignature()
    {
        const auto key = seedKey(0);
        QCOMPARE(verifierKey("ledger.example/tenant-a", key.publicKey()).text(), LogKey);
        const Checkpoint checkpoint{"ledger.example/tenant-a", 300, rootOf(vectorLeaves(300))};
        const QByteArray note = signCheckpoint(checkpoint, key);
        // The published file has a witness's line behind ours.
        QVERIFY(m_published.startsWith(note));
        QVERIFY(m_published.size() > note.size());
    }

    void theSpecificationsExampleVerifies()
    {
        const auto key = parseVerifierKey(SpecKey);
        QVERIFY(key);
        QCOMPARE(key->text(), SpecKey);
        const auto note = parseNote(SpecNote);
        QVERIFY(note);
        QCOMPARE(note->text, "This is an example message.\n"_ba);
        QVERIFY(verifyNote(*note, std::span(&*key, 1)));
        QVERIFY(!verifyNote(*note, std::span(&m_key, 1)));
    }

    void thePublishedCheckpointOpens()
    {
        const auto opened = openCheckpoint(m_published, std::span(&m_key, 1));
        QVERIFY2(opened, opened ? "" : qPrintable(opened.error().detail));
        QCOMPARE(opened->checkpoint.size, TreeSize(300));
        QCOMPARE(base64(opened->checkpoint.root), "yjk9Apa+xeC43KuYO9H7fRRh9RLnJny4ljGtJv1m2Eg="_ba);
        QCOMPARE(toHex(opened->signer.id), "fcbe9b80"_ba);
        QCOMPARE(opened->note, m_published);
    }

    void keysInText_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("good");
        QTest::newRow("the published key") << LogKey << true;
        QTest::newRow("a line end") << LogKey + '\n' << false;
        QTest::newRow("an upper-case key id")
            << "ledger.example/tenant-a+FCBE9B80+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"_ba << false;
        QTest::newRow("another key id")
            << "ledger.example/tenant-a+fcbe9b81+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"_ba << false;
        QTest::newRow("another name") << "ledger.example/tenant-b" + LogKey.sliced(23) << false;
        QTest::newRow("no name") << LogKey.sliced(23) << false;
        QTest::newRow("a blank in the name") << "ledger example+fcbe9b80+" + LogKey.sliced(33) << false;
        QTest::newRow("url-safe base64") << LogKey.chopped(64 - 20).append("_zzhC") << false;
        QTest::newRow("a witness's key, type 04") << vectorFile(u"log-300/wkey"_s).trimmed() << false;
        QTest::newRow("a short key") << LogKey.chopped(4) << false;
        QTest::newRow("two parts") << "ledger.example/tenant-a+fcbe9b80"_ba << false;
        QTest::newRow("nothing") << ""_ba << false;
    }

    void keysInText()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, good);
        const auto key = parseVerifierKey(text);
        QCOMPARE(key.has_value(), good);
        if (good)
            QCOMPARE(key->text(), text);
    }

    void refusals_data()
    {
        QTest::addColumn<QByteArray>("note");
        const auto row = [&](const char *name, const QByteArray &from, const QByteArray &to) {
            QByteArray spoiled = m_published;
            QVERIFY2(spoiled.contains(from), name);
            QTest::newRow(name) << spoiled.replace(from, to);
        };
        row("a size with a leading zero", "\n300\n", "\n0300\n");
        row("a size with a sign", "\n300\n", "\n+300\n");
        row("a size with a blank", "\n300\n", "\n 300\n");
        row("another size", "\n300\n", "\n301\n");
        row("a root without padding", "m2Eg=\n\n", "m2Eg\n\n");
        row("a root with stray bits", "m2Eg=\n\n", "m2Eh=\n\n");
        row("an extension line", "m2Eg=\n\n", "m2Eg=\nmore\n\n");
        row("CR LF", "\n", "\r\n");
        row("a hyphen for the dash", "\xe2\x80\x94 ledger", "- ledger");
        row("two blanks behind the dash", "\xe2\x80\x94 ledger", "\xe2\x80\x94  ledger");
        row("a signature without padding", "5coHAA=\n", "5coHAA\n");
        row("a url-safe signature", "/L6bgKgV", "_L6bgKgV");
        row("a flipped bit in the signature", "/L6bgKgV", "/L6bgKgW");
        row("another origin", "ledger.example/tenant-a\n", "ledger.example/tenant-b\n");
        row("the key's name changed", "\xe2\x80\x94 ledger.example/tenant-a", "\xe2\x80\x94 ledger.example/tenant-b");
        row("no empty line", "=\n\n", "=\n");
        row("a NUL", "\n300\n", QByteArray("\n300\0\n", 6));
        row("bytes that are not UTF-8", "witness", "witn\xffss");
        QTest::newRow("no last line end") << m_published.chopped(1);
        QTest::newRow("a line end too many") << m_published + '\n';
        QTest::newRow("no signature") << m_published.first(m_published.indexOf("\n\n") + 2);
        QTest::newRow("only a stranger's signature")
            << QByteArray(m_published).remove(m_published.indexOf("\xe2\x80\x94"), 129 - 1);
        QTest::newRow("more than 1 MiB") << m_published + QByteArray(MaxNoteSize, 'x');
        QTest::newRow("nothing") << ""_ba;
        QTest::newRow("line ends only") << "\n\n\n"_ba;
    }

    void refusals()
    {
        QFETCH(QByteArray, note);
        const auto opened = openCheckpoint(note, std::span(&m_key, 1));
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::Corrupt);
    }

    void strangersAreOverlookedUpToALimit()
    {
        QByteArray note = m_published;
        const QByteArray line = "\xe2\x80\x94 stranger.example/x " + toBase64(QByteArray(72, 'z')) + '\n';
        for (int i = 0; i < 98; ++i)
            note += line;
        QVERIFY(openCheckpoint(note, std::span(&m_key, 1)));
        QVERIFY(!openCheckpoint(note + line, std::span(&m_key, 1)));
    }

    void aGoodSignatureDoesNotMakeUpForABadOne()
    {
        const auto key = seedKey(0), other = seedKey(1);
        const VerifierKey known[] = {m_key, verifierKey("other", other.publicKey())};
        const Checkpoint checkpoint{"ledger.example/tenant-a", 1, rootOf(vectorLeaves(1))};
        const QByteArray good = signCheckpoint(checkpoint, key);
        const QByteArray second = signNote(checkpoint.text(), "other", other).sliced(checkpoint.text().size() + 1);
        const QByteArray bad = signNote("something else\n", "other", other).sliced(16);
        QVERIFY(openCheckpoint(good + second, known));
        QVERIFY(!openCheckpoint(good + bad, known));
        // A witness alone does not speak for the log.
        QVERIFY(!openCheckpoint(checkpoint.text() + '\n' + second, known));
    }

    void theTextEndsAtTheLastEmptyLine()
    {
        const auto key = seedKey(0);
        const QByteArray text = "first\n\nsecond\n";
        const auto note = parseNote(signNote(text, "name", key));
        QVERIFY(note);
        QCOMPARE(note->text, text);
        const VerifierKey known = verifierKey("name", key.publicKey());
        QVERIFY(verifyNote(*note, std::span(&known, 1)));
    }

    void anEmptyTreeHasTheEmptyRoot()
    {
        QVERIFY(parseCheckpoint(Checkpoint{"o", 0, emptyRoot()}.text()));
        QVERIFY(!parseCheckpoint(Checkpoint{"o", 0, rootOf(vectorLeaves(1))}.text()));
    }

private:
    std::unique_ptr<crypto::Runtime> m_runtime;
    QByteArray m_published;
    VerifierKey m_key;
};

QTEST_GUILESS_MAIN(TestNote)
#include "tst_note.moc"
