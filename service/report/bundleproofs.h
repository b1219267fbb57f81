// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// The entries of an excerpt: each with the proof before it, held against the signed root, the query and the row of
// entries.jsonl. One thread, bounded memory.
#pragma once

#include "service/report/bundleclaim.h"

namespace report {

class ProofCheck
{
public:
    ProofCheck(BundleClaim &claim, Lines &rows) // borrowed
        : m_claim(claim)
        , m_rows(rows)
    {
    }

    // In the order of the file. Corrupt as BundleClaim::found() has it.
    Result<void> addProof(std::uint64_t index, const QByteArray &text);
    Result<void> addEntry(std::uint64_t index, const QByteArray &bytes);
    Result<void> finish();

private:
    BundleClaim &m_claim;
    Lines &m_rows;
    std::optional<LeafIndex> m_proofOf; // whose entry must follow
    std::vector<ledger::Digest> m_proof;
    quint64 m_entries = 0;
};

} // namespace report
