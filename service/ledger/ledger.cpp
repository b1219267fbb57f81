// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/ledger.h"

#include "service/ledger/tilestore.h"
#include "service/store/statement.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

// What is stored can't be taken back, so it is read here as strictly as verification will read it.
Result<Subjects> checkDraft(const EntryDraft &draft)
{
    const auto wrong = [&](const QString &what) {
        return fail(ErrorCode::InvalidField,
            u"The entry %1 can't be written: %2."_s.arg(QString::fromUtf8(draft.eventType), what));
    };
    if (!isEventType(draft.eventType))
        return wrong(u"its type is not of A-Z, digits and _"_s);
    if (!draft.tenant.isEmpty() && !isTenantId(draft.tenant.text()))
        return wrong(u"its tenant id is none"_s);
    auto subjects = subjectsOf(draft.data);
    if (!subjects)
        return wrong(subjects.error().detail);
    const auto agrees = [](const auto &given, const auto &derived) { return given.isEmpty() || given == derived; };
    if (!agrees(draft.token, subjects->token) || !agrees(draft.vm, subjects->vm) || !agrees(draft.node, subjects->node))
        return wrong(u"what it acted on is not what its data names"_s);
    return subjects;
}

} // namespace

Ledger::Ledger(store::Database &database, const crypto::SigningKey &key, QByteArray origin)
    : m_database(database)
    , m_key(&key)
    , m_origin(std::move(origin))
    , m_partials(TileLevels)
    , m_committed(mark())
{
}

