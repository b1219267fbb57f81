// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/bundlecheck.h"

#include "service/core/encoding.h"
#include "service/report/bundle.h"
#include "service/report/bundlelog.h"
#include "service/report/bundleproofs.h"
#include "service/report/contenthash.h"
#include "service/report/query.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace report {

namespace {

constexpr quint64 MostSmall = 1024 * 1024; // of a file that is read as one

class BundleChecker
{
public:
    BundleChecker(const BundleOptions &options, ZipArchive &zip, BundleParts parts, BundleReport &report)
        : m_options(options)
        , m_parts(std::move(parts))
        , m_claim{.zip = zip, .report = report}
        , m_manifest(zip, m_parts.single(ManifestName))
        , m_rows(zip, m_parts.single("entries.jsonl"))
        , m_log(m_claim)
        , m_proofs(m_claim, m_rows)
    {
    }

    Result<void> run();

private:
    using Member = ZipArchive::Member;

    Result<QByteArray> small(const Member &member);
    Result<void> readQuery();
    Result<void> readCheckpoints();
    Result<void> readOlder(std::span<const ledger::VerifierKey> keys);
    Result<void> readSignature(const ledger::VerifierKey &signer);
    Result<void> checkSigners();
    Result<void> checkMember(const Member &member);
    Result<QByteArray> checkListed(const Member &member, bool isKept);

