// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/json.h"
#include "tests/service/core/printable.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

class TestJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textsThatAreTaken_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"null", "true", "false", "0", "-0", "-1", "10", "1.5", "1e5", "1E+5", "1e-5", "-0.0e0",
                 "1e400", "123456789012345678901234567890", "\"\"", "\"a\"", "[]", "{}", "[1,2]", "[[],{}]",
                 "{\"a\":1,\"b\":[true,null]}", " \t\r\n{ \"a\" : 1 } \n", "\"\x7f\"", "\"\xc3\xa9\"",
                 "\"\xf0\x9f\x98\x80\"", "{\"\":1}", "{\"a\":{\"a\":1}}", "\"/\""})
            QTest::addRow("%s", printable(text).constData()) << QByteArray(text);
    }
    void textsThatAreTaken()
    {
        QFETCH(QByteArray, text);
        const auto value = json::parse(text);
        QVERIFY2(value, value ? "" : qPrintable(value.error().detail));
    }

    void textsThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text :
            {"", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "00", ".5", "1.", "1.e5", "1e",
                "1e+", "0x1", "1_000", "1 2", "--1", "\"", "\"a", "'a'", "a", "[", "]", "[1", "[1,", "[1,]", "[,1]",
                "[1 2]", "[1]]", "{", "}", "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{,\"a\":1}",
                "{\"a\":1 \"b\":2}", "{\"a\"=1}", "{1:1}", "{\"a\":1}}", "{}{}", "{} x", "// a\n1", "/**/1", "[1}",
                "{\"a\":1]", "\"\\x\"", "\"\\", "\"\\\"", "\"\\u\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\U0041\"",
                "\"\\u+041\"", "\"a\nb\"", "\"a\tb\"", "\"\x1f\"", "\x0b\x31", "\xc2\xa0\x31"})
            QTest::addRow("%s", printable(text).constData()) << QByteArray(text);
        QTest::newRow("a NUL behind") << QByteArray("1\0", 2);
        QTest::newRow("a NUL in a string") << QByteArray("\"a\0b\"", 5);
        QTest::newRow("a NUL as a value") << QByteArray("\0", 1);
        QTest::newRow("a byte order mark") << "\xef\xbb\xbf{}"_ba;
        QTest::newRow("UTF-16") << QByteArray("{\0}\0", 4);
        QTest::newRow("a byte that is never UTF-8") << "\"\xff\""_ba;
        QTest::newRow("UTF-8 cut short") << "\"\xc3\""_ba;
        QTest::newRow("UTF-8 in more bytes than needed") << "\"\xc0\xaf\""_ba;
        QTest::newRow("a surrogate in UTF-8") << "\"\xed\xa0\x80\""_ba;
        QTest::newRow("past the last code point") << "\"\xf4\x90\x80\x80\""_ba;
        QTest::newRow("half a pair, first") << "\"\\ud83d\""_ba;
        QTest::newRow("half a pair, second") << "\"\\ude00\""_ba;
        QTest::newRow("a pair the wrong way round") << "\"\\ude00\\ud83d\""_ba;
        QTest::newRow("half a pair and a letter") << "\"\\ud83dx\""_ba;
        QTest::newRow("half a pair and another escape") << "\"\\ud83d\\n\""_ba;
        QTest::newRow("half a pair twice") << "\"\\ud83d\\ud83d\""_ba;
        QTest::newRow("a name twice") << "{\"a\":1,\"a\":1}"_ba;
        QTest::newRow("a name twice, once escaped") << "{\"a\":1,\"\\u0061\":2}"_ba;
        QTest::newRow("a name twice, not side by side") << "{\"a\":1,\"b\":2,\"a\":3}"_ba;
        QTest::newRow("a name twice further down") << "[{\"b\":{\"a\":1,\"a\":2}}]"_ba;
        QByteArray many("{");
        for (int i = 0; i < 40; ++i)
            many += "\"name-" + QByteArray::number(i) + "\":1,";
        QTest::newRow("an early name again after forty others") << many + "\"name-0\":1}"_ba;
        QTest::newRow("a late name again after forty others") << many + "\"name-39\":1}"_ba;
        QTest::newRow("the empty name twice") << "{\"\":1,\"\":2}"_ba;
    }
    void textsThatAreRefused()
    {
        QFETCH(QByteArray, text);
        const auto value = json::parse(text);
        QVERIFY(!value);
        QCOMPARE(value.error().code, ErrorCode::MalformedJson);
        QVERIFY(value.error().detail.contains("at byte"_L1));
    }

    void aTextCutAnywhereIsRefused()
    {
        const QByteArray whole = "{\"a\":[1,-2.5e3,true,null,\"\\u00e9\\ud83d\\ude00\"],\"b\":{\"c\":false}}";
        QVERIFY(json::parse(whole));
        for (qsizetype size = 0; size < whole.size(); ++size)
            QVERIFY2(!json::parse(whole.first(size)), qPrintable(QString::number(size)));
        // A view must not be read past its end, though bytes stand there.
        QVERIFY(json::parse(QByteArrayView("123456").first(3)).value().number()->text == "123");
    }

    void strings_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("meaning");
        QTest::newRow("every short escape") << "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""_ba
                                            << "\"\\/\b\f\n\r\t"_ba;
        QTest::newRow("a letter as an escape") << "\"\\u0041\""_ba
                                               << "A"_ba;
        QTest::newRow("hexadecimal in both cases") << "\"\\u00e9\\u00E9\""_ba
                                                   << "\xc3\xa9\xc3\xa9"_ba;
        QTest::newRow("three bytes") << "\"\\u20ac\""_ba
                                     << "\xe2\x82\xac"_ba;
        QTest::newRow("a pair") << "\"\\ud83d\\ude00\""_ba
                                << "\xf0\x9f\x98\x80"_ba;
        QTest::newRow("the last code point") << "\"\\udbff\\udfff\""_ba
                                             << "\xf4\x8f\xbf\xbf"_ba;
        QTest::newRow("a NUL") << "\"a\\u0000b\""_ba << QByteArray("a\0b", 3);
        QTest::newRow("a byte order mark inside") << "\"\\ufeff\""_ba
                                                  << "\xef\xbb\xbf"_ba;
        QTest::newRow("bytes as they are") << "\"\xc3\xa9\x7f\""_ba
                                           << "\xc3\xa9\x7f"_ba;
    }
    void strings()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, meaning);
        const auto value = json::parse(text);
        QVERIFY(value);
        QCOMPARE(*value->string(), meaning);
    }

    void depth_data()
    {
        QTest::addColumn<int>("levels");
        QTest::addColumn<int>("allowed");
        QTest::addColumn<bool>("taken");
        QTest::newRow("as deep as allowed") << 16 << 16 << true;
        QTest::newRow("one level deeper") << 17 << 16 << false;
        QTest::newRow("one level, one allowed") << 1 << 1 << true;
        QTest::newRow("one level, none allowed") << 1 << 0 << false;
        QTest::newRow("a hundred thousand") << 100'000 << 16 << false;
    }
    void depth()
    {
        QFETCH(int, levels);
        QFETCH(int, allowed);
        QFETCH(bool, taken);
        QCOMPARE(json::parse(QByteArray(levels, '[') + QByteArray(levels, ']'), allowed).has_value(), taken);
        QByteArray objects;
        for (int i = 1; i < levels; ++i)
            objects += "{\"a\":";
        objects += "{}" + QByteArray(levels - 1, '}');
        QCOMPARE(json::parse(objects, allowed).has_value(), taken);
    }

    void siblingsDoNotAddUp() { QVERIFY(json::parse("[[],[],[],{\"a\":[]}]", 3)); }

    void wholeNumbers_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<std::optional<qint64>>("whole");
        const auto row = [](const char *text, std::optional<qint64> whole) {
            QTest::addRow("%s", printable(text).constData()) << QByteArray(text) << whole;
        };
        row("0", 0);
        row("-0", 0);
        row("-1", -1);
        row("9007199254740993", 9007199254740993);
        row("9223372036854775807", INT64_MAX);
        row("-9223372036854775808", INT64_MIN);
        row("9223372036854775808", {});
        row("-9223372036854775809", {});
        row("1.0", {});
        row("1e0", {});
        row("1E2", {});
        row("0.5", {});
    }
    void wholeNumbers()
    {
        QFETCH(QByteArray, text);
        QFETCH(std::optional<qint64>, whole);
        const auto value = json::parse(text);
        QVERIFY(value);
        QCOMPARE(value->number()->whole(), whole);
        QCOMPARE(value->number()->text, text);
    }

    void membersKeepTheirOrder()
    {
        const auto value = json::parse("{\"b\":1,\"a\":[true],\"c\":null}");
        QVERIFY(value);
        const json::Object &members = *value->object();
        QCOMPARE(members.size(), size_t(3));
        QCOMPARE(members[0].name, "b"_ba);
        QCOMPARE(members[1].name, "a"_ba);
        QVERIFY(*members[1].value.array()->front().boolean());
        QVERIFY(value->find("c")->isNull());
        QVERIFY(!value->find("d"));
        QVERIFY(!value->find("b")->find("a"));
    }

    void theRightAccessorAlone()
    {
        const auto value = json::parse("\"1\"");
        QVERIFY(value);
        QVERIFY(value->string());
        QVERIFY(!value->number() && !value->boolean() && !value->array() && !value->object() && !value->isNull());
        QVERIFY(json::Value().isNull());
    }
};

QTEST_GUILESS_MAIN(TestJson)
#include "tst_json.moc"
