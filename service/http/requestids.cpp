// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/http/requestids.h"

#include <QtCore/qrandom.h>

namespace http {

RequestIds::RequestIds(const Clock &clock)
    : m_clock(clock)
    , m_high(QRandomGenerator::system()->generate64() & 0xfff)
    , m_low(QRandomGenerator::system()->generate64() & 0x3fff'ffff'ffff'ffff)
{
}

RequestId RequestIds::next()
{
    m_low = (m_low + 1) & 0x3fff'ffff'ffff'ffff;
    const quint64 words[2] = {
        quint64(toMilliseconds(m_clock.now())) << 16 | 0x7000 | m_high, 0x8000'0000'0000'0000 | m_low};

    static constexpr char hex[] = "0123456789abcdef";
    QByteArray text(36, '-');
    char *at = text.data();
    for (int nibble = 0; nibble < 32; ++nibble) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
            ++at;
        *at++ = hex[words[nibble / 16] >> (60 - 4 * (nibble % 16)) & 0xf];
    }
    return RequestId(std::move(text));
}

} // namespace http
