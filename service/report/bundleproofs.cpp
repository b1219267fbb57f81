// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/bundleproofs.h"

#include "service/core/encoding.h"
#include "service/ledger/tlogproof.h"
#include "service/report/query.h"

using namespace Qt::StringLiterals;

namespace report {

Result<void> ProofCheck::addProof(std::uint64_t index, const QByteArray &text)
{
    const auto wrong = [&] {
        return m_claim.found(
            BundleDamage::ProofFails, u"The proof of entry %1 is not as tlog-proof has it."_s.arg(index), index);
    };
    if (m_proofOf)
        return wrong(); // the entry of the one before is missing
    std::vector<ledger::Digest> hashes;
    const QByteArrayList lines = text.first(std::max<qsizetype>(0, text.indexOf("\n\n"))).split('\n');
    for (qsizetype i = 2; i < lines.size(); ++i) {
        const auto hash = fromBase64(lines[i]);
        if (!hash || hash->size() != ledger::HashSize)
            return wrong();
        hashes.push_back(ledger::Digest::fromBytes(*hash));
    }
    if (text != ledger::tlogProof(index, hashes, m_claim.head.note))
        return wrong();
    m_proof = std::move(hashes);
    m_proofOf = index;
    return {};
}

Result<void> ProofCheck::addEntry(std::uint64_t index, const QByteArray &bytes)
{
    if (std::exchange(m_proofOf, {}) != index)
        return m_claim.found(BundleDamage::ProofFails, u"Entry %1 has no proof before it."_s.arg(index), index);
    if (!ledger::verifyInclusion(ledger::leafHash(bytes), index, m_claim.report.size, m_proof, m_claim.report.root))
        return m_claim.found(BundleDamage::EntryChanged,
            u"Entry %1, or its proof, was changed: it does not lead to the signed root."_s.arg(index), index);
    const auto fields = ledger::parseEntry(bytes);
    if (!fields || fields->index != index || !matches(m_claim.filter, *fields))
        return m_claim.found(
            BundleDamage::QueryDiffers, u"Entry %1 is not one that the query asks for."_s.arg(index), index);
    TRY(m_claim.noteKeyChange(*fields));
    ASSIGN_OR_RETURN(const auto line, m_rows.next());
    if (!line || *line != bytes)
        return m_claim.found(
            BundleDamage::EntryChanged, u"entries.jsonl has another line where entry %1 follows."_s.arg(index), index);
    ++m_entries;
    return {};
}

Result<void> ProofCheck::finish()
{
    if (m_proofOf)
        return m_claim.found(BundleDamage::ProofFails, u"The last proof has no entry."_s);
    ASSIGN_OR_RETURN(const auto more, m_rows.next());
    if (more || m_entries != m_claim.report.rows)
        return m_claim.found(BundleDamage::EntryChanged,
            u"There are %1 proofs; entries.jsonl or query.json speak of another number."_s.arg(m_entries));
    return {};
}

} // namespace report
