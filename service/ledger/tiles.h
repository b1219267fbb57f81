// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Tiles: 256 hashes of one level in one piece (C2SP tlog-tiles as of 5ba5ee8). Pure functions; any thread.
//
// Tile n of level l holds, for i from 0 to 255, the hash over the leaves from (256n + i) * 256^l up to, not including,
// (256n + i + 1) * 256^l; only full tiles are hashed into the level above. At 70,000 leaves there are 273 full tiles
// and one of 112 at level 0, 1 and one of 17 at level 1, and one of 1 at level 2.
#pragma once

#include "service/core/ids.h"

#include <QtCore/qbytearray.h>

#include <optional>

namespace ledger {

constexpr int TileHeight = 8; // levels of the tree in one tile
constexpr int TileWidth = 1 << TileHeight;
constexpr int HashSize = 32;
constexpr int FullTileSize = TileWidth * HashSize;
constexpr int TileLevels = 8; // a tree of 64 levels has no more

constexpr qsizetype MaxEntrySize = 65535; // a bundle gives each entry's length in 16 bits

struct TileId
{
    static constexpr int Entries = -1; // the level of entry bundles

    int level = 0; // 0 to 63, or Entries
    std::uint64_t n = 0;
    int width = TileWidth; // 1 to 255 of a partial tile

    friend bool operator==(const TileId &, const TileId &) = default;
};

// "tile/0/x001/067" or "tile/entries/000.p/44": each tile has this one spelling, and parsing refuses every other.
QByteArray tilePath(const TileId &tile);
std::optional<TileId> parseTilePath(QByteArrayView path);

// How many complete subtrees of 256^level leaves a tree of this size has.
std::uint64_t hashesAtLevel(int level, TreeSize size);

// How many hashes (or entries) that tile has at this size: 0 to 256.
int tileWidthAt(int level, std::uint64_t n, TreeSize size);

// One entry of a bundle: its length in two bytes, high byte first, then its bytes.
void appendToBundle(QByteArray &bundle, QByteArrayView entry);

} // namespace ledger
