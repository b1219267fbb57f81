// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The Merkle tree of RFC 6962, 2.1, over SHA-256: hashes, roots, proofs. Pure functions; any thread.
//
// Proofs are made from the hashes of complete subtrees, which a HashReader finds (in tiles, in memory); they are
// checked from nothing but the proof and the two roots, as RFC 9162, 2.1.3.2 and 2.1.4.2, has it.
#pragma once

#include "service/core/ids.h"
#include "service/core/result.h"
#include "service/crypto/digest.h"

#include <functional>
#include <span>
#include <vector>

namespace ledger {

using crypto::Digest;

Digest leafHash(QByteArrayView entry); // SHA-256(00 || entry)
Digest nodeHash(const Digest &left, const Digest &right); // SHA-256(01 || left || right)
Digest emptyRoot(); // SHA-256 of nothing

// The root over these hashes; they may be leaves or the roots of subtrees of one height.
Digest rootOf(std::span<const Digest> hashes);

// The hash over the leaves from index * 2^level up to, not including, (index + 1) * 2^level.
using HashReader = std::function<Result<Digest>(int level, std::uint64_t index)>;

// The reader's errors pass through; InvalidField where index or size do not fit each other.
Result<Digest> rootAt(TreeSize size, const HashReader &read);
Result<std::vector<Digest>> inclusionProof(LeafIndex index, TreeSize size, const HashReader &read);
Result<std::vector<Digest>> consistencyProof(TreeSize older, TreeSize size, const HashReader &read); // empty from 0

bool verifyInclusion(
    const Digest &leaf, LeafIndex index, TreeSize size, std::span<const Digest> proof, const Digest &root);
bool verifyConsistency(
    TreeSize older, TreeSize size, std::span<const Digest> proof, const Digest &olderRoot, const Digest &root);

// The right edge of a growing tree: one hash for each bit that is set in the size. A leaf costs two hashes on average,
// a root at most 63.
class Frontier
{
public:
    // `completed(level, hash)` is called for each subtree of 2^level leaves that this leaf makes complete, from
    // level 1.
    template <typename Completed>
    void append(const Digest &leaf, Completed completed)
    {
        appendSubtree(0, leaf, completed);
    }

    // 2^level leaves at once, by their hash; the size must be a multiple of that. Of the subtrees within it nothing is
    // told, of itself neither.
    template <typename Completed>
    void appendSubtree(int level, const Digest &root, Completed completed)
    {
        Digest hash = root;
        const int from = level;
        for (; (m_size >> level) & 1; ++level) {
            hash = nodeHash(m_hashes[std::size_t(level)], hash);
            completed(level + 1, hash);
        }
        m_hashes[std::size_t(level)] = hash;
        m_size += TreeSize(1) << from;
    }

    TreeSize size() const { return m_size; }
    Digest root() const;

    // `partials[l]` are the hashes of the incomplete tile of level l (tiles.h), empty or absent where there is none.
    static Frontier fromTiles(TreeSize size, std::span<const std::vector<Digest>> partials);

private:
    TreeSize m_size = 0;
    std::array<Digest, 64> m_hashes{}; // by level; only those of set bits mean anything
};

} // namespace ledger