    const BundleOptions &m_options;
    const BundleParts m_parts;
    BundleClaim m_claim;
    Lines m_manifest, m_rows;
    LogCheck m_log; // of a whole ledger
    ProofCheck m_proofs; // of an excerpt
    quint64 m_done = 0; // bytes
};

Result<QByteArray> BundleChecker::small(const Member &member)
{
    if (member.size > MostSmall)
        return m_claim.found(BundleDamage::FilesDiffer,
            u"%1 has %2 bytes; %3 are the most."_s.arg(QString::fromUtf8(member.name)).arg(member.size).arg(MostSmall));
    return m_claim.zip.readAt(member, 0, member.size);
}

Result<void> BundleChecker::readQuery()
{
    const auto wrong = [&](const QString &what) {
        return m_claim.found(BundleDamage::QueryDiffers, u"query.json %1."_s.arg(what));
    };
    ASSIGN_OR_RETURN(const QByteArray text, small(m_parts.single("query.json")));
    const auto parsed = json::parse(text);
    const json::Value *query = parsed ? parsed->find("query") : nullptr;
    if (!query)
        return wrong(u"holds no query"_s);
    json::ObjectReader asked(*query);
    m_claim.filter = report::readQuery(asked);
    if (!asked.finish())
        return wrong(u"holds a query that can't be read"_s);
    json::ObjectReader reader(*parsed);
    reader.optionalValue("query");
    m_claim.reportId = reader.text("report_id", 64, 64).toLatin1();
    m_claim.report.rows = quint64(reader.integer("rows", 0, INT64_MAX));
    reader.integer("matching", 0, INT64_MAX);
    m_claim.report.size = TreeSize(reader.integer("tree_size", 0, INT64_MAX));
    const auto root = fromBase64(reader.text("root", 44, 44).toLatin1());
    m_claim.report.origin = reader.text("origin", 1, 1000);
    for (const char *name : {"first_index", "last_index", "as_of"})
        reader.optionalValue(name);
    if (!reader.finish() || !root || root->size() != ledger::HashSize)
        return wrong(u"is not as bundles have it"_s);
    m_claim.report.root = ledger::Digest::fromBytes(*root);
    if (isWholeLedger(m_claim.filter) != m_parts.isWhole)
        return wrong(m_parts.isWhole ? u"asks for an excerpt; the bundle holds the whole ledger"_s
                                     : u"asks for the whole ledger; the bundle holds an excerpt"_s);
    if (m_claim.reportId != reportId(m_claim.report.root, m_claim.filter))
        return wrong(u"names another report than its query and root make"_s);
    return {};
}

Result<void> BundleChecker::readCheckpoints()
{
    const auto unsignedOne = [&](const QString &what) { return m_claim.found(BundleDamage::CheckpointUnsigned, what); };
    ASSIGN_OR_RETURN(const QByteArray vkey, small(m_parts.single("vkey")));
    auto keys = m_options.keys;
    if (keys.empty()) {
        auto own = ledger::parseVerifierKeys(vkey);
        if (!own)
            return m_claim.found(
                BundleDamage::KeyDiffers, u"The file vkey holds no verifier key: "_s + own.error().detail);
        keys = std::move(*own);
    }
    const auto current = m_parts.checkpoints.find(m_claim.report.size);
    if (current == m_parts.checkpoints.end())
        return m_claim.found(BundleDamage::FilesDiffer, u"checkpoints/%1 is missing."_s.arg(m_claim.report.size));
    ASSIGN_OR_RETURN(const QByteArray note, small(current->second));
    const auto opened = ledger::openCheckpoint(note, keys);
    if (!opened)
        return unsignedOne(u"The checkpoint is not good: "_s + opened.error().detail);
    if (const auto why = ledger::signedByOlderKey(opened->checkpoint.origin, opened->signer.id, m_options.keys))
        return unsignedOne(u"The checkpoint %1."_s.arg(*why));
    m_claim.head = *opened;
    m_claim.report.keyId = toHex(opened->signer.id);
    if (opened->checkpoint
        != ledger::Checkpoint{m_claim.report.origin.toUtf8(), m_claim.report.size, m_claim.report.root})
        return m_claim.found(
            BundleDamage::QueryDiffers, u"query.json speaks of another checkpoint than the signed one."_s);
    if (m_parts.isWhole) {
        ASSIGN_OR_RETURN(const QByteArray inLog, small(m_parts.single(LogName)));
        if (inLog != note)
            return unsignedOne(u"The checkpoint in log/ is not the one that the bundle speaks of."_s);
    }
    ASSIGN_OR_RETURN(const QByteArray policy, small(m_parts.single("policy.txt")));
    if (vkey != opened->signer.text() + '\n' || policy != bundlePolicy(opened->signer.text()))
        return m_claim.found(
            BundleDamage::KeyDiffers, u"The key or the policy within is not that of the checkpoint's signer."_s);
    TRY(readOlder(keys));
    return readSignature(opened->signer);
}

// Those within, and those that were given.
Result<void> BundleChecker::readOlder(std::span<const ledger::VerifierKey> keys)
{
    for (const auto &[size, member] : m_parts.checkpoints) {
        if (size == m_claim.report.size)
            continue;
        ASSIGN_OR_RETURN(const QByteArray note, small(member));
        const auto older = ledger::openCheckpoint(note, keys);
        if (!older || older->checkpoint.size != size || size > m_claim.report.size)
            return m_claim.found(
                BundleDamage::CheckpointUnsigned, u"checkpoints/%1 is no good checkpoint of that size."_s.arg(size));
        if (older->checkpoint.origin == m_claim.report.origin.toUtf8())
            m_claim.older.emplace_back(QString::fromUtf8(member.name), *older);
    }
    for (const auto &[name, note] : m_options.older) {
        if (!m_parts.isWhole)
            return fail(ErrorCode::InvalidField,
                u"A checkpoint can only be compared with a bundle of the whole ledger; this is an excerpt."_s);
        const auto older = ledger::openCheckpoint(note, keys);
        if (!older)
            return m_claim.found(BundleDamage::CheckpointUnsigned, u"%1: %2"_s.arg(name, older.error().detail));
        if (older->checkpoint.size > m_claim.report.size)
            return m_claim.found(BundleDamage::Forked,
                u"%1 has %2 entries, the bundle only %3: it is older, or its ledger was rolled back."_s.arg(name)
                    .arg(older->checkpoint.size)
                    .arg(m_claim.report.size));
        m_claim.older.emplace_back(name, *older);
    }
    std::ranges::stable_sort(m_claim.older, {}, [](const auto &older) { return older.second.checkpoint.size; });
    return {};
}

Result<void> BundleChecker::readSignature(const ledger::VerifierKey &signer)
{
    const auto note = m_parts.singles.find(NoteName);
    if (note == m_parts.singles.end())
        return {};
    ASSIGN_OR_RETURN(const QByteArray signature, small(note->second));
    ContentHash hash;
    TRY(m_claim.zip.read(m_parts.single(ManifestName), [&](QByteArrayView bytes) -> Result<void> {
        hash.add(bytes);
        return {};
    }));
    const auto parsed = ledger::parseNote(signature);
    if (!parsed || !ledger::verifyNote(*parsed, std::span(&signer, 1)))
        return m_claim.found(BundleDamage::ManifestForged, u"The signature of the manifest is not good."_s);
    if (parsed->text != bundleManifestText(hash.digest(), m_claim.reportId))
        return m_claim.found(
            BundleDamage::ManifestForged, u"The manifest is not the one that was signed for this report."_s);
    m_claim.report.isManifestSigned = true;
    return {};
}

// With the entries known to be those that were signed: what they say of the keys.
Result<void> BundleChecker::checkSigners()
{
    const auto &changes = m_claim.keyChanges;
    const auto check = [&](const QString &name, const ledger::SignedCheckpoint &checkpoint) -> Result<void> {
        const auto why = m_parts.isWhole ? ledger::signedOutOfTurn(checkpoint, changes)
                                         : ledger::signedByReplacedKey(checkpoint, changes);
        if (why)
            return m_claim.found(BundleDamage::CheckpointUnsigned, u"%1 %2."_s.arg(name, *why));
        return {};
    };
    TRY(check(u"The checkpoint"_s, m_claim.head));
    if (m_parts.isWhole) {
        for (const auto &[name, checkpoint] : m_claim.older)
            TRY(check(name, checkpoint));
    }
    return {};
}

Result<void> BundleChecker::run()
{
    m_claim.report.isWhole = m_parts.isWhole;
    TRY(readQuery());
    TRY(readCheckpoints());
    if (m_parts.isWhole)
        TRY(m_log.begin());
    TRY(m_claim.zip.forEach([this](const Member &member) { return checkMember(member); }));
    ASSIGN_OR_RETURN(const auto more, m_manifest.next());
    if (more)
        return m_claim.found(BundleDamage::FilesDiffer,
            u"The manifest lists %1, which is missing."_s.arg(QString::fromUtf8(
                more->mid(66).first(std::min<qsizetype>(200, std::max<qsizetype>(0, more->size() - 66))))));
    TRY(m_parts.isWhole ? m_log.finish(m_rows) : m_proofs.finish());
    return checkSigners();
}

Result<void> BundleChecker::checkMember(const Member &member)
{
    if (member.name == ManifestName || member.name == NoteName)
        return {};
    const Part part = *partNamed(member.name);
    const bool isKept = part.kind != PartKind::Single;
    if (isKept && member.size > MostSmall * 32)
        return m_claim.found(BundleDamage::FilesDiffer, u"%1 is too large."_s.arg(QString::fromUtf8(member.name)));
    ASSIGN_OR_RETURN(const QByteArray content, checkListed(member, isKept));
    switch (part.kind) {
    case PartKind::Tile:
        return m_log.add(member, part.tile, content);
    case PartKind::Proof:
        return m_proofs.addProof(part.number, content);
    case PartKind::Entry:
        return m_proofs.addEntry(part.number, content);
    case PartKind::Single:
    case PartKind::Checkpoint:
        break;
    }
    return {};
}

// Against its line of the manifest, which lists the files as they follow one another.
Result<QByteArray> BundleChecker::checkListed(const Member &member, bool isKept)
{
    const QString name = QString::fromUtf8(member.name);
    ContentHash hash;
    QByteArray content;
    TRY(m_claim.zip.read(member, [&](QByteArrayView bytes) -> Result<void> {
        hash.add(bytes);
        if (isKept)
            content += bytes;
        m_done += quint64(bytes.size());
        if (m_options.progress && !m_options.progress(std::min(m_done, m_claim.zip.size()), m_claim.zip.size()))
            return fail(ErrorCode::Unavailable, u"The verification was stopped."_s);
        return {};
    }));
    ASSIGN_OR_RETURN(const auto line, m_manifest.next());
    constexpr qsizetype digits = 2 * ledger::HashSize;
    if (!line)
        return m_claim.found(BundleDamage::FilesDiffer, u"%1 is not listed in the manifest."_s.arg(name));
    const auto sum = line->size() > digits ? fromHex(QByteArrayView(*line).first(digits)) : std::nullopt;
    if (!sum || QByteArrayView(*line).sliced(digits) != "  " + member.name)
        return m_claim.found(BundleDamage::FilesDiffer,
            u"Where the manifest lists another file stands %1: one is missing, not listed, or out of order."_s.arg(
                name));
    if (hash.digest().view() != *sum)
        return m_claim.found(BundleDamage::FilesDiffer, u"%1 is not as the manifest lists it."_s.arg(name));
    return content;
}

} // namespace

