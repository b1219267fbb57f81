// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/treeverifier.h"

#include "service/core/encoding.h"
#include "service/ledger/rollbacks.h"
#include "service/store/statement.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

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
    if (!streamed) {
        // What differed earlier is the first bad thing, whatever stopped us later.
        const auto &finding = streamed.error().finding;
        if (finding && m_fork && (m_fork->last ? m_fork->last : m_fork->index) < finding->index)
            return std::unexpected(Stop(*m_fork));
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
    auto accepted = acceptedRollbacks(m_database);
    if (!accepted && isFinding(accepted.error()))
        return found(Damage::EntryMalformed, {}, accepted.error().detail);
    if (!accepted)
        return std::unexpected(Stop(std::move(accepted.error())));
    // The next start writes a new one over the mark that an acceptance has explained.
    if (mark && !isAcceptedMark((*mark)->checkpoint, *accepted))
        m_expected.push_back({u"The high-water mark"_s, (*mark)->checkpoint, false});
    for (const OlderCheckpoint &older : m_options.older) {
        const auto opened = openCheckpoint(older.note, m_options.keys);
        if (!opened)
            return found(Damage::CheckpointUnsigned, {}, u"%1: %2"_s.arg(older.name, opened.error().detail));
        m_expected.push_back({u"The checkpoint "_s + older.name, opened->checkpoint, true});
    }
    std::ranges::stable_sort(m_expected, {}, [](const Expected &e) { return e.checkpoint.size; });
    for (const Expected &expected : m_expected) {
        if (const auto why = cutOff(expected.checkpoint, m_report.origin.toUtf8(), *accepted))
            return found(Damage::Forked, {},
                u"%1 of %2 entries %3."_s.arg(expected.name).arg(expected.checkpoint.size).arg(*why));
    }
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
        agree(older);
        return {};
    }
    if (continues.error().code == ErrorCode::Refused) {
        Finding finding = fork(older);
        finding.sentence =
            u"%1 of %2 entries is not what the ledger was then, or tiles were changed since."_s.arg(older.name)
                .arg(older.checkpoint.size);
        return std::unexpected(Stop(std::move(finding)));
    }
    if (isFinding(continues.error()))
        return found(Damage::TileChanged, {}, continues.error().detail);
    return std::unexpected(Stop(continues.error()));
}

TreeVerifier::Step TreeVerifier::begin()
{
    const TreeSize start = m_report.checkedFrom;
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

// What a block alone can tell is told by the pipeline's threads; here is what has an order.
TreeVerifier::Step TreeVerifier::stream()
{
    BlockPipeline pipeline(m_database,
        {.first = m_report.checkedFrom, .size = m_head.size, .threads = m_options.threads}, m_options.follower);
    m_hasWorkAhead = m_options.follower != nullptr;
    while (!pipeline.isDone()) {
        TRY(wait(pipeline));
        ASSIGN_OR_RETURN(BlockResult block, pipeline.take());
        TRY(consume(block));
        if (m_options.progress && !m_options.progress(m_frontier.size(), m_head.size))
            return std::unexpected(Stop(Error{ErrorCode::Unavailable, u"The verification was stopped."_s}));
    }
    return {};
}

TreeVerifier::Step TreeVerifier::wait(BlockPipeline &pipeline)
{
    while (m_hasWorkAhead && !pipeline.isReady()) {
        ASSIGN_OR_RETURN(m_hasWorkAhead, m_options.follower->workAhead(m_database));
    }
    return {};
}

TreeVerifier::Step TreeVerifier::consume(BlockResult &block)
{
    TRY(checkOrder(block));
    for (const EntryFields &entry : block.inOrder) {
        if (block.finding.isBefore(Rank::Follower, entry.index))
            break;
        if (auto followed = m_options.follower->inOrder(entry); !followed) {
            if (!isFinding(followed.error()))
                return std::unexpected(Stop(std::move(followed.error())));
            return found(Damage::StateDiffers, entry.index, followed.error().detail);
        }
    }
    if (const auto &finding = block.finding.finding())
        return judgeOpenTile(block, *finding);
    TRY(addLeaves(block));
    return {};
}

// No tile above vouches for the hashes of the newest, incomplete one: where they differ from the entries, the root
// tells which of the two was changed.
TreeVerifier::Step TreeVerifier::judgeOpenTile(const BlockResult &block, Finding finding)
{
    const bool isOfTile = finding.kind == Damage::EntryChanged || finding.kind == Damage::TileChanged;
    if (!isOfTile || *finding.index < m_head.size - m_head.size % TileWidth)
        return std::unexpected(Stop(std::move(finding)));
    TRY(addLeaves(block));
    if (m_frontier.root() != m_head.root)
        return std::unexpected(Stop(std::move(finding)));
    if (m_fork) // the entries make a signed root, but not every one
        return std::unexpected(Stop(*m_fork));
    if (finding.kind == Damage::TileChanged)
        return std::unexpected(Stop(std::move(finding)));
    return found(Damage::TileChanged, finding.index,
        u"The hash of entry %1 in the newest tile was changed; the entry itself was not."_s.arg(*finding.index));
}

// The block against those before it.
Result<void> TreeVerifier::checkOrder(BlockResult &block)
{
    if (block.times) {
        if (block.times->first < toMilliseconds(m_lastTime))
            block.finding.add(Rank::Time, block.first, timeFinding(block.first));
        m_lastTime = fromMilliseconds(block.times->second);
    }
    for (const TenantRun &run : block.runs) {
        const TenantId tenant(run.tenant);
        auto known = m_nextSeq.find(tenant);
        if (known == m_nextSeq.end()) {
            ASSIGN_OR_RETURN(const std::uint64_t next, seqBefore(tenant));
            known = m_nextSeq.emplace(tenant, next).first;
        }
        if (run.seq != known->second)
            block.finding.add(
                Rank::Sequence, run.index, sequenceFinding(run.index, run.tenant, run.seq, known->second));
        known->second = run.next;
    }
    return {};
}

TreeVerifier::Step TreeVerifier::conclude()
{
    if (!m_options.follower)
        return {};
    while (m_hasWorkAhead) {
        ASSIGN_OR_RETURN(m_hasWorkAhead, m_options.follower->workAhead(m_database));
    }
    ASSIGN_OR_RETURN(const auto finding, m_options.follower->conclude(m_database));
    if (finding)
        return std::unexpected(Stop(*finding));
    return {};
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
