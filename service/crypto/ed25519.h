// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Ed25519 (RFC 8032, 5.1), asked of QCA, which has it from our own provider (ed25519provider.h).
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>

#include <QtCrypto>

#include <array>
#include <memory>

namespace crypto {

struct PublicKey
{
    std::array<uchar, 32> bytes{};

    QByteArrayView view() const { return QByteArrayView(bytes.data(), qsizetype(bytes.size())); }
    friend bool operator==(const PublicKey &, const PublicKey &) = default;
};

// The 32 bytes of a key that may be trusted with a signature: canonical (y < p), on the curve, not of small order
// (with y = 1 one fixed signature passes for every message). InvalidField says which of these fails.
Result<PublicKey> publicKeyFromBytes(QByteArrayView bytes);

// Strict: 64 bytes, S < L; the key as publicKeyFromBytes makes it. Any thread.
bool verifySignature(const PublicKey &key, QByteArrayView message, QByteArrayView signature);

// A private key. Movable, not copyable; one thread at a time. OpenSSL keeps the seed and wipes it with the key; what
// seed() gives out is in secure memory. Must be gone before the Runtime.
class SigningKey
{
public:
    SigningKey(SigningKey &&) noexcept;
    SigningKey &operator=(SigningKey &&) noexcept;
    ~SigningKey();

    static SigningKey generate(); // from the operating system's generator
    static Result<SigningKey> fromSeed(const QCA::SecureArray &seed); // 32 bytes

    const PublicKey &publicKey() const;
    QByteArray sign(QByteArrayView message) const; // 64 bytes, deterministic
    QCA::SecureArray seed() const; // for the key file only

private:
    struct Private;
    explicit SigningKey(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace crypto
