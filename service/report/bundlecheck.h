// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Verifies a bundle without the ledger it came from: the zip, the manifest and its signature, the checkpoints, and
// every entry up to the signed root. What it can't know is whether the key in the bundle is the log's, and of an
// excerpt whether there are other entries that match.
//
// Any thread. Memory is bounded: 8 bytes a file, 40 a tile.
#pragma once

#include "service/ledger/verify.h"

namespace report {

struct BundleOptions
{
    QString path;
    std::vector<ledger::VerifierKey> keys = {}; // none: the bundle's own
    std::vector<ledger::OlderCheckpoint> older = {}; // for a bundle of the whole ledger
    std::function<bool(quint64 done, quint64 total)> progress = {}; // false: stop, the result is Unavailable
};

enum class BundleDamage
{
    None,
    ZipMalformed, // not as bundles are: cut off, compressed, names that lead elsewhere or stand there twice, links
    FilesDiffer, // missing, unlisted, or another than the manifest says
    ManifestForged, // its signature is not good
    KeyDiffers, // the key or policy within is not that of the checkpoint's signer
    CheckpointUnsigned,
    EntryChanged,
    TileChanged,
    ProofFails,
    Forked, // an older checkpoint is of another history
    QueryDiffers // the entries are not those that the query asks for
};

const char *bundleDamageName(BundleDamage damage); // "zip-malformed"

struct BundleReport
{
    bool ok = false;
    bool isWhole = false;
    quint64 rows = 0; // entries within
    TreeSize size = 0; // of the ledger
    ledger::Digest root;
    QByteArray keyId;
    QString origin;
    bool isManifestSigned = false;
    BundleDamage kind = BundleDamage::None;
    std::optional<LeafIndex> firstBad;
    QString damage; // one sentence
};

// Storage for what can't be read, InvalidField for options that don't fit the bundle; all that is read and wrong is in
// the report.
Result<BundleReport> checkBundle(const BundleOptions &options);

} // namespace report
