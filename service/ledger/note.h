// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

// Signed notes and verifier keys (C2SP signed-note v1.0.0). Pure functions; any thread.
//
//     ledger.example/tenant-a          the text: whole lines, each ending in LF; this is what is signed
//     300
//     yjk9Apa+xeC43KuYO9H7fRRh9RLnJny4ljGtJv1m2Eg=
//                                      an empty line
//     <U+2014> NAME BASE64             signatures; the bytes are 4 of key id, then the signature itself
//
// A verifier key is NAME+HHHHHHHH+BASE64: the key id in lower-case hex; the bytes are the signature type and the key.
// The key id is the first 4 bytes of SHA-256(NAME, LF, type, key). We sign and verify type 01, Ed25519 over the text.
#pragma once

#include "service/crypto/ed25519.h"

#include <span>
#include <vector>

namespace ledger {

constexpr qsizetype MaxNoteSize = 1 << 20; // post-quantum signatures reach 5 kB each

struct VerifierKey
{
    QByteArray name;
    QByteArray id; // 4 bytes
    crypto::PublicKey key;

    QByteArray text() const; // NAME+HHHHHHHH+BASE64, without a line end

    friend bool operator==(const VerifierKey &, const VerifierKey &) = default;
};

// Not empty, UTF-8, without blanks, control characters and '+'.
bool isKeyName(QByteArrayView name);

VerifierKey verifierKey(QByteArray name, const crypto::PublicKey &key);

// Strict, without a line end; InvalidField says what is wrong. Types other than 01 are refused.
Result<VerifierKey> parseVerifierKey(QByteArrayView text);

// One a line, as ledger.vkey holds them; empty lines are passed over. InvalidField for what is no key, and for none.
Result<std::vector<VerifierKey>> parseVerifierKeys(QByteArrayView text);

// From a file such as ledger.vkey; Refused where it can't be read or holds no key.
Result<std::vector<VerifierKey>> readVerifierKeys(const QString &path);

struct NoteSignature
{
    QByteArray name;
    QByteArray id; // 4 bytes
    QByteArray signature;
};

struct Note
{
    QByteArray text; // up to and including the last LF before the empty line
    std::vector<NoteSignature> signatures;
};

// Every spelling but the canonical one is Corrupt: CR, a missing last LF, a hyphen for the dash, base64 without
// padding.
Result<Note> parseNote(QByteArrayView bytes);

// The keys that signed it. Signatures by others are passed over; a bad one by a known key, or none by any, is Corrupt.
Result<std::vector<VerifierKey>> verifyNote(const Note &note, std::span<const VerifierKey> known);

// `text` must end in LF and have no empty line at its end.
QByteArray signNote(const QByteArray &text, const QByteArray &name, const crypto::SigningKey &key);

} // namespace ledger
