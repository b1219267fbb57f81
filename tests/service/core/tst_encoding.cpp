// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"
#include "tests/service/core/printable.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestEncoding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // RFC 4648, 10; the last two rows tell the alphabets apart.
    void publishedVectors_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("base64");
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("nothing") << ""_ba
                                 << ""_ba
                                 << ""_ba;
        QTest::newRow("f") << "f"_ba
                           << "Zg=="_ba
                           << "66"_ba;
        QTest::newRow("fo") << "fo"_ba
                            << "Zm8="_ba
                            << "666f"_ba;
        QTest::newRow("foo") << "foo"_ba
                             << "Zm9v"_ba
                             << "666f6f"_ba;
        QTest::newRow("foob") << "foob"_ba
                              << "Zm9vYg=="_ba
                              << "666f6f62"_ba;
        QTest::newRow("fooba") << "fooba"_ba
                               << "Zm9vYmE="_ba
                               << "666f6f6261"_ba;
        QTest::newRow("foobar") << "foobar"_ba
                                << "Zm9vYmFy"_ba
                                << "666f6f626172"_ba;
        QTest::newRow("character 62") << "\xfb\xef\xbe"_ba
                                      << "++++"_ba
                                      << "fbefbe"_ba;
        QTest::newRow("character 63") << "\xff\xff\xff"_ba
                                      << "////"_ba
                                      << "ffffff"_ba;
    }
    void publishedVectors()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, base64);
        QFETCH(QByteArray, hex);
        QCOMPARE(toBase64(bytes), base64);
        QCOMPARE(fromBase64(base64), std::optional(bytes));
        QCOMPARE(toHex(bytes), hex);
        QCOMPARE(fromHex(hex), std::optional(bytes));
        const QByteArray url = base64.replace('+', '-').replace('/', '_').replace("=", "");
        QCOMPARE(toBase64Url(bytes), url);
        QCOMPARE(fromBase64Url(url), std::optional(bytes));
    }

    void otherSpellingsOfBase64Url_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"Zg==", "Zg=", "Zh", "Zm9", "Z", "Zm9vY", "Zm9v\n", " Zm9v", "Zm 9v", "++++", "////",
                 "Zm9vé", "Zm9v.", "=", "===="})
            QTest::addRow("'%s'", printable(text).constData()) << QByteArray(text);
        QTest::newRow("a NUL behind") << QByteArray("Zm9v\0", 5);
    }
    void otherSpellingsOfBase64Url()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!fromBase64Url(text));
    }

    void otherSpellingsOfBase64_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "Zm9v\n", " Zm9v", "Zm9vYg==\n", "----", "____",
                 "Zg==Zg==", "====", "Zm9v="})
            QTest::addRow("'%s'", printable(text).constData()) << QByteArray(text);
    }
    void otherSpellingsOfBase64()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!fromBase64(text));
    }

    void otherSpellingsOfHex_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"F", "f", "FF", "fF", "0x66", "66 ", " 66", "6 6", "6g", "666"})
            QTest::addRow("'%s'", printable(text).constData()) << QByteArray(text);
    }
    void otherSpellingsOfHex()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!fromHex(text));
    }

    void decimals_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<std::optional<quint64>>("value");
        const auto row = [](const char *text, std::optional<quint64> value) {
            QTest::addRow("'%s'", printable(text).constData()) << QByteArray(text) << value;
        };
        row("0", 0);
        row("7", 7);
        row("1000", 1000);
        row("18446744073709551615", UINT64_MAX);
        row("18446744073709551616", {});
        row("18446744073709551625", {});
        row("99999999999999999999", {});
        row("", {});
        row("00", {});
        row("01", {});
        row("+5", {});
        row("-5", {});
        row("-0", {});
        row(" 5", {});
        row("5 ", {});
        row("5\n", {});
        row("5.0", {});
        row("5e0", {});
        row("0x5", {});
        row("\xd9\xa5", {});
    }
    void decimals()
    {
        QFETCH(QByteArray, text);
        QFETCH(std::optional<quint64>, value);
        const auto parsed = parseDecimal(text);
        QCOMPARE(parsed.has_value(), value.has_value());
        QCOMPARE(parsed.value_or(0), value.value_or(0));
    }

    void decimalsKeepToTheirBound()
    {
        QVERIFY(parseDecimal("255", 255));
        QVERIFY(!parseDecimal("256", 255));
        QVERIFY(parseDecimal("0", 0));
        QVERIFY(!parseDecimal("1", 0));
    }

    void randomBytesComeBack()
    {
        QByteArray bytes;
        for (int i = 0; i < 600; ++i) {
            bytes.append(char(i * 37 + i / 7));
            QCOMPARE(fromBase64Url(toBase64Url(bytes)), std::optional(bytes));
            QCOMPARE(fromBase64(toBase64(bytes)), std::optional(bytes));
            QCOMPARE(fromHex(toHex(bytes)), std::optional(bytes));
        }
    }
};

QTEST_GUILESS_MAIN(TestEncoding)
#include "tst_encoding.moc"
