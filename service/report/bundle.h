// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The bundle: one zip with everything an auditor needs to check the entries without this program.
//
//     README.txt              how to, with commands
//     report.pdf              its table of entries ends after MostRowsOnPaper
//     entries.csv, entries.jsonl
//     log/checkpoint, log/tile/…   of the whole ledger: a tlog-tiles log as a static file server would give it
//     proofs/INDEX.tlog-proof, proofs/INDEX.entry   of an excerpt
//     checkpoints/SIZE        the checkpoint that all of it speaks of
//     vkey, policy.txt        whose signature counts (C2SP signed-note, tlog-policy)
//     jwks-history.json       the keys that tokens were and are signed with
//     query.json              what was asked, and counts
//     manifest.sha256         of all the above, for sha256sum
//
// The manifest is not signed: the ledger's key signs checkpoints and nothing else, and never leaves the server. What is
// evidence is proven by the checkpoint; the rest can be made again from it.
#pragma once

#include "service/report/output.h"
#include "service/report/sections.h"

namespace report {

constexpr quint64 MostRowsOnPaper = 5000; // a paper nobody reads should not take longer than the evidence

// `folder` takes what must be kept aside meanwhile.
Result<void> writeBundle(Source &source, const About &about, OutputFile &file, const QString &folder);

// In bundletext.cpp.
QByteArray bundleReadme(const Source &source);
QByteArray bundleQuery(const Source &source);
QByteArray bundlePolicy(const Facts &facts);
Result<QByteArray> bundleKeys(store::Database &database);

} // namespace report
