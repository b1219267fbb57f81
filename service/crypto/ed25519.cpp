// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/ed25519.h"

#include "service/crypto/ed25519provider.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include <unistd.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace crypto {

namespace {

using Bytes32 = std::array<uchar, 32>;

// Little-endian.
bool lessThan(const uchar *a, const Bytes32 &b)
{
    for (size_t i = 32; i-- > 0;) {
        if (a[i] != b[i])
            return a[i] < b[i];
    }
    return false;
}

// p = 2^255 - 19
constexpr Bytes32 FieldPrime = {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};

// L = 2^252 + 27742317777372353535851937790883648493, the order of the base point
constexpr Bytes32 GroupOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
    0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};

// d = -121665/121666 mod p
constexpr Bytes32 CurveD = {0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41, 0x41, 0x4d, 0x0a, 0x70,
    0x00, 0x98, 0xe8, 0x79, 0x77, 0x79, 0x40, 0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52};

// The y of the eight points whose order divides 8, which share five values: orders 4, 1, 2, and twice 8.
constexpr Bytes32 SmallOrderY[] = {
    {0},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac,
        0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53,
        0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

// The top bit is the sign of x, the rest is y (RFC 8032, 5.1.2).
Bytes32 withoutSign(Bytes32 bytes)
{
    bytes[31] &= 0x7f;
    return bytes;
}

bool hasSmallOrder(const Bytes32 &y)
{
    return std::ranges::find(SmallOrderY, y) != std::end(SmallOrderY);
}

struct BnFree
{
    void operator()(BIGNUM *number) const { BN_free(number); }
    void operator()(BN_CTX *context) const { BN_CTX_free(context); }
};
using Bn = std::unique_ptr<BIGNUM, BnFree>;

Bn number(const Bytes32 &littleEndian)
{
    return Bn(BN_lebin2bn(littleEndian.data(), int(littleEndian.size()), nullptr));
}

// Whether some x fits: x² = (y² - 1) / (dy² + 1). The quotient is a square when the product is, which spares the
// division (RFC 8032, 5.1.3); the divisor is never 0, for -1/d is no square.
bool isOnCurve(const Bytes32 &yBytes)
{
    const std::unique_ptr<BN_CTX, BnFree> context(BN_CTX_new());
    const Bn p = number(FieldPrime), d = number(CurveD), y = number(yBytes);
    const Bn u(BN_new()), v(BN_new());
    if (!context || !p || !d || !y || !u || !v)
        qFatal("no memory for a number of 256 bits");
    const bool computed = BN_mod_sqr(u.get(), y.get(), p.get(), context.get())
        && BN_mod_mul(v.get(), u.get(), d.get(), p.get(), context.get()) && BN_add_word(v.get(), 1)
        && BN_sub_word(u.get(), 1) && BN_mod_mul(u.get(), u.get(), v.get(), p.get(), context.get());
    return computed && (BN_is_zero(u.get()) || BN_kronecker(u.get(), p.get(), context.get()) == 1);
}

} // namespace

Result<PublicKey> publicKeyFromBytes(QByteArrayView bytes)
{
    PublicKey key;
    if (bytes.size() != qsizetype(key.bytes.size()))
        return fail(ErrorCode::InvalidField,
            u"An Ed25519 public key has 32 bytes, this has %1; paste the whole key."_s.arg(bytes.size()));
    std::ranges::copy(bytes, key.bytes.begin());
    const Bytes32 y = withoutSign(key.bytes);
    if (!lessThan(y.data(), FieldPrime))
        return fail(ErrorCode::InvalidField,
            u"These 32 bytes are a second spelling of another key (y is not below 2^255 - 19); "
            "make a new key pair."_s);
    if (hasSmallOrder(y))
        return fail(ErrorCode::InvalidField,
            u"These 32 bytes are a point of small order, for which anybody can make signatures; "
            "make a new key pair."_s);
    if (!isOnCurve(y))
        return fail(ErrorCode::InvalidField,
            u"These 32 bytes are no point of the curve of Ed25519; check that a public key of that kind was "
            "pasted, and all of it."_s);
    return key;
}

bool verifySignature(const PublicKey &key, QByteArrayView message, QByteArrayView signature)
{
    // OpenSSL refuses S >= L too; said here because a second spelling of a signature must never pass.
    if (signature.size() != 64 || !lessThan(reinterpret_cast<const uchar *>(signature.data()) + 32, GroupOrder))
        return false;
    // A key that was never filled is all zero, which is one of these. OpenSSL takes y >= p for what is left of it, and
    // so the points of small order under a second name.
    const Bytes32 y = withoutSign(key.bytes);
    if (!lessThan(y.data(), FieldPrime) || hasSmallOrder(y))
        return false;

    // Few keys are asked about, mostly the same one: making a context costs a sixth of a verification.
    struct Verifier
    {
        Ed25519 algorithm;
        PublicKey key;
        bool ready = false;
    };
    static thread_local Verifier verifier;
    if (!verifier.ready || verifier.key != key) {
        verifier.ready = verifier.algorithm->setPublicKey(key.view());
        verifier.key = key;
    }
    return verifier.ready && verifier.algorithm->verify(message, signature);
}

struct SigningKey::Private
{
    Ed25519 algorithm;
    PublicKey publicKey;
};

SigningKey::SigningKey(std::unique_ptr<Private> key)
    : d(std::move(key))
{
}

SigningKey::SigningKey(SigningKey &&) noexcept = default;
SigningKey &SigningKey::operator=(SigningKey &&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::generate()
{
    QCA::SecureArray seed(32);
    if (getentropy(seed.data(), 32) != 0)
        qFatal("the operating system gives no random bytes");
    auto key = fromSeed(seed);
    if (!key)
        qFatal("OpenSSL takes no seed");
    return std::move(*key);
}

Result<SigningKey> SigningKey::fromSeed(const QCA::SecureArray &seed)
{
    auto key = std::make_unique<Private>();
    if (!key->algorithm->setSeed(seed))
        return fail(ErrorCode::Refused, u"An Ed25519 seed has 32 bytes, this has %1."_s.arg(seed.size()));
    std::ranges::copy(key->algorithm->publicKey(), key->publicKey.bytes.begin());
    return SigningKey(std::move(key));
}

const PublicKey &SigningKey::publicKey() const
{
    return d->publicKey;
}

QByteArray SigningKey::sign(QByteArrayView message) const
{
    const QByteArray signature = d->algorithm->sign(message);
    if (signature.size() != 64)
        qFatal("Ed25519 failed in OpenSSL"); // an empty signature must not get into a token or a checkpoint
    return signature;
}

QCA::SecureArray SigningKey::seed() const
{
    return d->algorithm->seed();
}

} // namespace crypto
