// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// What a bundle's zip holds, sorted by what it is: for its verification. One thread.
#pragma once

#include "service/ledger/tiles.h"
#include "service/report/ziparchive.h"

#include <map>
#include <optional>

namespace report {

enum class PartKind
{
    Single, // one of the files that have a fixed name
    Checkpoint, // checkpoints/N
    Tile, // log/tile/…, entry bundles too
    Proof, // proofs/N.tlog-proof
    Entry // proofs/N.entry
};

struct Part
{
    PartKind kind = PartKind::Single;
    std::uint64_t number = 0; // N
    ledger::TileId tile = {};
};

// Nothing for a name that no bundle holds.
std::optional<Part> partNamed(const QByteArray &name);

constexpr char ManifestName[] = "manifest.sha256", NoteName[] = "manifest.sha256.note", LogName[] = "log/checkpoint";

struct BundleParts
{
    std::map<QByteArray, ZipArchive::Member> singles;
    std::map<TreeSize, ZipArchive::Member> checkpoints;
    bool isWhole = false; // it has a log, and no proofs

    const ZipArchive::Member &single(const char *name) const { return singles.at(name); }
};

// Corrupt where something is missing that every bundle has, or is there that none has.
Result<BundleParts> sortParts(ZipArchive &zip);

// A member's lines, one by one, without their ends.
class Lines
{
public:
    Lines(ZipArchive &zip, const ZipArchive::Member &member)
        : m_zip(zip)
        , m_member(member)
    {
    }

    // Nothing at the end. Corrupt for a last line without an end, or one longer than an entry may be.
    Result<std::optional<QByteArray>> next();

private:
    ZipArchive &m_zip;
    const ZipArchive::Member m_member;
    QByteArray m_block;
    qsizetype m_at = 0; // within the block
    quint64 m_read = 0; // of the member
};

} // namespace report
