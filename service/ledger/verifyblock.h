// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The part of verification that needs nothing but the rows themselves: hashes, the form of the bytes, the search
// columns. Pure; runs on the worker threads of verifyTree, one block at a time.
#pragma once

#include "service/ledger/verify.h"

namespace ledger {

struct Finding
{
    Damage kind = Damage::None;
    std::optional<LeafIndex> index;
    QString sentence;
};

// A row of ledger_entry as it is stored.
struct EntryRow
{
    LeafIndex index = 0;
    qint64 time = 0;
    QByteArray eventType;
    QByteArray tenant; // of columns that may be null: empty for null
    std::optional<qint64> tenantSeq;
    QByteArray outcome;
    QByteArray actor;
    QByteArray token;
    QByteArray vm;
    QByteArray node;
    QByteArray requestId;
    QByteArray bytes;
};

struct BlockResult
{
    std::vector<Digest> leaves; // of all rows
    std::vector<EntryFields> fields; // of the rows before the finding, if there is one
    std::optional<Finding> finding; // the first
};

BlockResult checkBlock(const std::vector<EntryRow> &rows);

} // namespace ledger
