// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Follows single rows of a table through the entries, to name the one that the sums only say exists. Reads in the
// caller's transaction, on its thread.
#pragma once

#include "service/engine/replayevents.h"
#include "service/ledger/verify.h"

#include <map>
#include <set>

namespace engine {

class RowTrail
{
public:
    // The rows of tokens of purged tenants are gone, whatever their entries say.
    RowTrail(const RowKey &key, RowTable table, std::set<TenantId> purged)
        : m_key(key)
        , m_table(table)
        , m_purged(std::move(purged))
    {
    }

    // Of the buckets whose sums differ, the first entry that can't follow, or the first row that is changed, missing or
    // too much; nothing where row by row all agrees after all (an entry of an older version may end a row untold).
    // `begun` rows in all by the entries: so that only so many buckets are followed at once as memory takes.
    Result<std::optional<ledger::Finding>> firstDifference(
        store::Database &database, const std::vector<bool> &differing, std::uint64_t begun);

private:
    struct Trail
    {
        RowHash hash;
        LeafIndex index = 0; // of the entry that made it so
    };

    Result<std::optional<ledger::Finding>> follow(store::Database &database);
    std::optional<QString> take(const ledger::EntryView &entry);
    Result<std::optional<ledger::Finding>> compare(store::Database &database) const;
    QString rowName(QByteArrayView id) const;

    const RowKey m_key;
    const RowTable m_table;
    const std::set<TenantId> m_purged;
    std::vector<bool> m_buckets; // that are followed now
    std::map<QByteArray, Trail> m_rows;
};

} // namespace engine
