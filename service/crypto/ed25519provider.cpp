// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/ed25519provider.h"

#include <openssl/evp.h>

namespace crypto {

namespace {

const uchar *asBytes(QByteArrayView view)
{
    return reinterpret_cast<const uchar *>(view.data());
}

} // namespace

int Ed25519Provider::qcaVersion() const
{
    return QCA_VERSION;
}

QString Ed25519Provider::name() const
{
    return Ed25519ProviderName;
}

QStringList Ed25519Provider::features() const
{
    return {Ed25519Feature};
}

QCA::Provider::Context *Ed25519Provider::createContext(const QString &type)
{
    return type == Ed25519Feature ? new Ed25519Context(this) : nullptr;
}

Ed25519Context::Ed25519Context(QCA::Provider *provider)
    : BasicContext(provider, Ed25519Feature)
    , m_context(EVP_MD_CTX_new())
{
}

Ed25519Context::~Ed25519Context()
{
    EVP_MD_CTX_free(m_context);
    EVP_PKEY_free(m_key);
}

QCA::Provider::Context *Ed25519Context::clone() const
{
    auto *copy = new Ed25519Context(provider());
    if (m_key && EVP_PKEY_up_ref(m_key))
        copy->m_key = m_key;
    return copy;
}

void Ed25519Context::setKey(EVP_PKEY *key)
{
    EVP_MD_CTX_reset(m_context); // else it stays with the key of its first use
    EVP_PKEY_free(m_key);
    m_key = key;
}

bool Ed25519Context::setSeed(const QCA::SecureArray &seed)
{
    // OpenSSL measures nothing but the length it is told.
    setKey(seed.size() == 32 ? EVP_PKEY_new_raw_private_key_ex(
               nullptr, "ED25519", nullptr, reinterpret_cast<const uchar *>(seed.constData()), 32)
                             : nullptr);
    return m_key != nullptr;
}

bool Ed25519Context::setPublicKey(QByteArrayView bytes)
{
    setKey(
        bytes.size() == 32 ? EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, asBytes(bytes), 32) : nullptr);
    return m_key != nullptr;
}

QCA::SecureArray Ed25519Context::seed() const
{
    QCA::SecureArray seed(32);
    size_t size = 32;
    if (!m_key || !EVP_PKEY_get_raw_private_key(m_key, reinterpret_cast<uchar *>(seed.data()), &size) || size != 32)
        return {};
    return seed;
}

QByteArray Ed25519Context::publicKey() const
{
    QByteArray bytes(32, Qt::Uninitialized);
    size_t size = 32;
    if (!m_key || !EVP_PKEY_get_raw_public_key(m_key, reinterpret_cast<uchar *>(bytes.data()), &size) || size != 32)
        return {};
    return bytes;
}

QByteArray Ed25519Context::sign(QByteArrayView message)
{
    QByteArray signature(64, Qt::Uninitialized);
    size_t size = 64;
    if (!m_key || EVP_DigestSignInit_ex(m_context, nullptr, nullptr, nullptr, nullptr, m_key, nullptr) != 1
        || EVP_DigestSign(
               m_context, reinterpret_cast<uchar *>(signature.data()), &size, asBytes(message), size_t(message.size()))
            != 1
        || size != 64)
        return {};
    return signature;
}

bool Ed25519Context::verify(QByteArrayView message, QByteArrayView signature)
{
    return m_key && EVP_DigestVerifyInit_ex(m_context, nullptr, nullptr, nullptr, nullptr, m_key, nullptr) == 1
        && EVP_DigestVerify(
               m_context, asBytes(signature), size_t(signature.size()), asBytes(message), size_t(message.size()))
        == 1;
}

Ed25519::Ed25519()
    : Algorithm(Ed25519Feature, Ed25519ProviderName)
{
    if (!context())
        qFatal("Ed25519 was asked for before crypto::Runtime::start()");
}

Ed25519Context *Ed25519::operator->()
{
    return static_cast<Ed25519Context *>(context());
}

} // namespace crypto
