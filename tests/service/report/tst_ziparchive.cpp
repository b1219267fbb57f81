// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Zips that are none of ours, and a few thousand that almost are, through the verification of bundles.

#include "tests/service/report/bundlehouse.h"

#include <QtCore/qrandom.h>

using namespace Qt::StringLiterals;

namespace {

using Bytes = std::function<void(QByteArray &)>;

// Of the directory's record of this member.
qsizetype recordOf(const QByteArray &zip, const char *name)
{
    for (qsizetype at = zip.indexOf("PK\x01\x02"); at >= 0; at = zip.indexOf("PK\x01\x02", at + 1)) {
        if (QByteArrayView(zip).sliced(at + 46).startsWith(name))
            return at;
    }
    qFatal("The directory has no %s.", name);
}

template <typename T>
void put(QByteArray &bytes, qsizetype at, T value)
{
    qToLittleEndian(value, bytes.data() + at);
}

} // namespace

class TestZipArchive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_house = std::make_unique<BundleHouse>(); }
    void cleanupTestCase() { m_house.reset(); }

    void aZipThatIsNoneOfOursIsRefused_data()
    {
        QTest::addColumn<Bytes>("change");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, Bytes change, const QString &said) {
            QTest::newRow(name) << std::move(change) << said;
        };
        row(
            "an empty file", [](QByteArray &b) { b.clear(); }, u"cut off"_s);
        row(
            "a text", [](QByteArray &b) { b = QByteArray(5000, 'x'); }, u"is no zip"_s);
        row(
            "cut in the middle", [](QByteArray &b) { b.truncate(b.size() / 2); }, u"cut off"_s);
        row(
            "cut by one byte", [](QByteArray &b) { b.chop(1); }, u"cut off"_s);
        row(
            "bytes behind the end", [](QByteArray &b) { b += "x"; }, u"bytes behind its end"_s);
        row(
            "bytes before the beginning", [](QByteArray &b) { b.prepend("#!/bin/sh\n"); }, u"directory"_s);
        row(
            "compressed", [](QByteArray &b) { put(b, recordOf(b, "vkey") + 10, quint16(8)); }, u"compressed"_s);
        row(
            "encrypted", [](QByteArray &b) { put(b, recordOf(b, "vkey") + 8, quint16(1)); }, u"encrypted"_s);
        row(
            "sizes that come behind the content", [](QByteArray &b) { put(b, recordOf(b, "vkey") + 8, quint16(8)); },
            u"compressed or encrypted"_s);
        row(
            "a symbolic link", [](QByteArray &b) { put(b, recordOf(b, "vkey") + 38, quint32(0120777) << 16); },
            u"symbolic link"_s);
        row(
            "a folder", [](QByteArray &b) { put(b, recordOf(b, "vkey") + 38, quint32(0040755) << 16); },
            u"no regular file"_s);
        row(
            "a device", [](QByteArray &b) { put(b, recordOf(b, "vkey") + 38, quint32(0060666) << 16); },
            u"no regular file"_s);
        row(
            "unpacking to more than it is",
            [](QByteArray &b) { put(b, recordOf(b, "vkey") + 24, quint32(4'000'000'000)); }, u"has two sizes"_s);
        row(
            "two files over one another",
            [](QByteArray &b) {
                put(b, recordOf(b, "vkey") + 42, littleAt<quint32>(b, recordOf(b, "query.json") + 42));
            },
            u"does not follow"_s);
        row(
            "another name in the directory", [](QByteArray &b) { b[recordOf(b, "vkey") + 46] = 'w'; },
            u"another file before its content"_s);
        row(
            "another sum in the directory", [](QByteArray &b) { put(b, recordOf(b, "vkey") + 16, quint32(1)); },
            u"another file before its content"_s);
        row(
            "one member more than there are",
            [](QByteArray &b) {
                const auto count = littleAt<quint16>(b, b.size() - 12);
                put(b, b.size() - 12, quint16(count + 1));
                put(b, b.size() - 14, quint16(count + 1));
            },
            u"directory"_s);
        row(
            "one member less than there are",
            [](QByteArray &b) {
                const auto count = littleAt<quint16>(b, b.size() - 12);
                put(b, b.size() - 12, quint16(count - 1));
                put(b, b.size() - 14, quint16(count - 1));
            },
            u"behind its last entry"_s);
        row(
            "of several parts", [](QByteArray &b) { put(b, b.size() - 18, quint16(1)); }, u"several parts"_s);
        row(
            "more members than fit the directory",
            [](QByteArray &b) {
                put(b, b.size() - 12, quint16(0xfffe));
                put(b, b.size() - 14, quint16(0xfffe));
            },
            u"directory"_s);
        row(
            "a member's content", [](QByteArray &b) { b[b.indexOf("quorum")] = 'Q'; }, u""_s);
    }
    void aZipThatIsNoneOfOursIsRefused()
    {
        QFETCH(Bytes, change);
        QFETCH(QString, said);
        QByteArray zip = m_house->whole;
        change(zip);
        const auto report = m_house->check(zip);
        VERIFY_RESULT(report);
        QVERIFY(!report->ok);
        QVERIFY2(report->damage.contains(said), qPrintable(report->damage));
    }

    // Whatever is said to be verified holds what was put in, bit for bit.
    void noMutationPassesForTheBundle_data()
    {
        QTest::addColumn<int>("bundle");
        QTest::newRow("of the whole") << int(Whole);
        QTest::newRow("of an excerpt") << int(Excerpt);
    }
    void noMutationPassesForTheBundle()
    {
        QFETCH(int, bundle);
        Members members = membersOf(bundle == Whole ? m_house->whole : m_house->excerpt);
        *find(members, "report.pdf") = "%PDF";
        *find(members, "entries.csv") = "index\r\n";
        const QByteArray good = zipOf(members, Unsigned);
        QVERIFY(m_house->check(good)->ok);
        const auto contents = unzipped(good);
        QRandomGenerator random(quint32(4711 + bundle));
        int refused = 0;
        const int mutations = std::max(300, qEnvironmentVariableIntValue("HOUSE_MUTATIONS"));
        for (int i = 0; i < mutations; ++i) {
            QByteArray bad = good;
            const auto place = [&] { // half of them among the headers of the directory
                return random.bounded(2) == 0 ? random.bounded(int(bad.size()))
                                              : std::max(0, int(bad.size()) - 1 - random.bounded(2500));
            };
            switch (random.bounded(4)) {
            case 0:
                bad.truncate(place());
                break;
            case 1:
                bad.remove(place(), 1 + random.bounded(60));
                break;
            case 2:
                bad.insert(place(), bad.mid(place(), 1 + random.bounded(60)));
                break;
            default:
                for (int flips = 1 + random.bounded(4); flips > 0; --flips) {
                    const int at = place();
                    bad[at] = char(bad[at] ^ (1 << random.bounded(8)));
                }
            }
            const auto report = m_house->check(bad);
            VERIFY_RESULT(report);
            if (report->ok)
                QCOMPARE(unzipped(bad), contents); // only a date, a version or a mode was changed
            else
                ++refused;
        }
        QVERIFY2(refused > mutations / 10 * 8, qPrintable(QString::number(refused)));
    }

private:
    std::unique_ptr<BundleHouse> m_house;
};

QTEST_MAIN(TestZipArchive)
#include "tst_ziparchive.moc"
