// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// service-fs proof and consistency: what they print holds for who has nothing else, and what is not there is said.
#include "service/core/encoding.h"
#include "service/ledger/reader.h"
#include "tests/app/programs.h"
#include "tests/service/ledger/fixture.h"

using namespace Qt::StringLiterals;

class TestFsProof : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aProofHolds_data();
    void aProofHolds();
    void oneSizeGrowsOutOfAnother_data();
    void oneSizeGrowsOutOfAnother();
    void whatIsNotThere_data();
    void whatIsNotThere();
    void aNegativeNumberIsNoOption();
    void damagedTilesGiveNoProof();

private:
    QString directory() const { return m_house->file(QString()); }
    Ran fs(const QStringList &arguments) const
    {
        return run("service-fs", QStringList{u"--data-dir"_s, directory()} + arguments);
    }
    std::vector<ledger::Digest> leaves(TreeSize size)
    {
        std::vector<ledger::Digest> hashes;
        ledger::LedgerReader(m_house->database())
            .read({.limit = size},
                [&](LeafIndex, const QByteArray &bytes) {
                    hashes.push_back(ledger::leafHash(bytes));
                    return true;
                })
            .value();
        return hashes;
    }

    std::unique_ptr<crypto::Runtime> m_runtime;
    std::unique_ptr<LedgerFixture> m_house;
};

namespace {

constexpr TreeSize Size = 600;

std::optional<std::vector<ledger::Digest>> hashesOf(const QByteArrayList &lines)
{
    std::vector<ledger::Digest> hashes;
    for (const QByteArray &line : lines) {
        const auto bytes = fromBase64(line);
        if (!bytes || bytes->size() != 32)
            return {};
        hashes.push_back(ledger::Digest::fromBytes(*bytes));
    }
    return hashes;
}

} // namespace

void TestFsProof::initTestCase()
{
    m_runtime = crypto::Runtime::start().value();
    m_house = std::make_unique<LedgerFixture>();
    m_house->growTo(Size).value();
}

void TestFsProof::aProofHolds_data()
{
    QTest::addColumn<int>("index");
    for (const int index : {0, 1, 255, 256, 511, 512, 599})
        QTest::addRow("of entry %d", index) << index;
}

void TestFsProof::aProofHolds()
{
    QFETCH(int, index);
    const QString number = QString::number(index);
    const Ran proof = fs({u"proof"_s, number});
    QCOMPARE(proof.status, 0);
    QCOMPARE(proof.err, "");
    const QByteArray entry = fs({u"read"_s, u"--from"_s, number, u"--limit"_s, u"1"_s}).out.chopped(1);

    const qsizetype gap = proof.out.indexOf("\n\n");
    QByteArrayList lines = proof.out.first(gap).split('\n');
    QCOMPARE(lines.takeFirst(), "c2sp.org/tlog-proof@v1");
    QCOMPARE(lines.takeFirst(), "index " + QByteArray::number(index));
    const auto hashes = hashesOf(lines);
    QVERIFY(hashes);
    const auto opened = ledger::openCheckpoint(proof.out.sliced(gap + 2), m_house->keys());
    VERIFY_RESULT(opened);
    QCOMPARE(opened->checkpoint.size, Size);
    QVERIFY(ledger::verifyInclusion(ledger::leafHash(entry), LeafIndex(index), Size, *hashes, opened->checkpoint.root));
}

void TestFsProof::oneSizeGrowsOutOfAnother_data()
{
    QTest::addColumn<TreeSize>("older");
    QTest::addColumn<TreeSize>("newer");
    const std::pair<TreeSize, TreeSize> pairs[] = {
        {0, 0}, {0, 600}, {1, 1}, {1, 2}, {255, 256}, {256, 257}, {100, 511}, {512, 600}, {599, 600}, {600, 600}};
    for (const auto &[older, newer] : pairs)
        QTest::addRow("%llu to %llu", static_cast<unsigned long long>(older), static_cast<unsigned long long>(newer))
            << older << newer;
}

void TestFsProof::oneSizeGrowsOutOfAnother()
{
    QFETCH(TreeSize, older);
    QFETCH(TreeSize, newer);
    const Ran ran = fs({u"consistency"_s, QString::number(older), QString::number(newer)});
    QCOMPARE(ran.status, 0);
    QCOMPARE(ran.err, "");
    const auto hashes = hashesOf(ran.lines());
    QVERIFY(hashes);
    QVERIFY(
        ledger::verifyConsistency(older, newer, *hashes, ledger::rootOf(leaves(older)), ledger::rootOf(leaves(newer))));
}

void TestFsProof::whatIsNotThere_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("status");
    QTest::newRow("the entry after the last") << QStringList{u"proof"_s, u"600"_s} << 1;
    QTest::newRow("an entry far beyond") << QStringList{u"proof"_s, u"9223372036854775807"_s} << 1;
    QTest::newRow("a size not yet reached") << QStringList{u"consistency"_s, u"1"_s, u"601"_s} << 1;
    QTest::newRow("no index") << QStringList{u"proof"_s} << 2;
    QTest::newRow("two indices") << QStringList{u"proof"_s, u"1"_s, u"2"_s} << 2;
    QTest::newRow("an index that is none") << QStringList{u"proof"_s, u"first"_s} << 2;
    QTest::newRow("a negative index") << QStringList{u"proof"_s, u"-1"_s} << 2;
    QTest::newRow("an index with a leading zero") << QStringList{u"proof"_s, u"01"_s} << 2;
    QTest::newRow("an index with a sign") << QStringList{u"proof"_s, u"+1"_s} << 2;
    QTest::newRow("an index too great for one") << QStringList{u"proof"_s, u"99999999999999999999"_s} << 2;
    QTest::newRow("one size") << QStringList{u"consistency"_s, u"1"_s} << 2;
    QTest::newRow("sizes the wrong way round") << QStringList{u"consistency"_s, u"9"_s, u"8"_s} << 2;
    QTest::newRow("an option of read") << QStringList{u"proof"_s, u"1"_s, u"--reverse"_s} << 2;
}

void TestFsProof::whatIsNotThere()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, status);
    const Ran ran = fs(arguments);
    QCOMPARE(ran.status, status);
    QVERIFY2(ran.complainsInOneLine(), ran.err.constData());
}

void TestFsProof::aNegativeNumberIsNoOption()
{
    for (const QStringList &arguments :
        {QStringList{u"proof"_s, u"-1"_s}, {u"proof"_s, u"-41"_s}, {u"consistency"_s, u"-1"_s, u"2"_s}}) {
        const Ran ran = fs(arguments);
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains('"' + arguments[1].toUtf8() + '"')
                && ran.err.contains("an index is a whole number"),
            ran.err.constData());
    }
    QVERIFY(fs({u"proof"_s, u"-x"_s}).err.contains("Unknown option 'x'"));
}

void TestFsProof::damagedTilesGiveNoProof()
{
    m_house->unguard().value();
    m_house->database().execute(u"UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE level = 0 AND n = 1"_s).value();
    for (const QStringList &arguments :
        {QStringList{u"proof"_s, u"256"_s}, QStringList{u"consistency"_s, u"300"_s, u"600"_s}}) {
        const Ran ran = fs(arguments);
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.complainsInOneLine() && ran.err.contains("service-fs verify"), ran.err.constData());
    }
}

QTEST_GUILESS_MAIN(TestFsProof)
#include "tst_fsproof.moc"
