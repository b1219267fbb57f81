// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

namespace crypto {

namespace {

class Hasher
{
public:
    Hasher()
        : m_algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr))
        , m_context(EVP_MD_CTX_new())
    {
        // Once with the algorithm; later rounds start again without naming it, which is the cheap way.
        if (!m_algorithm || !m_context || !EVP_DigestInit_ex2(m_context, m_algorithm, nullptr))
            qFatal("OpenSSL has no SHA-256");
    }
    ~Hasher()
    {
        EVP_MD_CTX_free(m_context);
        EVP_MD_free(m_algorithm);
    }
    Q_DISABLE_COPY_MOVE(Hasher)

    Digest of(std::initializer_list<QByteArrayView> parts)
    {
        bool ok = EVP_DigestInit_ex2(m_context, nullptr, nullptr) != 0;
        for (const QByteArrayView part : parts)
            ok = ok && EVP_DigestUpdate(m_context, part.data(), size_t(part.size())) != 0;
        Digest digest;
        if (!ok || !EVP_DigestFinal_ex(m_context, digest.bytes.data(), nullptr))
            qFatal("SHA-256 failed in OpenSSL"); // a wrong hash must not get into the ledger
        return digest;
    }

private:
    EVP_MD *m_algorithm;
    EVP_MD_CTX *m_context;
};

} // namespace

Digest Digest::fromBytes(QByteArrayView from)
{
    Q_ASSERT(from.size() == 32);
    Digest digest;
    std::ranges::copy_n(from.begin(), std::min<qsizetype>(from.size(), 32), digest.bytes.begin());
    return digest;
}

Digest sha256(std::initializer_list<QByteArrayView> parts)
{
    static thread_local Hasher hasher;
    return hasher.of(parts);
}

size_t DigestHash::operator()(const Digest &digest) const noexcept
{
    size_t head; // any eight bytes of a hash are as good as a hash of them all
    std::memcpy(&head, digest.bytes.data(), sizeof head);
    return head;
}

} // namespace crypto
