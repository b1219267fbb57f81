// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Text that strangers wrote, for places where some characters would act instead of show: a terminal, a table, a label.
#pragma once

#include <QtCore/qstring.h>

// Control and format characters (bidirectional overrides, tags), line and paragraph separators and lone surrogates come
// out as "\u001b", those beyond the first plane as two such escapes. All else stays as it is.
QString visibleText(QStringView text);
