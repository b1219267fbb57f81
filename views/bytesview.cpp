// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/bytesview.h"

#include "views/theme.h"

#include <QtCore/qcoreevent.h>
#include <QtGui/qtextobject.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace views {

namespace {

constexpr qsizetype PerLine = 16;
constexpr int HexColumn = 10; // behind the offset
constexpr int TextColumn = HexColumn + int(PerLine) * 3 + 1;

} // namespace

QString hexLines(const QByteArray &bytes)
{
    QString lines;
    lines.reserve((bytes.size() / PerLine + 1) * (TextColumn + PerLine + 1));
    for (qsizetype at = 0; at < bytes.size(); at += PerLine) {
        const QByteArrayView line = QByteArrayView(bytes).sliced(at, std::min(PerLine, bytes.size() - at));
        QString hex, text;
        for (const char c : line) {
            hex += u"%1 "_s.arg(uint(uchar(c)), 2, 16, QChar(u'0'));
            text += c >= ' ' && c <= '~' ? QLatin1Char(c) : QLatin1Char('.');
        }
        if (at > 0)
            lines += u'\n';
        lines += u"%1  "_s.arg(at, 8, 16, QChar(u'0')) + hex.leftJustified(PerLine * 3 + 1) + text;
    }
    return lines;
}

BytesView::BytesView(const QString &name, const QString &accessibleName, QWidget *parent)
    : QPlainTextEdit(parent)
{
    setObjectName(name);
    setAccessibleName(accessibleName);
    setReadOnly(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setTabChangesFocus(true);
    setLineWrapMode(NoWrap);
    setFont(fixedFont());
}

void BytesView::setBytes(const QByteArray &bytes)
{
    m_bytes = bytes;
    m_first = m_end = 0;
    setPlainText(hexLines(bytes));
    paintMark();
}

void BytesView::mark(qsizetype first, qsizetype end)
{
    m_first = first;
    m_end = std::min(end, m_bytes.size());
    paintMark();
    if (m_first < m_end) {
        setTextCursor(QTextCursor(document()->findBlockByNumber(int(m_first / PerLine))));
        ensureCursorVisible();
    }
}

void BytesView::paintMark()
{
    QList<QTextEdit::ExtraSelection> marks;
    QTextCharFormat format;
    format.setBackground(palette().color(QPalette::Highlight));
    format.setForeground(palette().color(QPalette::HighlightedText));
    for (qsizetype at = m_first; at < m_end; at = (at / PerLine + 1) * PerLine) {
        const int from = int(at % PerLine);
        const int count = int(std::min(m_end - at, PerLine - from));
        const int start = document()->findBlockByNumber(int(at / PerLine)).position();
        for (const auto &[column, length] :
            {std::pair(HexColumn + from * 3, count * 3 - 1), std::pair(TextColumn + from, count)}) {
            QTextCursor cursor(document());
            cursor.setPosition(start + column);
            cursor.setPosition(start + column + length, QTextCursor::KeepAnchor);
            marks.append({cursor, format});
        }
    }
    setExtraSelections(marks);
}

void BytesView::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintMark();
}

} // namespace views
