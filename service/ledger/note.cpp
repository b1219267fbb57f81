// SPDX-FileCopyrightText: The tenant-console authors
// SPDX-License-Identifier: Apache-2.0

#include "service/ledger/note.h"

#include "service/core/encoding.h"
#include "service/crypto/digest.h"

#include <QtCore/qfile.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ledger {

namespace {

constexpr qint64 MostKeyText = 64 * 1024;
constexpr char Ed25519Type = '\x01';
constexpr int KeyIdSize = 4;
constexpr std::size_t MaxSignatures = 100; // each known one costs a verification
constexpr QByteArrayView Dash = "\xe2\x80\x94 "; // U+2014 and a blank

QByteArray keyId(const QByteArray &name, const crypto::PublicKey &key)
{
    const char head[] = {'\n', Ed25519Type};
    return crypto::sha256({name, QByteArrayView(head, 2), key.view()}).view().first(KeyIdSize).toByteArray();
}

bool hasControls(QByteArrayView text)
{
    return std::ranges::any_of(text, [](char c) { return uchar(c) < 0x20 && c != '\n'; });
}

std::unexpected<Error> wrongNote(const QString &what)
{
    return fail(ErrorCode::Corrupt, u"The signed note has %1."_s.arg(what));
}

std::unexpected<Error> wrongKey(const QString &what)
{
    return fail(ErrorCode::InvalidField, u"The verifier key has %1."_s.arg(what));
}

Result<NoteSignature> parseSignature(QByteArrayView line)
{
    if (!line.startsWith(Dash))
        return wrongNote(u"a signature line without its dash"_s);
    line = line.sliced(Dash.size());
    const qsizetype blank = line.indexOf(' ');
    if (blank < 0)
        return wrongNote(u"a signature line without a signature"_s);
    const QByteArrayView name = line.first(blank);
    const auto blob = fromBase64(line.sliced(blank + 1));
    if (!isKeyName(name))
        return wrongNote(u"a signature line with a bad key name"_s);
    if (!blob || blob->size() <= KeyIdSize)
        return wrongNote(u"a signature that is not canonical base64"_s);
    return NoteSignature{name.toByteArray(), blob->first(KeyIdSize), blob->sliced(KeyIdSize)};
}

} // namespace

bool isKeyName(QByteArrayView name)
{
    if (name.isEmpty() || !name.isValidUtf8())
        return false;
    return std::ranges::none_of(QString::fromUtf8(name),
        [](QChar c) { return c.isSpace() || c == u'+' || c.category() == QChar::Other_Control; });
}

QByteArray VerifierKey::text() const
{
    return name + '+' + toHex(id) + '+' + toBase64(Ed25519Type + key.view().toByteArray());
}

VerifierKey verifierKey(QByteArray name, const crypto::PublicKey &key)
{
    QByteArray id = keyId(name, key);
    return {std::move(name), std::move(id), key};
}

Result<VerifierKey> parseVerifierKey(QByteArrayView text)
{
    const qsizetype first = text.indexOf('+');
    const qsizetype second = first < 0 ? -1 : text.indexOf('+', first + 1); // base64 may hold more of them
    if (second < 0)
        return wrongKey(u"no three parts joined by '+'"_s);
    if (!isKeyName(text.first(first)))
        return wrongKey(u"a bad name"_s);
    const auto id = fromHex(text.sliced(first + 1, second - first - 1));
    if (!id || id->size() != KeyIdSize)
        return wrongKey(u"a key id that is not 8 lower-case hexadecimal digits"_s);
    const auto bytes = fromBase64(text.sliced(second + 1));
    if (!bytes)
        return wrongKey(u"a key that is not canonical base64"_s);
    if (bytes->size() != 33 || bytes->front() != Ed25519Type)
        return wrongKey(u"a key that is not of type 01, Ed25519"_s);
    ASSIGN_OR_RETURN(const crypto::PublicKey key, crypto::publicKeyFromBytes(QByteArrayView(*bytes).sliced(1)));
    VerifierKey made = verifierKey(text.first(first).toByteArray(), key);
    if (made.id != *id)
        return wrongKey(u"a key id that is not that of its name and key"_s);
    return made;
}

Result<std::vector<VerifierKey>> parseVerifierKeys(QByteArrayView text)
{
    std::vector<VerifierKey> keys;
    for (const QByteArray &line : text.toByteArray().split('\n')) {
        if (line.trimmed().isEmpty())
            continue;
        ASSIGN_OR_RETURN(VerifierKey key, parseVerifierKey(line));
        keys.push_back(std::move(key));
    }
    if (keys.empty())
        return fail(ErrorCode::InvalidField, u"There is no verifier key."_s);
    return keys;
}

Result<std::vector<VerifierKey>> readVerifierKeys(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(
            ErrorCode::Refused, u"The ledger's public key %1 can't be read: %2."_s.arg(path, file.errorString()));
    auto keys = parseVerifierKeys(file.read(MostKeyText));
    if (!keys)
        return fail(ErrorCode::Refused, u"%1 holds no verifier key: %2"_s.arg(path, keys.error().detail));
    return keys;
}

Result<Note> parseNote(QByteArrayView bytes)
{
    if (bytes.size() > MaxNoteSize)
        return wrongNote(u"more than 1 MiB"_s);
    if (!bytes.isValidUtf8() || hasControls(bytes))
        return wrongNote(u"bytes that are not UTF-8, or control characters"_s);
    const qsizetype gap = bytes.lastIndexOf("\n\n");
    if (gap <= 0)
        return wrongNote(u"no text before an empty line"_s);
    Note note{bytes.first(gap + 1).toByteArray(), {}};
    QByteArrayView rest = bytes.sliced(gap + 2);
    if (rest.isEmpty() || rest.back() != '\n')
        return wrongNote(u"no signature, or a last line without its end"_s);
    while (!rest.isEmpty()) {
        if (note.signatures.size() == MaxSignatures)
            return wrongNote(u"more than %1 signatures"_s.arg(MaxSignatures));
        const qsizetype end = rest.indexOf('\n');
        ASSIGN_OR_RETURN(NoteSignature signature, parseSignature(rest.first(end)));
        note.signatures.push_back(std::move(signature));
        rest = rest.sliced(end + 1);
    }
    return note;
}

Result<std::vector<VerifierKey>> verifyNote(const Note &note, std::span<const VerifierKey> known)
{
    std::vector<VerifierKey> signers;
    for (const NoteSignature &signature : note.signatures) {
        const auto key = std::ranges::find_if(
            known, [&](const VerifierKey &k) { return k.name == signature.name && k.id == signature.id; });
        if (key == known.end())
            continue;
        if (!crypto::verifySignature(key->key, note.text, signature.signature))
            return wrongNote(u"a signature by %1 that does not verify"_s.arg(QString::fromUtf8(key->name)));
        if (std::ranges::find(signers, *key) == signers.end())
            signers.push_back(*key);
    }
    if (signers.empty())
        return wrongNote(u"no signature by a known key"_s);
    return signers;
}

QByteArray signNote(const QByteArray &text, const QByteArray &name, const crypto::SigningKey &key)
{
    const QByteArray blob = keyId(name, key.publicKey()) + key.sign(text);
    return text + '\n' + Dash.toByteArray() + name + ' ' + toBase64(blob) + '\n';
}

} // namespace ledger
