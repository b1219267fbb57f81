// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a report is made from: the entries that a filter selects, read again and again from one state of the ledger, and
// what is known of them as a whole. One thread; a read-only connection of its own with one read transaction, open from
// begin to end, so that all forms and parts speak of one checkpoint.
//
// Nothing is exported unchecked. First the whole ledger is verified as service-fs verify does it, replay apart: an
// excerpt is found by search columns, and only with each of them derived again from its entry's bytes does it hold all
// that match. Then every row is shown to be in the tree that the checkpoint signs as it is read: of the whole ledger by
// making the root again, of an excerpt by an inclusion proof of each.
#pragma once

#include "service/ledger/entry.h"
#include "service/ledger/note.h"
#include "service/ledger/reader.h"
#include "service/ledger/verify.h"
#include "service/report/prooftree.h"

#include <array>
#include <deque>
#include <map>

namespace report {

// Why an entry is among those to look at first.
enum class Exception
{
    Denied,
    Failed,
    Revoked, // a token's rights ended
    Privileged // keys, administrators and tenant administrators, the ledger's own standing
};
constexpr std::array<Exception, 4> Exceptions{
    Exception::Denied, Exception::Failed, Exception::Revoked, Exception::Privileged};

QString exceptionName(Exception exception); // "denied"

// The first that applies, in the order above.
std::optional<Exception> exceptionOf(const ledger::EntryFields &entry);

struct Row
{
    const QByteArray &bytes;
    const ledger::EntryFields &fields;
    QByteArrayView data; // the text of the member "data" within `bytes`
    ledger::Digest leaf;
};

struct Facts
{
    ledger::Head head;
    QByteArray origin;
    QByteArray keyId; // 8 hexadecimal digits
    QByteArray vkey; // of the key that signed the checkpoint, one line without its end
    Timestamp asOf; // of the newest entry covered
    QByteArray reportId;
    bool isWhole = false;

    quint64 rows = 0; // selected and checked
    quint64 matching = 0; // without the filter's limit, as the database counts
    std::optional<LeafIndex> firstIndex, lastIndex; // smallest and largest
    std::optional<Timestamp> firstTime, lastTime;
    std::map<QByteArray, quint64> byEvent;
    std::map<QByteArray, quint64> byActor; // at most MostActors of them
    quint64 byOtherActors = 0;
    std::array<quint64, 3> byOutcome{}; // of ledger::Outcome
    std::array<quint64, Exceptions.size()> byException{};

    static constexpr size_t MostActors = 10'000;
};

// Exceptions that are listed by themselves; the table of entries has them all.
constexpr size_t MostExceptions = 1000;

// How far it is; false stops, and what runs ends with Unavailable.
using Progress = std::function<bool(quint64 done, quint64 total)>;

struct LedgerFiles
{
    QString database; // tenants.db
    QString vkey; // ledger.vkey
    QString highWater; // empty: not looked at
};

class Source
{
public:
    // Refused or Storage where database or key can't be read, Corrupt where the checkpoint is not good.
    static Result<std::unique_ptr<Source>> open(const LedgerFiles &files, const ledger::EntryFilter &filter);

    // The first two readings: verifies the ledger; checks every row, and counts. Corrupt says what does not hold.
    Result<void> check();

    // The rows again, in the filter's order, after check(); the first `most` of them. `visit` ends it with its error.
    Result<void> forEach(const std::function<Result<void>(const Row &)> &visit, quint64 most = UINT64_MAX);
    // Their bytes alone.
    using BytesVisitor = std::function<Result<void>(LeafIndex index, const QByteArray &bytes)>;
    Result<void> forEachBytes(const BytesVisitor &visit, quint64 most = UINT64_MAX);

    // Those to look at first: in the filter's order, the first MostExceptions.
    Result<void> forEachException(const std::function<Result<void>(const Row &)> &visit);

    const ledger::EntryFilter &filter() const { return m_filter; }
    const Facts &facts() const { return m_facts; }
    store::Database &database() { return *m_database; }
    ledger::LedgerReader &reader() { return m_reader; }
    ProofTree &proofs() { return m_proofs; }

    // `readings` of all rows, the check among them, are what there is to do. Asked every few hundred rows.
    void onProgress(Progress progress, int readings);
    // The same question from whoever does a reading's worth by other means; Unavailable where it says stop.
    Result<void> advance(quint64 done, quint64 total);

private:
    Source(std::unique_ptr<store::Database> database, store::Transaction transaction, ledger::Head head,
        ledger::EntryFilter filter);
    Result<void> readHead();
    Result<void> verify();
    Result<void> visitRow(
        LeafIndex index, const QByteArray &bytes, const std::function<Result<void>(const Row &)> &visit);
    Result<void> checkRow(const Row &row);
    void count(const Row &row);

    std::unique_ptr<store::Database> m_database;
    store::Transaction m_transaction;
    ledger::LedgerReader m_reader;
    ProofTree m_proofs;
    ledger::EntryFilter m_filter;
    Facts m_facts;
    std::vector<ledger::VerifierKey> m_keys;
    ledger::MarkRead m_mark;
    std::deque<LeafIndex> m_exceptions; // after check() in the filter's order
    bool m_turned = false; // checked against the filter's order
    ledger::Frontier m_frontier; // of a whole ledger, while it is checked
    Progress m_progress;
    int m_reading = 0, m_readings = 1; // all rows were read so often, of so often
};

} // namespace report
