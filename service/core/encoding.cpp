// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/encoding.h"

namespace {

constexpr auto UrlForm = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

// Decoding is only trusted where encoding again gives the same text.
std::optional<QByteArray> decode(QByteArrayView text, QByteArray::Base64Options form)
{
    const QByteArray given = text.toByteArray();
    auto decoded = QByteArray::fromBase64Encoding(given, form | QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || decoded.decoded.toBase64(form) != given)
        return {};
    return std::move(decoded.decoded);
}

} // namespace

QByteArray toBase64Url(QByteArrayView bytes)
{
    return QByteArray::fromRawData(bytes.data(), bytes.size()).toBase64(UrlForm);
}

std::optional<QByteArray> fromBase64Url(QByteArrayView text)
{
    return decode(text, UrlForm);
}

QByteArray toBase64(QByteArrayView bytes)
{
    return QByteArray::fromRawData(bytes.data(), bytes.size()).toBase64();
}

std::optional<QByteArray> fromBase64(QByteArrayView text)
{
    return decode(text, QByteArray::Base64Encoding);
}

QByteArray toHex(QByteArrayView bytes)
{
    return QByteArray::fromRawData(bytes.data(), bytes.size()).toHex();
}

std::optional<QByteArray> fromHex(QByteArrayView text)
{
    QByteArray bytes = QByteArray::fromHex(text.toByteArray());
    if (bytes.toHex() != text)
        return {};
    return bytes;
}

std::optional<std::uint64_t> parseDecimal(QByteArrayView text, std::uint64_t most)
{
    if (text.isEmpty() || (text.size() > 1 && text.front() == '0'))
        return {};
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return {};
        const auto digit = std::uint64_t(c - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return {};
        value = value * 10 + digit;
    }
    return value <= most ? std::optional(value) : std::nullopt;
}
