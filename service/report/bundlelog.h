// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The log of a bundle of the whole ledger: its tiles and entries, held against the signed root and older checkpoints.
// One thread; memory: 40 bytes a tile, and one tile.
#pragma once

#include "service/report/bundleclaim.h"

#include <array>

namespace report {

class LogCheck
{
public:
    explicit LogCheck(BundleClaim &claim) // borrowed
        : m_claim(claim)
    {
    }

    // Checkpoints of no entries yet. Before the first tile.
    Result<void> begin() { return checkAgainstOlder(); }

    // In the order of the file. Corrupt as BundleClaim::found() has it, here and below.
    Result<void> add(const ZipArchive::Member &member, const ledger::TileId &tile, const QByteArray &content);

    // That nothing is missing, and that `rows` are these entries.
    Result<void> finish(Lines &rows);

private:
    void completed(int level, const ledger::Digest &hash);
    Result<void> checkAgainstOlder();
    Result<void> addEntries(const ZipArchive::Member &member, QByteArrayView content);
    int nextWidth();
    Result<void> checkRows(Lines &rows);

    BundleClaim &m_claim;
    std::size_t m_nextOlder = 0;
    ledger::Frontier m_frontier;
    std::vector<std::vector<ledger::Digest>> m_partials{ledger::TileLevels};
    std::array<std::vector<ledger::Digest>, ledger::TileLevels> m_tiles; // hashes of what the tiles must be
    std::vector<ZipArchive::Member> m_leafTiles;
    std::uint64_t m_nextBundle = 0, m_nextTile = 0;
    int m_level = 0; // of the next tile
};

} // namespace report
