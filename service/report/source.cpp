// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/source.h"

#include "service/core/encoding.h"
#include "service/ledger/checkpoint.h"
#include "service/ledger/entryparts.h"
#include "service/ledger/highwater.h"
#include "service/ledger/rollbacks.h"
#include "service/report/query.h"
#include "service/store/schema.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace report {

namespace {

// A few milliseconds also where each row is drawn: whoever wants to stop should not wait.
constexpr quint64 RowsBetweenQuestions = 256;

// Where an entry's last member begins: before it stand only strings, and in these a quote is escaped.
QByteArrayView dataOf(const QByteArray &bytes)
{
    constexpr QByteArrayView member = ",\"data\":";
    const qsizetype at = bytes.indexOf(member);
    if (at < 0)
        return "{}";
    return QByteArrayView(bytes).sliced(at + member.size()).chopped(1);
}

std::unexpected<Error> doesNotHold(const QString &what)
{
    return fail(ErrorCode::Corrupt, u"Nothing was exported: %1. Run service-fs verify --full."_s.arg(what));
}

QByteArray actorName(const ledger::Actor &actor)
{
    if (!actor.subject.isEmpty())
        return actor.subject;
    return actor.tokenId.isEmpty() ? "system"_ba : actor.tokenId.text();
}

} // namespace

QString exceptionName(Exception exception)
{
    switch (exception) {
    case Exception::Denied:
        return u"denied"_s;
    case Exception::Failed:
        return u"failed"_s;
    case Exception::Revoked:
        return u"revoked"_s;
    case Exception::Privileged:
        return u"privileged"_s;
    }
    return {};
}

std::optional<Exception> exceptionOf(const ledger::EntryFields &entry)
{
    if (entry.outcome == ledger::Outcome::Denied)
        return Exception::Denied;
    if (entry.outcome == ledger::Outcome::Failed)
        return Exception::Failed;
    if (entry.eventType == "TOKEN_REVOKED")
        return Exception::Revoked;
    static const QList<QByteArray> privileged{
        "KEY_ROTATED", "ROLLBACK_ACCEPTED", "TENANT_PURGED", "TOKEN_REVEALED", "AUDIT_EXPORTED", "BACKUP_CREATED"};
    if (privileged.contains(entry.eventType))
        return Exception::Privileged;
    if (entry.eventType == "TOKEN_ISSUED") {
        const json::Value *scope = entry.data.find("scope");
        static const QList<QByteArray> mighty{"service:admin", "service:auditor", "service:tenant-admin"};
        if (scope && scope->string() && mighty.contains(*scope->string()))
            return Exception::Privileged;
    }
    return {};
}

Result<std::unique_ptr<Source>> Source::open(const LedgerFiles &files, const ledger::EntryFilter &filter)
{
    auto keys = ledger::readVerifierKeys(files.vkey);
    if (!keys)
        return fail(ErrorCode::Refused,
            u"Nothing was exported, for the ledger's checkpoint can't be checked. "_s + keys.error().detail);
    ASSIGN_OR_RETURN(auto opened, store::Database::open(files.database, store::Database::Mode::ReadOnly));
    TRY(store::checkSchema(*opened));
    ASSIGN_OR_RETURN(keys, ledger::withNewName(*opened, std::move(*keys)));
    ledger::MarkRead mark; // before the transaction: one written after it began would look like a rollback
    if (!files.highWater.isEmpty())
        mark = ledger::HighWater::read(files.highWater, *keys);
    ASSIGN_OR_RETURN(auto transaction, store::Transaction::begin(*opened));
    ASSIGN_OR_RETURN(ledger::Head head, ledger::LedgerReader(*opened).head());
    std::unique_ptr<Source> source(new Source(std::move(opened), std::move(transaction), std::move(head), filter));
    source->m_keys = std::move(*keys);
    source->m_mark = std::move(mark);
    TRY(source->readHead());
    return source;
}

