// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The PDF as a file: its parts lie where its table says, and the same report is the same file.

#include "service/report/pdfdevice.h"
#include "tests/service/report/reporthouse.h"

#include <QtCore/qregularexpression.h>

using namespace Qt::StringLiterals;

class TestPdf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyObjectLiesWhereTheTableSays_data()
    {
        QTest::addColumn<QByteArray>("zone");
        QTest::newRow("in UTC, where Qt writes Z") << "UTC"_ba;
        QTest::newRow("east of it, where Qt writes more") << "Asia/Tokyo"_ba;
        QTest::newRow("west of it") << "America/New_York"_ba;
    }
    void everyObjectLiesWhereTheTableSays()
    {
        QFETCH(QByteArray, zone);
        const QByteArray before = qgetenv("TZ");
        qputenv("TZ", zone);
        ::tzset();
        ReportHouse house(40);
        const auto pdf = house.make(report::Format::Pdf);
        qputenv("TZ", before);
        ::tzset();
        VERIFY_RESULT(pdf);
        QVERIFY(pdf->startsWith("%PDF-1."));
        QVERIFY(pdf->contains("/CreationDate (D:20260921141359Z)")); // of the newest entry
        const qsizetype start = pdf->lastIndexOf("startxref\n") + 10;
        const qsizetype table = pdf->sliced(start, pdf->indexOf('\n', start) - start).trimmed().toLongLong();
        QVERIFY(pdf->sliced(table).startsWith("xref\n0 "));
        const QByteArrayList lines = pdf->sliced(table).split('\n');
        const int count = lines[1].split(' ')[1].toInt();
        QVERIFY(count > 10);
        for (int i = 1; i < count; ++i) {
            const QByteArray &line = lines[2 + i];
            if (line.contains(" n"))
                QVERIFY2(pdf->sliced(line.first(10).toLongLong()).startsWith(QByteArray::number(i) + " 0 obj"),
                    line.constData());
        }
        if (m_first.isEmpty())
            m_first = *pdf;
        QVERIFY(*pdf == m_first);
    }

    void hasAPageForWhatThereIs_data()
    {
        QTest::addColumn<int>("entries");
        QTest::addColumn<int>("least");
        QTest::newRow("few entries") << 5 << 1;
        QTest::newRow("a thousand") << 1000 << 12;
    }
    void hasAPageForWhatThereIs()
    {
        QFETCH(int, entries);
        QFETCH(int, least);
        ReportHouse house{TreeSize(entries)};
        const auto pdf = house.make(report::Format::Pdf);
        VERIFY_RESULT(pdf);
        static const QRegularExpression counted(u"/Count ([0-9]+)"_s);
        const int pages = counted.match(QString::fromLatin1(*pdf)).captured(1).toInt();
        QVERIFY2(pages >= least && pages < 4 * least + 3, qPrintable(QString::number(pages)));
        QCOMPARE(pdf->count("/Type /Page\n"), pages);
        QVERIFY(pdf->contains("/ToUnicode")); // its text can be copied
    }

    void theDateIsThatOfTheReport_data()
    {
        QTest::addColumn<QByteArray>("written");
        QTest::newRow("of the same length") << "(D:19990101000000Z)"_ba;
        QTest::newRow("longer") << "(D:19990101000000+09'00')"_ba;
    }
    void theDateIsThatOfTheReport()
    {
        QFETCH(QByteArray, written);
        struct Collector final : report::Sink
        {
            Result<void> write(QByteArrayView bytes) override
            {
                all += bytes;
                return {};
            }
            QByteArray all;
        } collected;
        report::PdfDevice device(collected, TestTime);
        const QByteArray head = "1 0 obj\n/CreationDate " + written + "\n/ModDate " + written + "\nendobj\n";
        device.write(head);
        device.write("2 0 obj\nendobj\n");
        const QByteArray second = QByteArray::number(head.size()).rightJustified(10, '0');
        device.write("xref\n0 3\n0000000000 65535 f \n");
        device.write("0000000000 00000 n \n");
        device.write(second + " 00000 n \n");
        device.write("trailer\n<<\n>>\nstartxref\n" + QByteArray::number(head.size() + 15) + "\n%%EOF\n");
        VERIFY_RESULT(device.finish());
        const QByteArray &all = collected.all;
        QCOMPARE(all.count("(D:20260921141320Z)"), 2);
        const QByteArray moved = QByteArray::number(all.indexOf("2 0 obj")).rightJustified(10, '0');
        QVERIFY2(all.contains(moved + " 00000 n"), all.constData());
        QVERIFY(all.contains("startxref\n" + QByteArray::number(all.indexOf("xref\n0")) + "\n"));
    }

    void aFileThatIsBuiltOtherwiseIsRefused()
    {
        struct Nowhere final : report::Sink
        {
            Result<void> write(QByteArrayView) override { return {}; }
        } nowhere;
        report::PdfDevice device(nowhere, TestTime);
        device.write("%PDF-2.0\n1 0 obj\nendobj\n");
        QVERIFY(!device.finish());
    }

private:
    QByteArray m_first;
};

QTEST_MAIN(TestPdf)
#include "tst_pdf.moc"
