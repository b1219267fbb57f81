// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Canonical text forms of bytes and numbers: one value has exactly one spelling, every other is refused.
// Qt's own readers accept padding, stray bits, signs and blanks.
#pragma once

#include <QtCore/qbytearray.h>

#include <cstdint>
#include <optional>

// RFC 4648, 5, without padding.
QByteArray toBase64Url(QByteArrayView bytes);
std::optional<QByteArray> fromBase64Url(QByteArrayView text);

// RFC 4648, 4, with padding.
QByteArray toBase64(QByteArrayView bytes);
std::optional<QByteArray> fromBase64(QByteArrayView text);

// Lower case only.
QByteArray toHex(QByteArrayView bytes);
std::optional<QByteArray> fromHex(QByteArrayView text);

// Decimal digits without sign, blank or leading zero ("0" itself is fine); nothing past `most`.
std::optional<std::uint64_t> parseDecimal(QByteArrayView text, std::uint64_t most = UINT64_MAX);
