// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a bundle says of itself in query.json and its signed checkpoint, for the parts of its verification. One thread.
#pragma once

#include "service/ledger/filter.h"
#include "service/report/bundlecheck.h"
#include "service/report/bundleparts.h"

namespace report {

struct BundleClaim
{
    ZipArchive &zip;
    BundleReport &report; // its size, root and rows are those that are claimed
    ledger::EntryFilter filter = {};
    QByteArray reportId = {};
    QByteArray checkpoint = {}; // as signed
    std::vector<std::pair<QString, ledger::Checkpoint>> older = {}; // of the same log, by size

    // What is wrong, for the report; the error itself only ends the run.
    std::unexpected<Error> found(BundleDamage kind, const QString &sentence, std::optional<LeafIndex> index = {})
    {
        report.kind = kind;
        report.firstBad = index;
        return fail(ErrorCode::Corrupt, sentence);
    }
};

} // namespace report
