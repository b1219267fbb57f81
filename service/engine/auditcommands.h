// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What is done to the ledger as a whole and recorded in it. Run on the engine thread, inside a transaction.
#pragma once

#include "service/engine/work.h"

namespace engine {

struct ExportRecord
{
    QByteArray format; // "pdf"
    QByteArray query; // the text of a JSON object
    std::uint64_t rows = 0;
    QByteArray reportId; // SHA-256 in lower-case hexadecimal
};

// The longest query that an entry takes.
constexpr qsizetype LongestExportQuery = 32 * 1024;

// InvalidField for a query that could not be recorded: to be asked before the work.
Result<void> checkExportQuery(const QByteArray &query);

// An entry of the installation, AUDIT_EXPORTED. InvalidField for a record that can't be one.
Result<LeafIndex> recordExport(Work &work, const ExportRecord &record);

struct BackupRecord
{
    TreeSize entries = 0; // of the ledger in it
    QByteArray root; // its root, in base64
    qint64 bytes = 0; // of the file
    QByteArray sha256; // of the file, in lower-case hexadecimal
    bool withKeys = false;
};

// An entry of the installation, BACKUP_CREATED. InvalidField for a record that can't be one.
Result<LeafIndex> recordBackup(Work &work, const BackupRecord &record);

} // namespace engine
