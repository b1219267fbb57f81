// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Reads the tree's rows, ledger_tile. Each tile has one from its first hash on.
//
// The newest, incomplete tile of level 0 changes with every commit, so its row has at once the length that it may need,
// with zeros behind its hashes: SQLite then rewrites in place the one page that new hashes lie on. It is there for
// verification, to tell which of the newest entries was changed; a ledger from before there was one gets it with its
// next entry.
#pragma once

#include "service/ledger/merkle.h"
#include "service/ledger/tiles.h"
#include "service/store/database.h"

#include <map>

namespace ledger {

// The bytes of the entries from `first` up to, not including, `end`, in order. Corrupt where one is missing.
Result<void> forEachEntry(
    store::Database &database, LeafIndex first, LeafIndex end, const std::function<void(const QByteArray &)> &visit);

// Of the row of the incomplete tile of level 0: never that of a full one.
constexpr int OpenTileSize = FullTileSize - HashSize;

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

    // The incomplete tile of each level, for Frontier::fromTiles; always TileLevels of them. That of level 0 is made
    // from the last entries.
    Result<std::vector<std::vector<Digest>>> partials(TreeSize size);

    // Hashes of a tree of this size. Must not outlive the store.
    HashReader reader(TreeSize size);

private:
    Result<std::vector<Digest>> leaves(std::uint64_t n, int width);

    store::Database &m_database;
    std::map<std::pair<int, std::uint64_t>, std::vector<Digest>> m_read;
};

std::vector<Digest> toDigests(QByteArrayView bytes); // cuts a rest of less than 32 bytes off
QByteArray toBytes(std::span<const Digest> hashes);

} // namespace ledger
