// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/pdfpages.h"

#include <QtGui/qfontdatabase.h>
#include <QtGui/qrawfont.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace report {

namespace {

// In characters of the table's font; what is left of the line is the last one's.
constexpr std::array<int, CellNames.size() - 1> ColumnWidths{10, 25, 21, 26, 38, 9};

QString familyLike(const QString &wanted, QFontDatabase::SystemFont otherwise)
{
    const QString family = QFontDatabase::hasFamily(wanted) ? wanted : QFontDatabase::systemFont(otherwise).family();
    // Without any font Qt names families all the same, and draws boxes that come from no file.
    return QRawFont::fromFont(QFont(family)).fontTable("head").isEmpty() ? QString() : family;
}

bool isAscii(const QString &text)
{
    return std::ranges::all_of(text, [](QChar c) { return c.unicode() < 0x7f; });
}

} // namespace

QString textFamily()
{
    return familyLike(u"DejaVu Sans"_s, QFontDatabase::GeneralFont);
}

QString fixedFamily()
{
    return familyLike(u"DejaVu Sans Mono"_s, QFontDatabase::FixedFont);
}

PdfPages::Face::Face(const QString &family, qreal points, bool bold, QPdfWriter &writer)
    : font([&] {
        QFont made(family);
        made.setPointSizeF(points);
        made.setBold(bold);
        made.setStyleHint(QFont::SansSerif);
        made.setFeature("liga", 0); // so that what is searched for is found
        return QFont(made, &writer);
    }())
    , metrics(font, &writer)
    , advance(metrics.horizontalAdvance(u'0'))
{
}

PdfPages::PdfPages(QPdfWriter &writer, QPainter *painter, QString foot, int total)
    : m_writer(writer)
    , m_painter(painter)
    , m_foot(std::move(foot))
    , m_total(total)
    , m_title(textFamily(), 15, true, writer)
    , m_head(textFamily(), 10.5, true, writer)
    , m_text(textFamily(), 8.5, false, writer)
    , m_mono(fixedFamily(), 6.5, false, writer)
    , m_monoBold(fixedFamily(), 6.5, true, writer)
    , m_bottom(writer.height() - 2 * m_mono.metrics.height())
{
    for (size_t i = 0; i < ColumnWidths.size(); ++i)
        m_columns[i + 1] = m_columns[i] + ColumnWidths[i] * m_mono.advance;
    m_columns.back() = writer.width();
    beginPage();
}

void PdfPages::draw(const Face &face, const QString &text, int x, int baseline)
{
    if (!m_painter)
        return;
    m_painter->setFont(face.font);
    m_painter->drawText(QPoint(x, baseline), text);
}

void PdfPages::beginPage()
{
    if (m_page++ > 0 && m_painter)
        m_writer.newPage();
    m_y = 0;
    const QString number = u"page %1 of %2"_s.arg(m_page).arg(m_total);
    const int baseline = m_writer.height() - m_mono.metrics.descent();
    draw(m_mono, m_foot, 0, baseline);
    draw(m_mono, number, m_writer.width() - int(number.size()) * m_mono.advance, baseline);
}

void PdfPages::need(int height)
{
    if (m_y + height <= m_bottom)
        return;
    beginPage();
    if (m_inTable)
        tableHead();
}

void PdfPages::line(const Face &face, const QString &text, int x)
{
    need(face.metrics.height());
    draw(face, text, x, m_y + face.metrics.ascent());
    m_y += face.metrics.height();
}

// Broken at blanks where there are some, else anywhere.
void PdfPages::paragraph(const Face &face, const QString &text, int x)
{
    const int width = m_writer.width() - x;
    QString rest = text;
    while (face.metrics.horizontalAdvance(rest) > width) {
        qsizetype fits = std::clamp<qsizetype>(width / std::max(1, face.metrics.averageCharWidth()), 1, rest.size());
        while (fits > 1 && face.metrics.horizontalAdvance(rest.first(fits)) > width)
            --fits;
        const qsizetype blank = rest.lastIndexOf(u' ', fits - 1);
        const qsizetype end = blank > 0 ? blank : fits;
        line(face, rest.first(end), x);
        rest = rest.sliced(end).trimmed();
    }
    line(face, rest, x);
}

void PdfPages::title(const QString &text)
{
    line(m_title, text, 0);
    m_y += m_text.metrics.height() / 2;
}

void PdfPages::section(const Section &section)
{
    // A title never stands alone at a page's end.
    need(m_head.metrics.height() + 3 * m_text.metrics.height());
    m_y += m_text.metrics.height() / 2;
    line(m_head, section.title, 0);
    const int column = 26 * m_text.advance;
    for (const auto &[name, value] : section.facts) {
        need(m_text.metrics.height());
        const bool isWide = m_text.metrics.horizontalAdvance(name) >= column;
        draw(m_text, name, 0, m_y + m_text.metrics.ascent());
        if (isWide)
            m_y += m_text.metrics.height();
        paragraph(m_text, value, column);
    }
    for (const QString &note : section.notes)
        paragraph(m_text, note, 0);
}

void PdfPages::beginTable(const QString &title)
{
    need(m_head.metrics.height() + 4 * m_mono.metrics.height());
    m_y += m_text.metrics.height() / 2;
    line(m_head, title, 0);
    tableHead();
    m_inTable = true;
}

void PdfPages::tableHead()
{
    for (size_t i = 0; i < CellNames.size(); ++i)
        draw(m_monoBold, QString::fromLatin1(CellNames[i]), m_columns[i], m_y + m_mono.metrics.ascent());
    m_y += m_mono.metrics.height();
}

QString PdfPages::fitted(const QString &text, int width) const
{
    const qsizetype most = std::max(2, width / m_mono.advance - 1); // wide fonts leave little
    if (!isAscii(text)) {
        // A cell never needs more characters than these, however narrow they are.
        return m_mono.metrics.elidedText(text.left(4 * most), Qt::ElideRight, width - m_mono.advance);
    }
    return text.size() <= most ? text : text.first(most - 1) + u'…';
}

void PdfPages::row(const Cells &cells, bool isMarked)
{
    need(m_mono.metrics.height());
    const Face &face = isMarked ? m_monoBold : m_mono;
    const int baseline = m_y + m_mono.metrics.ascent();
    const QString *texts[] = {
        &cells.index, &cells.time, &cells.event, &cells.tenant, &cells.actor, &cells.outcome, &cells.data};
    for (size_t i = 0; m_painter && i < CellNames.size(); ++i)
        draw(face, fitted(*texts[i], m_columns[i + 1] - m_columns[i]), m_columns[i], baseline);
    m_y += m_mono.metrics.height();
}

void PdfPages::skipRows(quint64 count)
{
    for (; count > 0; --count) {
        need(m_mono.metrics.height());
        m_y += m_mono.metrics.height();
    }
}

void PdfPages::signOff()
{
    const int step = 2 * m_text.metrics.height();
    need(m_head.metrics.height() + 4 * step);
    m_y += m_text.metrics.height();
    line(m_head, u"Sign-off"_s, 0);
    for (const QString &who : {u"Prepared"_s, u"Reviewed"_s, u"Accepted"_s}) {
        m_y += step - m_text.metrics.height();
        line(m_text,
            who + u" by ______________________________   Signature ______________________________   Date ______________"_s,
            0);
    }
}

} // namespace report
