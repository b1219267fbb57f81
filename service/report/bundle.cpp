// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/report/bundle.h"

#include "service/ledger/tlogproof.h"
#include "service/report/contenthash.h"
#include "service/report/pdf.h"
#include "service/report/plain.h"
#include "service/report/zip.h"

using namespace Qt::StringLiterals;

namespace report {

namespace {

struct HashedSink final : Sink
{
    Result<void> write(QByteArrayView bytes) override
    {
        hash.add(bytes);
        return to->write(bytes);
    }
    Sink *to = nullptr;
    ContentHash hash;
};

Result<void> addTile(Source &source, const ledger::TileId &tile, ZipWriter &zip)
{
    ASSIGN_OR_RETURN(const QByteArray bytes, source.reader().tile(tile, source.facts().head.size));
    return zip.add("log/" + ledger::tilePath(tile), bytes);
}

Result<void> addLog(Source &source, ZipWriter &zip)
{
    const TreeSize size = source.facts().head.size;
    TRY(zip.add("log/checkpoint", source.facts().head.checkpoint));
    std::uint64_t done = 0; // of the entries, twice: their own tiles and those of level 0, which are nearly all
    for (int level = ledger::TileId::Entries; level < ledger::TileLevels; ++level) {
        const std::uint64_t hashes = ledger::hashesAtLevel(std::max(level, 0), size);
        for (std::uint64_t n = 0; n * ledger::TileWidth < hashes; ++n) {
            const auto left = hashes - n * ledger::TileWidth;
            TRY(addTile(source, {level, n, int(std::min<std::uint64_t>(left, ledger::TileWidth))}, zip));
            done += std::min<std::uint64_t>(left, ledger::TileWidth);
            TRY(source.advance(std::min(done / 2, size), size));
        }
    }
    return {};
}

Result<void> addProofs(Source &source, ZipWriter &zip)
{
    return source.forEachBytes([&](LeafIndex index, const QByteArray &bytes) -> Result<void> {
        const QByteArray name = "proofs/" + QByteArray::number(qulonglong(index));
        ASSIGN_OR_RETURN(const auto hashes, source.proofs().proof(index));
        TRY(zip.add(name + ".tlog-proof", ledger::tlogProof(index, hashes, source.facts().head.checkpoint)));
        return zip.add(name + ".entry", bytes);
    });
}

} // namespace

Result<void> writeBundle(
    Source &source, const About &about, OutputFile &file, const QString &folder, const crypto::SigningKey *key)
{
    ASSIGN_OR_RETURN(const auto zip, ZipWriter::create(file, folder));
    ASSIGN_OR_RETURN(const auto manifest, Spool::create(folder));
    zip->listDigests(manifest.get());
    const Facts &facts = source.facts();
    About paper = about;
    paper.mostRows = MostRowsOnPaper;

    TRY(zip->add("README.txt", bundleReadme(source, key != nullptr)));
    TRY(zip->add("report.pdf", [&](Sink &sink) { return writePdf(source, paper, sink); }));
    TRY(zip->add("entries.csv", [&](Sink &sink) { return writeCsv(source, sink); }));
    TRY(zip->add("entries.jsonl", [&](Sink &sink) { return writeJsonl(source, sink); }));
    TRY(facts.isWhole ? addLog(source, *zip) : addProofs(source, *zip));
    TRY(zip->add("checkpoints/" + QByteArray::number(qulonglong(facts.head.size)), facts.head.checkpoint));
    TRY(zip->add("vkey", facts.vkey + '\n'));
    TRY(zip->add("policy.txt", bundlePolicy(facts.vkey)));
    ASSIGN_OR_RETURN(const QByteArray keys, bundleKeys(source.database()));
    TRY(zip->add("jwks-history.json", keys));
    TRY(zip->add("query.json", bundleQuery(source)));
    zip->listDigests(nullptr);
    HashedSink hashed;
    TRY(zip->add("manifest.sha256", [&](Sink &sink) {
        hashed.to = &sink;
        return manifest->copyTo(hashed);
    }));
    if (key)
        TRY(zip->add("manifest.sha256.note",
            ledger::signNote(bundleManifestText(hashed.hash.digest(), facts.reportId), facts.origin, *key)));
    return zip->finish();
}

} // namespace report
