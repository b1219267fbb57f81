// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/jsonreader.h"

#include <QtTest/qtest.h>

using namespace Qt::StringLiterals;

namespace {

// "/name detail" for each mistake, in their order.
QStringList mistakes(const Result<void> &result)
{
    QStringList list;
    if (!result) {
        for (const FieldError &field : result.error().fields)
            list.append(field.pointer + u' ' + field.detail);
    }
    return list;
}

} // namespace

class TestJsonReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodObjectIsRead()
    {
        const auto value =
            json::parse("{\"name\":\"Acme\",\"max\":3,\"on\":true,\"note\":\"x\",\"more\":-7,\"any\":[1]}");
        QVERIFY(value);
        json::ObjectReader reader(*value);
        QCOMPARE(reader.text("name", 1, 200), u"Acme"_s);
        QCOMPARE(reader.integer("max", 0, 3), qint64(3));
        QCOMPARE(reader.optionalBoolean("on"), std::optional(true));
        QCOMPARE(reader.optionalText("note", 1, 1), std::optional(u"x"_s));
        QCOMPARE(reader.optionalInteger("more", -7, 0), std::optional(qint64(-7)));
        QVERIFY(reader.optionalValue("any")->array());
        QVERIFY(reader.has("any"));
        QVERIFY(!reader.has("other"));
        QVERIFY(reader.finish());
    }

    void absentOptionalsAreNoMistake()
    {
        const json::Value value{json::Object{}};
        json::ObjectReader reader(value);
        QVERIFY(!reader.optionalText("a", 0, 9));
        QVERIFY(!reader.optionalInteger("b", 0, 9));
        QVERIFY(!reader.optionalBoolean("c"));
        QVERIFY(!reader.optionalValue("d"));
        QVERIFY(reader.finish());
    }

    void allMistakesAreToldAtOnce()
    {
        const auto value = json::parse("{\"max\":\"3\",\"on\":1,\"note\":null,\"a/b~c\":1}");
        QVERIFY(value);
        json::ObjectReader reader(*value, u"/items/0"_s);
        QCOMPARE(reader.text("name", 1, 200), QString());
        QCOMPARE(reader.integer("max", 0, 3), qint64(0));
        QVERIFY(!reader.optionalBoolean("on"));
        QVERIFY(!reader.optionalText("note", 0, 9));
        reader.reject({}, u"makes no sense"_s);
        const auto result = reader.finish();
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::InvalidField);
        QCOMPARE(mistakes(result),
            (QStringList{u"/items/0/name is required"_s, u"/items/0/max must be a number"_s,
                u"/items/0/on must be true or false"_s, u"/items/0/note must be a string"_s,
                u"/items/0 makes no sense"_s, u"/items/0/a~1b~0c is not a known member"_s}));
    }

    void whatIsNoObjectIsOneMistake_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"[]", "1", "\"a\"", "null", "true"})
            QTest::addRow("%s", text) << QByteArray(text);
    }
    void whatIsNoObjectIsOneMistake()
    {
        QFETCH(QByteArray, text);
        const auto value = json::parse(text);
        QVERIFY(value);
        json::ObjectReader reader(*value);
        reader.text("name", 1, 200);
        QCOMPARE(mistakes(reader.finish()), QStringList{u" must be an object"_s});
    }

    void integers_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("taken");
        QTest::newRow("the least") << "-5"_ba << true;
        QTest::newRow("the most") << "10"_ba << true;
        QTest::newRow("one less") << "-6"_ba << false;
        QTest::newRow("one more") << "11"_ba << false;
        QTest::newRow("a fraction") << "1.0"_ba << false;
        QTest::newRow("an exponent") << "1e0"_ba << false;
        QTest::newRow("past 64 bits") << "99999999999999999999"_ba << false;
        QTest::newRow("a string") << "\"1\""_ba << false;
        QTest::newRow("a truth") << "true"_ba << false;
        QTest::newRow("null") << "null"_ba << false;
    }
    void integers()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, taken);
        const auto value = json::parse("{\"n\":" + text + "}");
        QVERIFY(value);
        json::ObjectReader required(*value), optional(*value);
        required.integer("n", -5, 10);
        optional.optionalInteger("n", -5, 10);
        QCOMPARE(required.finish().has_value(), taken);
        QCOMPARE(optional.finish().has_value(), taken);
    }

    void texts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("taken");
        QTest::newRow("the shortest") << "ab"_ba << true;
        QTest::newRow("the longest") << "abcd"_ba << true;
        QTest::newRow("too short") << "a"_ba << false;
        QTest::newRow("too long") << "abcde"_ba << false;
        QTest::newRow("four characters past the basic plane")
            << "\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00"_ba << true;
        QTest::newRow("five of them") << "\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00\\ud83d\\ude00"_ba
                                      << false;
        QTest::newRow("letters with accents") << "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"_ba << true;
        QTest::newRow("a line end") << "a\\nb"_ba << false;
        QTest::newRow("a NUL") << "a\\u0000b"_ba << false;
        QTest::newRow("an escape") << "a\\u001bb"_ba << false;
        QTest::newRow("DEL") << "a\x7f"_ba << false;
        QTest::newRow("a control character of Latin-1") << "a\\u0085"_ba << false;
        QTest::newRow("a right-to-left override") << "a\\u202eb"_ba << false;
        QTest::newRow("an isolate") << "a\\u2066b"_ba << false;
        QTest::newRow("a byte order mark in front") << "\\ufeffab"_ba << false;
        QTest::newRow("a byte order mark in front, as bytes") << "\xef\xbb\xbf"
                                                                 "ab"_ba
                                                              << false;
        QTest::newRow("a byte order mark inside") << "a\\ufeffb"_ba << false;
        QTest::newRow("a left-to-right mark") << "a\\u200eb"_ba << false;
        QTest::newRow("an Arabic letter mark") << "a\\u061cb"_ba << false;
        QTest::newRow("an ordinary Arabic letter") << "a\\u0627b"_ba << true;
    }
    void texts()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, taken);
        const auto value = json::parse("{\"t\":\"" + text + "\"}");
        QVERIFY(value);
        json::ObjectReader required(*value), optional(*value);
        QCOMPARE(required.text("t", 2, 4).isEmpty(), !taken);
        optional.optionalText("t", 2, 4);
        QCOMPARE(required.finish().has_value(), taken);
        QCOMPARE(optional.finish().has_value(), taken);
    }
};

QTEST_GUILESS_MAIN(TestJsonReader)
#include "tst_jsonreader.moc"
