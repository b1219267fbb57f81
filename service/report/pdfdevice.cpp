// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/pdfdevice.h"

#include <QtCore/qdatetime.h>
#include <QtCore/qtimezone.h>

using namespace Qt::StringLiterals;

namespace report {

namespace {

constexpr qsizetype LongestHead = 64 * 1024; // the dates stand in the first object

QByteArray pdfDate(Timestamp time)
{
    const QDateTime utc = QDateTime::fromMSecsSinceEpoch(toMilliseconds(time), QTimeZone::utc());
    return utc.toString(u"'D:'yyyyMMddHHmmss'Z'"_s).toLatin1();
}

} // namespace

PdfDevice::PdfDevice(Sink &sink, Timestamp time)
    : m_sink(sink)
    , m_date(pdfDate(time))
{
    open(QIODevice::WriteOnly | QIODevice::Unbuffered);
}

qint64 PdfDevice::writeData(const char *data, qint64 size)
{
    if (!m_outcome)
        return -1;
    const QByteArrayView bytes(data, size);
    // Qt writes the table's first line in one piece, and nothing that begins like it before.
    m_inTail = m_inTail || bytes.startsWith("xref\n0 ");
    if (m_inHead || m_inTail) {
        m_held.append(bytes);
        if (m_inHead)
            passHead();
    } else {
        m_outcome = m_sink.write(bytes);
    }
    return m_outcome ? size : -1;
}

// Once the first object is complete.
void PdfDevice::passHead()
{
    const qsizetype end = m_held.indexOf("endobj");
    if (end < 0 && m_held.size() < LongestHead)
        return;
    m_inHead = false;
    QByteArray head;
    qsizetype taken = 0;
    for (const QByteArrayView name : {QByteArrayView("/CreationDate ("), QByteArrayView("/ModDate (")}) {
        const qsizetype at = m_held.indexOf(name, taken);
        const qsizetype close = at < 0 ? -1 : m_held.indexOf(')', at);
        if (close < 0)
            continue;
        head += QByteArrayView(m_held).sliced(taken, at - taken);
        head += name;
        head += m_date;
        m_cuts.push_back({.at = close, .shorter = close - at - name.size() - m_date.size()});
        taken = close;
    }
    m_outcome = m_sink.write(head + m_held.sliced(taken));
    m_held.clear();
}

qint64 PdfDevice::moved(qint64 position) const
{
    qint64 to = position;
    for (const Cut &cut : m_cuts)
        to -= position > cut.at ? cut.shorter : 0;
    return to;
}

// "xref", the count, a line of 20 bytes for each object, the trailer, and where the table begins.
Result<QByteArray> PdfDevice::mendedTail() const
{
    const auto strange = [] {
        return fail(
            ErrorCode::Storage, u"The PDF was not written: this version of Qt builds it in a way not known here."_s);
    };
    const qsizetype lines = m_held.indexOf('\n', sizeof "xref\n" - 1) + 1;
    const qsizetype trailer = m_held.indexOf("trailer", lines);
    constexpr QByteArrayView start = "startxref\n";
    const qsizetype last = m_held.lastIndexOf(start);
    if (!m_inTail || m_cuts.size() != 2 || lines <= 0 || trailer < lines || last < trailer
        || (trailer - lines) % 20 != 0)
        return strange();
    QByteArray tail = m_held.first(lines);
    for (qsizetype at = lines; at < trailer; at += 20) {
        const QByteArray line = m_held.sliced(at, 20);
        if (line[17] == 'n')
            tail += QByteArray::number(moved(line.first(10).toLongLong())).rightJustified(10, '0') + line.sliced(10);
        else
            tail += line;
    }
    tail += QByteArrayView(m_held).sliced(trailer, last - trailer);
    const qsizetype number = last + start.size(), end = m_held.indexOf('\n', number);
    if (end < 0)
        return strange();
    tail += start;
    tail += QByteArray::number(moved(m_held.sliced(number, end - number).trimmed().toLongLong()));
    return tail + m_held.sliced(end);
}

Result<void> PdfDevice::finish()
{
    TRY(m_outcome);
    ASSIGN_OR_RETURN(const QByteArray tail, mendedTail());
    return m_sink.write(tail);
}

} // namespace report
