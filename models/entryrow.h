// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// An entry of the ledger as a row of a list: everything a cell shows, made once where the entry is read. Pure; any
// thread.
#pragma once

#include "service/ledger/entry.h"

#include <QtCore/qstring.h>

namespace models {

// One row, ready to be shown.
struct EntryRow
{
    LeafIndex index = 0;
    QString time; // local
    QString utc;
    QString event;
    QString tenant; // empty: an entry of the installation
    QString actor; // shortened
    QString actorWhole;
    std::optional<ledger::Outcome> outcome; // none: the bytes are no entry
};

EntryRow entryRow(LeafIndex index, const QByteArray &bytes);
QString outcomeText(std::optional<ledger::Outcome> outcome);

} // namespace models
