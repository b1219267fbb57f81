// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/keyfile.h"

#include "service/crypto/secretfile.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

using namespace Qt::StringLiterals;

namespace crypto {

namespace {

// PBKDF2 with HMAC-SHA-256; OWASP's figure of 2023. About a tenth of a second each time a key is opened.
constexpr int Iterations = 600'000;
constexpr int SaltBytes = 16;

constexpr qsizetype MostBytes = 4096; // an encrypted key has about 400

template <auto Free>
struct Freer
{
    template <typename T>
    void operator()(T *object) const
    {
        Free(object);
    }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO_free>>; // RFC 5208, 5
using EncryptedKey = std::unique_ptr<X509_SIG, Freer<X509_SIG_free>>; // RFC 5208, 6

// Bytes of OpenSSL or of a file that held a secret.
class Wiped
{
public:
    explicit Wiped(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
    }
    ~Wiped() { OPENSSL_cleanse(m_bytes.data(), size_t(m_bytes.size())); }
    Q_DISABLE_COPY_MOVE(Wiped)

    QByteArrayView view() const { return m_bytes; }

private:
    QByteArray m_bytes;
};

std::unexpected<Error> refuse(const QString &path, const QString &why)
{
    ERR_clear_error();
    return fail(ErrorCode::Refused, u"The key file %1 %2"_s.arg(path, why));
}

EncryptedKey encrypt(PKCS8_PRIV_KEY_INFO *info, const QCA::SecureArray &passphrase)
{
    X509_ALGOR *scheme =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), Iterations, nullptr, SaltBytes, nullptr, NID_hmacWithSHA256);
    if (!scheme)
        return nullptr;
    EncryptedKey encrypted(PKCS8_set0_pbe(passphrase.constData(), passphrase.size(), info, scheme));
    if (!encrypted)
        X509_ALGOR_free(scheme);
    return encrypted;
}

struct SecureFree
{
    size_t size = 0;
    void operator()(uchar *bytes) const { OPENSSL_secure_clear_free(bytes, size); }
};

// What stands between the lines of the one PEM block of the file (RFC 7468).
struct Block
{
    QByteArray label;
    std::unique_ptr<uchar, SecureFree> der;
    long size = 0;
};

Result<Block> readBlock(const QString &path, QByteArrayView text)
{
    const Bio bio(BIO_new_mem_buf(text.data(), int(text.size())));
    char *label = nullptr, *header = nullptr;
    uchar *der = nullptr;
    long size = 0;
    if (!bio || !PEM_read_bio_ex(bio.get(), &label, &header, &der, &size, PEM_FLAG_SECURE))
        return refuse(path, u"holds no complete PEM block; put back a copy of it."_s);
    Block block{.label = label, .der = {der, {size_t(size)}}, .size = size};
    const bool hasHeader = header && *header;
    OPENSSL_free(label);
    OPENSSL_secure_free(header);
    char left = 0;
    while (BIO_read(bio.get(), &left, 1) == 1) {
        if (left != ' ' && left != '\t' && left != '\r' && left != '\n')
            return refuse(path, u"holds more than the key; leave its one PEM block only."_s);
    }
    if (hasHeader)
        return refuse(path, u"is no PKCS#8 file: its PEM block has header lines."_s);
    return block;
}

Result<KeyInfo> decrypt(const QString &path, const Block &block, const QCA::SecureArray &passphrase)
{
    if (passphrase.isEmpty())
        return refuse(path, u"is encrypted; name the file with its passphrase (--key-passphrase-file)."_s);
    const uchar *at = block.der.get();
    const EncryptedKey encrypted(d2i_X509_SIG(nullptr, &at, block.size));
    if (!encrypted || at != block.der.get() + block.size)
        return refuse(path, u"is damaged: its PEM block is no encrypted PKCS#8 key."_s);
    KeyInfo info(PKCS8_decrypt(encrypted.get(), passphrase.constData(), passphrase.size()));
    if (!info)
        return refuse(path, u"does not open with this passphrase."_s);
    return info;
}

} // namespace

Result<void> writeKeyFile(const QString &path, const SigningKey &key, const QCA::SecureArray &passphrase)
{
    const QCA::SecureArray seed = key.seed();
    const Key pkey(EVP_PKEY_new_raw_private_key_ex(
        nullptr, "ED25519", nullptr, reinterpret_cast<const uchar *>(seed.constData()), size_t(seed.size())));
    const KeyInfo info(pkey ? EVP_PKEY2PKCS8(pkey.get()) : nullptr);
    const Bio bio(BIO_new(BIO_s_secmem())); // wiped when freed
    bool made = info && bio;
    if (made && passphrase.isEmpty()) {
        made = PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), info.get()) == 1;
    } else if (made) {
        const EncryptedKey encrypted = encrypt(info.get(), passphrase);
        made = encrypted && PEM_write_bio_PKCS8(bio.get(), encrypted.get()) == 1;
    }
    char *text = nullptr;
    const long size = made ? BIO_get_mem_data(bio.get(), &text) : 0;
    if (size <= 0)
        return refuse(path, u"could not be made by OpenSSL."_s);
    return writeSecretFile(path, QByteArrayView(text, size), Overwrite::Never);
}

Result<SigningKey> readKeyFile(const QString &path, const QCA::SecureArray &passphrase)
{
    ASSIGN_OR_RETURN(QByteArray text, readSecretFile(path, MostBytes));
    const Wiped wiped(std::move(text));
    ASSIGN_OR_RETURN(const Block block, readBlock(path, wiped.view()));

    KeyInfo info;
    if (block.label == PEM_STRING_PKCS8) {
        ASSIGN_OR_RETURN(info, decrypt(path, block, passphrase));
    } else if (block.label == PEM_STRING_PKCS8INF) {
        if (!passphrase.isEmpty())
            return refuse(path, u"is not encrypted, but a passphrase was given; give none, or an encrypted key."_s);
        const uchar *at = block.der.get();
        info.reset(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, block.size));
        if (!info || at != block.der.get() + block.size)
            return refuse(path, u"is damaged: its PEM block is no PKCS#8 key."_s);
    } else {
        return refuse(path, u"holds a %1, not a PKCS#8 private key."_s.arg(QString::fromLatin1(block.label)));
    }

    const Key pkey(EVP_PKCS82PKEY(info.get()));
    QCA::SecureArray seed(32);
    size_t size = 32;
    if (!pkey || !EVP_PKEY_is_a(pkey.get(), "ED25519")
        || !EVP_PKEY_get_raw_private_key(pkey.get(), reinterpret_cast<uchar *>(seed.data()), &size) || size != 32)
        return refuse(path, u"holds no Ed25519 key."_s);
    return SigningKey::fromSeed(seed);
}

} // namespace crypto
