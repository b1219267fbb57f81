// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a bundle says of itself in query.json and its signed checkpoint, for the parts of its verification. One thread.
#pragma once

#include "service/ledger/filter.h"
#include "service/ledger/keychanges.h"
#include "service/report/bundlecheck.h"
#include "service/report/bundleparts.h"

namespace report {

struct BundleClaim
{
    ZipArchive &zip;
    BundleReport &report; // its size, root and rows are those that are claimed
    ledger::EntryFilter filter = {};
    QByteArray reportId = {};
    ledger::SignedCheckpoint head = {};
    std::vector<std::pair<QString, ledger::SignedCheckpoint>> older = {}; // of the same log, by size
    std::vector<ledger::KeyChange> keyChanges = {}; // that the entries within tell of, in their order

    // What is wrong, for the report; the error itself only ends the run.
    std::unexpected<Error> found(BundleDamage kind, const QString &sentence, std::optional<LeafIndex> index = {})
    {
        report.kind = kind;
        report.firstBad = index;
        return fail(ErrorCode::Corrupt, sentence);
    }

    Result<void> noteKeyChange(const ledger::EntryFields &entry)
    {
        auto change = ledger::keyChangeIn(entry);
        if (!change)
            return found(BundleDamage::EntryChanged, change.error().detail, entry.index);
        if (*change)
            keyChanges.push_back(std::move(**change));
        return {};
    }
};

} // namespace report
