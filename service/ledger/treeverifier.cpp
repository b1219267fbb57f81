// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/treeverifier.h"

#include "service/core/encoding.h"
#include "service/store/statement.h"

#include <QtConcurrent/qtconcurrentrun.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

// Whole tiles, so that a tile never spans two blocks.
constexpr std::size_t BlockSize = 8 * TileWidth;

// What is stored is at fault, not the reading of it.
bool isFinding(const Error &error)
{
    return error.code == ErrorCode::Corrupt && error.sqlite == 0;
}

} // namespace

TreeVerifier::TreeVerifier(store::Database &database, const VerifyOptions &options, VerifyReport &report)
    : m_database(database)
    , m_options(options)
    , m_report(report)
    , m_tiles(database)
{
}

TreeVerifier::Step TreeVerifier::run(const std::optional<Result<SignedCheckpoint>> &mark)
{
    TRY(readHead());
    TRY(readExpected(mark));
    TRY(begin());
    const Step streamed = stream();
    for (auto &running : m_running)
        running.waitForFinished();
    if (!streamed) {
        // An upper tile that differed earlier is the first bad thing, whatever stopped us later.
        const auto &finding = streamed.error().finding;
        if (finding && m_upperTile && m_upperTile->index < finding->index)
            return std::unexpected(Stop(*m_upperTile));
        return streamed;
    }
    return finish();
}

TreeVerifier::Step TreeVerifier::readHead()
{
    auto head = LedgerReader(m_database).head();
    if (!head && isFinding(head.error()))
        return found(Damage::HeadChanged, {}, head.error().detail);
    if (!head)
        return std::unexpected(Stop(std::move(head.error())));
    m_head = std::move(*head);
    m_report.size = m_head.size;
    m_report.root = m_head.root;
    const auto opened = openCheckpoint(m_head.checkpoint, m_options.keys);
    if (!opened)
        return found(Damage::CheckpointUnsigned, {}, opened.error().detail);
    m_report.keyId = toHex(opened->signer.id);
    m_report.origin = QString::fromUtf8(opened->checkpoint.origin);
    if (opened->checkpoint.size != m_head.size || opened->checkpoint.root != m_head.root)
        return found(Damage::HeadChanged, {}, u"The ledger's head is not what its signed checkpoint says."_s);
    return {};
}

TreeVerifier::Step TreeVerifier::readExpected(const std::optional<Result<SignedCheckpoint>> &mark)
{
    if (mark && !*mark)
        return found(Damage::HighWaterUnusable, {}, mark->error().detail);
    if (mark)
        m_expected.push_back({u"The high-water mark"_s, (*mark)->checkpoint});
    for (const OlderCheckpoint &older : m_options.older) {
        const auto opened = openCheckpoint(older.note, m_options.keys);
        if (!opened)
            return found(Damage::CheckpointUnsigned, {}, u"%1: %2"_s.arg(older.name, opened.error().detail));
        m_expected.push_back({u"The checkpoint "_s + older.name, opened->checkpoint});
    }
    std::ranges::stable_sort(m_expected, {}, [](const Expected &e) { return e.checkpoint.size; });
    if (!m_expected.empty() && m_expected.back().checkpoint.size > m_head.size) {
        const Expected &newest = m_expected.back();
        return found(Damage::RolledBack, m_head.size,
            u"%1 has %2 entries, the ledger only %3: it was rolled back."_s.arg(newest.name)
                .arg(newest.checkpoint.size)
                .arg(m_head.size));
    }
    const TreeSize start = m_options.full ? 0 : std::min(m_options.verifiedSize, m_head.size);
    m_report.checkedFrom = start - start % TileWidth;
    for (; m_nextExpected < m_expected.size(); ++m_nextExpected) {
        if (m_expected[m_nextExpected].checkpoint.size >= m_report.checkedFrom)
            break;
        TRY(checkOlder(m_expected[m_nextExpected]));
    }
    return {};
}

// Its entries are not read again, so the proof has to do.
TreeVerifier::Step TreeVerifier::checkOlder(const Expected &older)
{
    const auto continues = LedgerReader(m_database).continues(older.checkpoint);
    if (continues) {
        m_agreed = older.checkpoint.size;
        return {};
    }
    if (continues.error().code == ErrorCode::Refused)
        return found(Damage::Forked, m_agreed,
            u"%1 of %2 entries is not what the ledger was then, or tiles were changed since."_s.arg(older.name)
                .arg(older.checkpoint.size));
    if (isFinding(continues.error()))
        return found(Damage::TileChanged, {}, continues.error().detail);
    return std::unexpected(Stop(continues.error()));
}

TreeVerifier::Step TreeVerifier::begin()
{
    const TreeSize start = m_report.checkedFrom;
    m_nextRow = start;
    auto partials = m_tiles.partials(start); // no incomplete tile of level 0, so only rows
    if (!partials && isFinding(partials.error()))
        return found(Damage::TileChanged, {}, partials.error().detail);
    if (!partials)
        return std::unexpected(Stop(std::move(partials.error())));
    m_partials = std::move(*partials);
    m_frontier = Frontier::fromTiles(start, m_partials);
    if (start > 0) {
        const auto bytes = LedgerReader(m_database).entry(start - 1);
        if (!bytes && isFinding(bytes.error()))
            return found(Damage::EntryMissing, start - 1, bytes.error().detail);
        if (!bytes)
            return std::unexpected(Stop(bytes.error()));
        const auto before = parseEntry(*bytes);
        if (!before)
            return found(Damage::EntryMalformed, start - 1, before.error().detail);
        m_lastTime = before->time;
    }
    checkExpected();
    return {};
}

