// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/engine/rowsum.h"

#include <QtCore/qrandom.h>

#include <algorithm>
#include <cstring>

namespace engine {

RowKey RowKey::random()
{
    auto *source = QRandomGenerator::system(); // the kernel's
    return {source->generate64(), source->generate64()};
}

// Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with the constants of the 128-bit output.
RowHasher::RowHasher(const RowKey &key)
    : m_v0(key.first ^ 0x736f6d6570736575)
    , m_v1(key.second ^ 0x646f72616e646f6d ^ 0xee)
    , m_v2(key.first ^ 0x6c7967656e657261)
    , m_v3(key.second ^ 0x7465646279746573)
{
}

RowHash RowHasher::finish()
{
    const auto drain = [this] {
        for (int i = 0; i < 3; ++i)
            round();
        return m_v0 ^ m_v1 ^ m_v2 ^ m_v3;
    };
    m_v2 ^= 0xee;
    const std::uint64_t low = drain();
    m_v1 ^= 0xdd;
    return {low, drain()};
}

std::size_t RowSums::bucketOf(const RowKey &key, QByteArrayView id)
{
    // An even spread is all that is asked for: the end of a UUID is random.
    const qsizetype size = std::min<qsizetype>(id.size(), 8);
    std::uint64_t tail = 0;
    if (size > 0)
        std::memcpy(&tail, id.end() - size, size_t(size));
    return std::size_t(((tail ^ key.first) * (key.second | 1)) >> 52) % Buckets;
}

void RowSums::merge(const RowSums &other)
{
    for (std::size_t i = 0; i < Buckets; ++i)
        m_sums[i] += other.m_sums[i];
}

std::vector<bool> RowSums::differing(const RowSums &other) const
{
    std::vector<bool> differ(Buckets);
    for (std::size_t i = 0; i < Buckets; ++i)
        differ[i] = m_sums[i] != other.m_sums[i];
    return differ;
}

} // namespace engine
