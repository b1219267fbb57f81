// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/verify.h"

#include "service/ledger/damagekind.h"
#include "service/ledger/highwater.h"
#include "service/ledger/keychanges.h"
#include "service/ledger/reader.h"
#include "service/ledger/treeverifier.h"

using namespace Qt::StringLiterals;

namespace ledger {

const char *damageName(Damage damage)
{
    switch (damage) {
    case Damage::None:
        return "none";
    case Damage::HeadChanged:
        return "head-changed";
    case Damage::CheckpointUnsigned:
        return "checkpoint-unsigned";
    case Damage::HighWaterUnusable:
        return "high-water-unusable";
    case Damage::RolledBack:
        return "rolled-back";
    case Damage::Forked:
        return "forked";
    case Damage::EntryMissing:
        return "entry-missing";
    case Damage::EntryDeleted:
        return "entry-deleted";
    case Damage::EntryInserted:
        return "entry-inserted";
    case Damage::EntrySwapped:
        return "entry-swapped";
    case Damage::TailCut:
        return "tail-cut";
    case Damage::EntryExtra:
        return "entry-extra";
    case Damage::EntryChanged:
        return "entry-changed";
    case Damage::EntryMalformed:
        return "entry-malformed";
    case Damage::EntryMisplaced:
        return "entry-misplaced";
    case Damage::SequenceBroken:
        return "sequence-broken";
    case Damage::TimeBackwards:
        return "time-backwards";
    case Damage::ColumnChanged:
        return "column-changed";
    case Damage::TileChanged:
        return "tile-changed";
    case Damage::StateDiffers:
        return "state-differs";
    case Damage::SchemaChanged:
        return "schema-changed";
    }
    return "unknown";
}

namespace {

// With the entries known to be those that were signed: what they say of the keys. Notes that don't open were found
// before.
Result<std::optional<Finding>> findOutOfTurn(
    store::Database &database, const VerifyOptions &options, const MarkRead &mark)
{
    ASSIGN_OR_RETURN(const auto changes, keyChanges(database));
    ASSIGN_OR_RETURN(const Head head, LedgerReader(database).head());
    std::vector<std::pair<QString, Result<SignedCheckpoint>>> all;
    all.emplace_back(u"The ledger's head"_s, openCheckpoint(head.checkpoint, options.keys));
    if (mark)
        all.emplace_back(u"The high-water mark"_s, *mark);
    for (const OlderCheckpoint &older : options.older)
        all.emplace_back(u"The checkpoint "_s + older.name, openCheckpoint(older.note, options.keys));
    for (const auto &[name, opened] : all) {
        if (const auto why = opened ? signedOutOfTurn(*opened, changes) : std::nullopt)
            return Finding{.kind = Damage::CheckpointUnsigned, .index = {}, .sentence = u"%1 %2."_s.arg(name, *why)};
    }
    return std::nullopt;
}

} // namespace

Result<VerifyReport> verifyTree(store::Database &database, const VerifyOptions &options)
{
    // Before the transaction: a mark written after it began would look like a rollback.
    MarkRead mark;
    if (!options.highWaterPath.isEmpty())
        mark = HighWater::read(options.highWaterPath, options.keys);

    ASSIGN_OR_RETURN(const auto transaction, store::Transaction::begin(database));
    return verifyWithin(database, options, mark);
}

Result<VerifyReport> verifyWithin(store::Database &database, const VerifyOptions &options, const MarkRead &mark)
{
    VerifyReport report;
    auto verified = TreeVerifier(database, options, report).run(mark);
    if (verified) {
        ASSIGN_OR_RETURN(const auto outOfTurn, findOutOfTurn(database, options, mark));
        report.ok = !outOfTurn;
        if (outOfTurn) {
            report.kind = outOfTurn->kind;
            report.damage = outOfTurn->sentence;
        }
    } else if (verified.error().finding) {
        ASSIGN_OR_RETURN(Finding finding, explained(database, report.size, std::move(*verified.error().finding)));
        report.kind = finding.kind;
        report.firstBad = finding.index;
        report.lastBad = finding.last;
        report.damage = std::move(finding.sentence);
    } else {
        return fail(std::move(verified.error().error));
    }
    return report;
}

} // namespace ledger
