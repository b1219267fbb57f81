// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Times, hashes and amounts as the window shows them: one place.
#pragma once

#include "service/core/clock.h"

#include <QtCore/qstring.h>

namespace models {

// Local time with seconds, "2026-11-23 18:17:04"; and for tool tips the same instant in UTC with milliseconds.
QString localTime(Timestamp time);
QString utcTime(Timestamp time);
QString localDate(Timestamp time); // "2026-11-23"
// "3 s ago", "in 4 days"
QString relativeTime(Timestamp time, Timestamp now);

// "yjk9Apa+…Jv1m2Eg=": the whole belongs into the tool tip and onto the clipboard.
QString shortHash(const QString &text);

// "7 of 10 VMs, 3 free"; "12 of 10 VMs, 2 over"; "0 of 1 VM, 1 free"
QString usageText(qint64 used, qint64 limit, const QString &unit);
// "1 VM", "7 VMs"; and the word alone
QString vmCount(qint64 number);
QString vmUnit(qint64 number);
// With the locale's separators.
QString count(qint64 number);

// Control and bidirectional-control characters made visible, for text that strangers wrote.
QString plainText(const QString &text);

// For what is shown as markup wherever it looks like it. `htmlText`: markup that shows the text as it is written, with
// its lines. `toolTipText`: the text itself where no markup can be seen in it.
QString htmlText(const QString &text);
QString toolTipText(const QString &text);

} // namespace models
