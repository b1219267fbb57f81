// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Why the ledger can't be written, in words for strangers, who learn nothing of our SQL and paths, and for the
// operator.
#pragma once

#include "service/core/result.h"

namespace engine {

struct Trouble
{
    QString why; // "The disk is full."; empty: none
    QString remedy; // what to do, and whether it goes on by itself then
    QString atStart = {}; // what to do before a start is tried again: "make room on it"; empty: see the error itself

    friend bool operator==(const Trouble &, const Trouble &) = default;
};

// `folder` is the data directory: whether its file system is mounted read-only, SQLite does not say.
Trouble troubleOf(const Error &error, const QString &folder);

// LedgerUnavailable, for who asked for a change. `mayBeMade`: it failed where that can't be told.
Error ledgerUnavailable(const Trouble &trouble, bool mayBeMade);

// Of a start that the disk did not let through or whose database is damaged: Refused, with what to do. `published` is the engine's trouble, if it
// got so far. Errors of other kinds come back as they are.
Error startRefusal(Error error, const Trouble &published, const QString &folder);

// Fewer bytes are left to us than these. What the system calls say of a full disk differs; this does not.
bool hasLessRoomThan(quint64 bytes, const QString &folder);

} // namespace engine
