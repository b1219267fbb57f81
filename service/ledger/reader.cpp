// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/reader.h"

#include "service/ledger/tilestore.h"
#include "service/store/statement.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

// No cursor stays open while a sink is at work, and a reader that dawdles keeps no old state of the database alive.
constexpr std::uint64_t PageSize = 1000;

QString where(const FilterSql &sql)
{
    return sql.condition.isEmpty() ? u" WHERE idx >= ? AND idx < ?"_s
                                   : u" WHERE idx >= ? AND idx < ? AND "_s + sql.condition;
}

// The range, then the values; returns the position behind them.
int bindWhere(store::Statement &statement, LeafIndex first, LeafIndex end, const FilterSql &sql)
{
    int position = 0;
    statement.bind(position++, first);
    statement.bind(position++, end);
    for (const QString &value : sql.values)
        statement.bind(position++, value);
    return position;
}

std::unexpected<Error> noEntry(LeafIndex index)
{
    return fail(ErrorCode::NotFound, u"The ledger has no entry %1."_s.arg(index));
}

} // namespace

Result<Head> LedgerReader::head()
{
    ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT size, root, checkpoint, last_time FROM ledger_head"));
    TRY(find.run());
    if (!find.next()) {
        TRY(find.finish());
        return fail(ErrorCode::Corrupt, u"The database has no ledger."_s);
    }
    const QByteArray root = find.bytes(1);
    if (root.size() != HashSize || find.integer(0) < 0)
        return fail(ErrorCode::Corrupt, u"The ledger's head has no proper size and root."_s);
    return Head{TreeSize(find.integer(0)), Digest::fromBytes(root), find.bytes(2), fromMilliseconds(find.integer(3))};
}

Result<QByteArray> LedgerReader::entry(LeafIndex index)
{
    ASSIGN_OR_RETURN(const Head now, head());
    if (index >= now.size)
        return noEntry(index);
    QByteArray found;
    TRY(forEachEntry(m_database, index, index + 1, [&](const QByteArray &bytes) { found = bytes; }));
    return found;
}

Result<LeafIndex> LedgerReader::firstSince(Timestamp time, TreeSize size)
{
    ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT time FROM ledger_entry WHERE idx = ?"));
    LeafIndex first = 0, end = size;
    while (first < end) {
        const LeafIndex middle = first + (end - first) / 2;
        TRY(find.run(middle));
        if (!find.next())
            return fail(ErrorCode::Corrupt, u"Entry %1 of the ledger is missing."_s.arg(middle));
        if (fromMilliseconds(find.integer(0)) < time)
            first = middle + 1;
        else
            end = middle;
        TRY(find.finish());
    }
    return first;
}

Result<LedgerReader::Range> LedgerReader::range(const EntryFilter &filter)
{
    ASSIGN_OR_RETURN(const Head now, head());
    Range range{filter.from, std::min(now.size, filter.before.value_or(now.size))};
    if (filter.since) {
        ASSIGN_OR_RETURN(const LeafIndex first, firstSince(*filter.since, now.size));
        range.first = std::max(range.first, first);
    }
    if (filter.until) {
        ASSIGN_OR_RETURN(const LeafIndex end, firstSince(*filter.until, now.size));
        range.end = std::min(range.end, end);
    }
    range.first = std::min(range.first, range.end);
    return range;
}

Result<void> LedgerReader::read(const EntryFilter &filter, const EntrySink &sink)
{
    ASSIGN_OR_RETURN(Range left, range(filter));
    const FilterSql sql = filterSql(filter);
    ASSIGN_OR_RETURN(auto find,
        m_database.statement("SELECT idx, bytes FROM ledger_entry"_L1 + where(sql)
            + (filter.reverse ? " ORDER BY idx DESC LIMIT ?"_L1 : " ORDER BY idx LIMIT ?"_L1)));
    std::uint64_t wanted = filter.limit.value_or(UINT64_MAX);
    while (wanted > 0 && left.first < left.end) {
        const std::uint64_t most = std::min(wanted, PageSize);
        std::vector<std::pair<LeafIndex, QByteArray>> page;
        {
            const int position = bindWhere(find, left.first, left.end, sql);
            find.bind(position, most);
            TRY(find.execute());
            while (find.next())
                page.emplace_back(LeafIndex(find.integer(0)), find.bytes(1));
            TRY(find.finish());
        }
        for (const auto &[index, bytes] : page) {
            if (!sink(index, bytes))
                return {};
        }
        if (page.size() < most)
            return {};
        wanted -= most;
        if (filter.reverse)
            left.end = page.back().first;
        else
            left.first = page.back().first + 1;
    }
    return {};
}

