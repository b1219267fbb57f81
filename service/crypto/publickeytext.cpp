// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/crypto/publickeytext.h"

#include "service/core/encoding.h"
#include "service/crypto/digest.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace crypto {

namespace {

constexpr qsizetype MostCharacters = 4096; // an OpenSSH line with a long comment

constexpr QLatin1StringView Forms("an Ed25519 public key as 32 bytes in base64, base64url or hex, as an ssh-ed25519 "
                                  "line, or as a PEM block PUBLIC KEY");

std::unexpected<Error> refuse(const QString &sentence)
{
    return fail(ErrorCode::InvalidField, sentence);
}

bool isPrivateKey(QStringView text)
{
    return text.contains("PRIVATE KEY-----"_L1) || text.startsWith("PuTTY-User-Key-File-"_L1);
}

// Either alphabet, but not both, padded or not.
std::optional<QByteArray> fromAnyBase64(QByteArrayView text)
{
    if (text.contains('+') || text.contains('/')) {
        if (text.endsWith('='))
            return fromBase64(text);
        QByteArray padded = text.toByteArray();
        padded.append((4 - padded.size() % 4) % 4, '=');
        return fromBase64(padded);
    }
    QByteArrayView bare = text;
    while (bare.endsWith('='))
        bare.chop(1);
    // Padding is all of it or none of it.
    if (bare.size() != text.size() && (text.size() % 4 != 0 || text.size() - bare.size() > 2))
        return {};
    return fromBase64Url(bare);
}

// A string of the wire format: four bytes of length, then that many (RFC 4251, 5). Cuts it off the front.
std::optional<QByteArrayView> takeString(QByteArrayView &wire)
{
    if (wire.size() < 4)
        return {};
    qsizetype length = 0;
    for (const char byte : wire.first(4))
        length = length << 8 | uchar(byte);
    if (wire.size() - 4 < length)
        return {};
    const QByteArrayView content = wire.sliced(4, length);
    wire = wire.sliced(4 + length);
    return content;
}

Result<PublicKey> fromSshLine(QStringView text)
{
    if (text.contains(u'\n') || text.contains(u'\r'))
        return refuse(u"This is more than one line; paste one ssh-ed25519 line, for a token has one key."_s);
    const auto words = text.split(u' ', Qt::SkipEmptyParts);
    if (words.front() != "ssh-ed25519"_L1)
        return refuse(u"This is an OpenSSH key of another kind, but tokens are bound to Ed25519 keys only; make one "
                      "with ssh-keygen -t ed25519 and paste the line from its .pub file."_s);
    const auto wire = words.size() < 2 ? std::nullopt : fromBase64(words[1].toUtf8());
    if (!wire)
        return refuse(u"The part behind ssh-ed25519 is not base64, or not all of it; paste the whole line from the "
                      ".pub file."_s);
    QByteArrayView rest = *wire;
    const auto name = takeString(rest);
    const auto key = takeString(rest);
    if (!name || *name != "ssh-ed25519" || !key || !rest.isEmpty())
        return refuse(u"The part behind ssh-ed25519 is not the public key of that kind; paste the whole line from the "
                      ".pub file."_s);
    return publicKeyFromBytes(*key);
}

Result<PublicKey> fromPem(QStringView text)
{
    QByteArray base64;
    auto lines = QStringView(text).split(u'\n');
    for (QStringView &line : lines)
        line = line.trimmed();
    if (lines.front() != "-----BEGIN PUBLIC KEY-----"_L1)
        return refuse(u"This PEM block is not a PUBLIC KEY; write one with openssl pkey -pubout, or paste an "
                      "ssh-ed25519 line."_s);
    if (lines.back() != "-----END PUBLIC KEY-----"_L1)
        return refuse(u"This PEM block has no line -----END PUBLIC KEY----- at its end; paste all of it, and "
                      "nothing else."_s);
    for (qsizetype i = 1; i + 1 < lines.size(); ++i)
        base64 += lines[i].toUtf8();
    // SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes }
    static constexpr char spki[] = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
    const QByteArrayView prefix(spki, 12);
    const auto der = fromBase64(base64);
    if (!der)
        return refuse(u"The lines of this PEM block are not base64, or not all of it; paste the whole block."_s);
    if (der->size() != 44 || !der->startsWith(prefix))
        return refuse(u"This PEM block holds a public key of another kind, but tokens are bound to Ed25519 keys only; "
                      "make one with openssl genpkey -algorithm ed25519."_s);
    return publicKeyFromBytes(QByteArrayView(*der).sliced(12));
}

} // namespace

Result<PublicKey> parsePublicKeyText(QStringView text)
{
    text = text.trimmed();
    if (text.isEmpty())
        return refuse(u"There is no key here; paste %1."_s.arg(Forms));
    if (text.size() > MostCharacters)
        return refuse(u"This is too long for a public key; paste %1."_s.arg(Forms));
    if (isPrivateKey(text))
        return refuse(u"This is a private key; keep it where it is, show it to nobody, and paste its public half: the "
                      "line in the .pub file, or what openssl pkey -pubout writes."_s);
    if (text.startsWith("-----BEGIN "_L1))
        return fromPem(text);
    if (text.startsWith("ssh-"_L1) || text.startsWith("ecdsa-"_L1) || text.startsWith("sk-"_L1))
        return fromSshLine(text);

    const QByteArray utf8 = text.toUtf8();
    if (utf8.size() == 64) {
        if (const auto bytes = fromHex(utf8.toLower()))
            return publicKeyFromBytes(*bytes);
    }
    const auto bytes = fromAnyBase64(utf8);
    if (!bytes)
        return refuse(u"This can't be read as a key; paste %1."_s.arg(Forms));
    if (bytes->size() != 32)
        return refuse(u"This holds %1 bytes, but a key has 32; paste %2."_s.arg(bytes->size()).arg(Forms));
    return publicKeyFromBytes(*bytes);
}

QByteArray publicKeyToText(const PublicKey &key)
{
    return toBase64Url(key.view());
}

QByteArray keyThumbprint(const PublicKey &key)
{
    return toBase64Url(sha256({R"({"crv":"Ed25519","kty":"OKP","x":")", publicKeyToText(key), R"("})"}).view());
}

} // namespace crypto
