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
//     manifest.sha256.note    the manifest's own hash, signed by the ledger's key where it is at hand
//
// What is evidence is proven by the checkpoint. The signed manifest vouches for the rest, such as the papers: that they
// are what was made then. Its text can't be taken for a checkpoint's, whose second line is a number.
#pragma once

#include "service/report/output.h"
#include "service/report/sections.h"

namespace report {

constexpr quint64 MostRowsOnPaper = 5000; // a paper nobody reads should not take longer than the evidence

// `folder` takes what must be kept aside meanwhile. `key` is the one that signed the checkpoint; null: the manifest
// stays unsigned.
Result<void> writeBundle(Source &source, const About &about, OutputFile &file, const QString &folder,
    const crypto::SigningKey *key = nullptr);

// In bundletext.cpp.
QByteArray bundleReadme(const Source &source, bool isSigned);
// What is signed, for the SHA-256 of the manifest.
QByteArray bundleManifestText(const crypto::Digest &manifest, const QByteArray &reportId);
QByteArray bundleQuery(const Source &source);
QByteArray bundlePolicy(const QByteArray &vkey);
Result<QByteArray> bundleKeys(store::Database &database);

} // namespace report
