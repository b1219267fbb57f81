// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "views/jsonhighlighter.h"

#include "views/theme.h"

#include <QtCore/qregularexpression.h>

using namespace Qt::StringLiterals;

namespace views {

void JsonHighlighter::highlightBlock(const QString &text)
{
    if (text.startsWith(u'#'))
        return setFormat(0, int(text.size()), colors().muted);
    static const QRegularExpression token(
        u"(\"(?:[^\"\\\\]|\\\\.)*\")(\\s*:)?|(?<![\\w.:/?&=+-])-?\\d+(?![\\w.-])|\\b(?:true|false|null)\\b"_s);
    for (auto found = token.globalMatch(text); found.hasNext();) {
        const auto match = found.next();
        const bool quoted = match.hasCaptured(1);
        const bool name = match.hasCaptured(2);
        const qsizetype length = quoted ? match.capturedLength(1) : match.capturedLength();
        const QColor color = name ? colors().accent : quoted ? colors().good : colors().warn;
        setFormat(int(match.capturedStart()), int(length), color);
    }
}

} // namespace views
