// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The text around header and claims, and the signature under them.
#include "service/core/encoding.h"
#include "service/crypto/publickeytext.h"
#include "tests/service/tokens/corpus/corpus.h"

using namespace Qt::StringLiterals;

namespace corpus {

namespace {

using enum RefusedBy;

struct Parts
{
    explicit Parts(const QByteArray &text)
        : header(text.split('.')[0])
        , payload(text.split('.')[1])
        , signature(text.split('.')[2])
    {
    }

    QByteArray signatureBytes() const { return fromBase64Url(signature).value(); }
    QByteArray signingInput() const { return header + '.' + payload; }

    QByteArray header, payload, signature;
};

// The same bytes to a careless reader: bits that carry nothing set in the last character.
QByteArray withStrayBits(const QByteArray &part)
{
    if (part.size() % 4 == 0)
        qFatal("there are no stray bits in %s", part.constData());
    static constexpr QByteArrayView alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return part.chopped(1) + alphabet[alphabet.indexOf(part.back()) + 1];
}

// A good signature over parts that are spelled otherwise.
QByteArray signedParts(const Maker &maker, const QByteArray &header, const QByteArray &payload)
{
    const QByteArray text = header + '.' + payload;
    return text + '.' + toBase64Url(maker.material().key.sign(text));
}

// S + L, which the same equation holds for.
QByteArray plusOrder(QByteArray signature)
{
    const QByteArray order = *fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    int carry = 0;
    for (int i = 0; i < 32; ++i) {
        carry += uchar(signature[32 + i]) + uchar(order[i]);
        signature[32 + i] = char(carry);
        carry >>= 8;
    }
    return signature;
}

crypto::PublicKey keyOfHex(const QByteArray &hex)
{
    crypto::PublicKey key;
    std::ranges::copy(*fromHex(hex), key.bytes.begin());
    return key;
}

} // namespace

void addSpellings(Maker &maker)
{
    const QByteArray good = maker.signedText(maker.header().text(), maker.payload());
    const Parts parts(good);
    const auto bad = [&](const char *name, const QByteArray &text) { maker.add(name, Form, text); };

    bad("an empty text", "");
    bad("one dot", ".");
    bad("two dots", "..");
    bad("one part", parts.header);
    bad("two parts", parts.signingInput());
    bad("three parts, the last empty", parts.signingInput() + '.');
    bad("three parts, the first empty", '.' + parts.payload + '.' + parts.signature);
    bad("three parts, the second empty", parts.header + ".." + parts.signature);
    bad("four parts", good + ".AA");
    bad("four parts, the last empty", good + '.');
    bad("four parts, the first empty", '.' + good);
    bad("five parts", good + ".AA.AA");
    bad("the JSON serialization",
        R"({"protected":")" + parts.header + R"(","payload":")" + parts.payload + R"(","signature":")" + parts.signature
            + "\"}");
    bad("the general JSON serialization",
        R"({"payload":")" + parts.payload + R"(","signatures":[{"protected":")" + parts.header + R"(","signature":")"
            + parts.signature + "\"}]}");

    bad("a padded signature", good + "==");
    bad("a signature padded with one sign too few", good + '=');
    bad("a signature with far too much padding", good + "======");
    // With a blank where that is needed to have bits to spare.
    const auto loosely = [](const QByteArray &text) { return toBase64Url(text.size() % 3 == 0 ? text + ' ' : text); };
    const QByteArray loose = loosely(maker.payload()), headerLoose = loosely(maker.header().text());
    const auto padded = [](const QByteArray &part) { return part + QByteArray((4 - part.size() % 4) % 4, '='); };
    bad("a padded payload under a good signature", signedParts(maker, parts.header, padded(loose)));
    bad("a padded header under a good signature", signedParts(maker, padded(headerLoose), parts.payload));
    bad("stray bits in the signature", parts.signingInput() + '.' + withStrayBits(parts.signature));
    bad("stray bits in the payload under a good signature", signedParts(maker, parts.header, withStrayBits(loose)));
    bad("stray bits in the header under a good signature",
        signedParts(maker, withStrayBits(headerLoose), parts.payload));
    QByteArray otherAlphabet = parts.signature;
    otherAlphabet.replace('-', '+').replace('_', '/');
    if (otherAlphabet == parts.signature)
        otherAlphabet.replace(5, 1, "+");
    bad("a signature in the other alphabet", parts.signingInput() + '.' + otherAlphabet);
    bad("a plus sign in the payload", QByteArray(good).replace(parts.header.size() + 9, 1, "+"));
    bad("a slash in the header", QByteArray(good).replace(9, 1, "/"));
    bad("an impossible length of the signature", good + 'A' + 'A' + 'A');

    bad("a line end behind", good + '\n');
    bad("a carriage return and line end behind", good + "\r\n");
    bad("a blank behind", good + ' ');
    bad("a tab behind", good + '\t');
    bad("a blank before", ' ' + good);
    bad("a line end before", '\n' + good);
    bad("a line end inside", QByteArray(good).insert(10, '\n'));
    bad("a blank inside the signature", QByteArray(good).insert(good.size() - 10, ' '));
    bad("a blank behind a dot", parts.header + ". " + parts.payload + '.' + parts.signature);
    bad("a NUL behind", good + '\0');
    bad("a NUL inside", QByteArray(good).insert(10, '\0'));
    bad("a NUL before", '\0' + good);
    bad("a byte order mark before", "\xef\xbb\xbf" + good);
    bad("a no-break space behind", good + "\xc2\xa0");
    bad("invalid UTF-8 behind", good + '\xff');
    bad("quotation marks around", quoted(good));
    bad("the word Bearer before", "Bearer " + good);
    bad("percent signs for the dots", QByteArray(good).replace(".", "%2E"));
    bad("a comma and the token again", good + ',' + good);
    bad("8,193 bytes", parts.signingInput() + '.' + QByteArray(8192 - parts.signingInput().size(), 'A'));
    bad("a good signature over more than 8,192 bytes",
        maker.signedText(maker.header().text(), maker.payload() + QByteArray(8192, ' ')));
    bad("7,000 dots", QByteArray(7000, '.'));
}

