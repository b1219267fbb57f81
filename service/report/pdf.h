// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The report on paper: title, facts, exceptions, the table of entries and a block to sign, A4 landscape, text that can
// be searched and copied, on each page its number of how many, the root and the report's id. Pages are written as they
// are filled.
//
// Any thread of a process that has a QGuiApplication (the offscreen platform does; no display is needed).
#pragma once

#include "service/report/output.h"
#include "service/report/sections.h"

namespace report {

// Refused where no font is installed. The same source and words give the same bytes: the file's own date and id are
// made from the report.
Result<void> writePdf(Source &source, const About &about, Sink &sink);

} // namespace report
