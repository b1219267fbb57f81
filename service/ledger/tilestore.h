// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Reads the tree's rows: tiles from ledger_tile, and what no row holds from the entries themselves.
//
// A tile of level 0 has a row once it is full; before that its up to 255 hashes are those of the last entries. Tiles of
// the levels above have a row from their first hash on.
#pragma once

#include "service/ledger/merkle.h"
#include "service/ledger/tiles.h"
#include "service/store/database.h"

#include <map>

namespace ledger {

// The bytes of the entries from `first` up to, not including, `end`, in order. Corrupt where one is missing.
Result<void> forEachEntry(
    store::Database &database, LeafIndex first, LeafIndex end, const std::function<void(const QByteArray &)> &visit);

// Short-lived, on the database's thread; keeps every tile it has read.
class TileStore
{
public:
    explicit TileStore(store::Database &database)
        : m_database(database)
    {
    }

    // The row as it is stored; nothing where there is none.
    Result<std::optional<QByteArray>> row(int level, std::uint64_t n);

    // The first `width` hashes of a tile; Corrupt where the row is missing or too short.
    Result<std::vector<Digest>> hashes(int level, std::uint64_t n, int width);

    // The incomplete tile of each level, for Frontier::fromTiles; always TileLevels of them.
    Result<std::vector<std::vector<Digest>>> partials(TreeSize size);

    // Hashes of a tree of this size. Must not outlive the store.
    HashReader reader(TreeSize size);

private:
    store::Database &m_database;
    std::map<std::pair<int, std::uint64_t>, std::vector<Digest>> m_read;
};

std::vector<Digest> toDigests(QByteArrayView bytes); // cuts a rest of less than 32 bytes off
QByteArray toBytes(std::span<const Digest> hashes);

} // namespace ledger
