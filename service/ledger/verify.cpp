// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/verify.h"

#include "service/ledger/highwater.h"
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

Result<VerifyReport> verifyTree(store::Database &database, const VerifyOptions &options)
{
    // Before the transaction: a mark written after it began would look like a rollback.
    std::optional<Result<SignedCheckpoint>> mark;
    if (!options.highWaterPath.isEmpty())
        mark = HighWater::read(options.highWaterPath, options.keys);

    ASSIGN_OR_RETURN(const auto transaction, store::Transaction::begin(database));
    VerifyReport report;
    auto verified = TreeVerifier(database, options, report).run(mark);
    if (verified) {
        report.ok = true;
    } else if (auto &finding = verified.error().finding) {
        report.kind = finding->kind;
        report.firstBad = finding->index;
        report.damage = finding->sentence;
    } else {
        return fail(std::move(verified.error().error));
    }
    return report;
}

} // namespace ledger
