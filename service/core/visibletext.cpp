// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/visibletext.h"

using namespace Qt::StringLiterals;

namespace {

bool acts(char32_t point)
{
    switch (QChar::category(point)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

} // namespace

QString visibleText(QStringView text)
{
    QString shown;
    shown.reserve(text.size());
    for (qsizetype at = 0; at < text.size();) {
        const bool pair = text[at].isHighSurrogate() && at + 1 < text.size() && text[at + 1].isLowSurrogate();
        const QStringView units = text.sliced(at, pair ? 2 : 1);
        const char32_t point = pair ? QChar::surrogateToUcs4(units[0], units[1]) : units[0].unicode();
        if (!acts(point)) {
            shown += units;
        } else {
            for (const QChar unit : units)
                shown += u"\\u%1"_s.arg(uint(unit.unicode()), 4, 16, QChar(u'0'));
        }
        at += units.size();
    }
    return shown;
}
