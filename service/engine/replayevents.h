// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Which rows an entry changes, for every event type there is: the one table of it. Pure functions; any thread.
//
// The tables of the state that grow (VMs, tokens) are replayed as sets of rows: an event says which row begins and
// which ends with it, and each row is told whole by the entry itself. So entries may be read in any order and none has
// to be remembered. To add an event: its line in the table of replayevents.cpp, with a function from the entry to a
// RowStep. An event that ends or changes a row must name all columns of the row it ends (VM_DESTROYED carries
// created_at for that reason alone). Events of the small tables are replayed in order, by Replay.
#pragma once

#include "service/engine/rowsum.h"
#include "service/ledger/entryview.h"
#include "service/store/database.h"

#include <array>

namespace engine {

// A table that is replayed as a set of rows.
enum class RowTable
{
    Token,
    Vm
};
constexpr std::array RowTables{RowTable::Token, RowTable::Vm};

// What one entry does to one row.
struct RowStep
{
    QByteArrayView id; // of the row
    std::optional<RowHash> begins;
    std::optional<RowHash> ends;
    bool endsUnseen = false; // it ends a row that its entry does not tell whole
    qint64 storageGb = 0; // of a VM
    const char *wrong = nullptr; // why the entry can't be right, whatever the others say
};

using RowStepOf = RowStep (*)(const RowKey &key, const ledger::EntryView &entry);

struct EventRule
{
    QByteArrayView type;
    RowTable table = RowTable::Vm; // that `step` is for
    RowStepOf step = nullptr;
    bool inOrder = false; // it changes tenants, keys or the installation's names
    bool isBuilt = true; // else this program makes no such entries and can't tell what one changes
};

// Null for a type that this program has never heard of.
const EventRule *eventRule(QByteArrayView type);

// The rows as the database has them.
struct StoredRow
{
    QByteArrayView id;
    RowHash hash;
};
const char *rowNoun(RowTable table); // "VM"
// A statement that gives rows behind an id, at most so many; and its rows.
Result<store::Statement> selectRows(store::Database &database, RowTable table, const QByteArray &after, qint64 most);
StoredRow storedRow(const RowKey &key, RowTable table, const store::Statement &row);

} // namespace engine
