// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/damagekind.h"

#include "service/ledger/tilestore.h"
#include "service/store/statement.h"

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

constexpr std::uint64_t Window = 32; // entries that must have moved alike

QString these(LeafIndex first, std::uint64_t count)
{
    return count == 1 ? u"Entry %1 was"_s.arg(first) : u"Entries %1 to %2 were"_s.arg(first).arg(first + count - 1);
}

class Scene
{
public:
    Scene(store::Database &database, TreeSize size)
        : m_database(database)
        , m_tiles(database)
        , m_size(size)
    {
    }

    Result<Finding> explain(Finding finding);

private:
    struct Row
    {
        std::optional<LeafIndex> own; // the index in its bytes
        Digest leaf;
    };

    Result<Finding> explainGap(Finding finding);
    Result<const Row *> row(LeafIndex index); // null: none
    Result<std::optional<Digest>> hashOf(LeafIndex index); // as its tile has it
    Result<bool> holds(LeafIndex at, LeafIndex entry);
    Result<bool> movedAlike(LeafIndex at, LeafIndex entry);
    Result<std::optional<LeafIndex>> placeOf(LeafIndex entry);

    store::Database &m_database;
    TileStore m_tiles;
    const TreeSize m_size;
    std::map<LeafIndex, std::optional<Row>> m_rows;
};

Result<const Scene::Row *> Scene::row(LeafIndex index)
{
    auto known = m_rows.find(index);
    if (known == m_rows.end()) {
        ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT bytes FROM ledger_entry WHERE idx = ?"));
        TRY(find.run(index));
        std::optional<Row> found;
        if (find.next()) {
            const QByteArray bytes = find.bytes(0);
            const auto fields = parseEntry(bytes);
            found = Row{fields ? std::optional(fields->index) : std::nullopt, leafHash(bytes)};
        }
        TRY(find.finish());
        known = m_rows.emplace(index, found).first;
    }
    return known->second ? &*known->second : nullptr;
}

Result<std::optional<Digest>> Scene::hashOf(LeafIndex index)
{
    ASSIGN_OR_RETURN(const auto tile, m_tiles.row(0, index / TileWidth));
    const qsizetype at = qsizetype(index % TileWidth) * HashSize;
    if (!tile || tile->size() < at + HashSize)
        return std::optional<Digest>();
    return std::optional(Digest::fromBytes(QByteArrayView(*tile).sliced(at, HashSize)));
}

// Whether what stands at one index are another entry's own bytes.
Result<bool> Scene::holds(LeafIndex at, LeafIndex entry)
{
    ASSIGN_OR_RETURN(const Row *found, row(at));
    if (!found || found->own != entry || entry >= m_size)
        return false;
    ASSIGN_OR_RETURN(const auto hash, hashOf(entry));
    return !hash || found->leaf == *hash;
}

// Whether this entry stands there, and those after it follow on it, as far as the ledger or the window goes.
Result<bool> Scene::movedAlike(LeafIndex at, LeafIndex entry)
{
    for (std::uint64_t i = 0; i < Window && entry + i < m_size; ++i) {
        if (i > 0) {
            ASSIGN_OR_RETURN(const Row *found, row(at + i));
            if (!found)
                return at + i >= m_size; // the last of those moved down may have been cut off
        }
        ASSIGN_OR_RETURN(const bool isThere, holds(at + i, entry + i));
        if (!isThere)
            return false;
    }
    return true;
}

// Where behind its own index this entry stands, within the window.
Result<std::optional<LeafIndex>> Scene::placeOf(LeafIndex entry)
{
    for (LeafIndex at = entry + 1; at <= entry + Window; ++at) {
        ASSIGN_OR_RETURN(const bool isThere, holds(at, entry));
        if (isThere)
            return std::optional(at);
    }
    return std::optional<LeafIndex>();
}

Result<Finding> Scene::explainGap(Finding finding)
{
    const LeafIndex first = *finding.index;
    ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT min(idx) FROM ledger_entry WHERE idx > ? AND idx < ?"));
    TRY(find.run(first, m_size));
    std::optional<LeafIndex> next;
    if (find.next() && !find.isNull(0))
        next = LeafIndex(find.integer(0));
    TRY(find.finish());
    if (next) {
        finding.kind = Damage::EntryDeleted;
        finding.sentence = these(first, *next - first) + u" deleted."_s;
    } else {
        finding.kind = Damage::TailCut;
        finding.sentence =
            u"The ledger was cut off: %1 of its %2 entries are missing, from entry %3 on."_s.arg(m_size - first)
                .arg(m_size)
                .arg(first);
    }
    return finding;
}

Result<Finding> Scene::explain(Finding finding)
{
    const LeafIndex first = *finding.index;
    ASSIGN_OR_RETURN(const Row *at, row(first));
    if (!at)
        return explainGap(std::move(finding));
    if (at->own && *at->own > first && *at->own < m_size) {
        const LeafIndex other = *at->own;
        ASSIGN_OR_RETURN(const bool isThere, holds(first, other));
        ASSIGN_OR_RETURN(const bool isExchanged, holds(other, first));
        if (isThere && isExchanged)
            return Finding{Damage::EntrySwapped, first, u"Entries %1 and %2 were exchanged."_s.arg(first).arg(other)};
        ASSIGN_OR_RETURN(const bool isMovedUp, movedAlike(first, other));
        if (isMovedUp)
            return Finding{
                Damage::EntryDeleted, first, these(first, other - first) + u" deleted, and those after moved up."_s};
    }
    ASSIGN_OR_RETURN(const auto place, placeOf(first));
    if (!place)
        return finding;
    ASSIGN_OR_RETURN(const bool isMovedDown, movedAlike(*place, first));
    if (!isMovedDown)
        return finding;
    return Finding{Damage::EntryInserted, first,
        these(first, *place - first) + u" inserted: entry %1 of before stands at %2 now."_s.arg(first).arg(*place)};
}

} // namespace

Result<Finding> explained(store::Database &database, TreeSize size, Finding finding)
{
    const bool mayBe = finding.kind == Damage::EntryMissing || finding.kind == Damage::EntryChanged
        || finding.kind == Damage::EntryMisplaced;
    if (!mayBe || !finding.index || finding.last)
        return finding;
    return Scene(database, size).explain(std::move(finding));
}

} // namespace ledger
