// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Ed25519 for QCA, which knows RSA, DSA and DH only: a provider "tenant-ed25519" over OpenSSL's EVP with the one
// feature "ed25519". Runtime inserts it; QCA owns it. The rest of the code uses ed25519.h.
#pragma once

#include <QtCore/qbytearray.h>

#include <QtCrypto>

#include <openssl/types.h>
#include <qcaprovider.h>

namespace crypto {

inline constexpr QLatin1StringView Ed25519ProviderName("tenant-ed25519");
inline constexpr QLatin1StringView Ed25519Feature("ed25519");

class Ed25519Provider final : public QCA::Provider
{
public:
    int qcaVersion() const override;
    QString name() const override;
    QStringList features() const override;
    Context *createContext(const QString &type) override;
};

// One key, private or public. One thread at a time: it keeps an OpenSSL context, so that a call does not make one.
// Functions without a key, or with the wrong half of one, fail.
class Ed25519Context final : public QCA::BasicContext
{
public:
    explicit Ed25519Context(QCA::Provider *provider);
    ~Ed25519Context() override;
    Q_DISABLE_COPY_MOVE(Ed25519Context)

    Context *clone() const override;

    bool setSeed(const QCA::SecureArray &seed); // 32 bytes
    bool setPublicKey(QByteArrayView bytes); // 32 bytes, taken as they are: OpenSSL checks no point here

    QCA::SecureArray seed() const;
    QByteArray publicKey() const;
    QByteArray sign(QByteArrayView message); // empty where it failed
    bool verify(QByteArrayView message, QByteArrayView signature);

private:
    void setKey(EVP_PKEY *key);

    EVP_PKEY *m_key = nullptr;
    EVP_MD_CTX *m_context;
};

// What QCA calls an algorithm: a handle on a context.
class Ed25519 final : public QCA::Algorithm
{
public:
    Ed25519(); // the process dies here when no Runtime was started

    Ed25519Context *operator->();
};

} // namespace crypto
