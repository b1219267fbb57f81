// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Where the report's lines and rows come to stand on pages. It is gone through twice: without a painter, to know how
// many pages there will be, and with one. One thread.
#pragma once

#include "service/report/sections.h"

#include <QtGui/qfont.h>
#include <QtGui/qfontmetrics.h>
#include <QtGui/qpainter.h>
#include <QtGui/qpdfwriter.h>

namespace report {

class PdfPages
{
public:
    // Both are borrowed; without a painter nothing is drawn, and `total` is not looked at.
    PdfPages(QPdfWriter &writer, QPainter *painter, QString foot, int total);

    void title(const QString &text);
    void section(const Section &section);
    void signOff();

    void beginTable(const QString &title);
    void row(const Cells &cells, bool isMarked);
    // As many rows as these take; only without a painter.
    void skipRows(quint64 count);
    void endTable() { m_inTable = false; }

    int pages() const { return m_page; }

private:
    struct Face
    {
        Face(const QString &family, qreal points, bool bold, QPdfWriter &writer);
        QFont font;
        QFontMetrics metrics;
        int advance; // of a digit
    };

    void beginPage();
    // Room for so much on this page, else on the next.
    void need(int height);
    void line(const Face &face, const QString &text, int x);
    void paragraph(const Face &face, const QString &text, int x);
    void draw(const Face &face, const QString &text, int x, int baseline);
    void tableHead();
    QString fitted(const QString &text, int width) const;

    QPdfWriter &m_writer;
    QPainter *m_painter;
    const QString m_foot;
    const int m_total;
    const Face m_title, m_head, m_text, m_mono, m_monoBold;
    const int m_bottom; // the foot begins below
    std::array<int, CellNames.size() + 1> m_columns{}; // where each begins, and the last ends
    int m_y = 0;
    int m_page = 0;
    bool m_inTable = false;
};

// "DejaVu Sans" and its kin where they are installed, or what there is; empty where there is no font at all.
QString textFamily();
QString fixedFamily();

} // namespace report
