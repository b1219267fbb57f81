// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One file for any browser: no script, nothing loaded from anywhere, and a policy in it that says so. Streams.
#pragma once

#include "service/report/output.h"
#include "service/report/sections.h"

namespace report {

Result<void> writeHtml(Source &source, const About &about, Sink &sink);

// Text between tags or in quotes.
QByteArray htmlText(QStringView text);

} // namespace report
