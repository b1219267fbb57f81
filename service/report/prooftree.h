// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Inclusion proofs of many entries against one tree, quicker than one by one: a tile's inner hashes are made once and
// kept while neighbours need them, in bounded memory. One thread; borrows the database, inside its read transaction.
#pragma once

#include "service/ledger/merkle.h"
#include "service/ledger/tilestore.h"

#include <list>
#include <map>

namespace report {

class ProofTree
{
public:
    ProofTree(store::Database &database, TreeSize size)
        : m_database(database)
        , m_size(size)
    {
    }

    Result<std::vector<ledger::Digest>> proof(LeafIndex index);

private:
    using Key = std::pair<int, std::uint64_t>;
    struct Tile
    {
        Key key;
        // levels[k][i]: the root over 2^k hashes of the tile, from hash i * 2^k on.
        std::vector<std::vector<ledger::Digest>> levels;
    };
    static constexpr size_t MostTiles = 64; // of 16 KiB each

    Result<ledger::Digest> hashAt(int level, std::uint64_t index);
    Result<const Tile *> tile(const Key &key);

    store::Database &m_database;
    const TreeSize m_size;
    std::list<Tile> m_tiles; // the one used last stands first
    std::map<Key, std::list<Tile>::iterator> m_places;
};

} // namespace report
