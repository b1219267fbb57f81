// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Percent-encoding (RFC 3986, 2.1), read strictly.
#pragma once

#include "service/core/result.h"

#include <QtCore/qbytearray.h>

#include <functional>
#include <optional>

namespace http {

// Nothing where a '%' is not followed by two hexadecimal digits or the bytes are not UTF-8.
std::optional<QByteArray> percentDecode(QByteArrayView text);

struct QueryItem
{
    QByteArray name;
    QByteArray value;
};

// Of "a=1&b": names and values decoded, '+' a space, in their order; nothing of an empty query. InvalidField, with the
// pointer "?name", for what can't be decoded, has no name, or comes twice and may not.
Result<QList<QueryItem>> parseQuery(
    QByteArrayView query, const std::function<bool(QByteArrayView name)> &mayRepeat = {});

} // namespace http
