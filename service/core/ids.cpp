// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/ids.h"

#include <algorithm>

namespace {

bool isLower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

bool isTenantId(QByteArrayView text)
{
    if (text.isEmpty() || text.size() > 63 || !isLower(text.front()) || text.back() == '-')
        return false;
    return std::ranges::all_of(text, [](char c) { return isLower(c) || isDigit(c) || c == '-'; });
}

bool isRequestId(QByteArrayView text)
{
    if (text.isEmpty() || text.size() > 128)
        return false;
    return std::ranges::all_of(text,
        [](char c) { return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-'; });
}

bool isUuid7(QByteArrayView text)
{
    if (text.size() != 36)
        return false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-')
                return false;
        } else if (!isDigit(c) && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return text[14] == '7' && (text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b');
}
