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
        QSqlQuery query(f.database().connection());
        query.exec(u"SELECT %1 FROM %2 WHERE %3"_s.arg(column, table, where));
        query.next();
        QByteArray blob = query.value(0).toByteArray();
        query.finish();
        blob[byte] = char(blob[byte] ^ 1);
        query.prepare(u"UPDATE %2 SET %1 = ? WHERE %3"_s.arg(column, table, where));
        query.bindValue(0, blob);
        if (!query.exec())
            return fail(ErrorCode::Storage, u"not flipped"_s);
        return {};
    };
}

// What someone with the file and the key can do: tiles, head and checkpoint made anew over the entries that are there.
inline Result<void> resign(LedgerFixture &f)
{
    TRY(f.database().execute(u"DELETE FROM ledger_tile"_s));
    std::vector<std::vector<Digest>> levels(1);
    QSqlQuery query(f.database().connection());
    query.exec(u"SELECT bytes FROM ledger_entry ORDER BY idx"_s);
    while (query.next())
        levels[0].push_back(leafHash(query.value(0).toByteArray()));
    query.finish();
    query.prepare(u"INSERT INTO ledger_tile VALUES (?, ?, ?)"_s);
    for (std::size_t level = 0; level < levels.size(); ++level) {
        const std::vector<Digest> hashes = levels[level];
        for (std::size_t n = 0; n * 256 < hashes.size(); ++n) {
            const auto tile = std::span(hashes).subspan(n * 256, std::min<std::size_t>(256, hashes.size() - n * 256));
            if (tile.size() == 256) {
                levels.resize(std::max(levels.size(), level + 2));
                levels[level + 1].push_back(rootOf(tile));
            }
            if (level == 0 && tile.size() < 256)
                continue;
            query.bindValue(0, qint64(level));
            query.bindValue(1, qint64(n));
            query.bindValue(2, toBytes(tile));
            query.exec();
        }
    }
    const Checkpoint checkpoint{TestOrigin, levels[0].size(), rootOf(levels[0])};
    query.prepare(u"UPDATE ledger_head SET size = ?, root = ?, checkpoint = ?, "
                  "last_time = (SELECT time FROM ledger_entry ORDER BY idx DESC LIMIT 1)"_s);
    query.bindValue(0, qint64(checkpoint.size));
    query.bindValue(1, checkpoint.root.view().toByteArray());
    query.bindValue(2, signCheckpoint(checkpoint, f.key()));
    if (!query.exec())
        return fail(ErrorCode::Storage, u"not signed again"_s);
    return {};
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