Source::Source(std::unique_ptr<store::Database> database, store::Transaction transaction, ledger::Head head,
    ledger::EntryFilter filter)
    : m_database(std::move(database))
    , m_transaction(std::move(transaction))
    , m_reader(*m_database)
    , m_proofs(*m_database, head.size)
    , m_filter(std::move(filter))
{
    m_facts.head = std::move(head);
    m_facts.isWhole = isWholeLedger(m_filter);
    m_facts.reportId = reportId(m_facts.head.root, m_filter);
}

Result<void> Source::readHead()
{
    const ledger::Head &head = m_facts.head;
    const auto opened = ledger::openCheckpoint(head.checkpoint, m_keys);
    if (!opened)
        return doesNotHold(u"the ledger's checkpoint is not good: "_s + opened.error().detail.chopped(1));
    if (opened->checkpoint.size != head.size || opened->checkpoint.root != head.root)
        return doesNotHold(u"the ledger's head is not what its signed checkpoint says"_s);
    m_facts.origin = opened->checkpoint.origin;
    m_facts.keyId = toHex(opened->signer.id);
    m_facts.vkey = opened->signer.text();
    if (head.size == 0)
        return {};
    ASSIGN_OR_RETURN(const QByteArray newest, m_reader.entry(head.size - 1));
    ASSIGN_OR_RETURN(const auto proof, m_proofs.proof(head.size - 1));
    if (!ledger::verifyInclusion(ledger::leafHash(newest), head.size - 1, head.size, proof, head.root))
        return doesNotHold(u"the newest entry, %1, is not in the tree that the checkpoint signs"_s.arg(head.size - 1));
    ASSIGN_OR_RETURN(const auto fields, ledger::parseEntry(newest));
    m_facts.asOf = fields.time;
    return {};
}

void Source::onProgress(Progress progress, int readings)
{
    m_progress = std::move(progress);
    m_readings = readings;
}

Result<void> Source::advance(quint64 done, quint64 total)
{
    const quint64 all = quint64(m_readings) * total;
    if (m_progress && !m_progress(std::min(quint64(m_reading) * total + done, all), all))
        return fail(ErrorCode::Unavailable, u"The export was stopped; nothing was written."_s);
    return {};
}

Result<void> Source::verify()
{
    Result<void> asked;
    ledger::VerifyOptions options{.keys = m_keys};
    options.progress = [&](TreeSize done, TreeSize total) {
        asked = advance(done, total);
        return asked.has_value();
    };
    const auto report = ledger::verifyWithin(*m_database, options, m_mark);
    TRY(asked);
    if (!report)
        return std::unexpected(report.error());
    if (!report->ok) {
        const QString where = report->firstBad ? u"first bad index %1, "_s.arg(*report->firstBad) : QString();
        QString what = report->damage;
        what.chop(what.endsWith(u'.') ? 1 : 0);
        return doesNotHold(u"the ledger is NOT verified: %1%2"_s.arg(where, what));
    }
    ++m_reading;
    return {};
}

Result<void> Source::check()
{
    TRY(verify());
    ASSIGN_OR_RETURN(m_facts.matching, m_reader.count(m_filter));
    // A whole ledger is hashed from its first entry on, whichever way it is shown.
    m_turned = m_filter.reverse && m_facts.isWhole;
    const bool reverse = std::exchange(m_filter.reverse, m_filter.reverse && !m_turned);
    const auto checked = forEach([this](const Row &row) -> Result<void> {
        TRY(checkRow(row));
        count(row);
        return {};
    });
    m_filter.reverse = reverse;
    TRY(checked);
    if (m_turned)
        std::ranges::reverse(m_exceptions);
    if (m_facts.isWhole && (m_frontier.size() != m_facts.head.size || m_frontier.root() != m_facts.head.root))
        return doesNotHold(u"the %1 entries do not make the root that the checkpoint signs"_s.arg(m_frontier.size()));
    const quint64 expected = std::min(m_facts.matching, quint64(m_filter.limit.value_or(UINT64_MAX)));
    if (m_facts.rows != expected)
        return doesNotHold(u"the database counts %1 entries, but %2 were read"_s.arg(expected).arg(m_facts.rows));
    return {};
}

