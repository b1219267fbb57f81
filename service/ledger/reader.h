// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The ledger's reading end. Any thread, with a Database of that thread's own, which it borrows; any number of them
// beside the writer.
//
// What it gives never lies beyond the head that was committed when it was asked. Entries never change and tiles only
// ever grow, so it needs no transaction around its queries; inside one it reads that one state.
#pragma once

#include "service/ledger/checkpoint.h"
#include "service/ledger/filter.h"
#include "service/ledger/tiles.h"
#include "service/store/database.h"

namespace ledger {

struct Head
{
    TreeSize size = 0;
    Digest root;
    QByteArray checkpoint; // the signed note
    Timestamp lastTime;
};

// Returns false to stop.
using EntrySink = std::function<bool(LeafIndex index, const QByteArray &bytes)>;

class LedgerReader
{
public:
    explicit LedgerReader(store::Database &database)
        : m_database(database)
    {
    }

    Result<Head> head();

    // Between which indices what read() gives lies: its bounds, times included, within today's ledger.
    struct Range
    {
        LeafIndex first;
        LeafIndex end; // exclusive
    };
    Result<Range> range(const EntryFilter &filter);

    // NotFound where there is none yet.
    Result<QByteArray> entry(LeafIndex index);

    // A term with one tenant goes through an index, with one event type beside it through a better one; times are found
    // by bisection; all else reads every entry between the bounds.
    Result<void> read(const EntryFilter &filter, const EntrySink &sink);

    // The indices alone of what read() would give, oldest first whatever the filter says; 8 bytes each. With a tenant
    // they come from an index of the database and no entry is touched.
    Result<std::vector<LeafIndex>> indices(const EntryFilter &filter);

    // Of what read() would give without its limit; stops counting at `most`.
    Result<std::uint64_t> count(const EntryFilter &filter, std::optional<std::uint64_t> most = {});

    // NotFound where the tree has no such entry or never had that size; InvalidField where the numbers don't fit.
    Result<std::vector<Digest>> inclusion(LeafIndex index, TreeSize size);
    Result<std::vector<Digest>> consistency(TreeSize older, TreeSize size);
    // Of the tree as it was at that size, from its tiles.
    Result<Digest> root(TreeSize size);

    // The bytes of a tile or an entry bundle, as far as `published` reaches; NotFound where it has not that width then.
    // Partial tiles stay to be had when they have grown.
    Result<QByteArray> tile(const TileId &tile, TreeSize published);

    // Whether today's tree has grown out of that one: Refused, with a sentence, where it has not. Sound whatever the
    // tiles hold, for what it checks is the proof they give.
    Result<void> continues(const Checkpoint &older);

private:
    Result<LeafIndex> firstSince(Timestamp time, TreeSize size);
    Result<void> requireSize(TreeSize size);

    store::Database &m_database;
};

} // namespace ledger
