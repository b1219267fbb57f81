// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The plain forms of the rows. Text that strangers wrote shows as text: what would act on a terminal or turn a line
// around is spelled out (visibletext.h), and each form has its own escape on top, made in one place.
#pragma once

#include "service/report/output.h"
#include "service/report/source.h"

namespace report {

// The stored bytes and LF: SHA-256 over 00 and the line without its end is the leaf's hash.
Result<void> writeJsonl(Source &source, Sink &sink);

// RFC 4180, UTF-8, with a header. The last column names the columns of its row that were changed to be harmless: those
// a spreadsheet would compute got a ' in front, also behind a ";" within, where some cut; control and bidirectional
// characters are spelled out.
Result<void> writeCsv(Source &source, Sink &sink);

// One field; `changed` tells whether more than quotes was put to it.
QByteArray csvField(QByteArrayView utf8, bool &changed);

} // namespace report
