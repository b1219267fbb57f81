// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Sets of table rows as sums of keyed hashes, so that millions of rows are compared in the memory of some hundred
// kilobytes. Plain values; any thread.
//
// A row's hash is SipHash-1-3 with 128 bits over its columns, under a key made anew for every comparison. The sum over
// rows that entries began, less those over rows that entries ended, is the sum over the table's rows if the two are the
// same set. If they are not, the sums differ but for a chance of about 2^-128 for each bucket: SipHash is a
// pseudo-random function, and whoever wrote ledger and table did not know the key, which did not exist yet. A plain
// checksum in its place could be made to agree, and so could one that is linear in the columns (swap a value between
// two rows).
#pragma once

#include <QtCore/qbytearrayview.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace engine {

struct RowKey
{
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    static RowKey random();
};

struct RowHash
{
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    RowHash &operator+=(const RowHash &other)
    {
        low += other.low;
        high += other.high + (low < other.low ? 1 : 0);
        return *this;
    }
    RowHash &operator-=(const RowHash &other)
    {
        high -= other.high + (low < other.low ? 1 : 0);
        low -= other.low;
        return *this;
    }
    friend bool operator==(const RowHash &, const RowHash &) = default;
};

// Column after column, each in words from which it can be read back when its kind is known: so no two rows of one table
// make the same input. As few words as that takes, for each is a round.
class RowHasher
{
public:
    explicit RowHasher(const RowKey &key);

    // Here, and not in the other file: there is one row or more for each entry, and inlined it costs a quarter.

    // Its length, which is below 2^31, and four bytes; then eight at a time, the last eight over what came before.
    RowHasher &text(QByteArrayView utf8)
    {
        const qsizetype size = utf8.size();
        const char *at = utf8.begin(), *end = utf8.end();
        std::uint64_t head = std::uint64_t(size) + 1;
        if (size < 4) {
            for (int i = 0; i < size; ++i)
                head |= std::uint64_t(uchar(at[i])) << (32 + 8 * i);
            word(head);
            return *this;
        }
        word(head | std::uint64_t(load<std::uint32_t>(at)) << 32);
        if (size > 4 && size < 8)
            word(load<std::uint32_t>(end - 4));
        if (size < 8)
            return *this;
        for (at += 4; end - at > 8; at += 8)
            word(load<std::uint64_t>(at));
        word(load<std::uint64_t>(end - 8));
        return *this;
    }
    RowHasher &textOrNull(const std::optional<QByteArrayView> &utf8)
    {
        if (utf8)
            return text(*utf8);
        word(0); // no length
        return *this;
    }
    RowHasher &number(qint64 value)
    {
        word(std::uint64_t(value));
        return *this;
    }
    RowHasher &number(const std::optional<qint64> &value)
    {
        word(value ? 1 : 0);
        return value ? number(*value) : *this;
    }
    // Mostly below 2^15: then they go into one word, whose highest bit says that they do.
    RowHasher &smallNumbers(qint64 a, qint64 b, qint64 c, qint64 d)
    {
        if (std::uint64_t(a | b | c | d) >> 15 != 0) {
            word(0);
            return number(a).number(b).number(c).number(d);
        }
        word(std::uint64_t(1) << 63 | std::uint64_t(a | b << 15 | c << 30 | d << 45));
        return *this;
    }
    RowHash finish();

private:
    template <typename Word>
    static Word load(const char *at)
    {
        Word loaded;
        std::memcpy(&loaded, at, sizeof loaded);
        return loaded;
    }
    void word(std::uint64_t word)
    {
        m_v3 ^= word;
        round();
        m_v0 ^= word;
    }
    void round()
    {
        m_v0 += m_v1;
        m_v1 = std::rotl(m_v1, 13) ^ m_v0;
        m_v0 = std::rotl(m_v0, 32);
        m_v2 += m_v3;
        m_v3 = std::rotl(m_v3, 16) ^ m_v2;
        m_v0 += m_v3;
        m_v3 = std::rotl(m_v3, 21) ^ m_v0;
        m_v2 += m_v1;
        m_v1 = std::rotl(m_v1, 17) ^ m_v2;
        m_v2 = std::rotl(m_v2, 32);
    }

    std::uint64_t m_v0, m_v1, m_v2, m_v3;
};

// The sums of one table, in buckets by the rows' ids: where they differ, only the rows of some buckets have to be
// looked at to name the one.
class RowSums
{
public:
    static constexpr std::size_t Buckets = 4096;

    RowSums()
        : m_sums(Buckets)
    {
    }

    static std::size_t bucketOf(const RowKey &key, QByteArrayView id);

    void add(std::size_t bucket, const RowHash &hash) { m_sums[bucket] += hash; }
    void remove(std::size_t bucket, const RowHash &hash) { m_sums[bucket] -= hash; }
    void merge(const RowSums &other);
    std::vector<bool> differing(const RowSums &other) const; // by bucket

private:
    std::vector<RowHash> m_sums;
};

} // namespace engine