void addSignatures(Maker &maker)
{
    const QByteArray good = maker.signedText(maker.header().text(), maker.payload());
    const Parts parts(good);
    const QByteArray signature = parts.signatureBytes();
    const auto with = [&](const QByteArray &bytes) { return parts.signingInput() + '.' + toBase64Url(bytes); };
    maker.add("a signature of 63 bytes", Form, with(signature.chopped(1)));
    maker.add("a signature of 65 bytes", Form, with(signature + '\0'));
    maker.add("a signature of 128 bytes", Form, with(signature + signature));
    maker.add("a signature of 32 bytes", Form, with(signature.first(32)));
    for (const int byte : {0, 31, 32, 63}) {
        QByteArray flipped = signature;
        flipped[byte] = char(flipped[byte] ^ 1);
        maker.add("a bit flipped in byte " + QByteArray::number(byte) + " of the signature", Signature, with(flipped));
    }
    maker.add("a signature of zeros", Signature, with(QByteArray(64, '\0')));
    maker.add("S + L in place of S", Signature, with(plusOrder(signature)));
    maker.add(
        "the halves of the signature the wrong way round", Signature, with(signature.sliced(32) + signature.first(32)));
    maker.add("the signature of the payload alone", Signature, with(maker.material().key.sign(parts.payload)));
    maker.add("the signature of the decoded text", Signature,
        with(maker.material().key.sign(maker.header().text() + '.' + maker.payload())));

    // With a key of small order in the key set, anybody signs anything: R neutral, S = 0.
    const QByteArray zeros(60, '0'), ones(60, 'f');
    const QByteArray neutral = *fromHex("01" + zeros + "00");
    const auto anybodys = [&](const QByteArray &hex, const QByteArray &r) {
        const Members header = maker.header().with("kid", quoted(crypto::keyThumbprint(keyOfHex(hex))));
        return toBase64Url(header.text()) + '.' + parts.payload + '.' + toBase64Url(r + QByteArray(32, '\0'));
    };
    const auto under = [&](const char *name, const QByteArray &hex) {
        maker.addUnder(keyOfHex(hex), "anybody's signature under "_ba + name, Signature, anybodys(hex, neutral));
    };
    under("the key of order 1", "01" + zeros + "00");
    under("the key of order 1 with the sign bit", "01" + zeros + "80");
    under("the key of order 1 spelled as p + 1", "ee" + ones + "7f");
    under("the key of order 2", "ec" + ones + "7f");
    under("the key of order 4", "00" + zeros + "00");
    under("the key of order 4 spelled as p", "ed" + ones + "7f");
    under("a key of order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    under("the other key of order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
    under("a key off the curve", "02" + zeros + "00");
    maker.addUnder(keyOfHex("01" + zeros + "00"), "anybody's signature with its first half spelled as p + 1", Signature,
        anybodys("01" + zeros + "00", *fromHex("ee" + ones + "7f")));
}

} // namespace corpus
