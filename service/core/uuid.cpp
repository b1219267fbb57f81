// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/core/uuid.h"

#include <QtCore/qrandom.h>

#include <array>
#include <utility>

namespace {

// Taken from the system a page at a time: asking it for each id takes as long as all the rest of making one.
quint64 randomWord()
{
    static thread_local std::array<quint64, 512> words;
    static thread_local size_t left = 0;
    if (left == 0) {
        QRandomGenerator::system()->fillRange(words.data(), qsizetype(words.size()));
        left = words.size();
    }
    return std::exchange(words[--left], 0);
}

} // namespace

QByteArray newUuid(Timestamp time)
{
    const quint64 random[2] = {randomWord(), randomWord()};
    const auto milliseconds = quint64(toMilliseconds(time));
    const quint64 high = milliseconds << 16 | 0x7000 | (random[0] & 0x0fff);
    const quint64 low = 0x8000'0000'0000'0000 | (random[1] & 0x3fff'ffff'ffff'ffff);

    static constexpr char hex[] = "0123456789abcdef";
    QByteArray text(36, '-');
    char *at = text.data();
    for (int nibble = 0; nibble < 32; ++nibble) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
            ++at;
        const quint64 half = nibble < 16 ? high : low;
        *at++ = hex[half >> (60 - 4 * (nibble % 16)) & 0xf];
    }
    return text;
}
