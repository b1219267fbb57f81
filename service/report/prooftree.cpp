// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/prooftree.h"

using namespace Qt::StringLiterals;

namespace report {

Result<std::vector<ledger::Digest>> ProofTree::proof(LeafIndex index)
{
    return ledger::inclusionProof(
        index, m_size, [this](int level, std::uint64_t at) -> Result<ledger::Digest> { return hashAt(level, at); });
}

Result<ledger::Digest> ProofTree::hashAt(int level, std::uint64_t index)
{
    const int inner = level % ledger::TileHeight;
    const std::uint64_t first = index << inner; // among the hashes of the tile's level
    ASSIGN_OR_RETURN(const Tile *found, tile({level / ledger::TileHeight, first / ledger::TileWidth}));
    const auto place = size_t(first % ledger::TileWidth) >> inner;
    if (size_t(inner) >= found->levels.size() || place >= found->levels[size_t(inner)].size())
        return fail(ErrorCode::InvalidField, u"A tree of %1 entries has no such hash."_s.arg(m_size));
    return found->levels[size_t(inner)][place];
}

Result<const ProofTree::Tile *> ProofTree::tile(const Key &key)
{
    if (const auto known = m_places.find(key); known != m_places.end()) {
        m_tiles.splice(m_tiles.begin(), m_tiles, known->second);
        return &m_tiles.front();
    }
    const int width = ledger::tileWidthAt(key.first, key.second, m_size);
    ASSIGN_OR_RETURN(auto hashes, ledger::TileStore(m_database).hashes(key.first, key.second, width));
    Tile made{.key = key, .levels = {std::move(hashes)}};
    while (made.levels.back().size() >= 2) {
        const auto &below = made.levels.back();
        std::vector<ledger::Digest> above;
        above.reserve(below.size() / 2);
        for (size_t i = 0; i + 1 < below.size(); i += 2)
            above.push_back(ledger::nodeHash(below[i], below[i + 1]));
        made.levels.push_back(std::move(above));
    }
    if (m_tiles.size() >= MostTiles) {
        m_places.erase(m_tiles.back().key);
        m_tiles.pop_back();
    }
    m_tiles.push_front(std::move(made));
    m_places[key] = m_tiles.begin();
    return &m_tiles.front();
}

} // namespace report
