// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// One export from the question to the file. Any thread but the GUI's, since it reads, hashes and writes; for PDF and
// bundle the process needs a QGuiApplication. Reads beside a running server and changes nothing in the data directory.
#pragma once

#include "service/report/format.h"
#include "service/report/source.h"

namespace report {

struct ExportRequest
{
    LedgerFiles files;
    ledger::EntryFilter filter;
    Format format = Format::Jsonl;
    QString preparedBy; // of HTML and PDF: who asks
    QString path; // of the file; empty: only check and count
    bool replaces = false; // what stands at `path`
    QString keyFile = {}; // keys/ledger.key, for the manifest of a bundle; empty: it stays unsigned
    QCA::SecureArray passphrase = {}; // of the key file
};

struct ExportResult
{
    quint64 rows = 0;
    QByteArray reportId;
    QByteArray query; // its JSON
    TreeSize treeSize = 0;
    ledger::Digest root;
    qint64 bytes = 0;
    QString unsignedWhy = {}; // of a bundle whose manifest could not be signed
};

// The file stands whole at its path afterwards, or nothing of it is left. Refused, Storage, Corrupt with a sentence;
// Unavailable where `progress` stopped it.
Result<ExportResult> runExport(const ExportRequest &request, Progress progress = {});

} // namespace report