// Reads ahead while the pool hashes and parses; everything that has an order is done here, in order.
TreeVerifier::Step TreeVerifier::stream()
{
    const std::size_t most = std::size_t(m_pool.maxThreadCount()) + 1;
    bool more = true;
    while (more || !m_running.empty()) {
        while (more && m_running.size() < most) {
            std::vector<EntryRow> rows;
            TRY(readBlock(rows));
            more = !m_gap && m_nextRow < m_head.size;
            if (!rows.empty())
                m_running.push_back(QtConcurrent::run(&m_pool, checkBlock, std::move(rows)));
        }
        if (m_running.empty())
            break;
        const BlockResult block = m_running.front().takeResult();
        m_running.pop_front();
        TRY(consume(block));
        if (m_options.progress && !m_options.progress(m_frontier.size(), m_head.size))
            return std::unexpected(Stop(Error{ErrorCode::Unavailable, u"The verification was stopped."_s}));
    }
    if (m_gap)
        return std::unexpected(Stop(*m_gap));
    return {};
}

TreeVerifier::Step TreeVerifier::readBlock(std::vector<EntryRow> &rows)
{
    const LeafIndex end = std::min(m_head.size, m_nextRow + BlockSize);
    ASSIGN_OR_RETURN(auto find,
        m_database.prepared("SELECT idx, bytes, time, event_type, tenant_id, tenant_seq, outcome, actor_id, token_id, "
                            "vm_id, node_id, request_id FROM ledger_entry WHERE idx >= ? AND idx < ? ORDER BY idx"));
    TRY(find.run(m_nextRow, end));
    rows.reserve(end - m_nextRow);
    while (find.next() && LeafIndex(find.integer(0)) == m_nextRow) {
        EntryRow row{.index = m_nextRow++,
            .time = find.integer(2),
            .eventType = find.bytes(3),
            .tenant = find.bytes(4),
            .tenantSeq = {},
            .outcome = find.bytes(6),
            .actor = find.bytes(7),
            .token = find.bytes(8),
            .vm = find.bytes(9),
            .node = find.bytes(10),
            .requestId = find.bytes(11),
            .bytes = find.bytes(1)};
        if (!find.isNull(5))
            row.tenantSeq = find.integer(5);
        rows.push_back(std::move(row));
    }
    TRY(find.finish());
    if (m_nextRow < end)
        m_gap = Finding{Damage::EntryMissing, m_nextRow, u"Entry %1 is missing."_s.arg(m_nextRow)};
    return {};
}

TreeVerifier::Step TreeVerifier::consume(const BlockResult &block)
{
    const std::span<const Digest> leaves(block.leaves);
    std::optional<Finding> tile; // what differs between these 256 entries and their tile
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const LeafIndex index = m_frontier.size();
        if (i % TileWidth == 0) {
            const auto rest = leaves.subspan(i, std::min<std::size_t>(TileWidth, leaves.size() - i));
            ASSIGN_OR_RETURN(tile, compareTile(index, rest));
        }
        const bool isRead = i < block.fields.size();
        // Of two findings about one entry, that it holds another's bytes says more than that its hash differs.
        if (!isRead && block.finding->kind == Damage::EntryMisplaced)
            return std::unexpected(Stop(*block.finding));
        if (tile && tile->index == index)
            return std::unexpected(Stop(*tile));
        if (!isRead)
            return std::unexpected(Stop(*block.finding));
        TRY(checkEntry(block.fields[i]));
        TRY(addLeaf(leaves[i]));
    }
    return {};
}

TreeVerifier::Step TreeVerifier::checkEntry(const EntryFields &fields)
{
    const LeafIndex index = fields.index;
    if (fields.time < m_lastTime)
        return found(Damage::TimeBackwards, index,
            u"The time of entry %1 is before that of entry %2."_s.arg(index).arg(index - 1));
    m_lastTime = fields.time;
    if (!fields.tenant.isEmpty()) {
        auto known = m_nextSeq.find(fields.tenant);
        if (known == m_nextSeq.end()) {
            ASSIGN_OR_RETURN(const std::uint64_t next, seqBefore(fields.tenant));
            known = m_nextSeq.emplace(fields.tenant, next).first;
        }
        if (*fields.tenantSeq != known->second)
            return found(Damage::SequenceBroken, index,
                u"Entry %1 has tenant_seq %2 of %3; %4 would be next."_s.arg(index)
                    .arg(*fields.tenantSeq)
                    .arg(fields.tenant.toString())
                    .arg(known->second));
        ++known->second;
    }
    return m_options.onEntry ? visited(m_options.onEntry(fields), index) : Step();
}

TreeVerifier::Step TreeVerifier::visited(Result<void> result, std::optional<LeafIndex> index) const
{
    if (result)
        return {};
    if (isFinding(result.error()))
        return found(Damage::StateDiffers, index, result.error().detail);
    return std::unexpected(Stop(std::move(result.error())));
}

// What an earlier verification left: the sequence goes on from the newest entry before the first one looked at.
Result<std::uint64_t> TreeVerifier::seqBefore(const TenantId &tenant)
{
    if (m_report.checkedFrom == 0)
        return 0;
    ASSIGN_OR_RETURN(auto find,
        m_database.prepared("SELECT tenant_seq FROM ledger_entry WHERE tenant_id = ? AND idx < ? "
                            "ORDER BY idx DESC LIMIT 1"));
    TRY(find.run(tenant, m_report.checkedFrom));
    const auto next = find.next() ? std::uint64_t(find.integer(0)) + 1 : 0;
    TRY(find.finish());
    return next;
}

} // namespace ledger
