// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// SHA-256 over bytes that come in pieces, through EVP: what goes into a bundle is gigabytes. Any one thread.
#pragma once

#include "service/crypto/digest.h"

#include <openssl/evp.h>

namespace report {

class ContentHash
{
public:
    ContentHash()
        : m_context(EVP_MD_CTX_new())
    {
        EVP_DigestInit_ex(m_context, EVP_sha256(), nullptr);
    }
    ~ContentHash() { EVP_MD_CTX_free(m_context); }
    Q_DISABLE_COPY_MOVE(ContentHash)

    void add(QByteArrayView bytes) { EVP_DigestUpdate(m_context, bytes.data(), size_t(bytes.size())); }
    // Once, at the end.
    crypto::Digest digest()
    {
        crypto::Digest made;
        EVP_DigestFinal_ex(m_context, made.bytes.data(), nullptr);
        return made;
    }

private:
    EVP_MD_CTX *m_context;
};

} // namespace report
