// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/ids.h"
#include "service/core/uuid.h"
#include "tests/service/core/printable.h"

#include <QtCore/qset.h>
#include <QtTest/qtest.h>

#include <unordered_set>

using namespace Qt::StringLiterals;

class TestIds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tenantIds_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("taken");
        for (const char *text : {"a", "acme-corp", "a1", "a--b", "z9-0"})
            QTest::addRow("'%s' is taken", printable(text).constData()) << QByteArray(text) << true;
        QTest::newRow("63 characters are taken") << QByteArray(63, 'a') << true;
        for (const char *text : {"", "-", "-a", "a-", "1a", "Acme", "acme_corp", "acme.corp", "acme corp", "acme\n",
                 "caf\xc3\xa9", "a/b", ".."})
            QTest::addRow("'%s' is refused", printable(text).constData()) << QByteArray(text) << false;
        QTest::newRow("64 characters are refused") << QByteArray(64, 'a') << false;
        QTest::newRow("a NUL behind is refused") << QByteArray("acme\0", 5) << false;
    }
    void tenantIds()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, taken);
        QCOMPARE(isTenantId(text), taken);
    }

    void requestIds_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("taken");
        for (const char *text : {"a", "A", "0", ".", "_", "-", "a.B_c-9"})
            QTest::addRow("'%s' is taken", printable(text).constData()) << QByteArray(text) << true;
        QTest::newRow("128 characters are taken") << QByteArray(128, 'x') << true;
        for (const char *text : {"", " ", "a b", "a/b", "a\r", "a:b", "\xc3\xa9"})
            QTest::addRow("'%s' is refused", printable(text).constData()) << QByteArray(text) << false;
        QTest::newRow("129 characters are refused") << QByteArray(129, 'x') << false;
    }
    void requestIds()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, taken);
        QCOMPARE(isRequestId(text), taken);
    }

    void uuids_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("taken");
        // RFC 9562, A.6.
        QTest::newRow("the published one") << "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"_ba << true;
        QTest::newRow("in upper case") << "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"_ba << false;
        QTest::newRow("of version 4") << "919108f7-52d1-4320-9bac-f847db4148a8"_ba << false;
        QTest::newRow("of another variant") << "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f"_ba << false;
        QTest::newRow("in braces") << "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}"_ba << false;
        QTest::newRow("without hyphens") << "017f22e279b07cc398c4dc0c0c07398f"_ba << false;
        QTest::newRow("one character short") << "017f22e2-79b0-7cc3-98c4-dc0c0c07398"_ba << false;
        QTest::newRow("with a letter past f") << "017f22e2-79b0-7cc3-98c4-dc0c0c07398g"_ba << false;
        QTest::newRow("with a hyphen moved") << "017f22e-279b0-7cc3-98c4-dc0c0c07398f"_ba << false;
        QTest::newRow("empty") << ""_ba << false;
    }
    void uuids()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, taken);
        QCOMPARE(isUuid7(text), taken);
    }

    void newUuidsCarryTheirTime()
    {
        // RFC 9562, A.6: 0x017F22E279B0 is 2022-02-22T19:22:22Z.
        const QByteArray text = newUuid(*parseTime("2022-02-22T19:22:22Z"));
        QVERIFY(isUuid7(text));
        QVERIFY(text.startsWith("017f22e2-79b0-7"));
    }

    void newUuidsDifferAndSort()
    {
        QSet<QByteArray> seen;
        QByteArray before;
        for (qint64 i = 0; i < 2000; ++i) {
            const QByteArray text = newUuid(fromMilliseconds(1'795'435'200'000 + i));
            QVERIFY(isUuid7(text));
            QVERIFY(text > before);
            seen.insert(text);
            seen.insert(newUuid(fromMilliseconds(0)));
            before = text;
        }
        QCOMPARE(seen.size(), 4000);
    }

    void idsCompareByTheirText()
    {
        const TenantId a("acme"), b("beta");
        QVERIFY(a == TenantId("acme"));
        QVERIFY(a != b);
        QVERIFY(a < b);
        QVERIFY(TenantId().isEmpty());
        QCOMPARE(a.toString(), u"acme"_s);
        QCOMPARE(IdHash()(a), IdHash()(TenantId("acme")));
        std::unordered_set<TenantId, IdHash> set{a, b, a};
        QCOMPARE(set.size(), size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestIds)
#include "tst_ids.moc"
