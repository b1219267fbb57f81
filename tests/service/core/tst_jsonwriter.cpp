// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/json.h"
#include "service/core/jsonwriter.h"

#include <QtTest/qtest.h>

#include <limits>

using namespace Qt::StringLiterals;

class TestJsonWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindOfValue()
    {
        json::Writer w;
        w.beginObject().member("text", "a").member("string", u"\u00e9"_s).member("yes", true).member("no", false);
        w.member("least", std::numeric_limits<qint64>::min()).member("most", std::numeric_limits<quint64>::max());
        w.member("nothing", nullptr).member("maybe", std::optional<int>()).member("surely", std::optional<int>(3));
        w.textOrNull("empty", "").textOrNull("full", "x").rawMember("raw", "[1]").key("list").beginArray();
        w.value(1).value("b").beginObject().endObject().beginArray().endArray().endArray().endObject();
        QCOMPARE(w.take(),
            "{\"text\":\"a\",\"string\":\"\xc3\xa9\",\"yes\":true,\"no\":false,\"least\":-9223372036854775808,"
            "\"most\":18446744073709551615,\"nothing\":null,\"maybe\":null,\"surely\":3,\"empty\":null,\"full\":\"x\","
            "\"raw\":[1],\"list\":[1,\"b\",{},[]]}"_ba);
    }

    void aSeparatorIsNotMissedBehindAStringThatEndsLikeABracket()
    {
        json::Writer w;
        w.beginArray().value("{").value("[").value(":").value(",").endArray();
        QCOMPARE(w.take(), "[\"{\",\"[\",\":\",\",\"]"_ba);
    }

    void everyByteComesBack()
    {
        QByteArray text;
        for (int c = 0; c < 0x80; ++c)
            text.append(char(c));
        text += "\xc3\xa9\xf0\x9f\x98\x80";
        QByteArray out;
        json::appendString(out, text);
        QVERIFY(out.contains("\\u0000"));
        QVERIFY(out.contains("\\u007f"));
        QVERIFY(!out.contains('\n') && !out.contains('\x1b') && !out.contains('\x7f'));
        const auto value = json::parse(out);
        QVERIFY(value);
        QCOMPARE(*value->string(), text);
    }
};

QTEST_GUILESS_MAIN(TestJsonWriter)
#include "tst_jsonwriter.moc"
