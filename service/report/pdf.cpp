// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/pdf.h"

#include "service/report/pdfdevice.h"
#include "service/report/pdfpages.h"

#include <QtCore/qhashfunctions.h>
#include <QtCore/quuid.h>
#include <QtGui/qguiapplication.h>

using namespace Qt::StringLiterals;

namespace report {

namespace {

// The document's own description (ISO 16684-1), so that its dates are those of the report too.
QByteArray metadata(const QString &title, Timestamp time, const QUuid &id)
{
    const QByteArray date = formatTime(time).first(19) + "+00:00";
    return "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" "
           "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" "
           "xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\"><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">"
        + title.toHtmlEscaped().toUtf8() + "</rdf:li></rdf:Alt></dc:title><xmp:CreatorTool>" + systemName().toUtf8()
        + "</xmp:CreatorTool><xmp:CreateDate>" + date + "</xmp:CreateDate><xmp:ModifyDate>" + date
        + "</xmp:ModifyDate><xmpMM:DocumentID>uuid:" + id.toByteArray(QUuid::WithoutBraces)
        + "</xmpMM:DocumentID></rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

Result<void> writePages(PdfPages &pages, Source &source, const About &about)
{
    pages.title(reportTitle(source.facts()));
    for (const Section &section : sections(source, about))
        pages.section(section);
    pages.beginTable(u"Exceptions first"_s);
    TRY(source.forEachException([&](const Row &row) -> Result<void> {
        pages.row(cellsOf(row), false);
        return {};
    }));
    pages.endTable();
    return {};
}

// Qt keeps the fonts of a document in a hash and writes them in its order: with a seed drawn at random two documents of
// the same pages differ. Tables that exist keep their own seed.
class FixedHashSeed
{
public:
    FixedHashSeed() { QHashSeed::setDeterministicGlobalSeed(); }
    ~FixedHashSeed() { QHashSeed::resetRandomGlobalSeed(); }
    Q_DISABLE_COPY_MOVE(FixedHashSeed)
};

void end(PdfPages &pages)
{
    pages.endTable();
    pages.signOff();
}

} // namespace

Result<void> writePdf(Source &source, const About &about, Sink &sink)
{
    if (!qobject_cast<QGuiApplication *>(QCoreApplication::instance()))
        return fail(ErrorCode::Refused, u"This program draws no text, so it makes no PDF. Use service-fs export."_s);
    if (textFamily().isEmpty() || fixedFamily().isEmpty())
        return fail(ErrorCode::Refused,
            u"The PDF was not made: no font is installed to write it with. Install the package fonts-dejavu-core, or take html, csv or jsonl."_s);
    const Facts &facts = source.facts();
    const quint64 rows = std::min(facts.rows, about.mostRows.value_or(facts.rows));
    const QUuid id = QUuid::createUuidV5(QUuid(), facts.reportId);

    const FixedHashSeed seed;
    PdfDevice device(sink, facts.asOf);
    {
        QPdfWriter writer(&device);
        writer.setTitle(reportTitle(facts));
        writer.setCreator(systemName());
        writer.setDocumentId(id);
        writer.setDocumentXmpMetadata(metadata(reportTitle(facts), facts.asOf, id));
        writer.setPageLayout(QPageLayout(
            QPageSize(QPageSize::A4), QPageLayout::Landscape, QMarginsF(12, 12, 12, 10), QPageLayout::Millimeter));

        PdfPages measured(writer, nullptr, footLine(facts), 0);
        TRY(writePages(measured, source, about));
        measured.beginTable(u"Entries"_s);
        measured.skipRows(rows);
        end(measured);

        QPainter painter(&writer);
        PdfPages pages(writer, &painter, footLine(facts), measured.pages());
        TRY(writePages(pages, source, about));
        pages.beginTable(u"Entries"_s);
        TRY(source.forEach(
            [&](const Row &row) -> Result<void> {
                pages.row(cellsOf(row), exceptionOf(row.fields).has_value());
                return {};
            },
            rows));
        end(pages);
    }
    return device.finish();
}

} // namespace report
