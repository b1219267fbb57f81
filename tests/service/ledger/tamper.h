// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What someone who holds the file, or the file and the key, can do to a ledger.
#pragma once

#include "service/ledger/tilestore.h"
#include "tests/service/ledger/fixture.h"

namespace ledger {

using namespace Qt::StringLiterals;

using Tamper = std::function<Result<void>(LedgerFixture &)>;

inline Tamper sql(const QString &text)
{
    return [text](LedgerFixture &f) { return f.database().execute(text); };
}

// Replaces text within the stored bytes of one entry.
inline Tamper edit(LeafIndex index, const QString &from, const QString &to)
{
    return sql(
        u"UPDATE ledger_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '%2', '%3') AS BLOB) WHERE idx = %1"_s
            .arg(index)
            .arg(from, to));
}

// Flips one bit of a blob.
inline Tamper flip(const QString &column, const QString &table, const QString &where, int byte)
{
    return [=](LedgerFixture &f) -> Result<void> {
        QByteArray blob;
        {
            ASSIGN_OR_RETURN(
                auto find, f.database().statement(u"SELECT %1 FROM %2 WHERE %3"_s.arg(column, table, where)));
            TRY(find.run());
            if (find.next())
                blob = find.bytes(0);
        }
        if (byte >= blob.size())
            return fail(ErrorCode::Storage, u"there is nothing to flip"_s);
        blob[byte] = char(blob[byte] ^ 1);
        ASSIGN_OR_RETURN(
            auto write, f.database().statement(u"UPDATE %2 SET %1 = ? WHERE %3"_s.arg(column, table, where)));
        return write.run(blob);
    };
}

// What someone with the file and the key can do: tiles, head and checkpoint made anew over the entries that are there.
inline Result<void> resign(LedgerFixture &f)
{
    TRY(f.database().execute(u"DELETE FROM ledger_tile"_s));
    std::vector<std::vector<Digest>> levels(1);
    {
        ASSIGN_OR_RETURN(auto find, f.database().prepared("SELECT bytes FROM ledger_entry ORDER BY idx"));
        TRY(find.run());
        while (find.next())
            levels[0].push_back(leafHash(find.bytesView(0)));
        TRY(find.finish());
    }
    ASSIGN_OR_RETURN(auto insert, f.database().prepared("INSERT INTO ledger_tile VALUES (?, ?, ?)"));
    for (std::size_t level = 0; level < levels.size(); ++level) {
        const std::vector<Digest> hashes = levels[level];
        for (std::size_t n = 0; n * 256 < hashes.size(); ++n) {
            const auto tile = std::span(hashes).subspan(n * 256, std::min<std::size_t>(256, hashes.size() - n * 256));
            if (tile.size() == 256) {
                levels.resize(std::max(levels.size(), level + 2));
                levels[level + 1].push_back(rootOf(tile));
            }
            const bool isOpen = level == 0 && tile.size() < 256;
            TRY(insert.run(level, n, isOpen ? toBytes(tile).leftJustified(OpenTileSize, '\0') : toBytes(tile)));
        }
    }
    const Checkpoint checkpoint{TestOrigin, levels[0].size(), rootOf(levels[0])};
    ASSIGN_OR_RETURN(auto head,
        f.database().prepared("UPDATE ledger_head SET size = ?, root = ?, checkpoint = ?, "
                              "last_time = (SELECT time FROM ledger_entry ORDER BY idx DESC LIMIT 1)"));
    return head.run(checkpoint.size, checkpoint.root.view().toByteArray(), signCheckpoint(checkpoint, f.key()));
}

// What someone with the file alone can do besides: the newest tile made anew over the entries that are there.
inline Result<void> rehash(LedgerFixture &f)
{
    std::vector<Digest> leaves;
    const TreeSize size = f.ledger().size(), first = size - size % TileWidth;
    TRY(forEachEntry(f.database(), first, size, [&](const QByteArray &bytes) { leaves.push_back(leafHash(bytes)); }));
    ASSIGN_OR_RETURN(auto write, f.database().prepared("UPDATE ledger_tile SET hashes = ? WHERE level = 0 AND n = ?"));
    return write.run(toBytes(leaves).leftJustified(OpenTileSize, '\0'), first / TileWidth);
}

inline Tamper operator+(const Tamper &first, const Tamper &second)
{
    return [=](LedgerFixture &f) -> Result<void> {
        TRY(first(f));
        return second(f);
    };
}

inline Tamper swapped(int a, int b)
{
    const QString move = u"UPDATE ledger_entry SET idx = %2 WHERE idx = %1"_s;
    return sql(move.arg(a).arg(-5)) + sql(move.arg(b).arg(a)) + sql(move.arg(-5).arg(b));
}

} // namespace ledger
