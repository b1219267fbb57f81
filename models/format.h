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
// "3 s ago", "in 4 days"
QString relativeTime(Timestamp time, Timestamp now);

// "yjk9Apa+…Jv1m2Eg=": the whole belongs into the tool tip and onto the clipboard.
QString shortHash(const QString &text);

// "7 of 10 VMs, 3 free"; "12 of 10 VMs, 2 over"
QString usageText(qint64 used, qint64 limit, const QString &unit);
// With the locale's separators.
QString count(qint64 number);

// Control and bidirectional-control characters made visible, for text that strangers wrote.
QString plainText(const QString &text);

} // namespace models
