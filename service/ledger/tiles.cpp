// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/tiles.h"

#include "service/core/encoding.h"

#include <algorithm>

namespace ledger {

namespace {

// Groups of three digits, all but the last behind an "x"; no group of zeros in front.
QByteArray indexPath(std::uint64_t n)
{
    QByteArray path = QByteArray::number(n % 1000).rightJustified(3, '0');
    while (n >= 1000) {
        n /= 1000;
        path.prepend('x' + QByteArray::number(n % 1000).rightJustified(3, '0') + '/');
    }
    return path;
}

} // namespace

QByteArray tilePath(const TileId &tile)
{
    QByteArray path = "tile/";
    path += tile.level == TileId::Entries ? QByteArray("entries") : QByteArray::number(tile.level);
    path += '/' + indexPath(tile.n);
    if (tile.width != TileWidth)
        path += ".p/" + QByteArray::number(tile.width);
    return path;
}

std::optional<TileId> parseTilePath(QByteArrayView path)
{
    if (!path.startsWith("tile/") || path.size() > 64)
        return {};
    QByteArrayView rest = path.sliced(5);
    const qsizetype slash = rest.indexOf('/');
    if (slash < 0)
        return {};
    TileId tile;
    if (rest.first(slash) == "entries") {
        tile.level = TileId::Entries;
    } else if (const auto level = parseDecimal(rest.first(slash), 63)) {
        tile.level = int(*level);
    } else {
        return {};
    }
    rest = rest.sliced(slash + 1);
    if (const qsizetype mark = rest.indexOf(".p/"); mark >= 0) {
        const auto width = parseDecimal(rest.sliced(mark + 3), TileWidth - 1);
        if (!width || *width == 0)
            return {};
        tile.width = int(*width);
        rest = rest.first(mark);
    }
    QByteArray digits;
    for (const char c : rest) {
        if (c >= '0' && c <= '9')
            digits.append(c);
        else if (c != 'x' && c != '/')
            return {};
    }
    while (digits.size() > 1 && digits.front() == '0')
        digits.removeFirst();
    const auto n = parseDecimal(digits);
    if (!n)
        return {};
    tile.n = *n;
    // What is left to check is the spelling: there is one.
    return tilePath(tile) == path ? std::optional(tile) : std::nullopt;
}

std::uint64_t hashesAtLevel(int level, TreeSize size)
{
    return level < TileLevels ? size >> (level * TileHeight) : 0;
}

int tileWidthAt(int level, std::uint64_t n, TreeSize size)
{
    const std::uint64_t hashes = hashesAtLevel(std::max(level, 0), size), full = hashes / TileWidth;
    if (n < full)
        return TileWidth;
    return n == full ? int(hashes % TileWidth) : 0;
}

void appendToBundle(QByteArray &bundle, QByteArrayView entry)
{
    bundle.append(char(uchar(entry.size() >> 8))).append(char(uchar(entry.size())));
    bundle.append(entry);
}

} // namespace ledger