Result<std::vector<LeafIndex>> LedgerReader::indices(const EntryFilter &filter)
{
    ASSIGN_OR_RETURN(const Range all, range(filter));
    const FilterSql sql = filterSql(filter);
    ASSIGN_OR_RETURN(
        auto find, m_database.statement("SELECT idx FROM ledger_entry"_L1 + where(sql) + " ORDER BY idx LIMIT ?"_L1));
    const int position = bindWhere(find, all.first, all.end, sql);
    find.bind(position, std::min(filter.limit.value_or(INT64_MAX), std::uint64_t(INT64_MAX)));
    TRY(find.execute());
    std::vector<LeafIndex> found;
    while (find.next())
        found.push_back(LeafIndex(find.integer(0)));
    TRY(find.finish());
    return found;
}

Result<std::uint64_t> LedgerReader::count(const EntryFilter &filter, std::optional<std::uint64_t> most)
{
    ASSIGN_OR_RETURN(const Range all, range(filter));
    const FilterSql sql = filterSql(filter);
    if (sql.condition.isEmpty())
        return std::min(all.end - all.first, most.value_or(UINT64_MAX)); // indices are dense
    ASSIGN_OR_RETURN(auto find,
        m_database.statement("SELECT count(*) FROM (SELECT 1 FROM ledger_entry"_L1 + where(sql) + " LIMIT ?)"_L1));
    const int position = bindWhere(find, all.first, all.end, sql);
    find.bind(position, std::min(most.value_or(INT64_MAX), std::uint64_t(INT64_MAX)));
    TRY(find.execute());
    const auto found = find.next() ? std::uint64_t(find.integer(0)) : 0;
    TRY(find.finish());
    return found;
}

Result<void> LedgerReader::requireSize(TreeSize size)
{
    ASSIGN_OR_RETURN(const Head now, head());
    if (size > now.size)
        return fail(ErrorCode::NotFound, u"The ledger has %1 entries, not yet %2."_s.arg(now.size).arg(size));
    return {};
}

Result<std::vector<Digest>> LedgerReader::inclusion(LeafIndex index, TreeSize size)
{
    TRY(requireSize(size));
    if (index >= size)
        return noEntry(index);
    TileStore tiles(m_database);
    return inclusionProof(index, size, tiles.reader(size));
}

Result<std::vector<Digest>> LedgerReader::consistency(TreeSize older, TreeSize size)
{
    TRY(requireSize(size));
    TileStore tiles(m_database);
    return consistencyProof(older, size, tiles.reader(size));
}

Result<Digest> LedgerReader::root(TreeSize size)
{
    TRY(requireSize(size));
    TileStore tiles(m_database);
    return rootAt(size, tiles.reader(size));
}

Result<QByteArray> LedgerReader::tile(const TileId &tile, TreeSize published)
{
    TRY(requireSize(published));
    if (tile.width < 1 || tileWidthAt(tile.level, tile.n, published) < tile.width)
        return fail(ErrorCode::NotFound, u"The ledger has no %1 yet."_s.arg(QString::fromLatin1(tilePath(tile))));
    if (tile.level == TileId::Entries) {
        QByteArray bundle;
        const LeafIndex first = tile.n * TileWidth;
        TRY(forEachEntry(m_database, first, first + std::uint64_t(tile.width),
            [&](const QByteArray &bytes) { appendToBundle(bundle, bytes); }));
        return bundle;
    }
    ASSIGN_OR_RETURN(const auto hashes, TileStore(m_database).hashes(tile.level, tile.n, tile.width));
    return toBytes(hashes);
}

Result<void> LedgerReader::continues(const Checkpoint &older)
{
    ASSIGN_OR_RETURN(const Head now, head());
    if (older.size > now.size)
        return fail(ErrorCode::Refused,
            u"A checkpoint of %1 entries exists, the ledger has only %2: it was rolled back."_s.arg(older.size)
                .arg(now.size));
    ASSIGN_OR_RETURN(const auto proof, consistency(older.size, now.size));
    if (!verifyConsistency(older.size, now.size, proof, older.root, now.root))
        return fail(ErrorCode::Refused,
            u"The ledger has another history than its checkpoint of %1 entries: it was forked."_s.arg(older.size));
    return {};
}

} // namespace ledger