Result<std::unique_ptr<Ledger>> Ledger::create(
    store::Database &database, const crypto::SigningKey &key, QByteArray origin)
{
    if (!isKeyName(origin))
        return fail(ErrorCode::InvalidField, u"The ledger's origin is empty or has blanks or '+'."_s);
    std::unique_ptr<Ledger> ledger(new Ledger(database, key, std::move(origin)));
    const Checkpoint empty{ledger->m_origin, 0, emptyRoot()};
    const QByteArray note = signCheckpoint(empty, key);
    ASSIGN_OR_RETURN(auto insert,
        database.prepared("INSERT INTO ledger_head (id, size, root, checkpoint, last_time) "
                          "VALUES (1, 0, ?, ?, 0)"));
    TRY(insert.run(empty.root.view().toByteArray(), note));
    ledger->m_committedNote = note;
    return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::open(
    store::Database &database, const crypto::SigningKey &key, QByteArray origin)
{
    std::unique_ptr<Ledger> ledger(new Ledger(database, key, std::move(origin)));
    TRY(ledger->load());
    return ledger;
}

Result<void> Ledger::load()
{
    QByteArray root;
    {
        ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT size, root, checkpoint, last_time FROM ledger_head"));
        TRY(find.run());
        if (!find.next()) {
            TRY(find.finish());
            return fail(ErrorCode::Corrupt, u"The database has no ledger."_s);
        }
        m_size = TreeSize(find.integer(0));
        root = find.bytes(1);
        m_committedNote = find.bytes(2);
        m_lastTime = fromMilliseconds(find.integer(3));
    }
    ASSIGN_OR_RETURN(auto last, m_database.prepared("SELECT max(idx) FROM ledger_entry"));
    TRY(last.run());
    if (!last.next() || TreeSize(last.isNull(0) ? 0 : last.integer(0) + 1) != m_size)
        return fail(ErrorCode::Corrupt, u"The ledger's head covers %1 entries; there are others."_s.arg(m_size));
    TileStore tiles(m_database);
    ASSIGN_OR_RETURN(m_partials, tiles.partials(m_size));
    m_frontier = Frontier::fromTiles(m_size, m_partials);
    if (m_frontier.root().view() != root)
        return fail(ErrorCode::Corrupt, u"The ledger's tiles and last entries do not make the root of its head."_s);
    ASSIGN_OR_RETURN(const auto open, tiles.row(0, m_size / TileWidth));
    if (open && !open->startsWith(toBytes(m_partials[0])))
        return fail(ErrorCode::Corrupt, u"The ledger's newest tile does not hold the hashes of its last entries."_s);
    const VerifierKey own = verifierKey();
    auto opened = openCheckpoint(m_committedNote, std::span(&own, 1));
    if (!opened) {
        opened.error().detail.prepend(u"The checkpoint in %1 is not one of this ledger key: "_s.arg(m_database.path()));
        return std::unexpected(std::move(opened.error()));
    }
    if (opened->checkpoint != Checkpoint{m_origin, m_size, m_frontier.root()})
        return fail(ErrorCode::Corrupt, u"The ledger's checkpoint is not that of its head."_s);
    m_sealedSize = m_size;
    m_committed = mark();
    return {};
}

Result<void> Ledger::checkHead()
{
    ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT checkpoint FROM ledger_head"));
    TRY(find.run());
    const bool same = find.next() && find.bytesView(0) == m_committedNote;
    TRY(find.finish());
    return same ? Result<void>() : fail(ErrorCode::Corrupt, u"The ledger's head was changed by somebody else."_s);
}

Result<std::uint64_t> Ledger::nextSeq(const TenantId &tenant)
{
    if (const auto known = m_nextSeq.find(tenant); known != m_nextSeq.end())
        return known->second;
    ASSIGN_OR_RETURN(auto find, m_database.prepared("SELECT next FROM ledger_seq WHERE tenant_id = ?"));
    TRY(find.run(tenant));
    const auto next = find.next() ? std::uint64_t(find.integer(0)) : 0;
    TRY(find.finish());
    m_nextSeq.emplace(tenant, next);
    return next;
}

Result<LeafIndex> Ledger::append(EntryDraft draft)
{
    ASSIGN_OR_RETURN(const Subjects subjects, checkDraft(draft));
    draft.time = std::max(draft.time, m_lastTime);
    const bool hasTenant = !draft.tenant.isEmpty();
    std::optional<std::uint64_t> seq;
    if (hasTenant) {
        ASSIGN_OR_RETURN(seq, nextSeq(draft.tenant));
    }
    const QByteArray bytes = entryBytes(draft, m_size, seq.value_or(0));
    if (bytes.size() > MaxEntrySize)
        return fail(ErrorCode::TooLarge,
            u"The entry %1 would have %2 bytes; 65,535 is the most."_s.arg(QString::fromUtf8(draft.eventType))
                .arg(bytes.size()));

    ASSIGN_OR_RETURN(auto insert,
        m_database.prepared(
            "INSERT INTO ledger_entry (idx, time, event_type, tenant_id, tenant_seq, outcome, actor_id, "
            "token_id, vm_id, node_id, request_id, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    // The entry is as it must be: where it is refused, the table is not as we left it.
    TRY(insert
            .run(m_size, toMilliseconds(draft.time), store::Text{draft.eventType}, draft.tenant, seq,
                store::Text{outcomeName(draft.outcome)}, draft.actor.tokenId, subjects.token, subjects.vm,
                subjects.node, draft.source.requestId, bytes)
            .transform_error(store::asFailure));

    const LeafIndex index = m_size;
    m_lastTime = draft.time;
    if (hasTenant) {
        m_seqChanges.push_back({draft.tenant, *seq});
        m_nextSeq[draft.tenant] = *seq + 1;
    }
    push(leafHash(bytes));
    return index;
}

void Ledger::push(const Digest &leaf)
{
    m_partials[0].push_back(leaf);
    m_frontier.append(leaf, [this](int level, const Digest &hash) {
        if (level % TileHeight != 0)
            return;
        const auto above = std::size_t(level / TileHeight);
        m_full.push_back({int(above) - 1, m_size >> level, std::exchange(m_partials[above - 1], {})});
        m_partials[above].push_back(hash);
    });
    ++m_size;
}

Ledger::Mark Ledger::mark() const
{
    return {m_size, m_sealedSize, m_lastTime, m_seqChanges.size(), m_sealedNote};
}

void Ledger::rollbackTo(const Mark &mark)
{
    m_sealedSize = mark.sealedSize;
    m_sealedNote = mark.sealedNote;
    m_lastTime = mark.lastTime;
    while (m_seqChanges.size() > mark.seqChanges) {
        m_nextSeq[m_seqChanges.back().tenant] = m_seqChanges.back().before;
        m_seqChanges.pop_back();
    }
    if (mark.size == m_size)
        return;
    for (int level = 0; level < TileLevels; ++level) {
        const std::uint64_t count = hashesAtLevel(level, mark.size), n = count / TileWidth;
        auto &partial = m_partials[std::size_t(level)];
        if (n != hashesAtLevel(level, m_size) / TileWidth) {
            // It has been completed since; then it is still among the full ones.
            partial =
                std::ranges::find_if(m_full, [&](const FullTile &t) { return t.level == level && t.n == n; })->hashes;
        }
        partial.resize(count % TileWidth);
    }
    std::erase_if(m_full, [&](const FullTile &t) { return t.n >= hashesAtLevel(t.level, mark.size) / TileWidth; });
    m_size = mark.size;
    m_frontier = Frontier::fromTiles(m_size, m_partials);
}

Result<Checkpoint> Ledger::seal()
{
    if (m_size == m_sealedSize) {
        ASSIGN_OR_RETURN(const Note note, parseNote(m_sealedNote.value_or(m_committedNote)));
        return parseCheckpoint(note.text);
    }
    const Checkpoint checkpoint{m_origin, m_size, m_frontier.root()};
    QByteArray note = signCheckpoint(checkpoint, *m_key);
    TRY(writeTiles());
    TRY(writeSeqs());
    TRY(writeHead(checkpoint, note));
    m_sealedSize = m_size;
    m_sealedNote = std::move(note);
    return checkpoint;
}

Result<void> Ledger::writeTiles()
{
    ASSIGN_OR_RETURN(auto write,
        m_database.prepared("INSERT INTO ledger_tile (level, n, hashes) VALUES (?, ?, ?) "
                            "ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes"));
    for (const FullTile &tile : m_full) {
        if (tile.n < hashesAtLevel(tile.level, m_sealedSize) / TileWidth)
            continue; // an earlier seal wrote it
        const QByteArray hashes = toBytes(tile.hashes);
        TRY(tile.level == 0 ? writeLeafTile(tile.n, hashes) : write.run(tile.level, tile.n, hashes));
    }
    if (const auto &open = m_partials[0]; !open.empty())
        TRY(writeLeafTile(m_size / TileWidth, toBytes(open).leftJustified(OpenTileSize, '\0')));
    for (int level = 1; level < TileLevels; ++level) {
        const std::uint64_t count = hashesAtLevel(level, m_size);
        const auto &partial = m_partials[std::size_t(level)];
        if (!partial.empty() && count != hashesAtLevel(level, m_sealedSize))
            TRY(write.run(level, count / TileWidth, toBytes(partial)));
    }
    return {};
}

// Not by an upsert: before each of these a trigger asks whether the row only grew.
Result<void> Ledger::writeLeafTile(std::uint64_t n, const QByteArray &hashes)
{
    ASSIGN_OR_RETURN(auto change, m_database.prepared("UPDATE ledger_tile SET hashes = ? WHERE level = 0 AND n = ?"));
    TRY(change.run(hashes, n));
    if (change.changes() > 0)
        return {};
    ASSIGN_OR_RETURN(auto insert, m_database.prepared("INSERT INTO ledger_tile (level, n, hashes) VALUES (0, ?, ?)"));
    return insert.run(n, hashes);
}

Result<void> Ledger::writeSeqs()
{
    ASSIGN_OR_RETURN(auto write,
        m_database.prepared("INSERT INTO ledger_seq (tenant_id, next) VALUES (?, ?) "
                            "ON CONFLICT (tenant_id) DO UPDATE SET next = excluded.next"));
    std::unordered_set<TenantId, IdHash> written;
    for (const SeqChange &change : m_seqChanges) {
        if (written.insert(change.tenant).second)
            TRY(write.run(change.tenant, m_nextSeq[change.tenant]));
    }
    return {};
}

Result<void> Ledger::writeHead(const Checkpoint &checkpoint, const QByteArray &note)
{
    // A head that is not the one we started from means a second writer: signing on would fork the log.
    ASSIGN_OR_RETURN(auto write,
        m_database.prepared("UPDATE ledger_head SET size = ?, root = ?, checkpoint = ?, "
                            "last_time = ? WHERE id = 1 AND size = ? AND checkpoint = ?"));
    TRY(write.run(checkpoint.size, checkpoint.root.view().toByteArray(), note, toMilliseconds(m_lastTime), m_sealedSize,
        m_sealedNote.value_or(m_committedNote)));
    if (write.changes() != 1)
        return fail(ErrorCode::Corrupt, u"The ledger's head was changed by somebody else."_s);
    return {};
}

void Ledger::committed()
{
    if (m_sealedNote)
        m_committedNote = *std::exchange(m_sealedNote, {});
    m_full.clear();
    m_seqChanges.clear();
    m_committed = mark();
}

void Ledger::rolledBack()
{
    rollbackTo(m_committed);
}

void Ledger::signAs(const crypto::SigningKey &key, QByteArray origin)
{
    m_key = &key;
    m_origin = std::move(origin);
}

} // namespace ledger
