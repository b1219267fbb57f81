// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Which entries to read, and in which order. A plain value; the keys are those of `service-fs read`.
#pragma once

#include "service/core/clock.h"
#include "service/core/ids.h"
#include "service/core/result.h"

#include <QtCore/qlist.h>

#include <optional>

namespace ledger {

enum class FilterKey
{
    TenantId,
    NodeId, // the node acted on, or that a virtual machine lies on
    VmId,
    TokenId, // the token acted on
    Actor, // id of the acting token
    RequestId,
    Outcome
};

// "tenant-id" or "tenant_id".
std::optional<FilterKey> filterKey(QByteArrayView name);

struct FilterTerm
{
    FilterKey key;
    QByteArray value; // UTF-8
};

// All must hold; of several terms with one key, and of several event types, one must.
struct EntryFilter
{
    QList<FilterTerm> terms = {};
    QList<QByteArray> eventTypes = {};
    std::optional<Timestamp> since = {}; // inclusive
    std::optional<Timestamp> until = {}; // exclusive
    LeafIndex from = 0; // inclusive
    std::optional<LeafIndex> before = {}; // exclusive; where a page of a reversed reading goes on
    std::optional<std::uint64_t> limit = {};
    bool reverse = false; // newest first; the bounds stay as they are

    // "tenant-id=acme-corp"; InvalidField for a key that is not known, a value that is empty or can't be one.
    Result<void> add(QByteArrayView keyAndValue);
};

// Whether an index gives just the entries that match, or all match: then a page costs what it holds. Else every entry
// between the bounds, or every one of the tenant's, may have to be looked at.
bool findsByIndex(const EntryFilter &filter);

// The filter as a condition on ledger_entry, with one "?" for each value; empty where everything passes.
struct FilterSql
{
    QString condition;
    QStringList values;
};
FilterSql filterSql(const EntryFilter &filter);

} // namespace ledger
