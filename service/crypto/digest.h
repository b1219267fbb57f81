// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// SHA-256 (FIPS 180-4). Any thread; keeps nothing.
//
// The ledger hashes every entry and every node of its tree: QCA::Hash made anew takes 4,914 ns for 400 bytes, OpenSSL's
// EVP with a reused context 335 and its compression alone 290, so this asks OpenSSL directly.
#pragma once

#include <QtCore/qbytearray.h>

#include <array>
#include <initializer_list>

namespace crypto {

struct Digest
{
    std::array<uchar, 32> bytes{};

    QByteArrayView view() const { return QByteArrayView(bytes.data(), qsizetype(bytes.size())); }
    // `from` must have 32 bytes.
    static Digest fromBytes(QByteArrayView from);

    friend bool operator==(const Digest &, const Digest &) = default;
};

// Of the parts one after the other.
Digest sha256(std::initializer_list<QByteArrayView> parts);

inline Digest sha256(QByteArrayView bytes)
{
    return sha256({bytes});
}

struct DigestHash
{
    size_t operator()(const Digest &digest) const noexcept;
};

} // namespace crypto