Result<void> Source::checkRow(const Row &row)
{
    const LeafIndex index = row.fields.index;
    if (m_facts.isWhole) {
        if (index != m_frontier.size())
            return doesNotHold(u"entry %1 is missing"_s.arg(m_frontier.size()));
        m_frontier.append(row.leaf, [](int, const ledger::Digest &) {});
        return {};
    }
    if (!matches(m_filter, row.fields))
        return doesNotHold(u"entry %1 was found by a search column that does not say what the entry says"_s.arg(index));
    ASSIGN_OR_RETURN(const auto proof, m_proofs.proof(index));
    if (!ledger::verifyInclusion(row.leaf, index, m_facts.head.size, proof, m_facts.head.root))
        return doesNotHold(u"entry %1 is not in the tree that the checkpoint signs"_s.arg(index));
    return {};
}

void Source::count(const Row &row)
{
    const ledger::EntryFields &entry = row.fields;
    ++m_facts.rows;
    m_facts.firstIndex = std::min(m_facts.firstIndex.value_or(entry.index), entry.index);
    m_facts.lastIndex = std::max(m_facts.lastIndex.value_or(entry.index), entry.index);
    m_facts.firstTime = std::min(m_facts.firstTime.value_or(entry.time), entry.time);
    m_facts.lastTime = std::max(m_facts.lastTime.value_or(entry.time), entry.time);
    ++m_facts.byEvent[entry.eventType];
    ++m_facts.byOutcome[size_t(entry.outcome)];
    const QByteArray actor = actorName(entry.actor);
    if (m_facts.byActor.size() < Facts::MostActors || m_facts.byActor.contains(actor))
        ++m_facts.byActor[actor];
    else
        ++m_facts.byOtherActors;
    if (const auto exception = exceptionOf(entry)) {
        ++m_facts.byException[size_t(*exception)];
        if (m_exceptions.size() < MostExceptions || m_turned)
            m_exceptions.push_back(entry.index);
        if (m_exceptions.size() > MostExceptions)
            m_exceptions.pop_front();
    }
}

Result<void> Source::visitRow(
    LeafIndex index, const QByteArray &bytes, const std::function<Result<void>(const Row &)> &visit)
{
    const auto fields = ledger::parseEntry(bytes);
    if (!fields || fields->index != index)
        return doesNotHold(u"what stands at index %1 is not that entry"_s.arg(index));
    return visit({.bytes = bytes, .fields = *fields, .data = dataOf(bytes), .leaf = ledger::leafHash(bytes)});
}

Result<void> Source::forEach(const std::function<Result<void>(const Row &)> &visit, quint64 most)
{
    return forEachBytes([&](LeafIndex index, const QByteArray &bytes) { return visitRow(index, bytes, visit); }, most);
}

Result<void> Source::forEachException(const std::function<Result<void>(const Row &)> &visit)
{
    for (const LeafIndex index : m_exceptions) {
        ASSIGN_OR_RETURN(const QByteArray bytes, m_reader.entry(index));
        TRY(visitRow(index, bytes, visit));
    }
    return {};
}

Result<void> Source::forEachBytes(const BytesVisitor &visit, quint64 most)
{
    Result<void> outcome;
    quint64 left = std::min(most, quint64(m_filter.limit.value_or(UINT64_MAX)));
    ledger::EntryFilter filter = m_filter;
    filter.before = m_facts.head.size;
    ledger::EntryParts parts(filter);
    while (left > 0) {
        ASSIGN_OR_RETURN(auto part, parts.next(m_reader));
        if (!part)
            break;
        part->limit = left;
        const quint64 width = *part->before - part->from, before = parts.done() - width;
        quint64 rows = 0;
        TRY(m_reader.read(*part, [&](LeafIndex index, const QByteArray &bytes) {
            --left;
            outcome = visit(index, bytes);
            if (outcome && ++rows % RowsBetweenQuestions == 0)
                outcome =
                    advance(before + (filter.reverse ? *part->before - index : index - part->from + 1), parts.total());
            return outcome.has_value();
        }));
        TRY(outcome);
        TRY(advance(parts.done(), parts.total()));
    }
    ++m_reading;
    return {};
}

} // namespace report