const char *bundleDamageName(BundleDamage damage)
{
    switch (damage) {
    case BundleDamage::None:
        return "none";
    case BundleDamage::ZipMalformed:
        return "zip-malformed";
    case BundleDamage::FilesDiffer:
        return "files-differ";
    case BundleDamage::ManifestForged:
        return "manifest-forged";
    case BundleDamage::KeyDiffers:
        return "key-differs";
    case BundleDamage::CheckpointUnsigned:
        return "checkpoint-unsigned";
    case BundleDamage::EntryChanged:
        return "entry-changed";
    case BundleDamage::TileChanged:
        return "tile-changed";
    case BundleDamage::ProofFails:
        return "proof-fails";
    case BundleDamage::Forked:
        return "forked";
    case BundleDamage::QueryDiffers:
        return "query-differs";
    }
    return "unknown";
}

Result<BundleReport> checkBundle(const BundleOptions &options)
{
    BundleReport report;
    const auto checked = [&]() -> Result<void> {
        report.kind = BundleDamage::ZipMalformed; // until more is known
        ASSIGN_OR_RETURN(const auto zip, ZipArchive::open(options.path));
        report.kind = BundleDamage::FilesDiffer;
        ASSIGN_OR_RETURN(auto parts, sortParts(*zip));
        return BundleChecker(options, *zip, std::move(parts), report).run();
    }();
    if (checked) {
        report.ok = true;
        report.kind = BundleDamage::None;
    } else if (checked.error().code == ErrorCode::Corrupt) {
        report.damage = checked.error().detail;
    } else {
        return std::unexpected(checked.error());
    }
    return report;
}

} // namespace report
