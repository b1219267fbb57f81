// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "models/ledgerproof.h"

#include "service/core/encoding.h"
#include "service/core/jsonreader.h"
#include "service/ledger/checkpoint.h"

using namespace Qt::StringLiterals;

namespace models {

namespace {

std::unexpected<Error> refuse(const QString &what)
{
    return fail(ErrorCode::Corrupt, what);
}

std::optional<ledger::Digest> digest(const QByteArray *base64)
{
    const auto bytes = base64 ? fromBase64(*base64) : std::nullopt;
    return bytes && bytes->size() == 32 ? std::optional(ledger::Digest::fromBytes(*bytes)) : std::nullopt;
}

struct Proof
{
    LeafIndex index = 0;
    TreeSize size = 0;
    std::vector<ledger::Digest> hashes;
    ledger::Digest root;
    QByteArray checkpoint;
};

Result<Proof> readProof(QByteArrayView text)
{
    ASSIGN_OR_RETURN(const json::Value value, json::parse(text));
    const auto number = [&](const char *name) {
        const json::Value *member = value.find(name);
        return member && member->number() ? member->number()->whole() : std::nullopt;
    };
    const auto string = [&](const char *name) {
        const json::Value *member = value.find(name);
        return member ? member->string() : nullptr;
    };
    Proof proof;
    const auto index = number("index"), size = number("tree_size");
    const auto root = digest(string("root"));
    const QByteArray *checkpoint = string("checkpoint");
    const json::Value *hashes = value.find("hashes");
    if (!index || *index < 0 || !size || *size < 0 || !root || !checkpoint || !hashes || !hashes->array())
        return refuse(u"The proof lacks a member, or one is of another kind."_s);
    proof.index = LeafIndex(*index);
    proof.size = TreeSize(*size);
    proof.root = *root;
    proof.checkpoint = *checkpoint;
    for (const json::Value &hash : *hashes->array()) {
        const auto bytes = digest(hash.string());
        if (!bytes)
            return refuse(u"A hash of the proof is not 32 bytes in base64."_s);
        proof.hashes.push_back(*bytes);
    }
    return proof;
}

} // namespace

Result<ProvenEntry> verifyEntryProof(QByteArrayView entry, QByteArrayView proofText, QByteArrayView verifierKey)
{
    ASSIGN_OR_RETURN(ledger::EntryFields fields, ledger::parseEntry(entry));
    ASSIGN_OR_RETURN(const Proof proof, readProof(proofText));
    // More than one after a rotation, or where a rollback was accepted.
    ASSIGN_OR_RETURN(const auto keys, ledger::parseVerifierKeys(verifierKey));
    ASSIGN_OR_RETURN(const ledger::SignedCheckpoint head, ledger::openCheckpoint(proof.checkpoint, keys));
    if (fields.index != proof.index)
        return refuse(u"The proof is for entry %1, not for %2."_s.arg(proof.index).arg(fields.index));
    if (head.checkpoint.size != proof.size || head.checkpoint.root != proof.root)
        return refuse(u"The signed checkpoint speaks of another tree than the proof."_s);
    if (!ledger::verifyInclusion(ledger::leafHash(entry), proof.index, proof.size, proof.hashes, proof.root))
        return refuse(u"The path from entry %1 does not lead to the signed root."_s.arg(proof.index));
    return ProvenEntry{.fields = std::move(fields), .treeSize = proof.size, .root = toBase64(proof.root.view())};
}

} // namespace models
