// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/merkle.h"

#include "service/ledger/tiles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

constexpr char LeafPrefix = '\x00', NodePrefix = '\x01';

// The largest power of two strictly smaller than `count`, which is at least 2.
std::uint64_t split(std::uint64_t count)
{
    return std::bit_floor(count - 1);
}

Result<Digest> rangeHash(LeafIndex first, LeafIndex end, const HashReader &read)
{
    const std::uint64_t count = end - first;
    if (std::has_single_bit(count)) {
        const int level = std::countr_zero(count);
        return read(level, first >> level);
    }
    const LeafIndex middle = first + split(count);
    ASSIGN_OR_RETURN(const Digest left, rangeHash(first, middle, read));
    ASSIGN_OR_RETURN(const Digest right, rangeHash(middle, end, read));
    return nodeHash(left, right);
}

} // namespace

Digest leafHash(QByteArrayView entry)
{
    return crypto::sha256({QByteArrayView(&LeafPrefix, 1), entry});
}

Digest nodeHash(const Digest &left, const Digest &right)
{
    std::array<char, 1 + 2 * sizeof(Digest)> node; // in one piece, which is hashed faster than three
    node[0] = NodePrefix;
    std::memcpy(node.data() + 1, left.bytes.data(), sizeof(Digest));
    std::memcpy(node.data() + 1 + sizeof(Digest), right.bytes.data(), sizeof(Digest));
    return crypto::sha256(QByteArrayView(node.data(), qsizetype(node.size())));
}

Digest emptyRoot()
{
    return crypto::sha256(QByteArrayView());
}

Digest rootOf(std::span<const Digest> hashes)
{
    if (hashes.empty())
        return emptyRoot();
    if (hashes.size() == 1)
        return hashes.front();
    const auto left = split(hashes.size());
    return nodeHash(rootOf(hashes.first(left)), rootOf(hashes.subspan(left)));
}

Result<Digest> rootAt(TreeSize size, const HashReader &read)
{
    return size == 0 ? emptyRoot() : rangeHash(0, size, read);
}

Result<std::vector<Digest>> inclusionProof(LeafIndex index, TreeSize size, const HashReader &read)
{
    if (index >= size)
        return fail(ErrorCode::InvalidField, u"A tree of %1 entries has no entry %2."_s.arg(size).arg(index));
    std::vector<Digest> proof;
    LeafIndex first = 0, end = size;
    while (end - first > 1) {
        const LeafIndex middle = first + split(end - first);
        const bool isLeft = index < middle;
        ASSIGN_OR_RETURN(Digest sibling, isLeft ? rangeHash(middle, end, read) : rangeHash(first, middle, read));
        proof.push_back(sibling);
        (isLeft ? end : first) = middle;
    }
    std::ranges::reverse(proof);
    return proof;
}

Result<std::vector<Digest>> consistencyProof(TreeSize older, TreeSize size, const HashReader &read)
{
    if (older > size)
        return fail(ErrorCode::InvalidField, u"A tree of %1 entries can't come from one of %2."_s.arg(size).arg(older));
    std::vector<Digest> proof;
    if (older == 0)
        return proof;
    // RFC 6962, 2.1.2: SUBPROOF, with the recursion unrolled.
    LeafIndex first = 0, end = size;
    while (older != end) {
        const LeafIndex middle = first + split(end - first);
        const bool isLeft = older <= middle;
        ASSIGN_OR_RETURN(Digest sibling, isLeft ? rangeHash(middle, end, read) : rangeHash(first, middle, read));
        proof.push_back(sibling);
        (isLeft ? end : first) = middle;
    }
    if (first != 0) { // else it is the older root itself, which the verifier has
        ASSIGN_OR_RETURN(Digest start, rangeHash(first, end, read));
        proof.push_back(start);
    }
    std::ranges::reverse(proof);
    return proof;
}

bool verifyInclusion(
    const Digest &leaf, LeafIndex index, TreeSize size, std::span<const Digest> proof, const Digest &root)
{
    if (index >= size)
        return false;
    std::uint64_t node = index, last = size - 1;
    Digest hash = leaf;
    for (const Digest &sibling : proof) {
        if (last == 0)
            return false;
        if ((node & 1) || node == last) {
            hash = nodeHash(sibling, hash);
            while (!(node & 1) && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = nodeHash(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

bool verifyConsistency(
    TreeSize older, TreeSize size, std::span<const Digest> proof, const Digest &olderRoot, const Digest &root)
{
    if (older > size)
        return false;
    if (older == size)
        return proof.empty() && olderRoot == root;
    if (older == 0)
        return proof.empty() && olderRoot == emptyRoot();
    const bool startsAtRoot = std::has_single_bit(older);
    if (!startsAtRoot && proof.empty())
        return false;
    std::uint64_t node = older - 1, last = size - 1;
    while (node & 1) {
        node >>= 1;
        last >>= 1;
    }
    Digest olderHash = startsAtRoot ? olderRoot : proof.front(), hash = olderHash;
    for (const Digest &sibling : proof.subspan(startsAtRoot ? 0 : 1)) {
        if (last == 0)
            return false;
        if ((node & 1) || node == last) {
            olderHash = nodeHash(sibling, olderHash);
            hash = nodeHash(sibling, hash);
            while (!(node & 1) && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = nodeHash(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && olderHash == olderRoot && hash == root;
}

Digest Frontier::root() const
{
    if (m_size == 0)
        return emptyRoot();
    int level = std::countr_zero(m_size);
    Digest hash = m_hashes[std::size_t(level)];
    while (++level < 64) {
        if ((m_size >> level) & 1)
            hash = nodeHash(m_hashes[std::size_t(level)], hash);
    }
    return hash;
}

Frontier Frontier::fromTiles(TreeSize size, std::span<const std::vector<Digest>> partials)
{
    Frontier frontier;
    frontier.m_size = size;
    for (std::size_t tileLevel = 0; tileLevel < partials.size(); ++tileLevel) {
        std::span<const Digest> hashes = partials[tileLevel];
        for (int bit = TileHeight - 1; bit >= 0; --bit) {
            const std::size_t count = std::size_t(1) << bit;
            if (hashes.size() & count) {
                frontier.m_hashes[tileLevel * TileHeight + std::size_t(bit)] = rootOf(hashes.first(count));
                hashes = hashes.subspan(count);
            }
        }
    }
    return frontier;
}

} // namespace ledger
